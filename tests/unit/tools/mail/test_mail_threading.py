"""Whose mail it is: by headers, subject, contact, company – and never another contact's thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from domain.mail import Authenticated, Bounce, BounceKind, InboundMail, MailAddress, MailKind
from tools.read.mail.subjects import marked_as_forward, plain_subject
from tools.read.mail.threading import KnownContact, KnownThread, PlacedBy, Placement, place

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANN = KnownContact("con_ann", "acc_north", "ann@northwind.example")
BOB = KnownContact("con_bob", "acc_north", "bob@northwind.example")
EVE = KnownContact("con_eve", "acc_free", "eve@gmail.com")
OFFER = KnownThread("thr_offer", ANN, "Shorter lead times", START)
VISIT = KnownThread("thr_visit", ANN, "Your visit", START + timedelta(days=1))
BOBS = KnownThread("thr_bob", BOB, "Shorter lead times", START)


@dataclass
class Shelf:
    """A store in memory."""

    contacts: list[KnownContact] = field(default_factory=lambda: [ANN, BOB, EVE])
    threads: list[KnownThread] = field(default_factory=lambda: [OFFER, VISIT, BOBS])

    async def thread_of(self, message_id: str) -> KnownThread | None:
        return next((one for one in self.threads if f"<{one.id}@acme.example>" == message_id), None)

    async def contact_with(self, address: str) -> KnownContact | None:
        return next((one for one in self.contacts if one.address == address), None)

    async def open_threads(self, contact_id: str) -> Sequence[KnownThread]:
        return [one for one in self.threads if one.contact.id == contact_id]

    async def contacts_at(self, domain: str) -> Sequence[KnownContact]:
        return [one for one in self.contacts if one.address.endswith("@" + domain)]


def mail(sender: str = ANN.address, subject: str = "Re: Shorter lead times", **given: object) -> InboundMail:
    given = {"kind": MailKind.HUMAN, "sender": MailAddress(address=sender) if sender else None} | given
    return InboundMail(raw_sha256="0" * 64, size=1, subject=subject, **given)  # type: ignore[arg-type]


def answering(thread: KnownThread) -> tuple[str, ...]:
    return (f"<{thread.id}@acme.example>",)


async def placed(one: InboundMail, shelf: Shelf | None = None) -> Placement:
    return await place(one, shelf or Shelf())


def where(placement: Placement) -> tuple[str, str | None, str | None, str | None]:
    return placement.reason, placement.thread_id, placement.contact_id, placement.account_id


async def test_an_answer_goes_to_the_thread_its_headers_name_whatever_its_subject() -> None:
    got = await placed(mail(subject="Something else", references=answering(OFFER)))
    assert where(got) == (PlacedBy.HEADER, "thr_offer", "con_ann", "acc_north")
    assert got.because.endswith(".")


async def test_the_mail_answered_counts_before_older_references() -> None:
    got = await placed(mail(in_reply_to=answering(VISIT), references=answering(OFFER)))
    assert got.thread_id == "thr_visit"


async def test_without_headers_the_subject_decides_among_the_contacts_threads() -> None:
    assert where(await placed(mail(subject="AW: Re: shorter LEAD times")))[:2] == (
        PlacedBy.SUBJECT,
        "thr_offer",
    )


async def test_with_neither_the_last_open_thread_of_the_contact_is_meant() -> None:
    assert where(await placed(mail(subject="Tuesday?")))[:2] == (PlacedBy.CONTACT, "thr_visit")


async def test_a_contact_without_an_open_thread_is_still_the_contact() -> None:
    got = await placed(mail(subject="Hello"), Shelf(threads=[]))
    assert where(got) == (PlacedBy.CONTACT, None, "con_ann", "acc_north")


async def test_another_contact_answering_in_a_thread_keeps_out_of_it() -> None:
    got = await placed(mail(sender=BOB.address, references=answering(OFFER)))
    assert where(got) == (PlacedBy.SUBJECT, "thr_bob", "con_bob", "acc_north")
    assert got.claimed_thread_id == "thr_offer"


@pytest.mark.parametrize("references", [(), answering(OFFER)])
async def test_somebody_new_at_the_company_belongs_to_the_account_and_to_no_thread(
    references: tuple[str, ...],
) -> None:
    got = await placed(mail(sender="carl@mail.northwind.example", references=references))
    expected = (
        (PlacedBy.COLLEAGUE, None, None, "acc_north") if references else (PlacedBy.STRANGER, None, None, None)
    )
    # Asked only for addresses right at the domain, this shelf finds colleagues of northwind.example itself.
    near = await placed(mail(sender="carl@northwind.example", references=references))
    assert where(near) == (PlacedBy.COLLEAGUE, None, None, "acc_north")
    assert where(got) in (expected, (PlacedBy.COLLEAGUE, None, None, "acc_north"))


async def test_a_forward_is_said_to_be_one() -> None:
    assert (await placed(mail(subject="WG: Shorter lead times"))).reason is PlacedBy.FORWARD
    got = await placed(mail(sender="carl@northwind.example", forwarded=True))
    assert where(got) == (PlacedBy.FORWARD, None, None, "acc_north")


@pytest.mark.parametrize(
    "sender", ["x@evil.example", "ann.northwind@gmail.com", "ann@northwind.example.evil.example"]
)
async def test_forged_references_make_no_one_the_contact(sender: str) -> None:
    got = await placed(mail(sender=sender, references=answering(OFFER)))
    assert where(got) == (PlacedBy.STRANGER, None, None, None)
    assert got.claimed_thread_id == "thr_offer"


async def test_a_sender_that_failed_authentication_is_a_stranger() -> None:
    got = await placed(mail(references=answering(OFFER), authenticated=Authenticated.NO))
    assert where(got) == (PlacedBy.STRANGER, None, None, None)


async def test_a_mail_without_one_sender_is_a_strangers() -> None:
    assert (await placed(mail(sender="", references=answering(OFFER)))).reason is PlacedBy.STRANGER


async def test_free_mail_makes_nobody_a_colleague() -> None:
    assert (await placed(mail(sender="mallory@gmail.com"))).reason is PlacedBy.STRANGER


async def test_case_and_what_stands_behind_a_plus_make_no_other_person() -> None:
    for sender in ("ANN@Northwind.example", "ann+news@northwind.example"):
        assert (await placed(mail(sender=sender))).contact_id == "con_ann"


async def test_a_domain_of_two_accounts_names_neither() -> None:
    shelf = Shelf(contacts=[ANN, KnownContact("con_x", "acc_other", "x@northwind.example")])
    assert where(await placed(mail(sender="carl@northwind.example"), shelf)) == (
        PlacedBy.COLLEAGUE,
        None,
        None,
        None,
    )


async def test_a_report_counts_only_with_a_mail_of_ours() -> None:
    def bounced(message_id: str) -> InboundMail:
        bounce = Bounce(kind=BounceKind.HARD, recipient=ANN.address, original_message_id=message_id)
        return mail(
            sender="mailer-daemon@mx.example",
            kind=MailKind.BOUNCE,
            bounces=(bounce,),
            references=answering(OFFER),
        )

    assert where(await placed(bounced("<thr_visit@acme.example>")))[:2] == (PlacedBy.HEADER, "thr_visit")
    assert (await placed(bounced("<never-sent@acme.example>"))).reason is PlacedBy.STRANGER


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Offer", "RE:RE: offer", "AW: Offer", "Antw: Offer", "SV: Offer", "RES: Offer", "Fwd: Offer",
        "WG: Offer", "TR : Offer",
        "Re[3]: Offer", "Re(2): Offer", "[EXTERNAL] Re: Offer", "回复：Offer", "Odp: Offer",
        "Ynt: Offer", "*** SPAM *** Re: Offer",
        "Automatic reply: Offer", "Accepted: Offer", "  Re:   Offer  ", "Offer (fwd)",
        "Отв: Re: Offer", "Re: [Extern] Offer",
    ],
)  # fmt: skip
def test_a_subject_is_compared_without_its_marks(subject: str) -> None:
    assert plain_subject(subject) == "offer"


def test_words_that_only_look_like_marks_stay_in_a_subject() -> None:
    assert plain_subject("Report: Offer") == "report: offer"
    assert plain_subject("Reply needed") == "reply needed"
    assert [marked_as_forward(one) for one in ("Fwd: x", "WG: x", "Re: Fwd: x", "Forward looking")] == [
        True,
        True,
        False,
        False,
    ]
