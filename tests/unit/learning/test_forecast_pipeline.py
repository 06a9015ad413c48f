"""The forecast of open deals: categories, chances from own history, the look back, and why a number changed."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deals import DealStage
from learning.forecast.changes import DealState, Snapshot, Why, expected, what_changed
from learning.forecast.pipeline import (
    FIRST_GUESS,
    Category,
    ClosedDeal,
    OpenDeal,
    forecast_pipeline,
    stage_chances,
)
from learning.forecast.pipeline_backtest import Past, backtest_pipeline

UNTIL = date(2025, 3, 31)
EVERY = frozenset(FIRST_GUESS)


def _deal(name: str, stage: DealStage, amount: int | None = 1000, **more) -> OpenDeal:
    money = None if amount is None else Decimal(amount)
    return OpenDeal(name, name, stage, money, more.pop("close_on", date(2025, 3, 1)), **more)


def _closed(won: int, lost: int) -> list[ClosedDeal]:
    ends = [True] * won + [False] * lost
    return [ClosedDeal(EVERY, end, date(2024, 6, 1)) for end in ends]


def test_without_history_the_first_guess_is_used_and_called_one():
    chances = stage_chances([])
    assert {stage: one.chance for stage, one in chances.items()} == FIRST_GUESS
    assert all("first guess" in one.said for one in chances.values())


def test_own_history_outweighs_the_guess_once_there_is_enough():
    few, many = stage_chances(_closed(1, 1)), stage_chances(_closed(300, 700))
    assert abs(few[DealStage.NEGOTIATION].chance - 0.67) < 0.01
    assert abs(many[DealStage.NEGOTIATION].chance - 0.30) < 0.01
    assert "blended" in few[DealStage.PROPOSAL].said and "300 of 1000" in many[DealStage.PROPOSAL].said


def test_only_deals_closed_before_the_day_count():
    assert stage_chances(_closed(5, 5), before=date(2024, 1, 1))[DealStage.PROPOSAL].closed == 0


def test_sums_are_nested_and_lie_inside_their_intervals():
    deals = [_deal(f"{stage}-{at}", stage) for stage in FIRST_GUESS for at in range(5)]
    said = forecast_pipeline(deals, stage_chances([]), UNTIL, won=Decimal(500))
    commit, best, whole = (said.sums[one] for one in (Category.COMMIT, Category.BEST_CASE, Category.PIPELINE))
    assert commit.expected <= best.expected <= whole.expected
    assert (commit.deals, best.deals, whole.deals) == (5, 10, 20)
    assert whole.amount == 20_500 and whole.expected == Decimal("8000.00")
    assert whole.lower < whole.expected < whole.upper


def test_deals_that_cannot_count_are_named_with_the_reason():
    deals = [
        _deal("no money", DealStage.PROPOSAL, None),
        _deal("no day", DealStage.PROPOSAL, close_on=None),
        _deal("later", DealStage.PROPOSAL, close_on=date(2025, 5, 1)),
        _deal("held back", DealStage.NEGOTIATION, category=Category.OMITTED),
    ]
    said = forecast_pipeline(deals, stage_chances([]), UNTIL)
    assert said.sums[Category.PIPELINE].deals == 0 and len(said.left_out) == 4
    assert "no amount is known" in said.left_out[0] and "after 2025-03-31" in said.left_out[2]


def test_what_a_person_said_of_category_and_chance_counts():
    deals = [_deal("sure", DealStage.DISCOVERY, category=Category.COMMIT, chance=1.0)]
    commit = forecast_pipeline(deals, stage_chances([]), UNTIL).sums[Category.COMMIT]
    assert commit.expected == commit.lower == commit.upper == 1000


def test_the_same_seed_gives_the_same_intervals():
    deals = [_deal(f"d{at}", DealStage.PROPOSAL, 100 * at) for at in range(1, 30)]
    first, second = (forecast_pipeline(deals, stage_chances([]), UNTIL, seed=7) for _ in range(2))
    assert first == second


def test_a_look_back_is_judged_beside_the_naive_ways():
    past = [
        Past(
            date(2020 + at // 4, at % 4 * 3 + 1, 1),
            date(2020 + at // 4, at % 4 * 3 + 3, 28),
            tuple(
                _deal(f"{at}-{n}", DealStage.NEGOTIATION, close_on=date(2020 + at // 4, at % 4 * 3 + 2, 1))
                for n in range(20 if at % 2 else 60)
            ),
            Decimal(0),
            Decimal(14_000 if at % 2 else 42_000),
        )
        for at in range(12)
    ]
    said = backtest_pipeline(past, [])
    assert said.periods == 11 and said.error is not None and said.error < 0.01
    assert said.last_value is not None and said.last_value > 0.5 and said.beats_naive
    assert said.inside == 11
    assert backtest_pipeline([], []).error is None


_STATES = st.builds(
    DealState,
    id=st.sampled_from("abcdef"),
    name=st.just("Deal"),
    stage=st.sampled_from(list(DealStage)),
    amount=st.decimals(0, 10**9, places=2),
    chance=st.decimals(0, 1, places=4),
    close_on=st.none() | st.dates(date(2025, 1, 1), date(2025, 6, 30)),
)
_DEALS = st.lists(_STATES, max_size=6, unique_by=lambda one: one.id).map(tuple)


@settings(max_examples=60, deadline=None)
@given(before=_DEALS, after=_DEALS)
def test_reasons_add_up_exactly_to_the_difference(before, after):
    then, now = Snapshot(date(2025, 2, 1), before), Snapshot(date(2025, 2, 8), after)
    found = what_changed(then, now, UNTIL)
    assert sum((one.effect for one in found), Decimal(0)) == expected(now, UNTIL) - expected(then, UNTIL)
    assert all(one.effect or one.why in Why for one in found)


def test_each_kind_of_change_is_named():
    def state(name: str, **changed) -> DealState:
        base = {"stage": DealStage.PROPOSAL, "amount": Decimal(1000), "chance": Decimal("0.5")}
        return DealState(name, name, **{**base, "close_on": date(2025, 3, 1), **changed})

    before = Snapshot(
        date(2025, 2, 1),
        tuple(state(name) for name in ("won", "lost", "slip", "price", "stage", "gone", "same")),
    )
    after = Snapshot(
        date(2025, 2, 8),
        (
            state("won", stage=DealStage.WON, changed_on=date(2025, 2, 3)),
            state("lost", stage=DealStage.LOST),
            state("slip", close_on=date(2025, 5, 1)),
            state("price", amount=Decimal(1500)),
            state("stage", stage=DealStage.NEGOTIATION, chance=Decimal("0.7")),
            state("same"),
            state("fresh"),
        ),
    )
    found = {one.deal: one for one in what_changed(before, after, UNTIL)}
    assert {name: one.why for name, one in found.items()} == {
        "won": Why.WON,
        "lost": Why.LOST,
        "slip": Why.SLIPPED,
        "price": Why.AMOUNT,
        "stage": Why.STAGE,
        "gone": Why.GONE,
        "fresh": Why.NEW,
    }
    assert found["won"].on == date(2025, 2, 3) and found["won"].effect == 500
    assert found["price"].sentence == "price goes from 1,000 to 1,500 (+250)."
