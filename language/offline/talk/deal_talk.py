"""Understands talk about deals, tasks and meetings that took place: from one clause to tool calls, or to nothing.

Word patterns only. What came of a meeting is never guessed: when it is not clear, it asks.
"""

import re

from language.offline.talk.message import Clause
from language.offline.talk.steps import Outcome, ask_back, call
from language.port import Situation

_SHOW = r"(?:show|list|display|give me|print|see|view|open|let me see|i want to see)(?: me)?"
_LIST = re.compile(
    rf"^(?:{_SHOW} )?(?:all |only |just )?(?:of )?(?:my|our|the|all|all the|all my|all our)?\s?"
    r"(?P<closed>(?:won|lost|closed) (?:and (?:won|lost) )?)?(?:open |current |live |active )?"
    r"(?:deals|pipeline|deal list|opportunities)(?: (?:we|i) have| list| overview| now| so far| again)*$"
    r"|^(?:what|which) (?:open )?(?:deals|opportunities) (?:do (?:we|i) have|have (?:we|i)(?: got)?|are (?:there|open))"
    r"|^how (?:is|are) (?:the|my|our) (?:deals|pipeline)(?: (?:doing|going|looking))?$"
)
_FORECAST = re.compile(
    rf"^(?:{_SHOW} |what is |what's |how (?:is|does) |give )?(?:me )?(?:the|my|our)? ?"
    r"(?:sales |revenue |pipeline |quarterly )?"
    r"forecast(?: (?:look|looking|looks|like|for|of|this|next|the|quarter|month|now|today|our|my|deals|pipeline))*$"
    r"|^how much (?:will|can|should|do) (?:we|i) (?:expect to )?(?:close|win|bring in|sell)"
    r"(?: (?:this|next|the) (?:quarter|month))?$"
    r"|^what (?:will|can|should|do) (?:we|i) (?:expect to )?(?:close|win) (?:this|next) (?:quarter|month)$"
    r"|^what (?:has )?changed in (?:the|our|my) (?:forecast|pipeline)(?: (?:since last week|this week))?$"
)
_TASKS = re.compile(
    r"^what (?:should|must|shall) i (?:be doing|do)(?: next| first| now| today| this morning)*$"
    r"|^what do i (?:have|need) to do(?: next| first| now| today)*$"
    r"|^what is (?:there )?(?:left )?(?:for me )?to (?:be done|do)(?: for me)?(?: today| now| next)*$"
    r"|^what is on my (?:list|plate|agenda|to-?do(?: list)?|todo list)(?: today| for today)?$"
    rf"|^(?:{_SHOW} |what are )?(?:all )?(?:my|our|the)? ?(?P<open>open )?"
    r"(?:tasks|task list|to-?dos?|to-?do list|agenda)"
    r"(?: for today| today)?$"
)
_NAME = r"(?P<who>.+?)"
_ENDING = (
    r"(?: (?:going|doing|coming along|looking|stand|standing|look|now|today|so far|at|then|again|please|"
    r"progressing))*"
)
_ONE = (
    re.compile(rf"\bdeals? (?:with|at|of|for) (?:the )?{_NAME}{_ENDING}$", re.IGNORECASE),
    re.compile(
        rf"^(?:how|where|what|show|open|status|and)\b.*?\b(?:the|our|my|this) {_NAME} deal{_ENDING}$",
        re.IGNORECASE,
    ),
)
_ONE_ASKED = re.compile(
    r"^(?:and )?(?:how|where|what (?:about|is)|show|see|open|display|view|status|tell me|the deal)\b"
)
_OF_FOCUS = re.compile(
    r"^(?:how|where) (?:is|are|does|do)\b.*\b(?:this|that|the) deal\b"
    r"|^show (?:me )?(?:this|that|the) deal$|^(?:this|that|the) deal$"
)
_MEETING = r"(?:meeting|call|demo|appointment|conversation|video call)"
_MET = re.compile(
    rf"\b(?:the|my|our|that|this|today's|yesterday's) {_MEETING}"
    rf"(?: (?:with|at) (?:the )?{_NAME})?(?:,)? "
    r"(?P<how>took place|has taken place|was held|has been held|happened|has happened|is over|is done|was done|"
    r"went .+|was (?:good|great|fine|ok|okay|nice|useful|a success)|did not (?:take place|happen)|never happened|"
    r"was (?:cancell?ed|called off|postponed|moved)|got cancell?ed|is cancell?ed|was a no-?show)\b",
    re.IGNORECASE,
)
_I_MET = re.compile(
    rf"^(?:i|we) (?:have )?(?:just )?(?:met|had (?:the|my|our|a) {_MEETING})(?: with)? {_NAME}"
    r"(?: (?:today|yesterday|just now|this (?:morning|afternoon|week)|last week|on \w+day))?$",
    re.IGNORECASE,
)
_NOBODY = (
    re.compile(
        rf"^(?:nobody|no one|noone) (?:came|showed up|turned up|appeared)(?: (?:to|for|at) "
        rf"(?:the|my|our) {_MEETING})?(?: with (?:the )?{_NAME})?$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^{_NAME} (?:did not|never) (?:come|show up|show|turn up|appear|join)"
        rf" (?:to|for|at) (?:the|my|our) {_MEETING}$",
        re.IGNORECASE,
    ),
    re.compile(rf"^{_NAME} (?:did not|never) (?:show up|turn up)$", re.IGNORECASE),
)
_HELD = re.compile(
    r"took place|taken place|held|happened|over|done|went|was (?!cancel|called|postponed|moved|a no)"
)
_OFF = re.compile(r"cancel|called off")
_CONTRACTED = (("didn't", "did not"), ("didn’t", "did not"), ("hasn't", "has not"), ("wasn't", "was not"))


def read_deals(clause: Clause, situation: Situation) -> Outcome | None:
    """What a clause asks for about deals, tasks or a past meeting; None when it is about something else."""
    if listed := _LIST.search(clause.text):
        return call("list_deals", closed=True if listed["closed"] else None)
    if _FORECAST.search(clause.text):
        return call("show_forecast")
    if tasks := _TASKS.search(clause.text):
        today = None if "today" in clause.text or not tasks["open"] else False
        return call("list_tasks", today=today)
    return _meeting(clause) or _deal(clause, situation)


def _deal(clause: Clause, situation: Situation) -> Outcome | None:
    if not re.search(r"\bdeals?\b", clause.text) or not _ONE_ASKED.search(clause.text):
        return None
    for pattern in _ONE:
        if found := pattern.search(_plain(clause.raw)):
            return call("show_deal", id=_who(found["who"]))
    if _OF_FOCUS.search(clause.text):
        if situation.focus is not None and situation.focus.kind == "deal":
            return call("show_deal", id=situation.focus.id)
        return ask_back("Which deal do you mean? Say for example “how is the deal with …?”.")
    return None


def _meeting(clause: Clause) -> Outcome | None:
    text = _plain(clause.raw)
    if clause.question:
        return None
    for pattern in _NOBODY:
        if found := pattern.search(text):
            return _about(found["who"], "no-show")
    if found := _I_MET.search(text):
        return _about(found["who"], "held")
    if found := _MET.search(text):
        how = found["how"].lower()
        if re.search(r"did not|never|postponed|moved", how):
            return ask_back("Did nobody come, was it cancelled, or is it held another time? I note it then.")
        result = "no-show" if "no" in how.split()[-1] and "show" in how else _result(how)
        return _about(found["who"], result)
    return None


def _result(how: str) -> str:
    if _OFF.search(how):
        return "cancelled"
    return "held" if _HELD.search(how) else ""


def _about(who: str | None, result: str) -> Outcome:
    if not who or re.fullmatch(r"(?:he|she|they|them|him|her|it|nobody|i|we)", who.strip().lower()):
        return ask_back("With whom was the meeting? Name the person or the company.")
    if not result:
        return ask_back("Was the meeting held, did nobody come, or was it cancelled?")
    return call("finish_task", about=_who(who), result=result)


def _plain(raw: str) -> str:
    text = " ".join(raw.split()).rstrip(".!? ")
    for short, long in _CONTRACTED:
        text = re.sub(short, long, text, flags=re.IGNORECASE)
    return text


def _who(text: str) -> str:
    return re.sub(
        r"^(?:the|company|mr|mrs|ms|dr|herr|frau)\b\.? ", "", text.strip(" ,.“”\"'"), flags=re.IGNORECASE
    )[:120]
