"""Calibration from outcomes: monotone, pooled, honest about too little data, and raising only."""

import random
from datetime import timedelta

import pytest

from autonomy import calibration
from autonomy.calibration import PROMISED, Sample
from autonomy.facts import CalibrationFacts
from autonomy.risk import assess
from domain.outcomes import Outcome, Sign, substantially
from tests.fixtures import builders
from tests.fixtures.builders import CRM, MONDAY


def drawn(action: str, points: int, share: float, count: int, seed: int = 1) -> list[Sample]:
    chance = random.Random(seed)
    return [
        Sample(action, points, chance.random() < share, MONDAY + timedelta(minutes=number))
        for number in range(count)
    ]


def outcome(sign: Sign, decision: str = "dec_1", days: float = 0.0) -> Outcome:
    return Outcome(
        decision_id=decision,
        agent="outreach",
        action="send_email",
        verdict="ask",
        points=4,
        sign=sign,
        at=MONDAY + timedelta(days=days),
        seq=1,
    )


def test_violators_are_pooled_by_weight() -> None:
    assert calibration.monotone([0.1, 0.4, 0.2, 0.5], [1, 1, 3, 1]) == pytest.approx((0.1, 0.25, 0.25, 0.5))


def test_too_few_outcomes_are_said_to_be_too_few() -> None:
    result = calibration.calibrate(drawn("send_email", 4, 0.5, 59))
    assert (result.state, result.raises) == ("not_enough_data", {})
    assert result.report["needed"] == 1


def test_outcomes_worse_than_the_points_raise_them_and_the_later_third_proves_it() -> None:
    known = drawn("send_email", 4, 0.25, 400) + drawn("edit_draft", 2, 0.01, 400, seed=2)
    result = calibration.calibrate(known)
    assert result.state == "fitted"
    assert result.raises["send_email"][4] == 3
    assert "edit_draft" not in result.raises or result.raises["edit_draft"][2] <= 1
    assert result.report["brier_after"] < result.report["brier_before"]  # type: ignore[operator]


def test_points_that_keep_their_promise_are_left_alone() -> None:
    known = drawn("send_email", 4, PROMISED[4] / 2, 600)
    assert calibration.calibrate(known).raises == {}


def test_better_outcomes_never_lower_points() -> None:
    raises = calibration.fit(drawn("send_email", 9, 0.0, 500)).raises()
    assert raises == {}


def test_a_kind_with_few_decisions_raises_nothing_on_its_own() -> None:
    known = drawn("send_email", 4, 0.02, 300) + drawn("book_meeting", 4, 1.0, 10)
    assert "book_meeting" not in calibration.calibrate(known).raises


def test_raised_points_stay_in_order() -> None:
    for seed in range(5):
        known = [one for p in range(11) for one in drawn("send_email", p, 0.3, 40, seed + p)]
        raised = calibration.fit(known).raises().get("send_email", (0,) * 11)
        after = [points + extra for points, extra in enumerate(raised)]
        assert after == sorted(after)
        assert all(0 <= extra <= 3 for extra in raised) and max(after) <= 10


def test_a_decision_counts_once_and_only_when_its_outcome_is_known() -> None:
    now = MONDAY + timedelta(days=4)
    known = calibration.samples(
        [
            outcome(Sign.APPROVED),
            outcome(Sign.COMPLAINT, days=3.9),
            outcome(Sign.APPROVED, "dec_2", days=3.5),
            outcome(Sign.TOUCHED, "dec_3"),
            outcome(Sign.BREACH, "dec_4"),
        ],
        now,
    )
    assert [(one.points, one.harm) for one in known] == [(4, True), (4, False)]


def test_a_changed_word_is_no_substantial_edit() -> None:
    text = "Hi Anna, would a short call next week help you and the team at Northwind with the shop?"
    assert not substantially(text, text.replace("short", "quick"))
    assert substantially(text, "Hello, buy our new product today, it is cheap.")


def test_the_gate_raises_the_highest_factor_and_says_why() -> None:
    facts = CalibrationFacts(number=3, raises=(3,) * 11, decisions=240)
    plain = assess(builders.mail(), CRM, builders.snapshot())
    raised = assess(builders.mail(), CRM, builders.snapshot(calibration=facts))
    top = max(range(4), key=lambda n: plain[n].points)
    assert raised[top].points == plain[top].points + 3
    assert raised[top].raised == 3
    assert "outcomes of 240 earlier decisions were worse than their points said" in raised[top].reason
    assert [raised[n] for n in range(4) if n != top] == [plain[n] for n in range(4) if n != top]


@pytest.mark.parametrize("raises", [(-5,) * 11, (99,) * 11, (1,), ()])
def test_a_damaged_calibration_neither_lowers_nor_raises_beyond_three(raises: tuple[int, ...]) -> None:
    plain = assess(builders.mail(), CRM, builders.snapshot())
    seen = assess(builders.mail(), CRM, builders.snapshot(calibration=CalibrationFacts(raises=raises)))
    assert all(0 <= after.points - before.points <= 3 for before, after in zip(plain, seen, strict=True))
