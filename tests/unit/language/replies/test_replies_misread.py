"""Wordings that were misread in long runs: a list that is theirs, other times in few words, mail passed on, thanks."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.replies import ReplyKind, ReplyReading
from language.offline.replies.reader import opt_out_findings

Reader = Callable[..., Awaitable[ReplyReading]]
K = ReplyKind
ZONE = ZoneInfo("Europe/Berlin")
OFFERED = tuple(datetime(2026, 6, day, 9, tzinfo=ZONE) for day in (15, 16, 17))


@pytest.mark.parametrize(
    "text",
    [
        "That was on our list for this summer already. Let us speak.",
        "You are on our shortlist.",
        "It ranks high on my list for the autumn.",
        "You have made it onto our short list of three.",
        "A call could get us off the fence.",
        "That would take one job off my list.",
        "Das haben wir ohnehin auf der Liste. Reden wir darüber.",
        "Sie stehen bei uns längst auf der Liste, lassen Sie uns telefonieren.",
        "Das Thema steht auf unserer Liste ganz oben.",
        "Schicken Sie uns gern die Preisliste.",
        "C'était déjà sur notre liste. Parlons-en.",
        "Vous figurez sur notre liste de prestataires.",
        "Ya estaba en la lista. Hablemos.",
        "El tema figura en nuestra lista de prioridades.",
        "Era già nella nostra lista. Sentiamoci.",
        "Siete sulla nostra lista ristretta.",
        "Dat stond bij ons toch al op de lijst. Laten we bellen.",
        "Jullie staan op onze shortlist.",
    ],
)
async def test_a_list_of_their_own_is_no_wish_to_leave_ours(read: Reader, text: str) -> None:
    assert not opt_out_findings(text)
    assert not (await read(text)).opts_out


@pytest.mark.parametrize(
    "text",
    [
        "Take us off your list.",
        "You are on our block list, never write again.",
        "We are on your list and want out of it.",
        "Bitte nehmen Sie uns von der Liste.",
        "Setzen Sie uns auf Ihre Sperrliste.",
        "Wir stehen auf Ihrer Liste, bitte entfernen.",
        "Retirez-nous de votre liste.",
        "Sáquennos de la lista.",
        "Toglieteci dalla lista.",
        "Haal ons van de lijst.",
    ],
)
def test_leaving_a_list_still_is_leaving(text: str) -> None:
    assert opt_out_findings(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rather Wednesday afternoon?",
        "Eher Mittwoch Nachmittag?",
        "Lieber am Donnerstag?",
        "Dann besser Freitag Vormittag?",
        "Plutôt jeudi après-midi ?",
        "Mejor el jueves por la tarde?",
        "Meglio giovedì pomeriggio?",
    ],
)
async def test_another_day_in_few_words_is_another_time(read: Reader, text: str) -> None:
    reading = await read(text, offered=OFFERED)

    assert reading.kind is K.MEETING_COUNTER
    assert len(reading.times) == 1


@pytest.mark.parametrize(
    "text",
    [
        "A colleague of mine forwarded me your mail. Sounds good, tell me more.",
        "My boss passed your note on to me. I would like to know more about it.",
        "Mein Kollege hat mir Ihre Mail weitergeleitet. Erzählen Sie mir mehr.",
    ],
)
async def test_a_mail_that_was_passed_on_to_them_hands_nobody_on(read: Reader, text: str) -> None:
    assert (await read(text)).kinds == (K.POSITIVE,)


@pytest.mark.parametrize(
    "text",
    [
        "Not me. You want Tom Abbott for this, abbott@fernway.example.",
        "You need Jane Miller for that: miller@fernway.example",
        "Dafür brauchen Sie Frau Keller, keller@fernway.example.",
    ],
)
async def test_whoever_names_the_one_we_want_refers_us(read: Reader, text: str) -> None:
    reading = await read(text)

    assert reading.kind is K.REFERRAL
    assert reading.referrals[0].email
    assert not reading.opts_out


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for the talk this morning, that was useful.",
        "Thank you for the call, very helpful.",
        "Danke für das Gespräch vorhin, das war hilfreich.",
        "Merci pour votre temps.",
        "Gracias por la reunión.",
        "Grazie per la chiamata.",
        "Bedankt voor het gesprek.",
    ],
)
async def test_thanks_after_a_talk_need_no_answer(read: Reader, text: str) -> None:
    assert (await read(text)).kinds == (K.NEUTRAL,)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "None of those, I am afraid. Could we do Tuesday, June 16 at 3:00 PM instead?",
            (K.MEETING_COUNTER,),
        ),
        ("Those do not fit. Rather Thursday afternoon?", (K.MEETING_COUNTER,)),
        (
            "Die passen alle nicht. Lieber Montag Nachmittag?\n\nGruß\nKeller & Hofmann Werbeagentur",
            (K.MEETING_COUNTER,),
        ),
        ("Me ha surgido algo. ¿La pasamos al miércoles 17 de junio a las 15:00?", (K.MEETING_COUNTER,)),
        ("I have to cacnel our call, and I do not see a new date.", (K.MEETING_CANCEL,)),
        ("We have been with Proposaly for two years and they do the job.", (K.OBJECTION,)),
        ("I don't think we have that problem here.", (K.OBJECTION,)),
        ("Danke der Nachfrage, aber das ist nichts für uns.", (K.NOT_INTERESTED,)),
        ("Sie rennen offene Türen ein. Wie würden wir anfangen?", (K.POSITIVE,)),
        ("Schreibe ich mit einem Menschen oder mit einem Programm?", (K.BOT_QUESTION,)),
        ("Est-ce que j'écris à une personne ou à un programme ?", (K.BOT_QUESTION,)),
        ("Uw mail is naar mij doorgestuurd. Klinkt interessant, vertel me meer.", (K.POSITIVE,)),
    ],
)
async def test_what_a_market_of_buyers_wrote_and_nobody_understood(
    read: Reader, text: str, kinds: tuple[K, ...]
) -> None:
    reading = await read(text, offered=OFFERED)
    assert (reading.kinds, reading.questions) == (kinds, ())


async def test_who_refers_us_in_several_sentences_is_no_doubtful_leaver(read: Reader) -> None:
    text = "I have nothing to do with it, but Zoe Prescott (zoe@fernway.example) does. Write there and mention me."
    assert K.UNSURE not in (await read(text)).kinds
    assert (await read("Not me. Take us off your list and write to zoe@elm.example.")).opts_out
