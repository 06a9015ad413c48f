"""The stub's default mode: a valid, plausible answer to any request, by keywords. No language model.

Structured answers are in `structured.py`; here the request is taken apart and tools are chosen.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from evals.stub_model.arguments import fill
from evals.stub_model.shapes import Call, Reply
from evals.stub_model.structured import structured_answer

_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.I)
_PASSAGE = re.compile(r'^\[(\d+)\] .*?("(?:[^"\\]|\\.)*")\s*$', re.M)
_SCHEMA_IN_WORDS = "Its schema:\n"
# Words that speak for a tool of that name, wherever such a tool is offered.
_HINTS = {
    "onboard": "onboard read learn site website company",
    "show_icp": "icp ideal customer profile",
    "edit_icp": "only add remove exclude require without prefer companies people",
    "find_prospects": "find search discover more prospects",
    "list_prospects": "list show prospects leads",
    "explain_prospect": "why her him them explain fit score",
    "qualify_prospect": "qualify disqualify reject",
    "ask": "what who which how when where does",
    "plan_campaign": "plan campaign write mails emails drafts sequence",
    "show_campaign": "show campaign",
    "show_draft": "show read open draft",
    "revise_drafts": "shorter longer rewrite change tone friendlier formal revise",
    "drop_drafts": "drop delete remove draft",
    "launch_campaign": "launch start send go",
    "show_approvals": "approvals approve waiting pending",
    "why": "reason",
    "pause": "pause stop halt",
    "resume": "resume continue unpause",
    "status": "status state doing",
    "help": "help can you",
}


@dataclass(frozen=True)
class Asked:
    """A request taken apart: everything the person or program wrote, and the message proper."""

    text: str  # the last user message, whole
    message: str  # the last quoted line, or all of it


def sensible_reply(body: dict[str, Any], must_call: bool = False) -> Reply:
    """A valid answer to a chat request."""
    messages = body.get("messages") or []
    asked = _asked(messages)
    schema = _schema(body, asked.text)
    if schema is not None:
        return Reply(text=json.dumps(structured_answer(schema, asked.text), ensure_ascii=False))
    after_tool = bool(messages) and messages[-1].get("role") == "tool"
    if after_tool and not must_call:
        return Reply(text=f"Done. {_content(messages[-1])[:300]}")
    call = _chosen(body.get("tools") or [], asked, must_call)
    if call is not None:
        return Reply(calls=(call,), finish="tool_calls")
    return Reply(text=_from_passages(asked) or "Hello. Tell me what to do next.")


def _asked(messages: list[dict[str, Any]]) -> Asked:
    text = next((_content(item) for item in reversed(messages) if item.get("role") == "user"), "")
    return Asked(text=text, message=_last_string(text) or text)


def _last_string(text: str) -> str:
    """The JSON string that ends one of the last lines; a note may stand below the message."""
    for line in reversed(text.strip().splitlines()[-4:]):
        if line.rstrip().endswith('"'):
            try:
                return str(json.loads(line[line.index('"') :]))
            except ValueError:
                return ""
    return ""


def _content(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content)


def _schema(body: dict[str, Any], text: str) -> dict[str, Any] | None:
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return wanted["json_schema"]["schema"]
    if _SCHEMA_IN_WORDS in text:
        start = text.index(_SCHEMA_IN_WORDS) + len(_SCHEMA_IN_WORDS)
        return json.JSONDecoder().raw_decode(text[start:])[0]
    return None


def _chosen(tools: list[dict[str, Any]], asked: Asked, must_call: bool) -> Call | None:
    functions = [tool["function"] for tool in tools]
    scored = sorted(
        ((_score(function, asked), -n, function) for n, function in enumerate(functions)), key=_rank
    )
    if not scored or (scored[-1][0] <= 0 and not must_call):
        return None
    function = scored[-1][2]
    schema = function.get("parameters") or {}
    return Call(function["name"], json.dumps(fill(schema, schema, "", asked.text, asked.message)))


def _rank(item: tuple[float, int, dict[str, Any]]) -> tuple[float, int]:
    return item[0], item[1]


def _score(function: dict[str, Any], asked: Asked) -> float:
    said = set(re.findall(r"[a-z]+", asked.message.lower()))
    name = function["name"]
    own = set(re.findall(r"[a-z]+", name.lower()))
    hints = set(_HINTS.get(name, "").split())
    described = set(re.findall(r"[a-z]{4,}", function.get("description", "").lower()))
    score = 2.0 * len(said & own) + 1.5 * len(said & hints) + 0.2 * len(said & described)
    takes_url = "url" in (function.get("parameters") or {}).get("properties", {})
    if takes_url:
        return score + 6.0 if _URL.search(asked.message) else -1.0
    return score + (1.0 if name == "ask" and "?" in asked.message else 0.0)


def _from_passages(asked: Asked) -> str:
    said = set(re.findall(r"\w{4,}", asked.message.lower()))
    best, text = 0, ""
    for number, string in _PASSAGE.findall(asked.text):
        passage = json.loads(string)
        shared = len(said & set(re.findall(r"\w{4,}", passage.lower())))
        if shared > best:
            best, text = shared, f"{re.split(r'(?<=[.!?]) ', passage)[0].rstrip('.')} [{number}]."
    return text or ("UNKNOWN" if _PASSAGE.search(asked.text) else "")
