"""The arena: policies meet the same buyers and the same dice, within one budget, and compare as they should."""

from collections import Counter

import pytest

from evals.suites.market.arena import Arena, Budget, Send
from evals.suites.market.book import REPORTING_SEEDS, TUNING_SEEDS, open_book
from evals.suites.market.policies import AtRandom, Cadence, Oracle, static_candidates
from evals.suites.market.purse import HUMAN_HANDLES
from evals.suites.market.scoring import Score, compare, score

HOST = "boomerly.example"
BUDGET = Budget(people=30, touches=4, a_day=20)


def played(policy, seed=3, days=21, budget=BUDGET):
    arena = Arena(open_book(seed, 400, HOST), budget, days)
    return arena, arena.play(policy)


def margin(policy, seed=3):
    arena, entries = played(policy, seed)
    return score(policy.name, seed, entries, arena.book.seller, HUMAN_HANDLES, 0.0).margin


def test_tuning_and_reporting_seeds_are_apart():
    assert not set(TUNING_SEEDS) & set(REPORTING_SEEDS)
    assert min(REPORTING_SEEDS) >= 20 > max(TUNING_SEEDS)


@pytest.mark.parametrize("policy", [AtRandom(), Cadence(), Oracle()], ids=lambda one: one.name)
def test_nobody_goes_over_the_budget_and_the_same_game_ends_the_same(policy):
    _, first = played(policy)
    _, again = played(type(policy)())
    assert [(one.day, one.address, one.answer) for one in first] == [
        (one.day, one.address, one.answer) for one in again
    ]
    letters = Counter(one.address for one in first)
    assert len(letters) <= BUDGET.people
    assert max(Counter(one.day for one in first).values()) <= BUDGET.a_day


def test_a_sequence_keeps_to_working_days_and_stops_at_an_answer():
    arena, entries = played(Cadence())
    assert {one.day % 7 for one in entries} <= set(range(5))
    letters = Counter(one.address for one in entries)
    assert max(letters.values()) <= 4
    for address, past in arena.past.items():
        if past.answer:
            assert [one.answer for one in entries if one.address == address][-1] == past.answer


def test_who_knows_all_beats_what_people_do_and_that_beats_chance():
    assert margin(Oracle()) > 2 * margin(Cadence()) > 2 * margin(AtRandom())


def test_the_same_letter_on_the_same_day_meets_the_same_dice():
    one, other = (Arena(open_book(5, 400, HOST), BUDGET, 1) for _ in range(2))
    prospect = one.book.bought()[0]

    class Once:
        name = "once"

        def day(self, arena, day):
            return [Send(prospect, "returns", "Hello, how do returns go?", 10)]

    assert one.play(Once()) == other.play(Once())


def test_what_is_tried_differs_and_stays_within_the_budget():
    tried = list(static_candidates())
    assert len(set(tried)) == len(tried) > 50
    assert all(len(one.gaps) <= BUDGET.touches for one in tried)


def scored(policy, margins):
    return [Score(policy, seed, 1, 1, 0, 0, value, 0, 0) for seed, value in margins.items()]


def test_policies_compare_by_pairs_of_seeds():
    ours, theirs = {n: 200.0 + n for n in range(20)}, {n: 100.0 + n for n in range(20)}
    found = compare(scored("ours", ours), scored("other", theirs))
    assert found.seeds == 20
    assert found.difference == pytest.approx(100)
    assert found.difference_interval == pytest.approx((100, 100))
    low, high = found.ratio_interval
    assert found.ratio == pytest.approx(sum(ours.values()) / sum(theirs.values()))
    assert low < found.ratio < high
