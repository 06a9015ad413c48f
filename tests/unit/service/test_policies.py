"""The owner changes the matrix: as a version, tried on past decisions, put in force by the gate, and back."""

import pytest
from sqlalchemy import update

from autonomy.policy_file import load_policy, policy_text
from domain.decisions import Actor, Verdict
from domain.errors import Correctable
from runtime.store import audit
from runtime.store.tables import decisions, policy_versions
from service.policies import install_first
from tests.fixtures import builders

MANAGER = Actor(kind="user", name="mia", role="manager")
REP = Actor(kind="user", name="ron", role="rep")


@pytest.fixture
async def office(lived_in):
    await install_first(lived_in.house)
    return lived_in


async def decided(office, count: int = 3) -> None:
    await office.workspace.campaign_of(count)
    for number in range(1, count + 1):
        await office.workspace.judged(builders.mail(number))


async def test_the_first_policy_is_stored_once_and_on_record(office):
    await install_first(office.house)
    shown = await office.do("policy_show")
    assert (shown["number"], shown["active"], len(shown["versions"])) == (1, True, 1)
    assert list(shown["check"]["open_cells"]) == []
    async with office.house.database.read() as tx:
        assert [one["kind"] for one in await audit.about(tx, shown["id"])] == ["policy_installed"]


async def test_a_changed_cell_is_a_new_version_that_does_not_hold_yet(office):
    made = await office.do("policy_set", row="D-01", column="level", value="deny")
    assert made["number"] == 2
    assert (await office.do("policy_show"))["number"] == 1
    await decided(office, 1)
    assert (await office.do("policy_show", version="2"))["rows"][0]["level"] == "deny"


async def test_a_version_holds_only_after_it_was_tried_on_past_decisions(office):
    await decided(office)
    await office.do("policy_set", row="D-01", column="level", value="deny")
    error = await office.fails("policy_activate", version="2")
    assert error.code == "not_simulated"
    tried = await office.do("policy_simulate", version="2")
    assert (tried["replayed"], tried["stricter"], tried["looser"]) == (3, 3, 0)
    assert {one["after"] for one in tried["changes"]} == {"refuse"}
    await office.do("policy_activate", version="2", reason="not this week")
    assert (await office.workspace.judged(builders.mail(1))).judgement.verdict is Verdict.REFUSE


async def test_a_looser_version_is_told_as_looser(office):
    await decided(office)
    await office.do("policy_set", row="D-01", column="level", value="auto")
    tried = await office.do("policy_simulate", version="2")
    assert (tried["looser"], tried["stricter"]) == (3, 0)


async def test_a_trial_against_another_policy_does_not_count(office):
    await office.do("policy_set", row="D-01", column="level", value="deny")
    await office.do("policy_set", row="D-02", column="level", value="ask")
    await office.do("policy_simulate", version="2")
    await office.do("policy_simulate", version="3")
    await office.do("policy_activate", version="3")
    assert (await office.fails("policy_activate", version="2")).code == "not_simulated"


async def test_rolling_back_puts_the_version_before_in_force_and_is_an_act_on_record(office):
    await office.do("policy_set", row="D-01", column="level", value="deny")
    await office.do("policy_simulate", version="2")
    await office.do("policy_activate", version="2")
    back = await office.do("policy_rollback")
    assert back["number"] == 1
    async with office.house.database.read() as tx:
        kinds = [one["kind"] for one in await audit.about(tx, back["decision"])]
    assert kinds == ["decision", "done"]


async def test_undo_takes_a_change_of_policy_back(office):
    await office.do("policy_set", row="D-01", column="level", value="deny")
    await office.do("policy_simulate", version="2")
    made = await office.do("policy_activate", version="2")
    await office.do("undo", id=made["decision"])
    assert (await office.do("policy_show"))["number"] == 1


@pytest.mark.parametrize("command", ["policy_activate", "policy_rollback"])
@pytest.mark.parametrize("actor", [MANAGER, REP, builders.OWNER.model_copy(update={"role": "viewer"})])
async def test_only_an_owner_puts_a_policy_in_force(office, command, actor):
    args = {"version": "1"} if command == "policy_activate" else {}
    assert (await office.fails(command, actor, **args)).code == "role_may_not"


async def test_a_rep_may_not_even_draft_one(office):
    error = await office.fails("policy_set", REP, row="D-01", column="level", value="auto")
    assert error.code == "role_may_not"


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [
        ("D-99", "level", "ask", "unknown_row"),
        ("D-01", "level", "maybe", "bad_policy"),
        ("D-01", "agents", "outreech", "bad_policy"),
        ("D-01", "action", "send_mail", "bad_policy"),
        ("D-01", "max_amount", "-5", "bad_policy"),
        ("D-01", "max_amount", "NaN", "bad_policy"),
        ("D-01", "when", "amont > 1.0", "bad_policy"),
        ("D-01", "when", "amount", "bad_policy"),
        ("D-01", "colour", "red", "bad_policy"),
        ("D-01", "level", "ask", "no_change"),
    ],
)
async def test_a_wrong_cell_is_told_and_nothing_is_stored(office, row, column, value, code):
    error = await office.fails("policy_set", row=row, column=column, value=value)
    assert error.code == code
    assert len((await office.do("policy_show"))["versions"]) == 1


async def test_what_is_shown_as_yaml_is_read_back_as_the_same_policy(office):
    shown = await office.do("policy_show")
    assert shown["yaml"] == policy_text(load_policy(None))
    assert (await office.fails("policy_edit", text=shown["yaml"])).code == "no_change"


async def test_a_policy_row_that_is_gone_means_nothing_is_decided(office):
    await office.workspace.campaign_of(1)
    async with office.house.database.write() as tx:
        await tx.execute(update(policy_versions).values(id="pol_elsewhere"))
    with pytest.raises(Exception, match="nothing is decided"):
        await office.workspace.judged(builders.mail(1))


async def test_a_decision_replays_to_the_same_verdict(office):
    await office.workspace.campaign_of(1)
    made = await office.workspace.judged(builders.mail(1))
    again = await office.do("replay", id=made.id)
    assert (again["same"], again["verdict"], again["differs"]) == (True, "ask", [])


async def test_a_decision_replays_under_the_policy_it_was_made_under(office):
    await office.workspace.campaign_of(1)
    made = await office.workspace.judged(builders.mail(1))
    await office.do("policy_set", row="D-01", column="level", value="deny")
    await office.do("policy_simulate", version="2")
    await office.do("policy_activate", version="2")
    assert (await office.do("replay", id=made.id))["same"] is True


@pytest.mark.parametrize("values", [{"verdict": "allow"}, {"risk": []}, {"hits": []}])
async def test_a_forged_decision_does_not_replay(office, values):
    await office.workspace.campaign_of(1)
    made = await office.workspace.judged(builders.mail(1))
    async with office.house.database.write() as tx:
        await tx.execute(update(decisions).where(decisions.c.id == made.id).values(**values))
    again = await office.do("replay", id=made.id)
    assert again["same"] is False
    assert again["differs"]


async def test_replaying_what_does_not_exist_is_one_sentence(office):
    assert isinstance(await office.fails("replay", id="dec_none"), Correctable)
