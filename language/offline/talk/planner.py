"""Understands a chat message: picks the intent of every clause and turns it into tool calls.

Rules and word lists only; it acts on nothing. When it is not sure it says so and asks.
"""

import re
from collections.abc import Sequence
from typing import Any

from language.offline.talk import replies
from language.offline.talk.criteria import mixed_exclusion, unexplained
from language.offline.talk.deal_talk import read_deals
from language.offline.talk.grammar import Hit, grammar
from language.offline.talk.icp_talk import icp_edits
from language.offline.talk.message import Clause, Message, take_apart
from language.offline.talk.references import named, resolve
from language.offline.talk.steps import READERS, Outcome, ask_back, call, has_filters, is_company_question
from language.port import Plan, Situation, ToolCall, ToolOffer

_COMMANDS = {
    "approve": "show_approvals",
    "approvals": "show_approvals",
    "pause": "pause",
    "resume": "resume",
    "icp": "show_icp",
    "prospects": "list_prospects",
    "campaign": "show_campaign",
    "status": "status",
    "digest": "show_digest",
    "help": "help",
    "why": "why",
}
_SITE = re.compile(
    r"\b(?:site|website|homepage|url|domain|web|page|company|onboard|read|look at|check out|start|"
    r"begin|we are|we're|our|mine|go|here|this is|analy[sz]e)\b"
)
_GO = re.compile(
    r"^(?:get going|go|go ahead|start|get started|let us go|go for it|do it|do your thing|off you "
    r"go|get to work|begin|proceed|continue)$"
)
_BARE_YES = re.compile(
    r"^(?:yes|yep|yeah|sure|ok|okay|go ahead|do it|go for it|please do|sounds good|no|nope|right|correct)$"
)
_CRITERIA_LEAD = re.compile(
    r"^(?:any (?:country|size|industry|region|place)|only|just|no|not|without|never|skip|exclude|"
    r"avoid|ignore|focus|concentrate|restrict|limit|"
    r"narrow|prefer\w*|ideally|also|add|"
    r"include|allow|forget|rule out|stay away|target|switch|at least|at most|companies|businesses|"
    r"firms|must|stick|leave out|drop the|"
    r"remove the|lift|nothing|nobody|anyone|anything|we (?:only|also|want|sell|target|prefer|need|"
    r"are looking for|look for|focus)|they (?:should|must|need|have to)|"
    r"it should|change the|set the|make (?:it|that|the)|more like|nice to have|filter out|weed out|"
    r"ban|block|remove|drop|between|minimum|maximum|size|"
    r"in|and in|the (?:industry|country|size|role)|stop|do not)\b"
)
_SEARCH_LEAD = re.compile(
    r"^(?:go )?(?:also )?(?:find|search|look for|look up|hunt|source|get|give|bring|discover|go "
    r"after|prospect|i need|we need|i want|research|dig up|scout|search for)\b"
)
# Somebody's private things ("my phone", "my savings account") are never what a sales request is about.
_PRIVATE = re.compile(
    r"\bmy (?!(?:name|signature|mails?|emails?|drafts?|text|list|prospects?|leads?|campaigns?|"
    r"company|site|website|web|homepage|url|domain|business|"
    r"customers?|clients?|icp|ideal|target|criteria|approvals?|approval|ok|decision|pricing|prices?|"
    r"product|products|offer|competitors?|team|"
    r"sender|subject|review|attention|action|sign-off|contacts?|inbox|queue|own|current|latest|last|"
    r"first|best|top)\b)"
)
_SHOWING = re.compile(
    r"^(?:only |just )?(?:show|list|display|see|the qualified|the disqualified|qualified)\b"
)
_ASKING = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|can|could|what|which|who|whose|when|where|why|how)\b(?! "
    r"not\b)"
)
_PEOPLE = re.compile(
    r"\b(?:prospects?|leads?|compan(?:y|ies)|contacts?|accounts?|people|match(?:es)?|candidates?|"
    r"business(?:es)?|firms?|ones|them|those|list|list(?:ed)?|"
    r"qualified|disqualified|unqualified|found|find|best|top|shops|stores|more|rest|others|results)\b"
)
_OF_ONE = re.compile(r"^(?:how many|who|what|which)\b.*\b(?:there|they have|he|she|her|his|its)$")
_FOLLOW_UP = re.compile(
    r"^(?:what about|how about|only|just|and)?\s*(?:the ones |those )?(?:in|from|with)?\b"
)
_LISTED = re.compile(r"\b(?:list|show|who|which|ones|those|them|so far)\b")
_CHANGES = frozenset({"launch_campaign", "pause", "resume", "drop_drafts", "qualify_prospect", "finish_task"})


def plan(message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
    """Tool calls for a message, or a reply."""
    labels = " ".join(
        item.label for item in [*situation.shown, *([situation.focus] if situation.focus else [])]
    )
    parsed = take_apart(message[:4000], frozenset(re.findall(r"[^\W_]+", labels.lower())))
    outcomes = [_command(parsed, situation)] if parsed.command else _outcomes(parsed, situation)
    return _assembled(_merged(outcomes), {tool.name for tool in tools})


def _command(parsed: Message, situation: Situation) -> Outcome:
    name = _COMMANDS.get(parsed.command)
    if name is None:
        return ask_back(f"I do not know /{parsed.command}. " + replies.HELP.rsplit("\n", 1)[-1])
    if name == "why":
        return _why_command(parsed.rest, situation)
    if name == "pause":
        return call("pause", reason=parsed.rest or "asked in chat")
    if name == "list_prospects":
        return READERS["list_prospects"](
            Clause(f"list {parsed.rest.lower()}".strip(), parsed.rest), situation
        )
    return call(name)


def _why_command(rest: str, situation: Situation) -> Outcome:
    if not rest:
        return (
            call("why", id=situation.focus.id)
            if situation.focus
            else ask_back("Give an id or a name: /why ID.")
        )
    found = resolve(rest.lower(), situation)
    return call("why", id=found.all_ids[0] if found.found and not found.every else rest)


def _outcomes(parsed: Message, situation: Situation) -> list[Outcome]:
    text = " ".join(clause.text for clause in parsed.clauses)
    if parsed.urls and _is_onboarding(text):
        rest = [clause for clause in parsed.clauses if not _GO.match(clause.text) and not _about_site(clause)]
        return [call("onboard", url=parsed.urls[0]), *(_clause(clause, situation) for clause in rest)]
    if parsed.urls:
        return [_about_address(parsed, situation)]
    if not parsed.clauses:
        return [ask_back(replies.unsure())]
    return [_clause(clause, situation) for clause in parsed.clauses]


def _is_onboarding(text: str) -> bool:
    return not text or bool(_SITE.search(text)) or bool(_GO.match(text)) or len(text.split()) <= 2


def _about_site(clause: Clause) -> bool:
    hits = grammar().hits(clause.text)
    return not hits or hits[0].intent in ("onboard", "greet", "ask") or hits[0].score < 70


def _about_address(parsed: Message, situation: Situation) -> Outcome:
    """A web address inside a question or an order: its host is the company meant."""
    host = re.sub(r"^https?://(?:www\.)?|[/:].*$", "", parsed.urls[0], flags=re.I)
    question = " ".join(clause.raw for clause in parsed.clauses)
    if re.match(r"(?:what|who|which|does|do|is|are|tell|where|how|when|has|have)\b", parsed.clauses[0].text):
        return call("ask", question=f"{question} {host}?", about=host)
    return ask_back(
        f"Is {host} your own website, or a company you want to know about? Tell me what to do with it."
    )


def _clause(clause: Clause, situation: Situation) -> Outcome:
    if _GO.match(clause.text) and clause.text == "continue" and situation.sending_paused:
        return call("resume")
    if _GO.match(clause.text) or _BARE_YES.match(clause.text):
        return _bare(clause, situation)
    if again := _follow_up(clause, situation):
        return again
    if found := read_deals(clause, situation):
        return found
    if _PRIVATE.search(clause.text):
        return Outcome(reply=replies.CANNOT, understood=False)
    hits = grammar().hits(clause.text)
    best = hits[0] if hits else None
    if edit := _edit(clause, situation, best):
        return edit
    if best and best.intent != "onboard":
        return _read(hits, clause, situation)
    return _without_hit(clause, situation, best)


def _read(hits: list[Hit], clause: Clause, situation: Situation) -> Outcome:
    best = hits[0]
    if best.intent == "ask" and not is_company_question(clause, situation) and best.score < 75:
        return Outcome(reply=replies.CANNOT, understood=False)
    if best.intent == "list_prospects" and situation.focus and _OF_ONE.search(clause.text):
        return READERS["ask"](Clause(f"{clause.text} they", clause.raw, question=True), situation)
    if best.intent == "list_prospects" and not _is_list(clause.text):
        if is_company_question(clause, situation):
            return READERS["ask"](clause, situation)
        return Outcome(reply=replies.CANNOT, understood=False)
    if (
        best.intent == "qualify"
        and len(hits) > 1
        and clause.text.startswith(("who", "which", "what", "show", "list", "how"))
    ):
        best = next((hit for hit in hits if hit.intent in ("list_prospects", "explain", "ask")), best)
    return READERS[best.intent](clause, situation)


def _is_list(text: str) -> bool:
    """ "who is in Spain?" asks for prospects, "who is in the final?" does not."""
    return (bool(_PEOPLE.search(text)) and len(unexplained(text)) <= 4) or (
        has_filters(text) and len(unexplained(text)) <= 2
    )


def _bare(clause: Clause, situation: Situation) -> Outcome:
    """ "yes" and "go ahead" carry no meaning of their own, so they never start an act."""
    if clause.text in ("no", "nope"):
        return Outcome(reply="All right, I leave it. " + replies.next_step(situation))
    return ask_back("Tell me what to go ahead with, so that I do not guess. " + replies.next_step(situation))


# Intents that give way when the clause names criteria ("drop agencies", "find dentists in Austria").
_YIELDING = frozenset({"list_prospects", "find_prospects", "drop", "onboard", "revise", "ask"})


def _edit(clause: Clause, situation: Situation, best: Hit | None) -> Outcome | None:
    """An ICP edit, when the clause names criteria and no other intent has a better right to it."""
    text = clause.text
    if best and (best.intent not in _YIELDING or _keeps(best, clause, situation)):
        return None
    if (clause.question or _ASKING.match(text)) and not text.startswith(("only", "no ", "also")):
        return None
    searching = bool(_SEARCH_LEAD.match(text))
    if best and not searching and not _CRITERIA_LEAD.match(text):
        return None
    if len(unexplained(text)) > (2 if _CRITERIA_LEAD.match(text) and not searching else 1):
        return None  # too much else is said: this is about something outside our criteria
    return _edit_steps(clause, searching)


def _keeps(best: Hit, clause: Clause, situation: Situation) -> bool:
    """True when the intent found has the better right to a clause than an edit of the profile."""
    if best.intent == "revise":
        return not _is_about_profile(clause.text, best)
    if best.intent == "list_prospects":
        return (
            bool(_SHOWING.match(clause.text))
            or not _CRITERIA_LEAD.match(clause.text)
            or _on_screen(clause, situation)
        )
    return best.intent == "drop" and _on_screen(clause, situation)


def _is_about_profile(text: str, best: Hit) -> bool:
    """ "change the country to Italy" speaks of the profile, "change the subject to …" of a mail."""
    if re.search(
        r"\b(?:country|countries|region|industry|industries|size|headcount|roles?|icp|criteria)\b", text
    ):
        return True
    return best.score < 90 and has_filters(text)


def _on_screen(clause: Clause, situation: Situation) -> bool:
    return named(clause.text, situation).found or resolve(clause.text, situation, pronouns=False).found or bool(
        re.search(r"\b(?:first|second|third|fourth|fifth|last|him|her|it|that one|this one|number)\b", clause.text)
    )  # fmt: skip


def _edit_steps(clause: Clause, searching: bool) -> Outcome | None:
    if mixed := mixed_exclusion(clause.text):
        trade, place = mixed
        return ask_back(
            f"I can exclude {trade} everywhere, or {place} as a whole, but not only {trade} in {place}. "
            "Which do you want?"
        )
    edits = icp_edits(clause.text, also=clause.also)
    on_list = re.search(r"\b(?:from|off) (?:the|my|our|this) list\b", clause.text)
    if not edits or (on_list and all(edit["field"] == "keyword" for edit in edits)):
        return None
    if re.fullmatch(r"not (?:only|just) (?!.*\b(?:but|also)\b)[\w ]+", clause.text) and all(
        edit["op"] == "add" for edit in edits
    ):
        return ask_back(
            f"Which others besides {edits[0]['value']}? Say for example “also Austria”, or “any country”."
        )
    outcome = call("edit_icp", edits=edits)
    if searching:
        outcome.steps += READERS["find_prospects"](clause, Situation()).steps
    return outcome


def _follow_up(clause: Clause, situation: Situation) -> Outcome | None:
    """ "and in Austria?" after a list asks for the same list with another filter."""
    short = re.match(
        r"^(?:(?:what|how) about|and|only|just)?\s*(?:the ones |those )?(?:in|from) [\w ]+$", clause.text
    )
    last = next(
        (
            text
            for role, text in reversed(situation.recent)
            if role == "user" and text.strip() != clause.raw.strip()
        ),
        "",
    )
    if not (short and clause.question and last and has_filters(clause.text)):
        return None
    return (
        READERS["list_prospects"](clause, situation)
        if _LISTED.search(last.lower()) or clause.question
        else None
    )


def _without_hit(clause: Clause, situation: Situation, best: Hit | None) -> Outcome:
    if best and best.intent == "onboard":
        return ask_back("What is your website address? Send it like “https://your-company.example”.")
    if is_company_question(clause, situation) and clause.question:
        return READERS["ask"](clause, situation)
    if _pointed_answer(clause, situation):
        return _answer_to_question(clause, situation)
    if clause.question:
        return Outcome(reply=replies.CANNOT, understood=False)
    return ask_back(replies.unsure())


def _pointed_answer(clause: Clause, situation: Situation) -> bool:
    return (
        len(clause.text.split()) <= 5
        and resolve(clause.text, situation, pronouns=False).found
        and len(situation.recent) > 1
    )


def _answer_to_question(clause: Clause, situation: Situation) -> Outcome:
    """ "the second one" after "Which one do you mean?" completes the request before it."""
    asked = situation.recent[-1]
    if asked[0] == "user":
        asked = situation.recent[-2]
    before = next(
        (
            text
            for role, text in reversed(situation.recent)
            if role == "user" and text.strip() != clause.raw.strip()
        ),
        "",
    )
    if asked[0] == "user" or not asked[1].rstrip().endswith("?") or not before:
        return ask_back(replies.unsure("Do you want to see, explain, change or drop that one?"))
    whole = re.sub(r"\b(?:it|her|him|this|that)\b", clause.text, before.lower(), count=1)
    parsed = take_apart(whole)
    earlier = situation.model_copy(update={"recent": ()})
    return (
        _clause(parsed.clauses[0], earlier)
        if parsed.clauses and whole != before.lower()
        else ask_back(replies.unsure())
    )


def _merged(outcomes: list[Outcome]) -> list[Outcome]:
    """Neighbouring changes of one profile or of the same drafts become one call."""
    merged: list[Outcome] = []
    for outcome in outcomes:
        previous = merged[-1].steps[-1] if merged and merged[-1].steps else None
        step = outcome.steps[0] if outcome.steps else None
        joined = _joined(previous, step) if previous and step else None
        if joined:
            merged[-1].steps[-1] = joined
            merged[-1].steps += outcome.steps[1:]
        else:
            merged.append(outcome)
    return _edits_first(merged)


def _joined(previous: ToolCall, step: ToolCall) -> ToolCall | None:
    if previous.name != step.name:
        return None
    args: dict[str, Any] | None = None
    if step.name == "edit_icp":
        args = {"edits": [*previous.args["edits"], *step.args["edits"]]}
    elif step.name == "revise_drafts" and step.args["ids"] in ([], previous.args["ids"]):
        args = {
            "ids": previous.args["ids"],
            "instruction": f"{previous.args['instruction']} and {step.args['instruction']}",
        }
    elif step.args == previous.args:
        args = step.args
    return ToolCall(name=step.name, args=args) if args is not None else None


def _edits_first(outcomes: list[Outcome]) -> list[Outcome]:
    """ "look for dentists, but skip small ones": the whole profile changes before one search."""
    steps = [step for outcome in outcomes for step in outcome.steps]
    edits = [step for step in steps if step.name == "edit_icp"]
    if len(edits) < 2 or not any(step.name == "find_prospects" for step in steps):
        return outcomes
    whole = ToolCall(name="edit_icp", args={"edits": [edit for step in edits for edit in step.args["edits"]]})
    others = list({step.name: step for step in steps if step.name != "edit_icp"}.values())
    return [Outcome([whole, *others]), *(outcome for outcome in outcomes if not outcome.steps)]


def _assembled(outcomes: list[Outcome], offered: set[str]) -> Plan:
    spoken = [o for o in outcomes if o.steps or not _is_chat(o)]
    steps = [step for outcome in spoken for step in outcome.steps]
    replies_ = [o.reply for o in (spoken or outcomes) if o.reply]
    missing = [step.name for step in steps if step.name not in offered]
    steps = [step for step in steps if step.name in offered]
    replies_ += [
        replies.HELP if name == "help" else replies.missing_tool(name) for name in dict.fromkeys(missing)
    ]
    doubtful = any(not o.understood for o in spoken)
    if doubtful and any(step.name in _CHANGES for step in steps):
        # half of the message is unclear: an act that changes something waits for the other half
        steps = [step for step in steps if step.name not in _CHANGES]
    return Plan(
        steps=tuple(steps),
        reply="\n".join(dict.fromkeys(replies_)),
        understood=not doubtful and not _only_missing(missing, steps),
    )


def _is_chat(outcome: Outcome) -> bool:
    return outcome.understood and not outcome.steps and outcome.reply not in (replies.NOTHING_LEAVES,)


def _only_missing(missing: list[str], steps: list[ToolCall]) -> bool:
    return bool(missing) and not steps and "help" not in missing
