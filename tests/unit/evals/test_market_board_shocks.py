"""What the board says that became of a shock: handled, handled wrongly, or not handled yet – never nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from evals.market.board.hands import Cut
from evals.market.board.judging import Judgement
from evals.market.board.struck import Reaction, Struck, all_struck
from evals.market.events.records import Event, Origin
from evals.market.ledger.past import Past, Story
from evals.market.ledger.records import Harm, State, Task
from evals.market.people.records import Correspondent, Letter

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
BOX, READER = "sales@boomerly.example", "ada@shop.example"


def letter(mail: int, minutes: int) -> Letter:
    at = AT + timedelta(minutes=minutes)
    return Letter(f"{mail}.1", mail, at, BOX, BOX, "Robin", READER, f"<{mail}@x>", "Hello", "Good morning")


def past(*letters: Letter) -> Past:
    person = Correspondent(READER, "Ada", "", "Shop", "shop.example", "en", ZoneInfo("UTC"))
    return Past(AT + timedelta(days=20), {READER: Story(person, letters=letters)})


def task(kind: str, event: str, state: State, *, claimed: bool = True, because: str = "1.1 does it") -> Task:
    closed = AT + timedelta(hours=5) if state is State.CLOSED else None
    due = AT + timedelta(days=2)
    name = f"{kind}/somebody/{event}"
    return Task(name, kind, "x", "x", AT, due, (), claimed, state, closed, because, ("1.1",))


def shock(kind: str = "mailbox_dies", **facts: str) -> Event:
    return Event("shock/1", AT + timedelta(hours=1), Origin.SHOCK, kind, BOX, "It fails", facts=facts)


def told(event: Event, found: Judgement) -> Struck:
    return all_struck([event], [], 1, found, lambda because: because.replace("1.1", "mail 1"))[0]


@pytest.mark.parametrize(
    ("state", "reaction"),
    [(State.CLOSED, Reaction.HANDLED), (State.OPEN, Reaction.NOT_YET), (State.FAILED, Reaction.WRONG)],
)
def test_a_dead_mailbox_ends_as_the_ledger_says(state, reaction):
    found = Judgement(past(letter(1, 0)), (task("mailbox_outage", "shock/1", state),))
    assert told(shock(), found).reaction is reaction


def test_what_no_agent_does_is_not_handled_yet_even_when_it_was_due():
    missed = task("world_event", "rival.example/shock/1", State.FAILED, claimed=False, because="silence")
    struck = told(shock("competitor_cuts_price", event="rival.example/shock/1"), Judgement(past(), (missed,)))
    assert struck.reaction is Reaction.NOT_YET
    assert "silence" in struck.because and "No agent of this product does this yet." in struck.because


def test_the_task_of_another_shock_says_nothing():
    other = task("mailbox_outage", "shock/11", State.CLOSED)
    struck = told(shock(), Judgement(past(letter(1, 0)), (other,)))
    assert struck.reaction is Reaction.NOT_YET and "No mail had left this mailbox" in struck.because


def test_a_shock_before_the_first_mail_is_shown_and_asks_nothing():
    struck = told(shock(), Judgement(past()))
    assert struck.reaction is Reaction.NOT_YET and "written to nobody" in struck.because


def test_reasons_name_mails_and_not_ids():
    open_task = task("mailbox_outage", "shock/1", State.OPEN, because="1.1 came")
    struck = told(shock(), Judgement(past(letter(1, 0)), (open_task,)))
    assert "mail 1 came" in struck.because and "1.1" not in struck.because


def test_a_cut_line_waits_then_is_handled_until_the_mail_comes_again():
    cut = Cut(AT, 1)
    first, second = letter(1, 0), letter(2, 30)
    again = Harm("same_text_twice", READER, second.at, second.id, "it had arrived before")

    def seen(arrived: int, found: Judgement) -> Reaction:
        return all_struck([], [cut], arrived, found, str)[0].reaction

    assert seen(0, Judgement(past())) is Reaction.NOT_YET
    assert seen(1, Judgement(past(first))) is Reaction.HANDLED
    assert seen(2, Judgement(past(first, second), (), (again,))) is Reaction.WRONG


def test_the_newest_shock_comes_first():
    later = Event("shock/2", AT + timedelta(days=1), Origin.SHOCK, "mailbox_mended", BOX, "It works again")
    rows = all_struck([shock(), later], [], 0, Judgement(past()), str)
    assert [one.name for one in rows] == ["mailbox_mended", "mailbox_dies"]
