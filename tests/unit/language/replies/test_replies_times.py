"""Who asks for times wants to meet; a time of ours is taken in any words; what is turned down is not taken."""

from datetime import UTC, datetime

import pytest

from domain.replies import ReplyKind as K
from language.offline.replies.reader import opt_out_findings
from tests.unit.language.replies.conftest import Reader

OFFERED = (
    datetime(2026, 6, 11, 8, tzinfo=UTC),  # Thursday 10:00 in Berlin
    datetime(2026, 6, 12, 12, tzinfo=UTC),  # Friday 14:00
    datetime(2026, 6, 15, 8, tzinfo=UTC),  # Monday 10:00
)


@pytest.mark.parametrize(
    "text",
    [
        "Which slots are still free on your side?",
        "When would your colleague be around for a call?",
        "Would you have a quarter of an hour free next week?",
        "Wann hätten Sie denn nächste Woche Luft, kurz zu telefonieren? Wann passt es Ihnen?",
        "Welche Zeiten wären bei Ihnen frei?",
        "Quand pourrions-nous en parler ? Quelles dates auriez-vous ?",
        "¿Qué días tiene libres?",
        "Che giorni avete liberi?",
        "Welke dagen zou u kunnen?",
        "Quais datas tem livres?",
    ],
)
async def test_who_asks_when_we_have_time_wants_to_meet(read: Reader, text: str) -> None:
    reading = await read(text)
    assert reading.kind is K.POSITIVE
    assert reading.questions == ()


@pytest.mark.parametrize(
    "text",
    ["When is your support available?", "How many slots does a plan include?", "Do you have time tracking?"],
)
async def test_a_question_about_us_stays_one(read: Reader, text: str) -> None:
    assert (await read(text)).kind is K.QUESTION


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The second one, please.", 1),
        ("I'd go for the first.", 0),
        ("Option 3 then.", 2),
        ("The last one is best.", 2),
        ("Any of them is fine.", 0),
        ("Friday 14:00 it shall be", 1),
        ("Thursday does not work, Monday at 10:00 does.", 2),
        ("Den dritten Termin nehmen wir.", 2),
        ("Freitag, 14 Uhr.", 1),
    ],
)
async def test_a_time_we_offered_is_taken_in_any_words(read: Reader, text: str, number: int) -> None:
    reading = await read(text, offered=OFFERED)
    assert reading.kind is K.MEETING_ACCEPT
    assert [one.start for one in reading.times] == [OFFERED[number]]


@pytest.mark.parametrize(
    "text",
    [
        "Thursday at 10:00 is not possible for me.",
        "On Friday at 14:00 I have another call, sorry.",
        "None of these work for me.",
        "The first week of July is full.",
    ],
)
async def test_a_time_that_is_turned_down_is_not_taken(read: Reader, text: str) -> None:
    assert not {one.start for one in (await read(text, offered=OFFERED)).times} & set(OFFERED)


async def test_of_two_times_only_the_one_wanted_instead_is_named(read: Reader) -> None:
    reading = await read("Could we do 15:00 on Friday instead of 14:00?", offered=OFFERED)
    assert [one.start.isoformat() for one in reading.times] == ["2026-06-12T15:00:00+02:00"]


@pytest.mark.parametrize("text", ["The second one, please.", "The first, thanks.", "Le deuxième, merci."])
def test_who_takes_one_by_its_number_does_not_opt_out(text: str) -> None:
    assert opt_out_findings(text) == ()
