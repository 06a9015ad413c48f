"""The board's page: its parts as values, and its templates, which escape everything. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.market.board.feed import Kind, Tone
from evals.market.board.hands import LINE_CUT, SPEEDS
from evals.market.board.judging import Judgement
from evals.market.board.struck import Reaction
from evals.market.board.words import moment, shock_words
from evals.market.events.shocks import SHOCKS
from evals.market.ledger.records import State
from evals.market.people.lives import MeetingState
from evals.market.people.records import Meaning
from evals.market.people.town import Townsfolk

HERE = Path(__file__).resolve().parent
# Nothing inline, nothing from elsewhere, forms post home only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
STATIC = {"board.css": "text/css", "board.js": "text/javascript", "mark.svg": "image/svg+xml"}
_REACTION_TONES = {
    Reaction.HANDLED: Tone.GOOD,
    Reaction.NOT_YET: Tone.WARN,
    Reaction.WRONG: Tone.BAD,
    Reaction.NOTHING_DUE: Tone.PLAIN,
}
_FILTERS = {
    Kind.MAIL: "Mails",
    Kind.ANSWER: "Answers",
    Kind.MEETING: "Meetings",
    Kind.TASK: "Tasks",
    Kind.HARM: "Harms",
}


@dataclass(frozen=True, slots=True)
class Count:
    """One figure at the top of the page."""

    name: str
    label: str
    value: int
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Time:
    """What the clock shows."""

    now: datetime
    running: bool
    speed: float  # at which time passes now
    chosen: float  # at which it passes otherwise
    leaps_to: datetime | None
    waits: bool  # for the first mail


def counts(folk: Townsfolk, found: Judgement) -> Sequence[Count]:
    """The figures: what arrived is counted as it stands, tasks and harms as they were last judged."""
    words = [one for one in folk.replies if not one.automatic]
    glad = sum(one.said.meaning is Meaning.POSITIVE for one in words)
    booked = sum(one.stands or one.state is MeetingState.HELD for one in folk.script.meetings.values())
    claimed = [one.state for one in found.tasks if one.claimed]
    not_yet = sum(not one.claimed and one.state is not State.CLOSED for one in found.tasks)
    done = sum(one.state is State.CLOSED for one in found.tasks)
    failed, harms = claimed.count(State.FAILED), len(found.harms)
    return (
        Count("mails", "mails", len(folk.letters)),
        Count("answers", "answers of people", len(words)),
        Count("positive", "positive", glad, Tone.GOOD if glad else Tone.PLAIN),
        Count("meetings", "meetings", booked, Tone.GOOD if booked else Tone.PLAIN),
        Count("done", "tasks done", done, Tone.GOOD if done else Tone.PLAIN),
        Count("open", "tasks open", claimed.count(State.OPEN)),
        Count("failed", "tasks failed", failed, Tone.BAD if failed else Tone.PLAIN),
        Count("not_yet", "not handled yet", not_yet, Tone.WARN if not_yet else Tone.PLAIN),
        Count("harms", "harms", harms, Tone.BAD if harms else Tone.PLAIN),
    )


def draw(template: str, **values: Any) -> str:
    """A template with values."""
    return _environment().get_template(template).render(values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Every value is escaped; a missing one is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names: dict[str, Any] = {
        "speeds": [(speed, f"{speed:g}×") for speed in SPEEDS],
        "shock_buttons": [(name, *shock_words(name)) for name in (*SHOCKS, LINE_CUT)],
        "kinds": [(kind.value, label) for kind, label in _FILTERS.items()],
        "reaction_tones": _REACTION_TONES,
        "shock_words": shock_words,
    }
    made.globals.update(names)
    made.filters["moment"] = moment
    return made
