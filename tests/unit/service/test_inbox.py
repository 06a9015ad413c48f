"""Mail that comes in: whose it is, what happens at once, what waits for a person, and nothing twice."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select

from autonomy.policy_file import load_policy
from autonomy.rules import SEQUENCE_GOES_ON
from runtime.store import crm, inbound, outbox, people, threads
from runtime.store.due import DueRow
from runtime.store.engine import Database
from runtime.store.tables import decisions, events
from runtime.store.tables import outbox as intents
from runtime.store.talk_tables import inbound as rows
from runtime.store.talk_tables import raw_mails
from service import inbox, replies
from service.turn_work import keep_house
from tests.fixtures import builders
from tests.fixtures.imap_servers import Mailbox, pymap_server

_UNATTENDED = Path("docs/policies/unattended.yaml")

OURS = "maria@acme.example"
AUTH = "mx.acme.example"


@dataclass
class Post:
    """A house with mails sent to some people, and its mailbox."""

    home: Any
    box: Mailbox
    sent: list[dict[str, Any]]

    async def arrive(self, *raws: bytes) -> Any:
        """Put mails into the mailbox and poll it."""
        for raw in raws:
            await self.box.deliver(raw)
        return await inbox.poll(self.home.house, self._due())

    async def handle(self) -> Any:
        """Handle what was taken in."""
        return await replies.handle_new(self.home.house, self._due())

    def _due(self) -> DueRow:
        return DueRow("", "inbox", "inbox", builders.MONDAY)

    async def rows(self) -> list[dict[str, Any]]:
        """Every mail taken in."""
        async with self.home.house.database.read() as tx:
            found = await tx.execute(select(rows).order_by(rows.c.id))
            return [dict(row) for row in found.mappings()]

    async def thread(self, number: int = 1) -> dict[str, Any]:
        """The thread with a person."""
        async with self.home.house.database.read() as tx:
            return (await threads.of_contact(tx, f"con_{number}"))[0]

    def letter(self, number: int = 1, text: str = "Hello", **headers: str) -> bytes:
        """A mail of person `number` that answers ours."""
        mail = EmailMessage()
        values = {
            "From": f"Anna Weiss <anna{number}@northwind.example>",
            "To": OURS,
            "Subject": f"Re: {builders.SUBJECT}",
            "Message-ID": f"<{number}.{abs(hash(text))}@northwind.example>",
            "In-Reply-To": self.sent[number - 1]["message_id"],
            "Date": "Mon, 02 Nov 2026 10:30:00 +0000",
            "Authentication-Results": f"{AUTH}; dkim=pass header.d=northwind.example",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for name, value in values.items():
            if value:
                mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()


@pytest_asyncio.fixture
async def post(lived_in: Any) -> AsyncIterator[Post]:
    async with pymap_server() as server:
        box = await server.open("maria")
        address = box.address
        url = f"imap://{address.user}:{address.password}@{address.host}:{address.port}"
        settings = lived_in.house.settings.model_copy(
            update={"imap_url": SecretStr(url), "mail_servers": AUTH, "sent_copy": "none"}
        )
        home = replace(lived_in, house=replace(lived_in.house, settings=settings))
        await home.workspace.approved_mails(3)
        await home.house.effector().drain()
        yield Post(home, box, await home.workspace.outbox())


async def _suppressed(database: Database, salt: bytes, address: str) -> str | None:
    from autonomy import suppression

    async with database.read() as tx:
        return await people.suppressed(tx, suppression.hashes_of(salt, address))


async def _said(post: Post, words: Sequence[str]) -> list[str]:
    await post.arrive(*(post.letter(number, text) for number, text in enumerate(words, 1)))
    await post.handle()
    return [row["state"] for row in await post.rows()]


async def test_a_persons_reply_finds_its_thread_and_stops_their_sequence(post: Post) -> None:
    worked = await post.arrive(post.letter(text="Interesting, tell me more."))
    (row,) = await post.rows()
    assert (row["contact_id"], row["kind"], row["state"]) == ("con_1", "human", inbound.NEW)
    assert (await post.thread())["state"] == "replied"
    assert worked.counts["signals"] == 1


async def test_the_same_mailbox_looked_at_again_brings_nothing_twice(post: Post) -> None:
    await post.arrive(post.letter())
    await post.arrive()
    async with post.home.house.database.write() as tx:  # a server that renumbers its mails
        await inbound.set_cursor(
            tx, (await post.rows())[0]["mailbox"], "INBOX", uid_validity=1, last_uid=0, at=builders.MONDAY
        )
    await post.arrive()
    assert len(await post.rows()) == 1


@pytest.mark.parametrize(
    "words", ["Please take me off your list.", "unsubscribe", "Bitte keine weiteren Mails."]
)
async def test_opting_out_in_words_works_before_anybody_reads_the_mail(post: Post, words: str) -> None:
    await post.arrive(post.letter(text=words))
    house = post.home.house
    assert await _suppressed(house.database, house.terms.salt, "anna1@northwind.example")
    assert (await post.thread())["state"] == "opted_out"


async def test_a_no_an_absence_and_a_later_are_told_apart(post: Post) -> None:
    await post.arrive(
        post.letter(1, "No thanks, we are not interested."),
        post.letter(2, "I am out of the office until 16 November 2026.", Auto_Submitted="auto-replied"),
        post.letter(3, "Not now, please come back in February."),
    )
    await post.handle()
    assert [(await post.thread(number))["state"] for number in (1, 2, 3)] == ["closed", "paused", "paused"]
    assert (await post.thread(2))["until"].date().isoformat() == "2026-11-17"


async def test_a_forged_sender_reaches_nobodys_thread(post: Post) -> None:
    forged = post.letter(text="Yes!", Authentication_Results=f"{AUTH}; dkim=fail; spf=fail; dmarc=fail")
    await post.arrive(forged)
    (row,) = await post.rows()
    assert (row["thread_id"], row["contact_id"]) == ("", "")
    assert (await post.thread())["state"] == "contacted"


async def test_a_hard_bounce_of_our_mail_ends_writing_to_that_address(post: Post) -> None:
    report = _bounce(post.sent[0]["message_id"])
    await post.arrive(report)
    house = post.home.house
    assert await _suppressed(house.database, house.terms.salt, "anna1@northwind.example")
    assert (await post.thread())["state"] == "unreachable"
    async with house.database.read() as tx:
        found = (await tx.execute(select(events.c.kind, events.c.subject))).all()
    assert ("mail_bounced", post.sent[0]["id"]) in [tuple(one) for one in found]


async def test_a_bounce_that_names_no_mail_of_ours_proves_nothing(post: Post) -> None:
    await post.arrive(_bounce("<somebody@else.example>"))
    house = post.home.house
    assert not await _suppressed(house.database, house.terms.salt, "anna1@northwind.example")
    assert (await post.thread())["state"] == "contacted"


async def test_poison_is_put_aside_with_a_reason_and_the_next_mail_is_read(post: Post) -> None:
    poison = b"From: a@b.example\r\nSubject: x\r\n" + b"X: " + b"y" * 9_000_000 + b"\r\n\r\nhi"
    worked = await post.arrive(poison, post.letter(text="Tell me more."))
    first, second = sorted(await post.rows(), key=lambda row: row["kind"] != "quarantined")
    assert (first["state"], second["state"]) == (inbound.QUARANTINED, inbound.NEW)
    assert first["detail"] and worked.problems
    async with post.home.house.database.read() as tx:
        assert await inbound.raw(tx, first["sha256"]) == poison


async def test_a_colleague_who_got_our_mail_is_met_and_answered_like_anybody(post: Post) -> None:
    words = "My colleague Anna passed your mail on to me. Sounds good, tell me more."
    await post.arrive(post.letter(text=words, From="Bo Lund <bo@northwind.example>", Subject="Fwd: Hello"))
    (row,) = await post.rows()
    assert (row["state"], row["contact_id"] not in ("", "con_1")) == (inbound.NEW, True)
    await post.handle()
    assert (await post.rows())[0]["state"] == inbound.HANDLED
    async with post.home.house.database.read() as tx:
        met = await crm.contact(tx, row["contact_id"])
        own = (await threads.of_contact(tx, row["contact_id"]))[0]
    assert met and (met.name, met.email, met.zones) == ("Bo Lund", "bo@northwind.example", ("Europe/London",))
    assert own["id"] == row["thread_id"] != (await post.thread())["id"]


async def test_a_colleague_we_knew_and_never_wrote_to_is_answered_when_our_mail_was_passed_on(
    post: Post,
) -> None:
    bo = builders.contact(9, account_id="acc_1", email="bo@northwind.example", name="Bo Lund")
    async with post.home.house.database.write() as tx:
        change = crm.Change("contacts", bo.id, crm.contact_columns(bo, builders.MONDAY, "bat_9"))
        await crm.write_changes(
            tx, [change], batch_id="bat_9", cause="", ids=post.home.house.ids, at=builders.MONDAY
        )
    words = "Anna passed your mail on to me. Sounds good, tell me more."
    await post.arrive(post.letter(text=words, From="Bo Lund <bo@northwind.example>", Subject="Fwd: Hello"))
    await post.handle()
    (row,) = await post.rows()
    assert (row["state"], row["contact_id"]) == (inbound.HANDLED, bo.id)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authentication_Results": ""},
        {"Authentication_Results": f"{AUTH}; dkim=pass header.d=elsewhere.example"},
        {"In_Reply_To": ""},
        {"Auto_Submitted": "auto-replied"},
    ],
)
async def test_a_colleague_nobody_confirms_or_who_names_no_mail_of_ours_is_a_persons_business(
    post: Post, headers: dict[str, str]
) -> None:
    bo = {"From": "Bo <bo@northwind.example>", **headers}
    await post.arrive(post.letter(text="Anna left, write to me.", **bo))
    (row,) = await post.rows()
    assert (row["state"], row["contact_id"]) == (inbound.WAITING, "")


async def test_a_stranger_is_ignored_whatever_mail_of_ours_they_name(post: Post) -> None:
    spam = post.letter(text="Buy now", From="Spam <x@spam.example>", In_Reply_To="")
    named = post.letter(
        text="Tell me more",
        From="Max <max@spam.example>",
        Authentication_Results=f"{AUTH}; dkim=pass header.d=spam.example",
    )
    await post.arrive(spam, named)
    assert {row["from_address"]: row["contact_id"] for row in await post.rows()} == {
        "x@spam.example": "",
        "max@spam.example": "",
    }


async def test_an_erased_person_who_writes_again_leaves_no_words_here(post: Post) -> None:
    await post.home.do("erase", person="anna1@northwind.example")
    await post.arrive(post.letter(text="It is me again, Anna Weiss."))
    (row,) = await post.rows()
    assert (row["state"], row["from_address"], row["subject"]) == (inbound.IGNORED, "", "")
    assert "Anna" not in str(row["body"])
    async with post.home.house.database.read() as tx:
        assert await inbound.raw(tx, row["sha256"]) is None


async def test_what_is_not_clear_goes_to_a_person_with_a_task(post: Post) -> None:
    states = await _said(post, ["hmm 42 blue ??? maybe the other thing"])
    assert states == [inbound.WAITING]
    assert (await post.thread())["state"] == "handed"


async def test_an_automatic_mail_is_never_answered(post: Post) -> None:
    await post.arrive(
        post.letter(text="Thank you, we received your request #4711.", Auto_Submitted="auto-generated")
    )
    await post.handle()
    async with post.home.house.database.read() as tx:
        assert not [row for row in await outbox.due(tx, builders.MONDAY, 50) if row["kind"] == "answer_mail"]


@pytest.mark.parametrize(
    "note",
    [
        "Anna Weiss no longer works at Northwind. This mailbox is not read.",
        "Frau Weiss hat unser Haus verlassen.",
        "Anna Weiss a quitté l'entreprise.",
        "Anna Weiss ya no trabaja con nosotros.",
    ],
)
async def test_whose_mailbox_says_that_they_left_gets_no_more_of_any_sequence(post: Post, note: str) -> None:
    await post.arrive(post.letter(text=note, Auto_Submitted="auto-replied"))
    await post.handle()
    (row,) = await post.rows()
    assert (row["state"], (await post.thread())["state"]) == (inbound.HANDLED, "closed")
    assert len(await post.home.workspace.outbox()) == 3
    async with post.home.house.database.read() as tx:
        lead = await threads.lead(tx, (await post.thread())["campaign_id"], "con_1")
    assert lead.state not in SEQUENCE_GOES_ON


async def test_an_answer_decided_before_a_long_stop_leaves_once_after_it(post: Post) -> None:
    house = replace(post.home.house, policy=load_policy(_UNATTENDED))
    stopped = replace(post, home=replace(post.home, house=house))
    await stopped.arrive(stopped.letter(text="Are you a bot?"))
    await stopped.handle()
    await stopped.home.do("pause", reason="fair", level="sends")
    stopped.home.clock.at += timedelta(days=3)
    await house.effector().drain()
    assert await _answers(stopped) == ["queued"]

    await stopped.home.do("resume")
    await house.effector().drain()
    assert await _answers(stopped) == ["sent"]


@pytest.mark.parametrize("level", ["sends", "effects"])
async def test_a_mail_that_comes_in_during_a_stop_is_read_and_answered_once_after_it(
    post: Post, level: str
) -> None:
    house = replace(post.home.house, policy=load_policy(_UNATTENDED))
    stopped = replace(post, home=replace(post.home, house=house))
    await stopped.home.do("pause", reason="board meeting", level=level)
    await stopped.arrive(stopped.letter(text="Are you a bot?"), _away(stopped))
    for _ in range(3):
        await stopped.handle()
        await house.effector().drain()
    rows = {row["kind"]: row for row in await stopped.rows()}
    assert (rows["human"]["state"], rows["auto"]["state"]) == (inbound.NEW, inbound.HANDLED)
    assert rows["human"]["reading"]["findings"][0]["kind"] == "bot_question"
    assert "board meeting" in rows["human"]["detail"]
    assert (await stopped.thread(2))["state"] == "paused"  # who is away is not waited for by a stop
    assert await _answers(stopped) == []
    assert await _refusals(stopped) == 1  # and not one more with every look

    await stopped.home.do("resume")
    for _ in range(2):
        await stopped.handle()
        await house.effector().drain()
    assert await _answers(stopped) == ["sent"]
    assert {row["state"] for row in await stopped.rows()} == {inbound.HANDLED}


def _away(post: Post) -> bytes:
    return post.letter(2, "I am out of the office until 16 November 2026.", Auto_Submitted="auto-replied")


async def _answers(post: Post) -> list[str]:
    async with post.home.house.database.read() as tx:
        query = select(intents.c.state).where(intents.c.kind == "answer_mail")
        return list((await tx.execute(query)).scalars())


async def _refusals(post: Post) -> int:
    async with post.home.house.database.read() as tx:
        found = (await tx.execute(select(decisions.c.verdict))).scalars()
        return sum(verdict == "refuse" for verdict in found)


async def test_an_unreadable_mailbox_is_told_and_nothing_is_lost(post: Post) -> None:
    settings = post.home.house.settings.model_copy(update={"imap_url": SecretStr("imap://x:y@127.0.0.1:9")})
    broken = replace(post.home.house, settings=settings)
    worked = await inbox.poll(broken, DueRow("", "inbox", "inbox", builders.MONDAY))
    assert worked.problems
    assert await post.rows() == []


def _bounce(message_id: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.northwind.example\r\n"
        f"To: {OURS}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <dsn1@mx.northwind.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThe address does not exist.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.northwind.example\r\n\r\n"
        "Final-Recipient: rfc822; anna1@northwind.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


async def test_raw_copies_are_dropped_in_time_and_what_mails_said_stays(post: Post) -> None:
    await post.arrive(post.letter(text="Please call me in spring."))
    await post.handle()
    house, row = post.home.house, DueRow("", "housekeeping", "housekeeping", post.home.clock.at)

    async def left() -> int:
        await keep_house(house, row)
        async with house.database.read() as tx:
            return len((await tx.execute(select(raw_mails.c.sha256))).all())

    assert await left() == 1
    post.home.clock.at += timedelta(days=house.settings.raw_mail_days, minutes=1)
    assert await left() == 0
    assert "spring" in (await post.rows())[0]["body"]["new_text"]
