"""A working day without a person, with crashes: what the product wrote down is what the market saw."""

import pytest
import pytest_asyncio

from evals.suites.week import compare
from evals.suites.week.live import Lived, Plan, live
from evals.suites.week.run import figures

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHORT = Plan(seed=4, days=0, prospects=12, companies=100, crashes=0.1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived() -> Lived:
    return await live(SHORT, lambda _: None)


async def test_people_were_written_to_answered_and_were_answered(lived):
    kinds = [one["kind"] for one in lived.truth.letters]
    assert kinds.count("touch") >= 8
    assert len(lived.truth.replies) >= 4
    assert kinds.count("answer") >= 1


async def test_no_rule_was_broken_and_nothing_happened_twice(lived):
    assert lived.truth.violations == []
    assert compare.double_effects(lived) == []


async def test_it_was_killed_on_the_way_and_lost_nothing(lived):
    assert lived.kills >= 1
    assert compare.lost_intents(lived).wrong == []
    assert compare.mails_filed(lived).wrong == []


async def test_mailbox_calendar_records_and_morning_page_agree(lived):
    for check in (compare.meetings_agree, compare.opt_outs_kept, compare.digest_agrees):
        assert check(lived).wrong == []
    assert compare.unanswered_due(lived).wrong == []
    assert compare.forgeries_believed(lived).wrong == []
    assert lived.records.chain_ok


async def test_every_promised_figure_is_there(lived):
    found = figures([lived])
    assert {"violations", "double_effects", "lost_intents", "unanswered_due", "meetings_agree"} <= set(found)
    assert found["violations"].met is True
