"""A mail is changed as asked, keeps its sources, and nothing unsourced gets in."""

from datetime import UTC, datetime

import pytest

from autonomy.claims import check_claims
from domain.campaigns import WrittenMail
from domain.errors import Correctable
from domain.knowledge import Evidence
from domain.labels import web_label
from language.offline.talk.reviser import revise_mail
from language.offline.talk.writer import write_mail
from language.port import MailBrief


def seen(quote: str) -> Evidence:
    url = "https://site.example/"
    return Evidence(url=url, quote=quote, seen_at=datetime(2026, 5, 1, tzinfo=UTC), label=web_label(url))


BRIEF = MailBrief(
    seller_name="Tidewater",
    sender_name="Maria Lindt",
    seller=(
        ("offer", "o", seen("Tidewater is a lightweight web analytics tool.")),
        ("offer", "o", seen("Tidewater ist eine leichte Webanalyse für kleine Läden.")),
        ("proof", "p", seen("Trusted by 1,800 paying subscribers")),
        ("customer", "Harbour Books", seen("Harbour Books and Pine & Sons use us")),
    ),
    account_name="Northwind",
    account=(
        ("summary", "s", seen("We make hand-thrown stoneware for restaurants.")),
        ("signal", "expansion", seen("In May 2026 we opened our second studio in Leeds.")),
    ),
    contact_name="Dr. Anna Weiss",
    contact_title="Head of Marketing",
    contact_role="head-of-marketing",
    seed="con_1",
)
MAIL = write_mail(BRIEF)
NAMES = frozenset({"Tidewater", "Maria Lindt", "Northwind", "Anna Weiss"})


def revised(instruction: str, mail: WrittenMail = MAIL) -> WrittenMail:
    return revise_mail(mail, instruction, BRIEF)


@pytest.mark.parametrize(
    "instruction", ["make it shorter", "shorten it please", "it's too long", "half as long"]
)
def test_it_gets_shorter_and_keeps_offer_and_question(instruction: str) -> None:
    mail = revised(instruction)
    assert len(mail.body.split()) < len(MAIL.body.split())
    assert "web analytics tool" in mail.body
    assert "?" in mail.body


def test_it_gets_longer_by_a_sourced_fact() -> None:
    mail = revised("make it longer")
    assert len(mail.body) > len(MAIL.body)
    assert len(mail.claims) > len(MAIL.claims)
    assert check_claims(mail.subject, mail.body, mail.claims, known_names=NAMES) == ()


def test_it_gets_more_formal_and_less_formal() -> None:
    formal, casual = revised("more formal please"), revised("less formal")
    assert formal.body.startswith("Dear Dr. Weiss,")
    assert casual.body.startswith("Hi Anna,")
    assert casual.body != MAIL.body


def test_something_is_left_out_with_its_claim() -> None:
    mail = revised("don't mention the subscribers")
    assert "subscribers" not in mail.body
    assert not any("subscribers" in claim.text for claim in mail.claims)


def test_a_sourced_fact_is_added_with_its_claim() -> None:
    mail = revised("mention Harbour Books")
    assert "Harbour Books" in mail.body
    assert any("Harbour Books" in claim.text for claim in mail.claims)
    assert check_claims(mail.subject, mail.body, mail.claims, known_names=NAMES) == ()


def test_their_new_office_is_found_under_another_word() -> None:
    plain = write_mail(BRIEF.model_copy(update={"account": BRIEF.account[:1]}))
    assert "second studio in Leeds" in revised("mention their new office", plain).body


@pytest.mark.parametrize(
    "instruction", ["mention their new CEO", "mention that we won an award", "say something about Siemens"]
)
def test_a_fact_without_a_source_is_refused(instruction: str) -> None:
    with pytest.raises(Correctable) as caught:
        revised(instruction)
    assert caught.value.code == "no_source"


@pytest.mark.parametrize(
    ("instruction", "subject"),
    [
        ("change the subject to A short question", "A short question"),
        ("change the subject line to “Numbers for Northwind”", "Numbers for Northwind"),
        ("subject: Hello Anna", "Hello Anna"),
    ],
)
def test_the_subject_changes(instruction: str, subject: str) -> None:
    assert revised(instruction).subject == subject


def test_a_pretended_reply_is_no_subject() -> None:
    with pytest.raises(Correctable):
        revised("change the subject to Re: our call")


def test_the_last_line_goes() -> None:
    last = MAIL.body.split("\n\n")[-2].split(". ")[-1]
    assert last not in revised("remove the last line").body


def test_words_are_replaced_and_the_claim_keeps_its_quote() -> None:
    mail = revised("replace web analytics with visitor counting")
    assert "visitor counting" in mail.body
    assert "web analytics" not in mail.body
    assert check_claims(
        mail.subject, mail.body, mail.claims, known_names=NAMES
    )  # the source no longer says it


def test_something_else_is_asked_for() -> None:
    assert "a 15-minute call" in revised("ask for a 15-minute call instead").body


def test_it_is_written_in_german_from_german_facts() -> None:
    mail = revised("in German")
    assert "Tidewater ist eine leichte Webanalyse" in mail.body
    assert "Guten Tag" in mail.body


def test_a_language_it_cannot_write_is_refused() -> None:
    with pytest.raises(Correctable) as caught:
        revised("translate it into French")
    assert caught.value.code == "language_not_supported"


def test_it_is_signed_by_somebody_else() -> None:
    assert revised("sign as Jo Brown").body.endswith("Jo Brown\nTidewater")


def test_two_changes_in_one_instruction_are_both_made() -> None:
    mail = revised("make it less formal and sign as Jo Brown")
    assert mail.body.startswith("Hi Anna,")
    assert "Jo Brown" in mail.body


@pytest.mark.parametrize("instruction", ["do a backflip", "", "purple", "make the logo bigger", "???"])
def test_an_instruction_it_does_not_know_says_what_it_can_do(instruction: str) -> None:
    with pytest.raises(Correctable) as caught:
        revised(instruction)
    assert caught.value.code == "instruction_not_understood"
    assert "shorter" in caught.value.message


@pytest.mark.parametrize(
    "instruction",
    [
        "make it shorter",
        "more formal",
        "less formal",
        "remove the last line",
        "make it longer",
        "drop the numbers",
    ],
)
def test_a_revised_mail_still_passes_the_claim_check(instruction: str) -> None:
    mail = revised(instruction)
    assert check_claims(mail.subject, mail.body, mail.claims, known_names=NAMES) == ()
    assert all(claim.text in mail.body for claim in mail.claims)
