"""Deals under random moves: no stage is skipped, nothing moves without proof, a closed deal stays closed."""

from hypothesis import given
from hypothesis import strategies as st

from autonomy import gate
from autonomy.facts import DealFacts
from domain.actions import MoveDeal
from domain.deals import CLOSED, EXIT, ORDER, DealFact, DealStage, Proof, move_problem, own_move, stage_after
from domain.decisions import Verdict
from domain.labels import Integrity, Label
from tests.fixtures import builders
from tests.fixtures.deals import policy

STAGES = st.sampled_from(list(DealStage))
FACTS = st.frozensets(st.sampled_from(list(DealFact)))
STEPS = st.lists(st.tuples(STAGES, FACTS), max_size=12)


def judged(before: DealStage, after: DealStage, known: frozenset[DealFact], label: Label) -> Verdict:
    action = MoveDeal(
        deal_id="dea_1",
        before=before,
        after=after,
        next_step="Call",
        next_step_at=builders.MONDAY,
        reason="r",
        proof=tuple(Proof(fact=one, source="inb_1", quote="q", at=builders.MONDAY) for one in known),
    )
    facts = DealFacts(account_known=True, open_already=True, stage=before, known=tuple(sorted(known)))
    snapshot = builders.snapshot(deal=facts, previous_exists=True)
    proposal = builders.proposal(action, label=label)
    return gate.decide(proposal, snapshot, policy("auto")).verdict


@given(STEPS, st.sampled_from([Integrity.UNTRUSTED, Integrity.MAIL, Integrity.AGENT, Integrity.OWNER]))
def test_moves_that_pass_the_gate_skip_no_stage_and_have_their_proof(steps, integrity):
    stage, known = DealStage.DISCOVERY, frozenset[DealFact]()
    for after, shown in steps:
        known |= shown
        verdict = judged(stage, after, known, Label(integrity=integrity))
        if verdict is Verdict.REFUSE:
            continue
        assert stage not in CLOSED and after is not stage
        if after is DealStage.LOST:
            assert DealFact.LOST_REASON in known
        elif ORDER.index(after) > ORDER.index(stage):
            assert ORDER.index(after) == ORDER.index(stage) + 1
            assert EXIT[stage] <= known
        if after is DealStage.WON:
            assert integrity >= Integrity.CRM
        stage = after


@given(STAGES, FACTS, st.lists(STAGES))
def test_what_a_deal_does_by_itself_is_always_a_move_it_may_make(stage, known, left):
    after = own_move(stage, known, left)
    if after is None:
        return
    assert after is stage_after(stage) and after not in CLOSED
    assert stage not in left and EXIT[stage] <= known
    assert move_problem(stage, after, known) is None
