"""Erasing a person: no byte of the home names them any more, they stay uncontacted, and the chain still fits."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from autonomy import suppression
from domain.decisions import Actor
from runtime.store import people, talks
from runtime.store.tables import contacts, events, evidence, pages, policy_versions, staged_rows
from tests.fixtures import builders

NAME, ADDRESS = "Ottilie Zwiebelbach", "ottilie.zwiebelbach@northwind.example"
NEEDLES = [b"zwiebelbach", b"Zwiebelbach", b"ZWIEBELBACH", ADDRESS.encode()]
MANAGER = Actor(kind="user", name="max", role="manager")
PAGE = f"Our team. {NAME} runs the shop. Write to {ADDRESS}. We sell tea and coffee in London since 1990."
WEB = {"integrity": 1, "readers": ["PUBLIC"], "origin": "https://northwind.example/team/ottilie-zwiebelbach"}


def files_naming(home: Path) -> list[str]:
    """Every file of the home that holds the person in any of the usual encodings."""
    wide = [needle.decode().encode("utf-16-le") for needle in NEEDLES]
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(one in path.read_bytes() for one in [*NEEDLES, *wide])
    ]


async def known_everywhere(lived_in) -> None:
    """A person who is in every store there is: written to, asked about, talked about, indexed, uploaded."""
    house, space = lived_in.house, lived_in.workspace
    await space.campaign_of(2)
    body = (
        f"Hi Ottilie,\n\nDear {NAME}, would a short call help?\n\nBest regards,\nMaria Lindt\nAcme Analytics"
    )
    async with house.database.write() as tx:
        await tx.execute(
            update(contacts).where(contacts.c.id == "con_1").values(name=NAME, email=ADDRESS, **WEB)
        )
        for table, url in ((pages, {"title": NAME, "text": PAGE}), (evidence, {"quote": PAGE})):
            row = {"id": "x_1", "subject": "acc_1", "url": WEB["origin"], "sha256": "s", **url, **WEB}
            moment = "fetched_at" if table is pages else "seen_at"
            await tx.execute(insert(table).values(**row, **{moment: builders.MONDAY}))
        person = {"name": NAME, "email": ADDRESS}
        staged = {"name": "Northwind", "people": [person, {"name": "Tom Baker", "email": "tom@x.example"}]}
        await tx.execute(insert(staged_rows).values(id="bat.0", batch_id="bat", position=0, body=staged))
        told = {"said": f"{NAME} <{ADDRESS.upper()}>", "list": ["Zwiebelbach, Ottilie", "Tom Baker"]}
        await tx.execute(
            insert(events).values(
                id="evt_1", kind="told", subject="x", body=told, cause="", at=builders.MONDAY
            )
        )
        await talks.ensure_conversation(tx, "cnv", "olga", builders.MONDAY)
        await talks.add_message(
            tx,
            message_id="msg_1",
            conversation_id="cnv",
            role="user",
            text=f"Why is {NAME} on the list?",
            body=told,
            label=builders.CRM,
            at=builders.MONDAY,
        )
    made = [await space.judged(builders.mail(1, body=body)), await space.judged(builders.mail(2))]
    await space.approve(await space.asked(made), "dra_1")
    await house.recall.remember("acc_1")
    _beside(house.settings.home)


def _beside(home: Path) -> None:
    with sqlite3.connect(home / "chat.db") as chat:
        chat.execute('CREATE TABLE steps ("id" TEXT PRIMARY KEY, "output" TEXT, "metadata" TEXT)')
        chat.execute("INSERT INTO steps VALUES ('s', ?, ?)", (f"{NAME} answered.", f'{{"to": "{ADDRESS}"}}'))
        chat.execute("INSERT INTO steps VALUES ('t', 'Nothing else.', '{}')")
    with sqlite3.connect(home / "checkpoints.db") as states:
        states.execute("CREATE TABLE checkpoints (thread TEXT, state BLOB)")
        states.execute(
            "INSERT INTO checkpoints VALUES ('a', ?)", (b"\x81\xa4name" + NAME.encode() + b"\x00",)
        )
        states.execute("INSERT INTO checkpoints VALUES ('b', ?)", (b"\x81\xa4nameTom\x00",))
    uploads = home / "chat" / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "list.csv").write_text(f"name,email\n{NAME},{ADDRESS}\nTom,tom@x.example\n")
    (uploads / "wide.csv").write_text(f"name,email\n{NAME},{ADDRESS}\nTom,t@x.example\n", encoding="utf-16")


async def test_after_erasing_no_file_of_the_home_names_the_person(lived_in):
    await known_everywhere(lived_in)
    home = lived_in.house.settings.home
    own = {"rainmaker.db"} if lived_in.house.database.is_sqlite else set()
    assert own | {"chat.db", "checkpoints.db", "chat/uploads/list.csv"} <= set(files_naming(home))
    done = await lived_in.do("erase", MANAGER, person=ADDRESS.upper())
    assert done["erased"] and done["suppressed"]
    assert files_naming(home) == []
    assert (await lived_in.do("audit_verify"))["ok"]
    assert (home / "chat" / "uploads" / "list.csv").read_text() == "name,email\nTom,tom@x.example\n"
    with sqlite3.connect(home / "chat.db") as chat:
        assert chat.execute("SELECT count(*) FROM steps").fetchone() == (2,)
    with sqlite3.connect(home / "checkpoints.db") as states:
        assert states.execute("SELECT thread FROM checkpoints").fetchall() == [("b",)]


async def test_other_people_and_what_is_not_personal_stay(lived_in):
    await known_everywhere(lived_in)
    await lived_in.do("erase", MANAGER, person="con_1")
    async with lived_in.house.database.read() as tx:
        others = (await tx.execute(select(contacts.c.name).where(contacts.c.id == "con_2"))).scalar_one()
        page = (await tx.execute(select(pages.c.text))).scalar_one()
        staged = (await tx.execute(select(staged_rows.c.body))).scalar_one()
    assert others == "Anna Weiss"
    assert "We sell tea and coffee" in page
    assert [one["name"] for one in staged["people"]] == ["Tom Baker"]
    passages = await lived_in.house.recall.passages("tea and coffee", ["acc_1"], 3)
    assert passages and all("Zwiebelbach" not in one.text for one in passages)


async def test_their_queued_mail_never_leaves_and_their_ask_is_closed(lived_in, sink):
    await known_everywhere(lived_in)
    await lived_in.do("erase", MANAGER, person="con_1")
    assert await lived_in.workspace.states() == ["cancelled"]
    assert (await lived_in.do("tick", until_idle=True))["sent"] == 0
    assert sink.accepted == []


async def test_an_erased_person_stays_uncontacted_when_they_are_imported_again(lived_in, home):
    await known_everywhere(lived_in)
    await lived_in.do("erase", MANAGER, person=ADDRESS)
    async with lived_in.house.database.read() as tx:
        hashes = suppression.hashes_of(lived_in.house.terms.salt, ADDRESS)
        assert await people.suppressed(tx, hashes) == "erased"
    listing = home.parent / f"{home.name}-again.csv"
    listing.write_text(
        f"Company,Website,Name,E-mail,Country\nNorthwind,northwind.example,{NAME},{ADDRESS},GB\n"
    )
    try:
        report = await lived_in.do("import", path=str(listing))
    finally:
        listing.unlink()
    assert [one["code"] for one in report["errors"]] == ["suppressed"]
    assert (await lived_in.fails("export_person", person=ADDRESS)).code == "unknown_contact"
    assert files_naming(home) == []


async def test_erasing_twice_is_fine_and_it_cannot_be_undone(lived_in):
    await known_everywhere(lived_in)
    done = await lived_in.do("erase", MANAGER, person="con_1")
    again = await lived_in.do("erase", MANAGER, person="con_1")
    assert again["erased"]
    assert (await lived_in.fails("undo", id=done["decision"])).code == "cannot_undo"
    assert await lived_in.do("why", id=done["decision"])


async def test_somebody_with_the_same_name_is_left_alone(lived_in):
    await lived_in.workspace.campaign_of(2)
    await lived_in.do("erase", MANAGER, person="con_1")
    told = await lived_in.do("export_person", person="con_2")
    assert told["stored"]["contacts"][0]["name"] == "Anna Weiss"
    assert told["addresses"] == ["anna2@northwind.example"]


async def test_an_export_holds_all_that_is_stored_about_a_person(lived_in):
    await known_everywhere(lived_in)
    told = await lived_in.do("export_person", person=ADDRESS)
    assert (told["names"], told["addresses"], told["suppressed"]) == ([NAME], [ADDRESS], None)
    kept = {"contacts", "drafts", "outbox", "proposals", "decisions", "pages", "evidence", "messages"}
    assert kept | {"staged_rows", "events", "accounts"} <= set(told["stored"])
    assert told["stored"]["outbox"][0]["action"]["body"].startswith("Hi Ottilie")
    assert {row["kind"] for row in told["audit"]} >= {"decision", "approved"}
    files = {"chat/uploads/list.csv", "chat/uploads/wide.csv", "chat.db", "checkpoints.db"}
    assert set(told["files"]) == files


@pytest.mark.parametrize("role", ["rep", "viewer", ""])
@pytest.mark.parametrize("name", ["erase", "export_person"])
async def test_only_an_owner_or_manager_may(lived_in, role, name):
    await lived_in.workspace.campaign_of(1)
    refused = await lived_in.fails(name, Actor(kind="user", name="x", role=role), person="con_1")
    assert (refused.code, refused.exit_code) == ("role_may_not", 3)


@pytest.mark.parametrize("wanted", ["con_none", "nobody@x.example", "%", "@", "' OR 1=1 --"])
@pytest.mark.parametrize("name", ["erase", "export_person"])
async def test_nobody_is_named_in_one_sentence(lived_in, wanted, name):
    wrong = await lived_in.fails(name, person=wanted)
    assert (wrong.code, wrong.exit_code) == ("unknown_contact", 2)


async def test_what_the_policy_asks_for_first_is_refused_and_nothing_is_touched(lived_in):
    from dataclasses import replace

    from autonomy.policy import Policy

    await known_everywhere(lived_in)
    strict = replace(lived_in, house=replace(lived_in.house, policy=Policy(rows=(), otherwise="deny")))
    assert (await strict.fails("erase", MANAGER, person=ADDRESS)).code == "refused"
    assert "chat.db" in files_naming(lived_in.house.settings.home)


def test_policy_versions_are_no_place_for_people():
    from runtime.store.person_traces import KEPT

    assert policy_versions in KEPT
