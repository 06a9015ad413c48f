"""G15: budgets are counters that hold at once, and money without a budget asks."""

import asyncio
import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy.budgets import Budgets, MailUse, charge, give_back, reserve
from autonomy.call_rules import call_hits
from domain.actions import ConnectedCall
from domain.decisions import Verdict
from domain.errors import Correctable
from runtime.store import counters
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, called, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G15")
ASK = Verdict.ASK
USE = MailUse("con_1", "acc_1", "cam_1", "maria@acme.example")
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_a_sequence_has_four_mails() -> None:
    assert silent(mailed(facts={"sent_to_contact": 3}), "G15")
    assert "already got 4 mails" in said(mailed(facts={"sent_to_contact": 4}), "G15")[0]


def test_a_person_gets_three_answers_a_day() -> None:
    assert silent(answered(answers={"to_contact_today": 2}), "G15")
    assert "already got 3 answers" in said(answered(answers={"to_contact_today": 3}), "G15")[0]
    assert "answers today" in said(answered(facts={"answered": None}), "G15")[0]


def test_an_answer_is_no_mail_of_the_sequence_and_the_other_way_round() -> None:
    assert silent(answered(facts={"sent_to_contact": 99}), "G15")
    assert silent(mailed(facts={"answered": builders.answered_facts(to_contact_today=99)}), "G15")


@pytest.mark.parametrize(
    ("amount", "facts", "words"),
    [
        (None, {}, "unknown"),
        (5, {"budget": None}, "No budget"),
        (5, {"budget": Decimal(4)}, "over the budget"),
        (5, {"budget": Decimal(10), "spent": Decimal(6)}, "over the budget"),
    ],
)
def test_money_beyond_a_budget_asks(amount: object, facts: dict, words: str) -> None:
    judgement = called({"amount": amount}, facts)
    assert judgement.verdict is ASK
    assert words in said(judgement, "G15", ASK)[0]


def test_money_inside_the_budget_and_calls_that_cost_nothing_pass() -> None:
    assert silent(called({"amount": 4}, {"budget": Decimal(10), "spent": Decimal(6)}), "G15")
    assert silent(called({"amount": 0}, {"budget": None}), "G15")
    assert silent(called({"amount": None, "reach": "read"}), "G15")


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("-1"), Decimal("Infinity"), Decimal("-0.01")])
def test_a_strange_amount_or_budget_is_refused_in_one_sentence(amount: Decimal) -> None:
    call = ConnectedCall(tool="pay", reach="outside", amount=Decimal(1))
    facts = builders.call_facts()
    cases = [
        (call.model_copy(update={"amount": amount}), facts),
        (call, facts.model_copy(update={"budget": amount})),
        (call, facts.model_copy(update={"spent": amount})),
    ]
    for action, seen in cases:
        (hit,) = call_hits(action, seen)
        assert (hit.rule, hit.verdict) == ("G15", Verdict.REFUSE)
        assert hit.message == "An amount or budget is negative or no number."


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_no_call_goes_over_its_budget_alone(amount: Decimal, spent: Decimal, budget: Decimal) -> None:
    judgement = called({"amount": amount}, {"spent": spent, "budget": budget})
    assert (judgement.verdict is Verdict.ALLOW) == (amount == 0 or spent + amount <= budget)


@pytest.mark.parametrize(("amount", "cap"), [(math.nan, 1), (-1, 1), (1, math.nan), (1, -1), (math.inf, 1)])
async def test_a_counter_takes_no_strange_numbers(workspace, amount: float, cap: float) -> None:
    async with workspace.database.write() as tx:
        with pytest.raises(Correctable):
            await counters.spend(tx, "x", "", amount, cap)


async def test_a_counter_holds_its_cap_by_name_and_period_and_takes_back(workspace) -> None:
    async with workspace.database.write() as tx:
        assert [await counters.spend(tx, "a", "1", 2, 5) for _ in range(3)] == [True, True, False]
        assert await counters.used(tx, "a", "1") == 4
        assert await counters.spend(tx, "a", "2", 5, 5)
        assert not await counters.spend(tx, "b", "1", 6, 5)
        await counters.give_back(tx, "a", "1", 3)
        assert await counters.used(tx, "a", "1") == 1
        await counters.give_back(tx, "a", "1", 9)
        assert await counters.used(tx, "a", "1") == 0


async def test_many_at_once_never_spend_more_than_there_is(workspace) -> None:
    async def one() -> bool:
        async with workspace.database.write() as tx:
            return await counters.spend(tx, "a", "", 1, 3)

    assert sum(await asyncio.gather(*(one() for _ in range(10)))) == 3


async def test_one_of_each_is_taken_at_once_and_counted_by_name_and_period(workspace) -> None:
    async with workspace.database.write() as tx:
        await counters.spend(tx, "a", "1", 2, 5)
        taken = await counters.take_one_of_each(tx, [("a", "1"), ("a", "2"), ("b", "")])
        assert taken == {("a", "1"): 3, ("a", "2"): 1, ("b", ""): 1}
        assert await counters.used(tx, "a", "1") == 3


async def test_a_mail_is_taken_from_every_budget_or_from_none(workspace) -> None:
    async with workspace.database.write() as tx:
        assert await reserve(tx, USE, NOW, Budgets(), 10) is None
        assert "this person" in str(await reserve(tx, USE, NOW, Budgets(), 10))
        await give_back(tx, USE, NOW)
        assert "workspace" in str(await reserve(tx, USE, NOW, Budgets(mails=0), 10))
        assert "mailbox" in str(await reserve(tx, USE, NOW, Budgets(), 0))
        assert await counters.used(tx, "workspace:mails", "2026-11-02") == 0
        assert await counters.used(tx, "company:acc_1:mails", "2026-11-02") == 0
        for number in range(5):
            other = MailUse(f"con_{number}", "acc_1", "cam_1", "maria@acme.example")
            assert await reserve(tx, other, NOW, Budgets(), 10) is None
        assert "company" in str(
            await reserve(tx, MailUse("con_9", "acc_1", "cam_1", "m"), NOW, Budgets(), 10)
        )


async def test_answers_have_a_line_of_their_own_and_leave_the_others_alone(workspace) -> None:
    answer = MailUse("con_1", "acc_1", "", "maria@acme.example")
    async with workspace.database.write() as tx:
        assert (
            await reserve(tx, USE, NOW, Budgets(), 10) is None
        )  # the touch of today leaves room for answers
        assert [await reserve(tx, answer, NOW, Budgets(), 10) for _ in range(3)] == [None] * 3
        assert "3 answers today" in str(await reserve(tx, answer, NOW, Budgets(), 10))
        other = MailUse("con_2", "acc_1", "", "maria@acme.example")
        assert await reserve(tx, other, NOW, Budgets(), 10) is None
        assert await counters.used(tx, "company:acc_1:mails", "2026-11-02") == 1
        assert await counters.used(tx, "contact:con_1:answers", "2026-11-02") == 3
        await give_back(tx, answer, NOW)
        assert await reserve(tx, answer, NOW, Budgets(), 10) is None
        assert "mailbox" in str(await reserve(tx, other, NOW, Budgets(), 5))


async def test_a_sequence_never_has_a_fifth_mail(workspace) -> None:
    async with workspace.database.write() as tx:
        for day in range(2, 6):
            assert await reserve(tx, USE, NOW.replace(day=day), Budgets(), 10) is None
        assert "sequence" in str(await reserve(tx, USE, NOW.replace(day=9), Budgets(), 10))


async def test_the_workspaces_tokens_and_fetches_have_a_cap_a_day(workspace) -> None:
    budgets = Budgets(tokens=100, fetches=1)
    async with workspace.database.write() as tx:
        assert await charge(tx, "tokens", 100, budgets, NOW)
        assert not await charge(tx, "tokens", 1, budgets, NOW)
        assert await charge(tx, "tokens", 1, budgets, NOW.replace(day=3))
        assert await charge(tx, "fetches", 1, budgets, NOW)
        assert not await charge(tx, "fetches", 1, budgets, NOW)


async def test_what_was_not_sent_gives_its_budget_back_and_what_was_does_not(workspace, sink) -> None:
    await workspace.approved_mails(2)
    sink.refuse("anna2@northwind.example", "550 5.1.1 no such user")
    await workspace.effector(sink).drain()
    day = workspace.clock.at.strftime("%Y-%m-%d")
    assert sorted(await workspace.states()) == ["failed", "sent"]
    async with workspace.database.read() as tx:
        assert await counters.used(tx, "workspace:mails", day) == 1


def test_a_person_gets_one_page_a_morning_whatever_day_it_names() -> None:
    assert silent(paged(), "G15")
    assert "a short while ago" in said(paged(facts={"lately": 1}), "G15")[0]
