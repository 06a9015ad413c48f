"""The chance to win a deal: from few deals by pooling, honest when it cannot say, and never out of order."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deals import DealStage
from learning.deal_chance import FEWEST, ChanceBook, PastState, learn_chances
from learning.deal_health import Signal
from learning.forecast.pipeline import FIRST_GUESS, ClosedDeal

OPEN = tuple(FIRST_GUESS)
DAY = date(2026, 11, 2)


def closed(won: int, lost: int) -> list[ClosedDeal]:
    ends = [True] * won + [False] * lost
    return [ClosedDeal(frozenset({DealStage.DISCOVERY, DealStage.PROPOSAL}), end, DAY) for end in ends]


def sign(points: int, name: str = "silence") -> Signal:
    return Signal(name, points, f"{name}.")


@pytest.mark.parametrize(
    ("won", "lost", "word"),
    [(0, 0, "0 of our deals"), (2, 2, "4 of our deals"), (6, 0, "were won"), (0, 6, "were lost")],
)
def test_it_says_when_it_cannot_say_and_what_the_first_guess_is(won: int, lost: int, word: str) -> None:
    book = learn_chances(closed(won, lost), [])
    said = book.chance(DealStage.PROPOSAL, [])
    assert (said.value, said.lower, said.upper) == (None, None, None)
    assert said.said.startswith("Cannot say")
    assert word in said.said
    assert 0 < said.guess < 1
    assert said.as_json()["first_guess"] == round(said.guess, 3)


def test_few_deals_are_pooled_with_the_first_guess() -> None:
    book = learn_chances(closed(4, FEWEST - 4), [])
    said = book.chance(DealStage.PROPOSAL, [])
    assert said.value is not None
    assert said.lower is not None
    assert said.upper is not None
    assert FIRST_GUESS[DealStage.PROPOSAL] < said.value < 0.8
    assert said.lower < said.value < said.upper
    many = learn_chances(closed(400, 100), []).chance(DealStage.PROPOSAL, [])
    assert many.value == pytest.approx(0.8, abs=0.02)
    assert many.upper is not None
    assert many.lower is not None
    assert many.upper - many.lower < said.upper - said.lower


def test_signs_are_named_by_what_they_do() -> None:
    said = learn_chances(closed(5, 5), []).chance(
        DealStage.PROPOSAL, [sign(-30), sign(10, "meeting"), sign(-10, "alone"), sign(15, "yes")]
    )
    assert [one.name for one in said.positive] == ["yes", "meeting"]
    assert [one.name for one in said.negative] == ["silence", "alone"]
    assert said.negative[0].as_json()["odds"] == 0.55


@st.composite
def books(draw: st.DrawFn) -> ChanceBook:
    wins = draw(st.lists(st.booleans(), max_size=40))
    past = [
        PastState(
            f"d{number}",
            draw(st.sampled_from(OPEN)),
            draw(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.floats(-120, 120), max_size=3)),
            won,
        )
        for number, won in enumerate(wins)
    ]
    return learn_chances([ClosedDeal(frozenset({one.stage}), one.won, DAY) for one in past], past)


@settings(max_examples=40, deadline=None)
@given(books(), st.sampled_from(OPEN), st.lists(st.integers(-200, 200), max_size=6))
def test_a_chance_lies_between_its_bounds_and_inside_nought_and_one(
    book: ChanceBook, stage: DealStage, points: list[int]
) -> None:
    said = book.chance(stage, [sign(one, "abcdef"[at]) for at, one in enumerate(points)])
    assert 0 < said.guess < 1
    if said.value is not None and said.lower is not None and said.upper is not None:
        assert 0 < said.lower <= said.value <= said.upper < 1


@settings(max_examples=40, deadline=None)
@given(books(), st.sampled_from(OPEN), st.integers(-60, 60), st.integers(-60, 60))
def test_a_better_sign_of_an_unmeasured_kind_never_lowers_the_chance(
    book: ChanceBook, stage: DealStage, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    assert book.chance(stage, [sign(low)]).guess <= book.chance(stage, [sign(high)]).guess


def test_what_a_sign_is_worth_is_learnt_and_days_of_one_deal_count_once() -> None:
    draw = random.Random(4)
    past, history = [], []
    for number in range(400):
        bad, idle = draw.random() < 0.5, draw.random() < 0.5
        won = draw.random() < (0.15 if bad else 0.75)
        points = {"silence": -30.0 * bad, "alone": -30.0 * idle}
        past += [PastState(f"d{number}", DealStage.PROPOSAL, points, won)] * (1 + number % 5)
        history.append(ClosedDeal(frozenset({DealStage.PROPOSAL}), won, DAY))
    book = learn_chances(history, past)
    assert book.worth["silence"] > 2.0
    assert abs(book.worth["alone"]) < 0.9
    for silent, truth in ((True, 0.15), (False, 0.75)):
        said = book.chance(DealStage.PROPOSAL, [sign(-30 * silent), sign(-15, "alone")])
        assert said.value == pytest.approx(truth, abs=0.1)
