"""Authority: the strictest row wins, no row asks, a viewer may nothing, risk only tightens, stops hold."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from autonomy.circumstances import Circumstances
from autonomy.gate import decide
from autonomy.policy import Policy, Row
from autonomy.policy_file import load_policy
from domain.actions import (
    ACTION_KINDS,
    AnyAction,
    BookMeeting,
    ChangeAutonomy,
    ChangeIcp,
    ChangeMeeting,
    ChangePolicy,
    ConnectedCall,
    EditDraft,
    ErasePerson,
    PauseSending,
    QualifyProspects,
    RecordProspects,
    ResumeSending,
    Suppress,
    SwitchModel,
    UpdateRecord,
    parse_action,
)
from domain.decisions import STRICTNESS, Actor, Verdict
from tests.fixtures import builders

EVERY: dict[str, AnyAction] = {
    "send_email": builders.mail(),
    "record_prospects": RecordProspects(batch_id="bat_1", source="web", companies=1, people=1),
    "change_icp": ChangeIcp(icp_id="icp_1", reason="r"),
    "qualify_prospects": QualifyProspects(prospect_ids=("pro_1",), qualified=True, reason="r"),
    "edit_draft": EditDraft(draft_id="dra_1", subject="s", body="b"),
    "pause_sending": PauseSending(reason="r"),
    "resume_sending": ResumeSending(),
    "suppress": Suppress(contact_id="con_1", reason="r"),
    "update_record": UpdateRecord(record="account", record_id="acc_1", field="industry", value="x"),
    "erase_person": ErasePerson(contact_id="con_1", reason="r"),
    "change_policy": ChangePolicy(
        version_id="pol_2", previous_id="pol_1", loosened=0, simulated=1000, reason="r"
    ),
    "change_autonomy": ChangeAutonomy(
        agent="research", action_kind="change_icp", before=0, after=1, reason="r"
    ),
    "book_meeting": BookMeeting(
        contact_id="con_1", starts_at=builders.MONDAY, minutes=30, attendees=("con_1",)
    ),
    "change_meeting": ChangeMeeting(meeting_id="mee_1"),
    "connected_call": ConnectedCall(tool="pay_invoice", reach="outside", amount=Decimal(5)),
    "answer_mail": builders.answer(),
    "open_deal": builders.opening(),
    "move_deal": builders.move(),
    "add_task": builders.task(),
    "notify_owner": builders.page(),
    "switch_model": SwitchModel(purpose="reply", model_id="mod_1", previous_id="", reason="r"),
    "change_experiment": builders.settling(),
    "pace_campaign": builders.pacing(),
}
MATRIX = {  # in the order of EVERY up to the connected call, by party: what the built-in policy says
    "owner": "ask allow allow allow allow allow allow allow allow allow allow allow ask ask ask",
    "manager": "ask allow allow allow allow allow refuse allow allow allow refuse refuse ask ask ask",
    "rep": "ask allow allow allow allow allow refuse allow allow refuse refuse refuse ask ask ask",
    "viewer": " refuse" * 15,
    "": "ask ask ask ask ask ask refuse ask ask ask refuse refuse ask ask ask",
    "research": "ask notify notify ask ask allow refuse allow notify refuse refuse refuse ask ask ask",
    "outreach": "ask ask ask ask allow allow refuse allow ask refuse refuse refuse ask ask ask",
    "relationship": "ask ask ask ask ask allow refuse allow ask refuse refuse refuse ask ask ask",
    "deal": "ask ask ask ask ask allow refuse allow ask refuse refuse refuse ask ask ask",
    "analytics": "ask ask ask ask ask allow refuse ask ask refuse refuse refuse ask ask ask",
    "supervisor": "ask ask ask ask ask allow refuse allow ask refuse refuse refuse ask ask ask",
    "system": "ask ask ask ask ask allow refuse allow ask refuse refuse notify ask ask ask",
}
OF_TALKS = {  # answer_mail, open_deal, move_deal, add_task, notify_owner, switch_model
    "owner": "ask allow allow allow refuse allow",
    "manager": "ask allow allow allow refuse allow",
    "rep": "ask allow allow allow refuse ask",
    "viewer": "refuse refuse refuse refuse refuse refuse",
    "": "ask ask ask ask ask ask",
    "research": "ask ask ask allow refuse ask",
    "outreach": "ask ask ask allow refuse ask",
    "relationship": "ask ask ask allow refuse ask",
    "deal": "ask notify notify allow refuse ask",
    "analytics": "ask ask ask allow refuse ask",
    "supervisor": "ask ask ask allow refuse ask",
    "system": "ask ask ask allow allow notify",
}
OF_TESTS = {  # change_experiment, pace_campaign
    "owner": "allow allow",
    "manager": "allow allow",
    "rep": "ask allow",
    "viewer": "refuse refuse",
    "": "ask ask",
    "system": "notify notify",
}
CELLS = [
    (party, kind, verdict)
    for party, verdicts in MATRIX.items()
    for rest in (f"{OF_TALKS[party]} {OF_TESTS.get(party, 'ask ask')}",)
    for kind, verdict in zip(EVERY, f"{verdicts} {rest}".split(), strict=True)
]


def actor_of(party: str) -> Actor:
    if party in ("owner", "manager", "rep", "viewer", ""):
        return Actor(kind="user", name="olga", role=party)
    return Actor(kind="system" if party == "system" else "agent", name=party)


EARNABLE = ("answer_mail", "book_meeting", "change_meeting")


@pytest.mark.parametrize("kind", EARNABLE)
@pytest.mark.parametrize(("level", "expected"), [(0, "ask"), (1, "notify"), (2, "allow")])
def test_relationship_earns_to_answer_and_to_book(kind: str, level: int, expected: str) -> None:
    got = verdict_of(EVERY[kind], load_policy(None), builders.RELATIONSHIP, earned_level=level)
    assert got == expected
    assert verdict_of(EVERY[kind], load_policy(None), builders.DEAL, earned_level=level) is Verdict.ASK


def row(level: str, **given: Any) -> Row:
    values = {"id": f"T-{level}", "agents": ("*",), "action": "*", "reason": level, "owner": "test"}
    return Row(**{**values, "level": level, **given})  # type: ignore[arg-type]


def verdict_of(action: AnyAction, policy: Policy, actor: Actor = builders.OUTREACH, **facts: Any) -> Verdict:
    proposal = builders.proposal(action, actor=actor)
    return decide(proposal, builders.snapshot(**facts), policy).verdict


def test_the_table_of_this_test_names_every_action() -> None:
    assert tuple(EVERY) == ACTION_KINDS


@pytest.mark.parametrize(("party", "kind", "expected"), CELLS)
def test_the_built_in_matrix(party: str, kind: str, expected: str) -> None:
    assert verdict_of(EVERY[kind], load_policy(None), actor_of(party)) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (("auto", "notify"), "notify"),
        (("ask", "auto"), "ask"),
        (("deny", "auto", "ask"), "refuse"),
        (("notify",), "notify"),
    ],
)
def test_the_strictest_matching_row_wins(levels: tuple[str, ...], expected: str) -> None:
    policy = Policy(rows=tuple(row(level) for level in levels))
    assert verdict_of(EVERY["edit_draft"], policy) == expected
    assert verdict_of(EVERY["edit_draft"], Policy(rows=policy.rows[::-1])) == expected


def test_no_matching_row_asks() -> None:
    policy = Policy(rows=(row("auto", action="change_icp"),))
    judgement = decide(builders.proposal(EVERY["suppress"]), builders.snapshot(), policy)
    assert judgement.verdict is Verdict.ASK
    assert "outreach" in judgement.why


@pytest.mark.parametrize("kind", ["agent", "system"])
def test_an_agent_called_like_a_role_has_not_its_rights(kind: str) -> None:
    policy = Policy(rows=(row("auto", agents=("owner",)),))
    assert verdict_of(EVERY["edit_draft"], policy, Actor(kind=kind, name="owner")) is Verdict.ASK  # type: ignore[arg-type]


def test_a_person_whose_role_is_an_agents_name_has_not_its_rights() -> None:
    policy = Policy(rows=(row("auto", agents=("research",)),))
    actor = Actor(kind="user", name="x", role="research")
    assert verdict_of(EVERY["edit_draft"], policy, actor) is Verdict.ASK


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "run_shell", "command": "ls"},
        {"kind": "send_email"},
        {**builders.mail().model_dump(), "bcc": "all@x.example"},
        {**builders.mail().model_dump(), "recipient": "all@x.example"},
        {},
        "send_email",
        None,
    ],
)
def test_an_unknown_action_or_argument_cannot_be_made(value: object) -> None:
    with pytest.raises(ValidationError):
        parse_action(value)


def test_high_risk_asks_even_where_the_matrix_allows() -> None:
    free = Policy(rows=(row("auto"),))
    mail = builders.facts(country="DE")
    judgement = decide(builders.proposal(builders.mail()), builders.snapshot(mail=mail), free)
    assert (judgement.verdict, judgement.score >= free.risk_asks) == (Verdict.ASK, True)
    assert "compliance risk" in judgement.why


@pytest.mark.parametrize("level", ["auto", "notify", "ask", "deny"])
@pytest.mark.parametrize("country", ["US", "DE", "", "XX"])
def test_risk_never_loosens_a_verdict(level: str, country: str) -> None:
    policy = Policy(rows=(row(level),))
    plain = policy.judge(builders.OUTREACH, "send_email", Circumstances()).verdict
    got = verdict_of(builders.mail(), policy, mail=builders.facts(country=country))
    assert STRICTNESS[got] >= STRICTNESS[plain]


def test_every_judgement_carries_four_reasoned_factors() -> None:
    for action in EVERY.values():
        judgement = decide(builders.proposal(action), builders.snapshot(), load_policy(None))
        assert [part.factor for part in judgement.risk] == [
            "financial",
            "relationship",
            "compliance",
            "strategic",
        ]
        assert all(part.reason and 0 <= part.points <= 10 for part in judgement.risk)


@pytest.mark.parametrize("kind", ["record_prospects", "change_icp", "qualify_prospects", "edit_draft"])
def test_a_stop_of_effects_stops_inside_acts(kind: str) -> None:
    stop = {"stopped_effects": "Stopped by olga: look first."}
    assert verdict_of(EVERY[kind], load_policy(None), builders.OWNER, **stop) is Verdict.REFUSE


def test_stopping_and_opting_out_work_while_everything_is_stopped() -> None:
    stop = {"stopped_effects": "Stopped.", "stopped_sends": "Stopped."}
    system = Actor(kind="system", name="system")
    assert verdict_of(EVERY["suppress"], load_policy(None), system, **stop) is Verdict.ALLOW
    assert verdict_of(EVERY["pause_sending"], load_policy(None), system, **stop) is Verdict.ALLOW


@pytest.mark.parametrize(
    "actor",
    [
        builders.OUTREACH,
        Actor(kind="user", name="m", role="manager"),
        Actor(kind="agent", name="x", role="owner"),
    ],
)
def test_only_a_signed_in_owner_may_start_again_whatever_the_matrix_says(actor: Actor) -> None:
    free = Policy(rows=(row("auto"),))
    assert verdict_of(EVERY["resume_sending"], free, actor) is Verdict.REFUSE
    assert verdict_of(EVERY["resume_sending"], free, builders.OWNER, stopped_effects="x") is Verdict.ALLOW


@pytest.mark.parametrize("kind", ["change_icp", "qualify_prospects", "edit_draft"])
def test_changing_what_does_not_exist_is_refused(kind: str) -> None:
    free = Policy(rows=(row("auto"),))
    assert verdict_of(EVERY[kind], free, builders.OWNER, previous_exists=False) is Verdict.REFUSE
