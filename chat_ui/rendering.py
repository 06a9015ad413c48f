"""How things read in the chat: steps in words, sources under an answer, errors as one sentence."""

import re
from collections.abc import Sequence
from typing import Any

from domain.errors import RainmakerError

STEP_NAMES = {
    "onboard": "Reading the website",
    "show_icp": "Looking up the profile",
    "edit_icp": "Changing the profile",
    "find_prospects": "Finding companies",
    "list_prospects": "Listing prospects",
    "explain_prospect": "Looking up the reasons",
    "qualify_prospects": "Changing the verdict",
    "ask": "Looking for the answer",
    "plan_campaign": "Writing the campaign",
    "show_campaign": "Looking up the campaign",
    "launch_campaign": "Preparing the approval",
    "follow_up": "Writing follow-ups",
    "introduce": "Writing to somebody named to us",
    "write_after_meeting": "Writing after a meeting",
    "handle_reply": "Reading a reply",
    "consider_deal": "Looking for a deal",
    "follow_deal": "Looking at the deal",
    "list_deals": "Listing deals",
    "show_deal": "Opening the deal",
    "show_forecast": "Forecasting our deals",
    "move_deal": "Moving the deal",
    "list_tasks": "Listing tasks",
    "finish_task": "Closing a task",
    "show_digest": "Writing the morning page",
    "show_draft": "Looking up the draft",
    "revise_drafts": "Revising drafts",
    "drop_drafts": "Dropping drafts",
    "show_approvals": "Looking up what waits",
    "why": "Walking back the reasons",
    "pause": "Stopping all sending",
    "resume": "Letting sending go on",
    "status": "Looking around",
    "help": "Looking up what I can do",
}
SOURCES_SHOWN = 8
_LIST_AFTER_TEXT = re.compile(r"^(?![-> ])(.+)\n(?=- )", re.MULTILINE)


def step_name(tool: str) -> str:
    """A tool as a person reads it."""
    return STEP_NAMES.get(tool, tool.replace("_", " ").capitalize())


def progress_line(name: str, text: str, done: int, total: int) -> str:
    """What goes on right now, e.g. "Finding companies: 412 companies read, 96 qualified (96 of 200)"."""
    count = f" ({min(done, total)} of {total})" if total else ""
    return f"{name}: {text}{count}"


def error_text(error: RainmakerError) -> str:
    """One clear sentence and what to do next."""
    return f"{error.message}\n\n{error.hint}" if error.hint else error.message


def each_once(text: str) -> str:
    """The text without the sentences it says again; reasons of many mails share most of theirs."""
    return " ".join(dict.fromkeys(re.split(r"(?<=[.!?])\s+", text.strip())))


def spaced(text: str) -> str:
    """A blank line before each list: without it, Markdown does not read "- 7. …" as a numbered line."""
    return _LIST_AFTER_TEXT.sub(r"\1\n\n", text)


def with_sources(answer: str, citations: Sequence[dict[str, str]]) -> str:
    """The answer with the pages it rests on, unless it names them itself."""
    pages: dict[str, str] = {}
    for one in citations:
        url = one.get("url", "")
        if url.startswith(("http://", "https://")) and url not in answer:
            pages.setdefault(url, one.get("quote", ""))
    if not pages:
        return answer
    lines = [f"- [{_plain(url)}]({_address(url)}){_quote(quote)}" for url, quote in pages.items()]
    more = len(lines) - SOURCES_SHOWN
    return "\n".join(
        [answer, "", "**Sources**", *lines[:SOURCES_SHOWN], *([f"- … and {more} more"] if more > 0 else [])]
    )


def _quote(text: str) -> str:
    if not text:
        return ""
    clean = " ".join(_plain(text).split())
    return f" – “{clean[:160].rstrip()}{'…' if len(clean) > 160 else ''}”"


def _plain(text: str) -> str:
    """Text of a page, unable to make links, pictures, emphasis or code."""
    for sign in "\\`*_[]<>!|~":
        text = text.replace(sign, "\\" + sign)
    return text


def _address(url: str) -> str:
    return (
        url.replace("(", "%28")
        .replace(")", "%29")
        .replace(" ", "%20")
        .replace("<", "%3C")
        .replace(">", "%3E")
    )


def waiting_text(count: int) -> str:
    """What stands above the cards."""
    if not count:
        return "Nothing waits for your decision."
    return "**One decision waits for you.**" if count == 1 else f"**{count} decisions wait for you.**"


def decided_text(approval: dict[str, Any]) -> str:
    """What became of an approval whose last text was decided."""
    states = [item["state"] for item in approval["items"]]
    parts = [
        f"{states.count(state)} {state}" for state in ("approved", "rejected", "expired") if state in states
    ]
    tail = " Approved mails leave in each recipient's send window." if "approved" in states else ""
    return f"**Decided** – {approval['summary']}: {', '.join(parts)}.{tail}"
