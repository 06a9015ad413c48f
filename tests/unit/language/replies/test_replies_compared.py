"""A rival named in a mail is answered with what our own pages say beside that name, and with nothing of our own."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.icp import ProfileFact
from domain.knowledge import Evidence
from domain.labels import web_label
from domain.replies import ProposedTime
from language.offline.replies.sources import FOREIGN, answers
from tests.unit.language.replies.conftest import AT, Answer, Reader, body_of

URL = "https://us.example/versus"


def quote(text: str) -> Evidence:
    return Evidence(url=URL, quote=text, seen_at=AT, label=web_label(URL))


def row(label: str, theirs: str, ours: str) -> ProfileFact:
    cells = (label, theirs, ours, "Brassline", "Tidewater")
    value = f"{label}: Brassline {theirs}, Tidewater {ours}"
    return ProfileFact(field="competitor", value=value, evidence=tuple(map(quote, cells)))


ROWS = (row("Set-up", "three weeks", "one day"), row("Price for 8 people", "€232", "€79"))
SAID = ProfileFact(
    field="competitor",
    value="Who comes from Brassline keeps all old orders.",
    evidence=(quote("Who comes from Brassline keeps all old orders."),),
)


@pytest.fixture
def answer(answer: Answer) -> Answer:
    return partial(answer, facts=ROWS)


@pytest.mark.parametrize(
    "text",
    [
        "We already use Brassline.",
        "We are halfway through a Brassline trial. How do you differ from them?",
        "How do you compare to Brassline?",
        "What is better with you than with Brassline?",
        "Wir nutzen bereits Brassline.",
        "Was unterscheidet Sie von Brassline?",
        "Wir testen gerade Brassline. Was ist bei Ihnen anders?",
    ],
)
async def test_the_comparison_on_our_site_is_told_row_by_row(answer: Answer, text: str) -> None:
    body = body_of(await answer(text))

    assert body.count("- Price for 8 people: Brassline €232, Tidewater €79") == 1
    assert body.count("- Set-up: Brassline three weeks, Tidewater one day") == 1


async def test_where_there_is_no_table_the_sentence_of_our_site_is_quoted(answer: Answer) -> None:
    assert SAID.value.rstrip(".") in body_of(await answer("We already use Brassline.", facts=(SAID,)))


async def test_without_a_word_on_our_site_nothing_is_compared(answer: Answer) -> None:
    draft = await answer("How do you compare to Brassline?", facts=())

    assert draft.mail is None


LINES = tuple(
    map(
        quote,
        (
            "Options, comments, and a legally binding signature under eIDAS.",
            "Cancel any month, without notice.",
            "All data is stored on encrypted servers in Norway.",
            "Workshops start at 9.",
            "Our customers are small shops with 3 to 40 people.",
        ),
    )
)


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (
            "Kann man damit rechtsgültig unterschreiben, oder braucht es ein zweites Werkzeug?",
            "binding signature",
        ),
        ("Ist die Unterschrift denn auch rechtsverbindlich?", "binding signature"),
        ("Lässt sich das monatlich kündigen?", "Cancel any month"),
        ("Werden die Daten verschlüsselt gespeichert?", "encrypted servers"),
        ("Peut-on signer légalement avec ?", "binding signature"),
        ("Les données sont-elles chiffrées ?", "encrypted servers"),
        ("¿Se puede firmar de forma legal?", "binding signature"),
        ("¿Se puede cancelar cada mes?", "Cancel any month"),
    ],
)
def test_a_question_finds_its_line_on_pages_in_another_language(question: str, line: str) -> None:
    (said,) = answers(question, LINES, "de", "Tidewater", "{line}")

    assert line in said.text
    assert said.kind == FOREIGN


@pytest.mark.parametrize(
    "question",
    [
        "Gibt es das auch für Froschteiche?",
        "Wie viele Kunden haben Sie?",
        "Werden die Daten in Japan gespeichert und mit Zugvögeln verschickt?",
        "Peut-on payer avec des poissons ?",
        "¿Se puede usar sin electricidad?",
    ],
)
def test_what_our_pages_do_not_say_is_not_found_there(question: str) -> None:
    assert answers(question, LINES, "de", "Tidewater", "{line}") == []


async def test_a_german_question_gets_a_german_answer_with_the_english_line(answer: Answer) -> None:
    text = (
        "Kann man damit auch gleich rechtsgültig unterschreiben lassen, oder braucht es ein zweites Werkzeug?"
    )
    draft = await answer(text, facts=(), sources=LINES)

    assert draft.language == "de"
    assert "auf Englisch:\n\n- Options, comments, and a legally binding signature under eIDAS." in body_of(
        draft
    )


@pytest.mark.parametrize(
    ("text", "zone", "line"),
    [
        (
            "Tuesday 16 June at 04:00 it is, thanks.",
            "America/New_York",
            "Tuesday 16 June, 04:00 (your time) is no longer free",
        ),
        (
            "Dienstag, 16. Juni um 10:00 passt mir gut.",
            "Europe/Berlin",
            "Dienstag, 16. Juni, 10:00 Uhr (Ihre Ortszeit)",
        ),
    ],
)
async def test_who_takes_a_time_that_is_gone_hears_so_and_gets_others(
    answer: Answer, read: Reader, text: str, zone: str, line: str
) -> None:
    taken = datetime(2026, 6, 16, 8, tzinfo=UTC)
    left = (taken + timedelta(days=1), taken + timedelta(days=2))
    reading = await read(text, zone=zone, offered=(taken, left[0]))
    reading = reading.model_copy(update={"times": (ProposedTime(start=taken, quote="it"),)})
    before = ("- Tuesday 16 June, 04:00\n", "- Dienstag, 16. Juni, 10:00 Uhr\n")
    body = body_of(await answer(text, reading=reading, slots=left, zone=zone, said_before=before))

    assert line in body
    assert body.count("\n- ") == 2
