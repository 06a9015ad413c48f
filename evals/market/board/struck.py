"""What became of each shock: the ledger's word on what the agent did, and "not handled yet" where it has none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evals.market.board.hands import LINE_CUT, Cut
from evals.market.board.judging import Judgement
from evals.market.board.words import NEVER, NOBODY_DOES_IT, moment, shock_words
from evals.market.events.records import Event
from evals.market.ledger.records import State, Task, kinds

_TWICE = frozenset({"same_mail_twice", "same_text_twice", "same_invitation_twice"})


class Reaction(StrEnum):
    """What the agent did about a shock."""

    HANDLED = "handled"
    NOT_YET = "not handled yet"
    WRONG = "handled wrongly"
    NOTHING_DUE = "nothing to do"


@dataclass(frozen=True, slots=True)
class Struck:
    """One shock, and what became of it."""

    at: datetime
    name: str
    title: str
    reaction: Reaction
    because: str


def all_struck(
    shocks: Sequence[Event],
    cuts: Sequence[Cut],
    arrived: int,
    found: Judgement,
    spoken: Callable[[str], str],
) -> list[Struck]:
    """Every shock so far, newest first.

    Args:
        arrived: how many mails have arrived.
        spoken: puts a reason of the ledger into words without ids.
    """
    told = [
        *(_shock(one, found, spoken) for one in shocks),
        *(_cut(one, arrived, found) for one in cuts),
    ]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _shock(event: Event, found: Judgement, spoken: Callable[[str], str]) -> Struck:
    title = f"{event.title}."
    if event.kind == "mailbox_mended":
        return Struck(event.at, event.kind, title, Reaction.NOTHING_DUE, "What waited may leave now.")
    task = next(_tasks_of(event, found), None)
    if task is None:
        return Struck(event.at, event.kind, title, Reaction.NOT_YET, _why_no_task(event, found))
    return Struck(event.at, event.kind, title, _reaction(task), _because(task, spoken))


def _tasks_of(event: Event, found: Judgement) -> Iterator[Task]:
    """The tasks that the ledger opened for it: a shock of the world shows itself as an event of its own."""
    causes = {event.id, event.facts.get("event") or event.id}
    for task in found.tasks:
        if any(task.id.endswith(f"/{one}") for one in causes):
            yield task


def _reaction(task: Task) -> Reaction:
    if task.state is State.CLOSED:
        return Reaction.HANDLED
    return Reaction.WRONG if task.state is State.FAILED and task.claimed else Reaction.NOT_YET


def _because(task: Task, spoken: Callable[[str], str]) -> str:
    end = kinds()[task.kind].end
    if task.state is State.CLOSED:
        return f"{end} Done on {moment(task.closed or task.opened)}."
    due = f" It is due on {moment(task.due)}." if task.state is State.OPEN and task.due.year < NEVER else ""
    claim = "" if task.claimed else f" {NOBODY_DOES_IT}"
    return f"Expected: {end} So far: {spoken(task.because)}.{due}{claim}"


def _why_no_task(event: Event, found: Judgement) -> str:
    letters = found.past.letters
    if event.at > found.past.now:
        return "It has only just happened."
    if not any(one.at <= event.at for one in letters):
        return "The agent had written to nobody before it happened, so the ledger expects nothing of it."
    if event.kind == "mailbox_dies":
        return "No mail had left this mailbox before, so the ledger expects nothing of it."
    return f"It concerns none of those the agent writes for, so the ledger expects nothing. {NOBODY_DOES_IT}"


def _cut(cut: Cut, arrived: int, found: Judgement) -> Struck:
    title = shock_words(LINE_CUT)[1]
    if arrived < cut.mail:
        return Struck(cut.at, LINE_CUT, title, Reaction.NOT_YET, "It waits for the next mail.")
    letters = {one.id for one in found.past.letters if one.mail == cut.mail}
    people = {one.person for one in found.past.letters if one.mail == cut.mail}
    if not letters:
        return Struck(cut.at, LINE_CUT, title, Reaction.NOT_YET, "The ledger has not judged it yet.")
    again = [one for one in found.harms if one.rule in _TWICE and one.person in people]
    if any(one.letter not in letters for one in again):
        return Struck(cut.at, LINE_CUT, title, Reaction.WRONG, "The same mail came once more.")
    calm = f"Mail {cut.mail} arrived although the line broke; so far the agent has not sent it again."
    return Struck(cut.at, LINE_CUT, title, Reaction.HANDLED, calm)
