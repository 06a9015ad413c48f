"""Learning who answers: only what was known and is over counts, and noise is called noise."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp

import pytest

from domain.experience import After, Consequence, Experience, MadeTouch
from learning.scoring import WINDOW
from learning.scoring.rows import Row, is_held_out, rows_of
from learning.scoring.shadow import ROWS, judge_shadow, still_good
from learning.scoring.training import Training, on_hold_out, train_reply
from tests.fixtures import builders

MONDAY, DAY = builders.MONDAY, timedelta(days=1)
LATER = MONDAY + 400 * DAY


def tried(*followed: tuple[After, float, str], number: int = 1) -> Experience:
    touch = MadeTouch(
        key=f"k{number}",
        at=MONDAY,
        decision_id="d",
        campaign_id="c",
        contact_id="p",
        account_id="a",
        step=2,
        features={"role": "ceo", "weekday": "Mon", "source": "import:list.csv:7"},
    )
    after = tuple(
        Consequence(kind=kind, at=MONDAY + days * DAY, value=value) for kind, days, value in followed
    )
    return Experience(touch=touch, followed=after)


SENT = (After.SENT, 0.1, "")


@pytest.mark.parametrize(
    ("followed", "won"),
    [
        ([SENT], False),
        ([SENT, (After.REPLY, 3, "positive")], True),
        ([SENT, (After.REPLY, 3, "not_interested")], False),
        ([SENT, (After.MEETING, 9, "booked")], True),
        ([SENT, (After.REPLY, 15, "positive")], False),  # too late to count, for everybody alike
    ],
)
def test_a_clear_yes_or_a_meeting_in_time_is_a_success(
    followed: list[tuple[After, float, str]], won: bool
) -> None:
    (row,) = rows_of([tried(*followed)], LATER)
    assert row.won is won
    assert row.features == {"role": "ceo", "source": "import", "step": 2.0}


@pytest.mark.parametrize("followed", [[], [SENT, (After.BOUNCE, 0.2, "")]])
def test_a_mail_that_did_not_arrive_teaches_nothing(followed: list[tuple[After, float, str]]) -> None:
    assert rows_of([tried(*followed)], LATER) == []


def test_a_row_appears_when_its_time_is_over_and_never_changes() -> None:
    """No look-ahead: what is learnt at a moment is what a replay of that moment gives."""
    one = tried(SENT, (After.REPLY, 3, "positive"), (After.REPLY, 30, "not_interested"))
    over = MONDAY + 0.1 * DAY + WINDOW
    assert rows_of([one], over - timedelta(seconds=1)) == []
    assert rows_of([one], over) == rows_of([one], LATER)


def rows(count: int, strength: float, seed: int = 1, base: float = -1.0) -> list[Row]:
    draw = random.Random(seed)
    made = []
    for number in range(count):
        industry, role = draw.choice("abcd"), draw.choice(["ceo", "buyer", None])
        pull = base + strength * (2.0 * (industry == "a") + 1.0 * (role == "ceo") - 0.8)
        account = f"acc_{seed}_{number // 2}"
        at = MONDAY + number * DAY / 10
        features = {"industry": industry, "role": role, "fit": draw.random(), "step": 1.0}
        won = draw.random() < 1 / (1 + exp(-pull))
        made.append(Row(f"k{number}", at, account, features, won, is_held_out(account)))
    return made


SIGNAL = rows(900, strength=1.5)


@pytest.fixture(scope="module")
def found() -> Training:
    return train_reply(SIGNAL, None, LATER)


def test_a_real_signal_is_proven_on_companies_nobody_learnt_from(found: Training) -> None:
    assert found.state == "signal"
    assert found.passed, found.test
    assert found.rows == sum(not row.held_out for row in SIGNAL)
    assert found.model is not None
    assert datetime.fromisoformat(found.model.about["made_at"]) == LATER  # no clock is read
    turned = [replace(row, won=not row.won) if row.held_out else row for row in SIGNAL]
    assert not on_hold_out(found.model, None, turned, tried=0).promoted
    assert not on_hold_out(found.model, found.model, SIGNAL, tried=1).promoted  # no better than itself


def test_each_further_try_on_the_same_companies_must_be_more_convincing(found: Training) -> None:
    assert found.model is not None
    spent = [on_hold_out(found.model, None, SIGNAL, tried=number).level for number in range(50)]
    assert sum(spent) < 0.001
    assert spent == sorted(spent, reverse=True)


@pytest.mark.parametrize("seed", range(2))
def test_noise_promotes_nobody(seed: int) -> None:
    known = rows(300, strength=0.0, seed=seed)
    found = train_reply(known, None, LATER)
    assert found.state == "no_signal"
    assert not found.passed
    assert "Use the base rate" in found.said
    taught = [row.won for row in known if not row.held_out]
    assert found.interval[0] < sum(taught) / len(taught) < found.interval[1]


@pytest.mark.parametrize(
    ("known", "word"),
    [
        ([], "Not enough data"),
        (rows(30, strength=1.0), "Not enough data"),
        ([replace(row, won=True) for row in rows(200, strength=1.0)], "ended in success"),
        ([replace(row, won=False) for row in rows(200, strength=1.0)], "ended in failure"),
        ([replace(row, features={}) for row in rows(300, strength=1.0)], "no column is left"),
    ],
)
def test_too_little_or_one_sided_or_empty_outcomes_are_an_answer(known: list[Row], word: str) -> None:
    found = train_reply(known, None, LATER)
    assert word in found.said
    assert found.model is None


def test_a_shadow_is_judged_once_enough_live_mails_are_over() -> None:
    known = rows(ROWS, strength=3.0)
    good = {row.key: 0.9 if row.won else 0.1 for row in known}
    assert judge_shadow(known[:-1], good, 0.3).better is None
    assert judge_shadow(known, good, 0.3).better is True
    assert judge_shadow(known, {key: 1 - chance for key, chance in good.items()}, 0.3).better is False
    assert judge_shadow(known, good, good).better is False  # no better than what is in force: it stays


def test_a_champion_that_became_surely_worse_is_told() -> None:
    known = rows(400, strength=3.0)
    right = {row.key: 0.9 if row.won else 0.1 for row in known}
    wrong = {key: 1 - chance for key, chance in right.items()}
    assert still_good(known, right, 0.3).better is True
    assert still_good(known, wrong, 0.3).better is False
    assert still_good(known[:20], wrong, 0.3).better is None
