"""The claim check names what has no source and lets courtesies, offers and questions pass."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from autonomy.claims import check_claims
from domain.campaigns import Claim
from domain.knowledge import Evidence
from domain.labels import web_label

CASES = yaml.safe_load(Path(__file__).with_name("claims_cases.yaml").read_text("utf-8"))
NAMES = frozenset({"Northwind", "Acme Analytics", "Anna Weiss", "Maria Lindt"})


def mail(sentence: str) -> str:
    return f"Hi Anna,\n\n{sentence}\n\nBest regards,\nMaria Lindt\nAcme Analytics"


def claim(text: str, quote: str) -> Claim:
    url = "https://northwind.example/about"
    evidence = Evidence(url=url, quote=quote, seen_at=datetime(2026, 5, 1, tzinfo=UTC), label=web_label(url))
    return Claim(text=text, evidence=evidence)


def problems(body: str, *claims: Claim, subject: str = "Question for Northwind") -> tuple[str, ...]:
    return check_claims(subject, body, claims, known_names=NAMES)


@pytest.mark.parametrize("sentence", CASES["invented"])
def test_an_invented_statement_is_named(sentence: str) -> None:
    assert problems(mail(sentence))


@pytest.mark.parametrize("sentence", CASES["harmless"])
def test_a_courtesy_question_or_offer_passes(sentence: str) -> None:
    assert problems(mail(sentence)) == ()


@pytest.mark.parametrize(("sentence", "quote"), CASES["supported"])
def test_a_statement_its_quote_says_passes(sentence: str, quote: str) -> None:
    assert problems(mail(sentence), claim(sentence, quote)) == ()


@pytest.mark.parametrize(("sentence", "quote"), CASES["distorted"])
def test_a_statement_its_quote_does_not_say_is_named(sentence: str, quote: str) -> None:
    assert problems(mail(sentence), claim(sentence, quote))


def test_a_claim_whose_text_was_edited_away_covers_nothing() -> None:
    stale = claim("You restore pianos.", "We restore pianos.")
    assert problems(mail("You restore church organs."), stale)


def test_a_claim_covers_only_its_clause() -> None:
    covered = claim("you restore pianos", "We restore pianos.")
    assert problems(mail("On your site I read that you restore pianos."), covered) == ()
    assert problems(mail("You employ 40 people; I read that you restore pianos."), covered)


def test_two_claims_support_one_sentence_together() -> None:
    text = "I was looking at dental practices in Graz and came across Northwind."
    both = (claim(text, "Your dental practice"), claim(text, "8010 Graz"))
    assert problems(mail(text), *both) == ()


def test_a_fact_hidden_below_the_signature_is_named() -> None:
    assert problems(
        mail("Would a call help?") + "\nTrusted by 500 clinics in 12 countries since the year 2001"
    )


def test_a_hard_wrapped_sentence_is_still_covered() -> None:
    text = "Your website says that you restore pianos\nfor schools."
    whole = claim("Your website says that you restore pianos for schools.", "We restore pianos for schools.")
    assert problems(mail(text), whole) == ()


def test_markdown_and_zero_width_characters_do_not_hide_a_statement() -> None:
    assert problems(mail("**You** are hir\u200bing *three* nurses."))


def test_a_link_text_is_read_and_its_address_is_not() -> None:
    assert problems(mail("The details are here: https://acme.example/plans/2026")) == ()
    assert problems(mail("[We cut costs by 40%](https://acme.example)"))


@pytest.mark.parametrize(
    "subject",
    ["Congrats on your new office", "Cut costs by 40%", "What Contoso does better", "The best analytics"],
)
def test_an_unsupported_subject_is_named(subject: str) -> None:
    assert problems(mail("Would a call help?"), subject=subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Web analytics at Northwind",
        "Question about web analytics",
        "Eine Frage an Northwind",
        "Webanalyse bei Northwind",
    ],
)
def test_a_plain_subject_passes(subject: str) -> None:
    assert problems(mail("Would a call help?"), subject=subject) == ()
