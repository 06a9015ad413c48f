"""A machine's note that somebody is no longer there is told from one that they are away, in many wordings."""

from collections.abc import Awaitable, Callable

import pytest

from domain.replies import ReplyKind, ReplyReading

Reader = Callable[..., Awaitable[ReplyReading]]
GONE = (ReplyKind.AUTO_REPLY, ReplyKind.WRONG_PERSON)


@pytest.mark.parametrize(
    "text",
    [
        "Joan Pell no longer works at Fernway. This mailbox is not read.",
        "Joan Pell has left the company.",
        "As of May Joan is no longer with us.",
        "I no longer work for Fernway, so your mail will not be answered.",
        "Joan left our firm last month and this address will be closed.",
        "Frau Pell ist nicht mehr bei uns tätig.",
        "Anna Pell arbeitet nicht mehr in unserem Unternehmen. Ihre Mail wird nicht weitergeleitet.",
        "Frau Pell hat unser Haus zum 31. März verlassen.",
        "Herr Pell ist aus dem Unternehmen ausgeschieden.",
        "Anne Pell ne travaille plus chez nous.",
        "Anne Pell a quitté l'entreprise.",
        "Anne Pell ne fait plus partie de notre société.",
        "Ana Pell ya no trabaja en esta empresa.",
        "Ana Pell ha dejado la empresa.",
        "Mario Pell non lavora più con noi.",
        "Jan Pell werkt niet meer bij ons.",
    ],
)
async def test_who_has_left_is_no_longer_the_right_person(read: Reader, text: str) -> None:
    reading = await read(text, auto_submitted=True)

    assert reading.kinds == GONE
    assert reading.automated


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until 19 June and have left my phone at home.",
        "I am no longer at my desk today and back on Monday.",
        "I'm away until Monday. My colleague Bo has left the company, so please write to Ann.",
        "Ich bin bis 19. Juni nicht im Büro.",
        "Je suis absente jusqu'au 19 juin.",
        "Estoy fuera de la oficina hasta el 19 de junio.",
    ],
)
async def test_who_is_away_comes_back(read: Reader, text: str) -> None:
    assert (await read(text, auto_submitted=True)).kinds == (ReplyKind.OUT_OF_OFFICE,)


@pytest.mark.parametrize(
    "text", ["Thank you, we received your request #4711.", "This mailbox is not monitored."]
)
async def test_any_other_machine_says_nothing_of_anybody(read: Reader, text: str) -> None:
    assert (await read(text, auto_submitted=True)).kinds == (ReplyKind.AUTO_REPLY,)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Joan has left the company. Please write to Bo Hill, bo@fernway.example.", "Bo Hill"),
        (
            "Frau Pell ist nicht mehr bei uns tätig. Bitte wenden Sie sich an Bo Hill, bo@fernway.example.",
            "Bo Hill",
        ),
        ("Anne ne travaille plus chez nous. Contactez Bo Hill, bo@fernway.example.", "Bo Hill"),
    ],
)
async def test_the_note_says_whom_to_write_to_instead(read: Reader, text: str, name: str) -> None:
    (named,) = (await read(text, auto_submitted=True)).referrals

    assert (named.name, named.email) == (name, "bo@fernway.example")
