"""One reader per intent: from a clause and the situation to tool calls, or to a question back.

The table READERS is the only way in; a reader never guesses on acts that change something.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from language.offline.talk import replies
from language.offline.talk.criteria import filters, read_criteria
from language.offline.talk.message import Clause
from language.offline.talk.references import Reference, named, resolve
from language.port import Situation, ToolCall

_NUMBER = re.compile(
    r"(?<![\w:-])(\d{1,6})(?![\w%+]|[.,]\d)(?! ?(?:people|staff|employees|word|minute|min\b|day|\+))"
)
_COUNT_WORDS = {
    "a couple of": 2, "a few": 5, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "a dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "a hundred": 100, "one hundred": 100, "hundred": 100, "two hundred": 200, "three hundred": 300,
    "five hundred": 500, "a thousand": 1000, "thousand": 1000, "two": 2,
}  # fmt: skip
_GOAL = re.compile(
    r"\b(?:(?:the )?(?:goal|aim|objective|purpose|target|cta|call to action)(?: is| should "
    r"be)?\s*[:=]?\s*(?:to )?(?:get |book |win )?(?:them (?:in)?to )?|"
    r"(?:to|so that we|so we can|in order to) (?:book|get|win|invite (?:them )?to|set up|arrange|"
    r"schedule|offer)\s+)(?P<goal>[^,.;]{3,60})"
)
_DEFAULT_LIST = 10
_REASON = re.compile(r"(?:,|\bbecause\b|\bsince\b|\bas they\b|:| - )\s*(?P<reason>.{3,120})$")
_GOOD = re.compile(
    r"\b(?:good|great|perfect|relevant|right) (?:fit|match|one)|\bas (?:a )?(?:qualified|relevant|"
    r"good|fit|a fit|a good fit)\b|^qualify\b"
)
_BAD = re.compile(
    r"\bnot\b|\bno\b|disqualif|unqualif|irrelevant|poor|bad|wrong|terrible|too (?:small|big|large)|competitor|already"
)
_ABOUT = re.compile(
    r"(?:know|learn|learned|find out|found out|find|have|tell me|more|something|everything|"
    r"information|background|all|say|known|said) (?:about|on|of) (?P<about>.+)$"
)
_OURSELVES = re.compile(
    r"\b(?:our|we|us|ours|ourselves|my (?:company|site|website|business|own|product|pricing|customers|"
    r"offer)\w*)\b"
)
_THEM = re.compile(
    r"\b(?:they|them|their|theirs|she|her|he|his|him|it|its|this (?:company|one|firm)|that "
    r"(?:company|one|firm)|the (?:first|second|third|fourth|fifth|last)(?: one)?)\b"
)


@dataclass
class Outcome:
    """What a clause comes to: calls, or a reply; `understood` false asks the person back."""

    steps: list[ToolCall] = field(default_factory=list)
    reply: str = ""
    understood: bool = True


Reader = Callable[[Clause, Situation], Outcome]


def call(name: str, /, **args: Any) -> Outcome:
    """An outcome of one tool call; absent arguments are left out."""
    return Outcome(
        [ToolCall(name=name, args={key: value for key, value in args.items() if value is not None})]
    )


def ask_back(question: str) -> Outcome:
    """An outcome that asks the person."""
    return Outcome(reply=question, understood=False)


def number_in(text: str) -> int | None:
    """How many things a request wants."""
    if match := _NUMBER.search(re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", text)):
        return int(match.group(1))
    return next(
        (value for words, value in _COUNT_WORDS.items() if re.search(rf"(?<![\w-]){words}\b", text)), None
    )


def _simple(name: str) -> Reader:
    return lambda clause, situation: call(name)


def _pause(clause: Clause, situation: Situation) -> Outcome:
    return call("pause", reason=f"asked in chat: {clause.raw[:120]}")


def _approvals(clause: Clause, situation: Situation) -> Outcome:
    outcome = call("show_approvals")
    if re.search(r"\b(?:approv|accept|reject|declin|sign|green)", clause.text) and not re.search(
        r"\b(?:show|list|open|see|pending|waiting|what|which|anything|queue)\b", clause.text
    ):
        outcome.reply = replies.APPROVE_IN_CARDS
    return outcome


def _find(clause: Clause, situation: Situation) -> Outcome:
    return call("find_prospects", limit=number_in(_without_sizes(clause.text)))


def _without_sizes(text: str) -> str:
    return re.sub(
        r"\b\d[\d.,]*\s*(?:\+|-\s*\d+|to \d+)?\s*(?:or more )?(?:people|staff|employees|workers)\b|\b\d+\s?\+|"
        r"\b(?:over|under|more than|less than|fewer than|with at least|above|below) \d+\b",
        " ",
        text,
    )


def _list(clause: Clause, situation: Situation) -> Outcome:
    text = clause.text
    said = filters(text)
    qualified = False if re.search(r"\b(?:disqualified|unqualified|not qualified|rejected)\b", text) else (
        True if re.search(r"\bqualified\b", text) else None
    )  # fmt: skip
    fit = re.search(
        r"\b(?:fit|score)s?\s*(?:is |of )?(?:over|above|of at least|at least|from|>=?|better than|"
        r"higher than)\s*(0?[.,]\d+|\d{1,3} ?%)",
        text,
    )
    limit = number_in(_without_sizes(text[: fit.start()] if fit else text)) or (
        100 if re.search(r"\b(?:all|every|whole|full|how many)\b", text) else _DEFAULT_LIST
    )
    return call(
        "list_prospects",
        **said,
        min_fit=_share(fit.group(1)) if fit else None,
        qualified=qualified,
        limit=min(limit, 500),
    )


def _share(text: str) -> float:
    return float(text.rstrip("% ")) / 100 if "%" in text else float(text.replace(",", "."))


def _plan(clause: Clause, situation: Situation) -> Outcome:
    goal = _GOAL.search(clause.text)
    audience = clause.text[: goal.start()] if goal else clause.text
    limit = number_in(
        re.sub(r"\b\d+[- ](?:step|touch|mail|email|part|day)\w*", " ", _without_sizes(audience))
    )
    return call(
        "plan_campaign", **filters(audience), limit=limit, goal=goal["goal"].strip(" .") if goal else None
    )


def _revise(clause: Clause, situation: Situation) -> Outcome:
    head, tail = _target_part(clause.text)
    reference = resolve(head, situation, ("draft",))
    if reference.unclear and situation.drafts <= 1 and not situation.shown:
        reference = Reference(rest=reference.rest)
    if reference.unclear:
        return ask_back(
            reference.unclear if any(s.kind == "draft" for s in situation.shown) else _no_drafts(situation)
        )
    whole = reference.every and len(reference.items) == len([s for s in situation.shown if s.kind == "draft"])
    ids = [] if whole or not reference.all_ids else list(reference.all_ids)
    if not reference.found and not reference.every and situation.focus and situation.focus.kind == "draft":
        ids = [situation.focus.id]
    instruction = _in_own_letters(f"{reference.rest} {tail}".strip(), clause)
    return call("revise_drafts", ids=ids, instruction=instruction)


def _no_drafts(situation: Situation) -> str:
    if situation.drafts:
        return "Which draft do you mean? Say “show the campaign” first, or “all of them”."
    return "There are no drafts yet. Say “write a campaign” and I draft one mail per contact."


def _target_part(text: str) -> tuple[str, str]:
    """The part that may point at drafts, and the instruction that must stay as it is said."""
    match = re.search(
        r"\b(?:mention|about|refer|say|with|into|subject|ask for|offer|sign|as|replace|add)\b",
        text,
    )
    if not match:
        return text, ""
    pointer = re.search(
        r"\b(?:in|for|of) (?:the (?:\w+ )?(?:one|draft|mail|email|first|second|third|last)\b.*|all(?: of them)?$)",
        text[match.start() :],
    )
    if pointer and match.start() == 0:
        start = match.start() + pointer.start()
        return text[start:], text[: match.start()] + text[match.start() : start].strip()
    return text[: match.start()], text[match.start() :]


def _in_own_letters(text: str, clause: Clause) -> str:
    """Give words back the capitals the person typed (names, German nouns)."""
    original = {word.lower(): word for word in re.findall(r"[^\W_]+", clause.raw) if not word.islower()}
    first = re.match(r"\W*([^\W_]+)", clause.raw)
    if first:
        original.pop(first.group(1).lower(), None)
    return re.sub(
        r"[^\W_]+", lambda match: original.get(match.group(), match.group()), re.sub(r"\s+", " ", text)
    ).strip()


def _drop(clause: Clause, situation: Situation) -> Outcome:
    reference = resolve(clause.text, situation)
    if reference.unclear:
        return ask_back(reference.unclear)
    if not reference.found:
        subject = re.sub(r"^\w+ |\b(?:from|off) (?:the|my|our) list\b", "", clause.raw).strip() or "that"
        return ask_back(
            f"I do not see “{subject}” in what is on screen. Show the list or the campaign first, then tell me which."
        )
    kinds = {item.kind for item in reference.items} or {
        "prospect" if i.startswith("pro") else "draft" for i in reference.ids
    }
    if len(kinds) > 1:
        return ask_back("Some of these are drafts and some are not. Which do you want to drop?")
    return _drop_kind(kinds.pop(), list(reference.all_ids), clause)


def _drop_kind(kind: str, ids: list[str], clause: Clause) -> Outcome:
    if kind == "draft":
        return call("drop_drafts", ids=ids)
    if kind == "approval":
        return Outcome(call("show_approvals").steps, replies.APPROVE_IN_CARDS)
    if kind == "icp_line":
        return call("edit_icp", edits=[_line_removal(key) for key in ids])
    if kind in ("prospect", "account"):
        reason = _REASON.search(clause.raw)
        return call(
            "qualify_prospect",
            ids=ids,
            qualified=False,
            reason=reason["reason"] if reason else "removed on request in chat",
        )
    return ask_back("I cannot drop that. Tell me which prospect, draft or profile line you mean.")


def _line_removal(key: str) -> dict[str, Any]:
    """The edit that removes a profile line, from its key `kind.field.value`."""
    kind, field_name, value = ([*key.split(".", 2), "", ""])[:3]
    return {"op": "remove", "kind": kind, "field": field_name, "value": value, "match": []}


def _qualify(clause: Clause, situation: Situation) -> Outcome:
    reference = resolve(clause.text, situation, ("prospect", "account"))
    if not reference.found:
        return ask_back(
            reference.unclear or "Which prospect do you mean? Show the prospects first, then say which one."
        )
    bad = bool(_BAD.search(clause.text))
    if not bad and not _GOOD.search(clause.text):
        return ask_back("Do you want to qualify or to disqualify this prospect?")
    reason = _REASON.search(clause.raw)
    why = reason["reason"] if reason else clause.raw
    return call("qualify_prospect", ids=list(reference.all_ids), qualified=not bad, reason=why[:200])


def _explain(clause: Clause, situation: Situation) -> Outcome:
    if (
        situation.focus
        and situation.focus.kind == "draft"
        and not _kinds(situation) & {"prospect", "account"}
    ):
        return _why(clause, situation)
    reference = resolve(clause.text, situation, ("prospect", "account"))
    if not reference.found and not reference.unclear:
        reference = resolve(clause.text, situation)
    if reference.unclear and _kinds(situation) == {"draft"}:
        reference = resolve(clause.text, situation)
    if reference.found:
        steps = [call("explain_prospect", id=item).steps[0] for item in reference.all_ids[:3]]
        return Outcome(steps)
    bare = not re.search(r"\w{3,}", re.sub(r"\b(?:why|how|come|so|is|that|not)\b", "", clause.text))
    if bare and situation.focus:
        return call("explain_prospect", id=situation.focus.id)
    name = _name_in(clause)
    if name and not reference.unclear:
        return call("explain_prospect", id=name)
    return ask_back(reference.unclear or "Why what? Name the prospect, or say “why did you write to …”.")


def _kinds(situation: Situation) -> set[str]:
    return {item.kind for item in situation.shown}


def _why(clause: Clause, situation: Situation) -> Outcome:
    reference = named(clause.text, situation)
    if not reference.found and not reference.unclear:
        reference = (
            resolve(clause.text, situation, ("draft", "approval"))
            if _kinds(situation) & {"draft", "approval"}
            else resolve(clause.text, situation)
        )
    if reference.found:
        return call("why", id=reference.all_ids[0])
    if name := _name_in(clause):
        return call("why", id=name)
    return ask_back(reference.unclear or "Which mail do you mean? Name the person, or give the id: /why ID.")


def _name_in(clause: Clause) -> str:
    """A capitalised name after the first word, as typed."""
    words = r"(?:[A-ZÄÖÜ][\w&.'’-]*|von|van|de|der|di)"
    found = re.findall(rf"(?<!^)(?<![.!?] )\b([A-ZÄÖÜ][\w&'’-]*(?: {words})*)", clause.raw)
    return next((name for name in found if name not in {"I", "CRM", "ICP"}), "")


def _show_draft(clause: Clause, situation: Situation) -> Outcome:
    reference = resolve(clause.text, situation, ("draft",))
    if not reference.found and not reference.unclear:
        reference = named(clause.text, situation)
    if not reference.found and (
        reference.unclear or re.search(r"\b(?:her|him|his|their|them|that|this|it)\b", clause.text)
    ):
        wider = resolve(clause.text, situation)
        reference = wider if wider.found else reference
    if reference.found:
        return call("show_draft", id=reference.all_ids[0]) if not reference.every else call("show_campaign")
    if name := _name_in(clause):
        return call("show_draft", id=name)
    if reference.unclear:
        return ask_back(reference.unclear)
    return call("show_campaign")


def _ask(clause: Clause, situation: Situation) -> Outcome:
    question = clause.raw.rstrip("?") + "?" if clause.question or not clause.raw.endswith("?") else clause.raw
    about = _ABOUT.search(clause.text)
    subject = about["about"] if about else clause.text
    if _OURSELVES.search(subject):
        return Outcome([ToolCall(name="ask", args={"question": question, "about": None})])
    reference = named(subject, situation)
    if not reference.found and not reference.unclear and _THEM.search(subject):
        reference = _company_meant(subject, situation)
    if reference.unclear:
        return ask_back(reference.unclear)
    if reference.found:
        return call("ask", question=question, about=reference.all_ids[0])
    name = _name_in(clause)
    if not name and about:
        name = _in_own_letters(about["about"], clause)
    if not name:
        return Outcome(reply=replies.CANNOT, understood=False)
    return call("ask", question=question, about=name)


def _company_meant(subject: str, situation: Situation) -> Reference:
    """Who "they" are: in a question about one company the focus wins over the whole list."""
    if situation.focus and not re.search(r"\bthe (?:first|second|third|fourth|fifth|last)\b", subject):
        return Reference(items=(situation.focus,), rest=subject)
    return resolve(re.sub(r"\b(?:they|them|their)\b", "it", subject), situation)


def _greet(clause: Clause, situation: Situation) -> Outcome:
    return Outcome(reply=replies.small_talk(clause.text, situation))


def is_company_question(clause: Clause, situation: Situation) -> bool:
    """True when a question is about us, somebody shown, or a name – so `ask` may look it up."""
    if _OURSELVES.search(clause.text) or named(clause.text, situation).found:
        return True
    return bool(_THEM.search(clause.text) and (situation.focus or situation.shown))


def has_filters(text: str) -> bool:
    """True when a text names a country, industry, role, size or technology."""
    return bool(read_criteria(text))


READERS: dict[str, Reader] = {
    "help": lambda clause, situation: call("help"),
    "greet": _greet,
    "negated_send": lambda clause, situation: Outcome(reply=replies.NOTHING_LEAVES),
    "pause": _pause,
    "resume": _simple("resume"),
    "approvals": _approvals,
    "launch": _simple("launch_campaign"),
    "plan_campaign": _plan,
    "show_draft": _show_draft,
    "show_campaign": _simple("show_campaign"),
    "revise": _revise,
    "drop": _drop,
    "qualify": _qualify,
    "why": _why,
    "explain": _explain,
    "list_prospects": _list,
    "find_prospects": _find,
    "status": _simple("status"),
    "show_icp": _simple("show_icp"),
    "ask": _ask,
}
