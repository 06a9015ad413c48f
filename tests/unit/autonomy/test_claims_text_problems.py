"""Leftovers, pretended acquaintance and hidden characters stop a text."""

import pytest

from autonomy.claims import text_problems

BODY = "Hi Anna,\n\nWould a short call help?\n\nBest regards,\nMaria"


@pytest.mark.parametrize(
    "text",
    [
        "Hi {{first_name}},",
        "Hi {first_name},",
        "Hi [Name],",
        "Hi [Your Company],",
        "Hi <first name>,",
        "Dear XXX,",
        "TODO: proof",
        "lorem ipsum",
        "Hi %FIRST_NAME%,",
        "Hi *|FNAME|*,",
        "Hallo [Vorname],",
        "Hi ${name},",
        "Hi <<name>>,",
        "{% if x %}",
    ],
)
def test_a_leftover_placeholder_is_named(text: str) -> None:
    assert any(
        "placeholder" in problem for problem in text_problems("Question", f"{text}\n\nWould a call help?")
    )


@pytest.mark.parametrize(
    "text",
    [
        "As discussed, here are the details.",
        "I am following up on our call.",
        "It was great meeting you.",
        "Per your request I send this.",
        "Thanks for your interest in us.",
        "Since we last spoke, much has changed.",
        "As agreed, we start Monday.",
        "You asked me for a quote.",
        "Wie besprochen sende ich die Unterlagen.",
        "Vielen Dank für Ihr Interesse.",
        "Good to meet you last week.",
        "Thank you for reaching out.",
    ],
)
def test_a_pretended_relationship_is_named(text: str) -> None:
    assert any("relationship" in problem for problem in text_problems("Question", text))


@pytest.mark.parametrize(
    ("subject", "word"),
    [
        ("Re: our call", "reply"),
        ("RE:offer", "reply"),
        ("AW: Frage", "reply"),
        ("Fwd: news", "reply"),
        ("Hi\r\nBcc: x@y.example", "line break"),
        ("a" * 151, "150"),
        ("", "empty"),
        ("Ques\u202etion", "U+202E"),
        ("Ques\u200btion", "U+200B"),
        ("Line\u2028two", "line break"),
    ],
)
def test_a_bad_subject_is_named(subject: str, word: str) -> None:
    assert any(word in problem for problem in text_problems(subject, BODY))


@pytest.mark.parametrize("body", ["", "  \n ", "word " * 151, "Hi\x00", "Hi \u2066there", "a\ufeffb"])
def test_a_bad_body_is_named(body: str) -> None:
    assert text_problems("Question", body)


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        "Grüße aus Graz 🙂",
        "See [our page](https://acme.example).",
        "I will call it a day.",
        "Prices in € (net).",
        "word " * 150,
        "If it's ok – “quotes” and … are fine.",
        "Report {2026}? No.",
    ],
)
def test_an_ordinary_text_passes(body: str) -> None:
    assert text_problems("A question about Relaunch", body) == ()
