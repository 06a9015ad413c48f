"""The market suite's arithmetic on hand-made games: what ours was worth, how wishes were handled, what is shown."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from evals.market.buyers.economics import all_economics
from evals.market.ledger.records import Harm, State, Task
from evals.suites.figures import SuiteResult
from evals.suites.market import shown
from evals.suites.market.book import as_csv, open_book
from evals.suites.market.drill import handled
from evals.suites.market.ledger import judge
from evals.suites.market.ours import scored
from evals.suites.market.purse import READ_DRAFT_MINUTES, YES_MINUTES
from evals.suites.market.run import Run
from evals.suites.market.scoring import Score
from evals.suites.week.live import SELLER, Decision

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def task(kind: str, person: str, state: State = State.CLOSED, **given) -> Task:
    values = {
        "id": f"{kind}:{person}",
        "company": "firm.example",
        "opened": NOON,
        "due": NOON + timedelta(days=1),
        "needs": ("relationship",),
        "claimed": True,
        "closed": NOON,
        "because": "silence" if state is State.FAILED else "",
        "messages": (),
    }
    return Task(kind=kind, person=person, state=state, **{**values, **given})


def lived(seed: int = 21, values=(2.0, 3.0), decided=()):
    worth = [
        {"letter": f"l{n}", "at": NOON.isoformat(), "person": f"p{n}@firm.example", "value": one, "cost": 0.5}
        for n, one in enumerate(values)
    ]
    letters = [{"id": one["letter"]} for one in worth]
    replies = [{"meaning": "positive"}, {"meaning": "auto_reply"}, {"meaning": "question"}]
    return SimpleNamespace(
        plan=SimpleNamespace(seed=seed, days=14),
        truth=SimpleNamespace(letters=letters, replies=replies, meetings=[]),
        told={"/truth/worth": worth},
        decided=tuple(decided),
        mails_planned=len(values),
        seconds=100.0,
        seconds_set_up=40.0,
        rss_mb={"product": (300.0, 400.0), "market": (100.0, 90.0)},
        problems=(),
    )


def test_ours_is_worth_what_its_letters_promise_as_far_as_answers_are_handled():
    yes = Decision("ask_1", NOON, "answer_mail", "p0@firm.example")
    score = scored(lived(decided=[yes]), handled=0.8).score
    purse = all_economics()[SELLER]
    minutes = 2 * READ_DRAFT_MINUTES + YES_MINUTES
    assert score.expected == pytest.approx(0.8 * 5.0)
    assert score.harm == pytest.approx(1.0)
    assert score.cost == pytest.approx(2 * purse.mail_cost + minutes * purse.human_minute_cost)
    assert (score.people, score.answers, score.positive) == (2, 2, 1), "machines do not answer"


def test_a_wish_is_handled_well_when_no_step_towards_the_meeting_failed():
    found = handled(
        [
            task("wish_to_talk", "a"),
            task("times_accepted", "a"),
            task("interest", "b"),
            task("counter", "b", State.FAILED),
            task("wish_to_talk", "c", State.OPEN),
            task("question", "d", State.FAILED),
        ]
    )
    assert (found.wishes, found.well, found.share) == (2, 1, 0.5)
    assert handled([]).share == 0.0


@pytest.fixture
def run():
    ours = tuple(scored(lived(seed, (9.0, 9.0)), 1.0) for seed in (21, 22, 23))
    inside = tuple(
        Score(policy, seed, 2, 2, 1, 0, worth, 0.0, 0.0)
        for policy, worth in (("random", 1.0), ("fixed cadence", 5.0), ("best static", 8.0), ("oracle", 90.0))
        for seed in (21, 22, 23)
    )
    tasks = [
        task("question", "a"),
        task("counter", "b", State.FAILED, messages=("m1",)),
        task("world_event", "c", claimed=False),
    ]
    harm = Harm("too_often", "a<b>@firm.example", NOON, "l1", "two in a day")
    return Run(
        (21, 22, 23),
        ours,
        inside,
        judge(tasks, [harm], 50, (), notes={"m1": "waiting: no source"}),
        handled(tasks),
        tuple(one.lived for one in ours),
    )


def test_figures_compare_on_the_same_seeds(run):
    figures = shown.figures(run)
    margin = run.ours[0].score.margin
    assert figures["margin_vs_fixed_cadence"].value == pytest.approx(margin / 5)
    assert figures["share_of_oracle"].value == pytest.approx(margin / 90)
    assert figures["share_of_oracle"].baseline == pytest.approx(5 / 90)
    assert figures["autonomous_completion"].value == pytest.approx(0.5), "what nobody claims is not counted"
    assert figures["harmful_actions"].value == pytest.approx(1 / 50)
    assert figures["market_days_per_min"].value == pytest.approx(14)
    assert figures["rss_mb"].value == pytest.approx(500)


def test_the_document_holds_every_table_and_can_be_written(run):
    result = SuiteResult(
        "market", run.seeds, shown.figures(run), shown.skipped(run), sections=shown.sections(run)
    )
    document = json.loads(json.dumps(result.as_json()))
    titles = [section["title"] for section in document["sections"]]
    assert "Policies on the same seeds" in titles and "Not handled yet" in titles
    failed = next(one for one in document["sections"] if one["title"].startswith("Failed"))
    assert failed["rows"] == [["counter", "b", "Tue 24 Nov 12:00", "silence", "waiting: no source"]]
    assert "counter b" in shown.explained(run)


def test_a_bought_list_names_company_person_and_address_in_every_row():
    people = open_book(3, 120, SELLER).bought()
    rows = list(csv.DictReader(io.StringIO(as_csv(people))))
    assert len(rows) == len(people) > 3
    assert all(row["Company"] and row["Website"] and "@" in row["Email"] for row in rows)
