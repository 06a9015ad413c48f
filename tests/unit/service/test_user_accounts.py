"""Who may sign in: roles, locks and passwords; every change ends the sessions, and one owner always stays."""

import pytest

from domain.decisions import Actor
from domain.errors import Refused
from service import sessions, users
from service.wrong_tries import WRONG_TRIES, WRONG_TRIES_FROM, WrongTries

PASSWORD = "correct horse battery"
OWNER = Actor(kind="user", name="owner", role="owner")


@pytest.fixture
async def staffed(lived_in):
    """An owner and one user of each other role."""
    await users.add_user(lived_in.house, "owner", PASSWORD, "owner")
    for role in ("manager", "rep", "viewer"):
        await users.add_user(lived_in.house, role, PASSWORD, role)
    return lived_in


async def session_of(home, name: str) -> str:
    actor = await users.actor_named(home.house, name)
    return (await sessions.begin(home.house, actor))["token"]


async def ended(home, token: str) -> str:
    with pytest.raises(Refused) as caught:
        await sessions.person_of(home.house, token)
    return caught.value.code


async def test_a_new_user_gets_a_password_shown_once_and_signs_in(staffed):
    made = await staffed.do("user_add", OWNER, name="nina", role="rep")
    actor = await users.check_password(staffed.house, "nina", made["password"])
    assert actor == Actor(kind="user", name="nina", role="rep")
    listed = {row["name"]: row for row in await staffed.do("users", OWNER)}
    assert (listed["nina"]["role"], listed["nina"]["disabled"]) == ("rep", False)
    assert "password" not in listed["nina"] and "password_hash" not in listed["nina"]


@pytest.mark.parametrize(
    ("command", "args", "code"),
    [
        ("user_add", {"name": "owner", "role": "rep"}, "user_exists"),
        ("user_add", {"name": "x y", "role": "rep"}, "bad_user_name"),
        ("user_add", {"name": "a\nb", "role": "rep"}, "bad_user_name"),
        ("user_add", {"name": "nina", "role": "king"}, "bad_arguments"),
        ("user_add", {"name": "nina", "role": "rep", "password": "short"}, "short_password"),
        ("user_add", {"name": "nina", "role": "rep", "password": "x" * 1001}, "bad_arguments"),
        ("user_role", {"name": "ghost", "role": "rep"}, "unknown_user"),
        ("user_disable", {"name": "ghost"}, "unknown_user"),
        ("user_enable", {"name": "ghost"}, "unknown_user"),
        ("user_password", {"name": "ghost"}, "unknown_user"),
    ],
)
async def test_wrong_input_is_one_sentence_with_a_code(staffed, command, args, code):
    wrong = await staffed.fails(command, OWNER, **args)
    assert (wrong.code, wrong.exit_code) == (code, 2)
    assert wrong.message.endswith(".") and "\n" not in wrong.message


async def test_the_last_active_owner_can_be_neither_locked_out_nor_demoted(staffed):
    for command, args in (("user_disable", {}), ("user_role", {"role": "manager"})):
        refused = await staffed.fails(command, OWNER, name="owner", **args)
        assert (refused.code, refused.exit_code) == ("last_owner", 3)
    await staffed.do("user_role", OWNER, name="manager", role="owner")
    await staffed.do("user_disable", OWNER, name="owner")
    assert (await staffed.fails("user_disable", OWNER, name="manager")).code == "last_owner"
    assert (await users.local_owner(staffed.house)).name == "manager"
    assert await users.ensure_owner(staffed.house) is None


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("user_password", {}),
        ("user_role", {"role": "viewer"}),
        ("user_role", {"role": "rep"}),
        ("user_disable", {}),
    ],
)
async def test_every_change_of_an_account_ends_its_sessions_and_no_others(staffed, command, args):
    token, other = await session_of(staffed, "rep"), await session_of(staffed, "viewer")
    assert (await sessions.person_of(staffed.house, token)).role == "rep"
    await staffed.do(command, OWNER, name="rep", **args)
    assert await ended(staffed, token) in ("session_ended", "unknown_user")
    assert (await sessions.person_of(staffed.house, other)).name == "viewer"


async def test_a_lock_that_is_lifted_brings_no_old_session_back(staffed):
    token = await session_of(staffed, "rep")
    await staffed.do("user_disable", OWNER, name="rep")
    assert await users.check_password(staffed.house, "rep", PASSWORD) is None
    await staffed.do("user_enable", OWNER, name="rep")
    assert await ended(staffed, token) == "session_ended"
    assert await users.check_password(staffed.house, "rep", PASSWORD) is not None


async def test_a_logout_ends_every_session_of_this_person(staffed):
    first, second = await session_of(staffed, "rep"), await session_of(staffed, "rep")
    await sessions.end_all(staffed.house, "rep")
    assert [await ended(staffed, one) for one in (first, second)] == ["session_ended"] * 2


async def test_a_session_ends_by_itself_and_cannot_be_forged(staffed):
    from datetime import UTC, datetime

    token = await session_of(staffed, "viewer")
    later = datetime.now(UTC) + sessions.LIFE
    with pytest.raises(Refused, match="has ended"):
        await sessions.person_of(staffed.house, token, later)
    payload, _, mark = token.partition(".")
    owner = (await session_of(staffed, "owner")).partition(".")[0]
    for forged in ("", ".", payload, f"{owner}.{mark}", f"{payload}.{mark[::-1]}", "é.ü", f"!!.{mark}"):
        assert await ended(staffed, forged) == "not_signed_in"


async def test_people_set_their_own_password_and_only_an_owner_somebody_elses(staffed):
    rep = Actor(kind="user", name="rep", role="rep")
    await staffed.do("user_password", rep, name="rep", password="another good one")
    assert await users.check_password(staffed.house, "rep", "another good one") is not None
    assert (await staffed.fails("user_password", rep, name="owner")).code == "role_may_not"
    assert (await staffed.do("user_password", OWNER, name="rep"))["password"]


async def test_account_changes_are_in_the_chain_and_hold_no_password(staffed):
    made = await staffed.do("user_add", OWNER, name="nina", role="rep", password=PASSWORD + "!")
    await staffed.do("user_disable", OWNER, name="nina")
    records = (await staffed.do("audit_export"))["records"]
    assert [row["kind"] for row in records][-2:] == ["user_added", "user_disabled"]
    assert made["password"] is None and PASSWORD not in str(records)


async def test_wrong_passwords_are_counted_by_name_and_by_address_for_every_door(staffed):
    tries = WrongTries()
    for _ in range(WRONG_TRIES):
        assert await sessions.sign_in(staffed.house, tries, "rep", "wrong", "203.0.113.1") is None
    assert sessions.locked(tries, "REP ", "198.51.100.1")
    assert await sessions.sign_in(staffed.house, tries, "rep", PASSWORD, "198.51.100.1") is None
    assert not sessions.locked(tries, "viewer", "203.0.113.1")
    for number in range(WRONG_TRIES_FROM - WRONG_TRIES):
        tries.add("address:203.0.113.1")
        assert number >= 0
    assert sessions.locked(tries, "viewer", "203.0.113.1")
    assert not sessions.locked(tries, "viewer", "198.51.100.2")
