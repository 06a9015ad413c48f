"""What mails show about a deal: typed findings with words that stand in the mail, and people of the same company."""

from datetime import UTC, datetime

import pytest

from domain.deals import DealFact, FoundIn, StakeholderRole
from domain.mail import MailAddress
from domain.replies import Finding, Objection, ObjectionKind, Referred, ReplyKind, ReplyReading
from graph.specialists.dealing import clean, people_in, proofs_in, role_of
from tests.fixtures.deals import mail, positive, reading, until

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
COMPANY = "northwind.example"


def facts(text: str, read: ReplyReading) -> dict[str, str]:
    return {str(one.fact): one.quote for one in proofs_in(read, mail(text), "inb_1", AT)}


def objected(kind: ObjectionKind, quote: str, competitor: str = "", **more) -> ReplyReading:
    objection = Objection(kind=kind, quote=quote, competitor=competitor)
    return reading(ReplyKind.OBJECTION, quote, objections=(objection,), **more)


def test_a_clear_yes_shows_the_need_in_their_words():
    assert facts("Hi,\nthat would help us a lot.", positive("that would help us a lot.")) == {
        "need": "that would help us a lot."
    }


def test_words_that_do_not_stand_in_the_mail_show_nothing():
    assert facts("No thanks.", positive("that would help us a lot")) == {}


def test_an_unsure_finding_shows_nothing():
    assert facts("maybe", positive("maybe", confidence=0.3)) == {}


@pytest.mark.parametrize(
    "kind", [ReplyKind.OUT_OF_OFFICE, ReplyKind.AUTO_REPLY, ReplyKind.UNSUBSCRIBE, ReplyKind.UNSURE]
)
def test_machines_opt_outs_and_unclear_mails_show_nothing(kind):
    read = ReplyReading(
        findings=(
            Finding(kind=kind, quote="x", confidence=0.9),
            Finding(kind=ReplyKind.POSITIVE, quote="yes", confidence=0.9),
        )
    )
    assert facts("x yes", read) == {}


def test_who_decides_is_shown_only_when_somebody_is_named():
    text = "Our CFO decides about that. That is not up to me."
    assert facts(text, objected(ObjectionKind.AUTHORITY, "Our CFO decides about that.")) == {
        "authority": "Our CFO decides about that."
    }
    assert facts(text, objected(ObjectionKind.AUTHORITY, "That is not up to me.")) == {}


def test_a_price_objection_shows_a_budget_only_with_an_amount():
    text = "Too expensive. We have 500 € a month."
    assert facts(text, objected(ObjectionKind.PRICE, "Too expensive.")) == {}
    assert facts(text, objected(ObjectionKind.PRICE, "We have 500 € a month.")) == {
        "budget": "We have 500 € a month."
    }


def test_a_named_rival_and_a_named_day_are_shown():
    text = "We already use Rivalsoft. Please ask again in March."
    read = objected(
        ObjectionKind.COMPETITOR,
        "We already use Rivalsoft.",
        "Rivalsoft",
        until=until(AT, "Please ask again in March."),
    )
    assert set(facts(text, read)) == {"competitor", "timing"}


def test_a_plain_no_is_a_reason_to_lose():
    text = "No, we are not interested."
    assert facts(text, reading(ReplyKind.NOT_INTERESTED, text)) == {DealFact.LOST_REASON: text}


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("CEO & Founder", StakeholderRole.DECIDER),
        ("Geschäftsführerin", StakeholderRole.DECIDER),
        ("Assistant to the CEO", StakeholderRole.GATEKEEPER),
        ("Assistentin der Geschäftsführung", StakeholderRole.GATEKEEPER),
        ("Head of Procurement", StakeholderRole.GATEKEEPER),
        ("Head of Marketing", StakeholderRole.CHAMPION),
        ("Senior Developer", StakeholderRole.USER),
        ("Keeper of the lighthouse", StakeholderRole.UNKNOWN),
        ("", StakeholderRole.UNKNOWN),
    ],
)
def test_a_title_gives_a_guess_of_the_part_somebody_plays(title, role):
    assert role_of(title) is role


def people(text: str, read: ReplyReading | None = None, **given):
    found = people_in(mail(text, **given), read, "inb_1", company=COMPANY, ours="maria@acme.example")
    return {(one.found_in, one.email, one.name): one for one in found}


def test_only_people_of_the_same_registrable_domain_in_copy_count():
    copied = (
        MailAddress(address="tom@mail.northwind.example", name="Tom Baker"),
        MailAddress(address="eve@elsewhere.example", name="Eve"),
        MailAddress(address="northwind@gmail.com", name="Private"),
        MailAddress(address="x@northwind.example.evil.example", name="Trick"),
        MailAddress(address="maria@acme.example", name="Us"),
    )
    found = people("Adding Tom.", cc=copied)
    assert [(one.email, one.quote) for one in found.values()] == [
        ("tom@mail.northwind.example", "cc: Tom Baker (tom@mail.northwind.example)")
    ]


def test_nobody_in_copy_counts_when_the_company_has_no_domain():
    cc = (MailAddress(address="tom@northwind.example"),)
    assert people_in(mail("x", cc=cc), None, "inb_1", company="", ours="") == ()


def test_a_signature_gives_the_writers_title():
    found = people("Yes.", signature="Anna Weiss\nHead of Operations | Northwind Ltd\n+44 20 1234")
    one = found[FoundIn.SIGNATURE, "anna1@northwind.example", "Anna Weiss"]
    assert (one.title, one.quote) == ("Head of Operations", "Head of Operations | Northwind Ltd")


def test_a_referral_is_kept_with_its_words_and_a_foreign_one_is_not():
    text = "Please ask Tom Baker, our CFO. Or try eve@elsewhere.example."
    read = reading(
        ReplyKind.REFERRAL,
        "Please ask Tom Baker, our CFO.",
        referrals=(
            Referred(quote="Please ask Tom Baker, our CFO.", name="Tom Baker", title="our CFO"),
            Referred(quote="Or try eve@elsewhere.example.", email="eve@elsewhere.example"),
            Referred(quote="Not in the mail", name="Nobody"),
        ),
    )
    (one,) = people(text, read).values()
    assert (one.name, one.role, one.quote) == (
        "Tom Baker",
        StakeholderRole.DECIDER,
        "Please ask Tom Baker, our CFO.",
    )


def test_a_name_that_would_do_something_is_made_harmless():
    assert clean("Anna\n<script>|‮x", 80) == "Anna script x"
    assert len(clean("a" * 500, 80)) == 80
