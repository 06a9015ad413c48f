"""Plain words for what the board shows: meanings of answers, kinds of tasks, shocks. No state, no markup."""

from collections.abc import Mapping
from datetime import datetime

from evals.market.board.hands import LINE_CUT
from evals.market.events.shocks import SHOCKS
from evals.market.people.lives import MeetingState
from evals.market.people.records import LetterKind, Meaning

NOBODY_DOES_IT = "No agent of this product does this yet."
NEVER = 9000  # a year from which a date means that nothing is due
# the button, and the sentence beside it
SHOCK_WORDS: Mapping[str, tuple[str, str]] = {
    "mailbox_dies": ("The mailbox dies", "Its provider refuses every login until it is mended."),
    "mailbox_mended": ("The mailbox is mended", "Logins work again; mails that waited may leave."),
    "competitor_cuts_price": (
        "A competitor cuts its price",
        "A fifth off, on its price list and in its news; the press reports it.",
    ),
    "regulation_changes": (
        "A regulation changes",
        "The regulator adopts a rule that is in force in thirty days; the press reports it.",
    ),
    LINE_CUT: (
        "The line is cut",
        "The connection breaks right after the next mail: the agent cannot know whether it arrived.",
    ),
}
MEANING_WORDS: Mapping[Meaning, str] = {
    Meaning.POSITIVE: "wants to hear more",
    Meaning.QUESTION: "asks something",
    Meaning.OBJECTION: "has an objection",
    Meaning.NOT_INTERESTED: "is not interested",
    Meaning.NOT_NOW: "says: not now",
    Meaning.REFERRAL: "names a colleague",
    Meaning.WRONG_PERSON: "is the wrong person",
    Meaning.OUT_OF_OFFICE: "is away",
    Meaning.AUTO_REPLY: "a machine answers",
    Meaning.UNSUBSCRIBE: "wants no more mail",
    Meaning.COMPLAINT: "complains",
    Meaning.BOT_QUESTION: "asks whether a machine writes",
    Meaning.MEETING_ACCEPT: "takes a time",
    Meaning.MEETING_COUNTER: "names another time",
    Meaning.MEETING_CANCEL: "calls the meeting off",
    Meaning.NEUTRAL: "says a kind word",
    Meaning.BOUNCE: "the mail comes back",
    Meaning.INVITE_ANSWER: "answers the invitation",
    Meaning.FORGED: "somebody forges their name",
}
_FACTS = {
    "said": "",
    "until": "until",
    "start": "at",
    "day": "on",
    "colleague": "",
    "competitor": "",
    "objection": "",
    "bounce": "",
}
LETTER_WORDS: Mapping[LetterKind, str] = {
    LetterKind.TOUCH: "mail",
    LetterKind.ANSWER: "answer of the agent",
    LetterKind.INVITE: "invitation",
    LetterKind.CANCEL: "cancellation",
}
MEETING_WORDS: Mapping[MeetingState, str] = {
    MeetingState.INVITED: "invited",
    MeetingState.ACCEPTED: "booked",
    MeetingState.TENTATIVE: "perhaps",
    MeetingState.DECLINED: "declined",
    MeetingState.COUNTERED: "other time wanted",
    MeetingState.CANCELLED: "called off",
    MeetingState.HELD: "held",
    MeetingState.NO_SHOW: "nobody came",
}


def shock_words(name: str) -> tuple[str, str]:
    """Button and sentence; a shock without words of ours has the market's."""
    return SHOCK_WORDS.get(name) or (plain(name).capitalize(), SHOCKS.get(name, ""))


def fact_words(facts: Mapping[str, object]) -> str:
    """What an answer says besides its meaning, as far as a reader cares."""
    return ", ".join(
        f"{word} {_value(facts[name])}".strip() for name, word in _FACTS.items() if facts.get(name)
    )


def _value(value: object) -> str:
    try:
        return moment(datetime.fromisoformat(str(value))).removesuffix(" 00:00")
    except ValueError:
        return str(value).lower() if str(value).isupper() else str(value)


def plain(name: str) -> str:
    """`wish_to_talk` as “wish to talk”."""
    return name.replace("_", " ")


def moment(at: datetime) -> str:
    """A moment for a reader, in the market's zone."""
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"
