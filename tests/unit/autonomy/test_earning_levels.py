"""Earned levels: up only on the bound, down at once, and a click on a long list counts for little."""

from datetime import timedelta

import pytest

from autonomy import earning
from autonomy.earning import Tally, move, upper_bound
from domain.outcomes import Outcome, Sign
from tests.fixtures.builders import MONDAY


def tallied(reviewed: int, overturned: int = 0, level: int = 0, harmed: int = 0, *signs: Sign) -> Tally:
    return Tally("outreach", "send_email", level, reviewed, overturned, harmed, 0, signs)


def signal(number: int, sign: Sign, *, ask: str = "", verdict: str = "ask", days: float = 0) -> Outcome:
    return Outcome(
        decision_id=f"dec_{number}",
        agent="outreach",
        action="send_email",
        verdict=verdict,
        points=3,
        sign=sign,
        at=MONDAY - timedelta(days=days),
        seq=number + 1,
        ask=ask,
    )


@pytest.mark.parametrize(
    ("number", "overturned", "bound"),
    [(0, 0, 1.0), (10, 10, 1.0), (10, 0, 0.2589), (100, 3, 0.0757), (473, 1, 0.0100), (1000, 5, 0.0105)],
)
def test_the_bound_is_the_clopper_pearson_one(number: int, overturned: int, bound: float) -> None:
    assert upper_bound(number, overturned) == pytest.approx(bound, abs=2e-4)


def test_299_clean_decisions_move_a_level_up_and_298_do_not() -> None:
    assert move(tallied(298)) is None
    up = move(tallied(299))
    assert up is not None and up.after == 1
    assert "299 reviewed decisions, 0 overturned" in up.reason


@pytest.mark.parametrize("kind", ["answer_mail", "book_meeting", "change_meeting", "open_deal", "move_deal"])
def test_answers_meetings_and_deals_are_earned_like_mails_and_lost_at_once(kind: str) -> None:
    up = move(Tally("relationship", kind, 0, 299, 0, 0, 0))
    down = move(Tally("relationship", kind, 2, 299, 1, 0, 0, (Sign.BREACH,)))
    assert up is not None and down is not None
    assert (up.after, down.after) == (1, 0)


def test_the_highest_level_moves_no_further() -> None:
    assert move(tallied(5000, level=2)) is None
    assert earning.missing(tallied(5000, level=2)) is None


@pytest.mark.parametrize("seen", [0, 1, 298, 299, 400])
@pytest.mark.parametrize("overturned", [0, 1, 2])
def test_what_is_missing_is_exactly_what_moves_it(seen: int, overturned: int) -> None:
    if overturned > seen:
        return
    needed = earning.missing(tallied(seen, overturned))
    assert needed is not None
    assert move(tallied(seen + needed, overturned)) is not None
    if needed:
        assert move(tallied(seen + needed - 1, overturned)) is None


@pytest.mark.parametrize("sign", [Sign.REJECTED, Sign.EDITED, Sign.TOUCHED, Sign.UNDONE, Sign.REFUSED_LATE])
def test_one_overturned_decision_takes_one_level(sign: Sign) -> None:
    down = move(tallied(1000, 1, 2, 0, sign))
    assert down is not None and down.after == 1


@pytest.mark.parametrize("sign", [Sign.BREACH, Sign.COMPLAINT])
def test_a_breach_or_complaint_takes_every_level(sign: Sign) -> None:
    down = move(tallied(1000, 2, 2, 0, Sign.UNDONE, sign))
    assert down is not None and down.after == 0


def test_opt_outs_and_bounces_take_a_level_above_their_threshold() -> None:
    assert move(tallied(100, 0, 1, 2)) is None
    down = move(tallied(100, 0, 1, 3))
    assert down is not None and down.after == 0


@pytest.mark.parametrize("action", sorted(earning.NEVER))
def test_authority_itself_is_never_earned(action: str) -> None:
    assert move(Tally("outreach", action, 0, 10_000, 0, 0, 0)) is None


def test_a_bulk_click_counts_fifty_at_most_and_a_rejection_always() -> None:
    clicks = [signal(n, Sign.APPROVED, ask="app_1") for n in range(400)]
    alone = [signal(400 + n, Sign.APPROVED, ask=f"app_{n + 2}") for n in range(3)]
    no = [signal(403, Sign.REJECTED, ask="app_1")]
    seen = earning.tally("outreach", "send_email", 0, [*clicks, *alone, *no], MONDAY)
    assert (seen.reviewed, seen.overturned, seen.left_out) == (54, 1, 350)


def test_a_decision_that_was_approved_and_then_undone_is_overturned_once() -> None:
    signals = [signal(1, Sign.APPROVED), signal(1, Sign.UNDONE), signal(1, Sign.COMPLAINT)]
    seen = earning.tally("outreach", "send_email", 1, signals, MONDAY)
    assert (seen.reviewed, seen.overturned, seen.signs) == (1, 1, (Sign.COMPLAINT,))


def test_what_happened_without_an_ask_counts_after_three_quiet_days() -> None:
    fresh = signal(1, Sign.DONE, verdict="allow", days=2)
    settled = signal(2, Sign.DONE, verdict="notify", days=3)
    asked = signal(3, Sign.DONE, verdict="ask", days=9)  # its approval counts, not that it happened
    assert earning.tally("outreach", "send_email", 1, [fresh, settled, asked], MONDAY).reviewed == 1
