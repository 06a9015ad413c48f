"""A person named in a reply: one mail that says who named them waits for the owner; nothing leaves by itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from autonomy.policy_file import load_policy
from domain.icp import CompanyProfile, IcpLine, LineField, LineKind, ProfileFact
from domain.knowledge import Block, Evidence, Page
from domain.labels import web_label
from runtime.store import knowledge, versions
from runtime.store.tables import contacts
from service import ask_views, guarding
from service.watch import Watch
from tests.fixtures import builders
from tests.unit.service.test_inbox import Post
from tests.unit.service.test_inbox import post as post  # the fixture

SITE = "https://acme.example/"


@pytest.fixture
async def known(post: Post) -> Post:
    """The mailbox of a house that knows its own site and whom it sells to."""
    offer = "Acme makes rota software that plans shifts in minutes."
    quote = Evidence(url=SITE, quote=offer, seen_at=builders.MONDAY, label=web_label(SITE))
    fact = ProfileFact(field="offer", value=offer, evidence=(quote,))
    profile = CompanyProfile(url=SITE, domain="acme.example", name="Acme", facts=(fact,))
    house = post.home.house
    async with house.database.write() as tx:
        await knowledge.keep_evidence(tx, knowledge.SELLER, [quote])
        await knowledge.keep_profile(tx, "prf_1", profile, builders.CRM, builders.MONDAY)
        line = IcpLine(kind=LineKind.PAIN, field=LineField.PAIN, value="planning shifts", evidence=(quote,))
        icp = await knowledge.keep_icp(
            tx, "icp_1", [line], label=builders.CRM, by="research", reason="read", at=builders.MONDAY
        )
        await versions.activate_version(tx, "icp", icp.id, builders.MONDAY)
    policy = load_policy(Path("docs/policies/unattended.yaml"))
    return replace(post, home=replace(post.home, house=replace(house, policy=policy)))


async def _asked(post: Post) -> list[dict[str, Any]]:
    return await ask_views.pending(post.home.house)


async def _says(post: Post, text: str, **headers: str) -> None:
    await post.arrive(post.letter(1, text, **headers))
    await post.handle()


async def test_the_person_named_gets_one_mail_that_says_by_whom_once_the_owner_agrees(known: Post) -> None:
    await _says(known, "You want Tom Abbott for this, abbott@northwind.example.")
    (ask,) = await _asked(known)
    (item,) = (await ask_views.one(known.home.house, ask["id"]))["items"]
    assert "Anna Weiss pointed me to you." in item["body"]
    assert (item["name"], item["recipient"]) == ("Tom Abbott", "abbott@northwind.example")
    assert len(await known.home.workspace.outbox()) == 3

    await known.home.do("approve", id=ask["id"])
    assert len(await known.home.workspace.outbox()) == 4

    await _says(known, "As I said: Tom Abbott, abbott@northwind.example, is the one in charge.")
    assert not await _asked(known)


async def test_of_a_mailbox_without_a_name_only_the_company_is_called_the_referrer(known: Post) -> None:
    async with known.home.house.database.write() as tx:
        await tx.execute(update(contacts).where(contacts.c.id == "con_1").values(name=""))
    await _says(known, "You want Tom Abbott for this, abbott@northwind.example.")
    (ask,) = await _asked(known)
    (item,) = (await ask_views.one(known.home.house, ask["id"]))["items"]
    assert "Somebody at Northwind" in item["body"]


async def test_an_answer_to_a_colleague_who_wrote_to_us_is_no_mail_to_nobody(known: Post) -> None:
    words = "My colleague Anna passed your mail on to me. Sounds good, tell me more."
    await _says(known, words, From="Bo Lund <bo@northwind.example>", Subject="Fwd: Hello")
    house = known.home.house
    assert (await house.effector().drain()).sent == 1
    assert await guarding.guard(replace(house, watch=Watch())) == []


async def test_whom_an_automatic_note_names_is_a_persons_business(known: Post) -> None:
    note = "Anna Weiss no longer works at Northwind. Please write to Tom Abbott, abbott@northwind.example."
    await _says(known, note, Auto_Submitted="auto-replied")

    assert not await _asked(known)
    (task,) = await known.home.do("tasks")
    assert "abbott@northwind.example" in task["why"]
    assert (await known.thread())["state"] == "closed"


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("You want Tom Abbott for this, abbott@elsewhere.example.", {}),
        ("You want Tom Abbott for this.", {}),
        ("You want Tom Abbott for this, abbott@northwind.example.", {"Authentication_Results": ""}),
        ("You want Tom for this, anna2@northwind.example.", {}),
    ],
)
async def test_nobody_elsewhere_unproven_or_known_already_is_written_to(
    known: Post, text: str, headers: dict[str, str]
) -> None:
    await _says(known, text, **headers)

    assert not await _asked(known)


async def test_a_question_about_the_price_is_answered_from_our_own_list(known: Post) -> None:
    house = known.home.house
    page = Page(
        url=f"{SITE}pricing",
        blocks=tuple(Block(kind="td", text=cell) for cell in ("Plan", "Team", "Price per month", "€64")),
        fetched_at=builders.MONDAY,
        label=web_label(SITE),
    )
    amount = Evidence(url=page.url, quote="€64", seen_at=builders.MONDAY, label=page.label)
    listed = ProfileFact(field="pricing", value="Team, Price per month: €64", evidence=(amount,))
    async with house.database.write() as tx:
        profile = await knowledge.active_profile(tx)
        assert profile
        now_is = profile.model_copy(update={"facts": (*profile.facts, listed)})
        await knowledge.keep_pages(tx, knowledge.SELLER, [page])
        await knowledge.keep_evidence(tx, knowledge.SELLER, [amount])
        await knowledge.keep_profile(tx, "prf_2", now_is, builders.CRM, builders.MONDAY)

    await _says(known, "What would it cost a shop of our size per month?")
    await known.home.house.effector().drain()
    (row,) = await known.rows()
    thread = await known.thread()
    assert (row["state"], thread["state"]) == ("handled", "waiting")

    await _says(known, "Would you do it for 30 percent less?")
    assert (await known.thread())["state"] == "handed"
