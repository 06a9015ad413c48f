"""Answers to replies: from sources only, short, truthful about being software, acceptable to the gate, else none."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from autonomy.claims import check_claims, text_problems
from domain.errors import Correctable
from domain.knowledge import Evidence
from domain.labels import web_label
from domain.replies import ReplyReading
from evals.stub_model.script import Kind, Script
from language.offline.brain import OfflineLanguage
from language.port import ReplyBrief, ReplyDraft
from language.wire.brain import OpenAILanguage
from tests.unit.language.replies.conftest import AT

Reader = Callable[..., Awaitable[ReplyReading]]
NAMES = frozenset({"Tidewater", "Maria Lindt", "Tom Baker", "Fernway"})
SLOTS = (datetime(2026, 6, 16, 8, tzinfo=UTC), datetime(2026, 6, 17, 13, 30, tzinfo=UTC))


def source(quote: str) -> Evidence:
    url = "https://us.example/"
    return Evidence(url=url, quote=quote, seen_at=AT, label=web_label(url))


SOURCES = (
    source("Plans start at 9 € a month. 30-day free trial, no credit card required."),
    source("All data is hosted on servers in Germany. Tidewater works with Shopify and WooCommerce."),
    source("Der Tarif Basis kostet 29 € im Monat."),
)


@pytest.fixture
def brief(read: Reader) -> Callable[..., Awaitable[ReplyBrief]]:
    async def made(text: str, **more: Any) -> ReplyBrief:
        given: dict[str, Any] = {"sources": SOURCES, "slots": (), "zone": "America/New_York", "seed": "con_1"}
        return ReplyBrief(
            reading=await read(text),
            said=text,
            at=AT,
            subject="Re: AW: A question for Fernway",
            seller_name="Tidewater",
            sender_name="Maria Lindt",
            contact_name="Tom Baker",
            account_name="Fernway",
            **{**given, **more},
        )

    return made


Brief = Callable[..., Awaitable[ReplyBrief]]


def complaints(draft: ReplyDraft) -> tuple[str, ...]:
    assert draft.mail is not None, draft.reason
    mail = draft.mail
    found = check_claims(mail.subject, mail.body, mail.claims, known_names=NAMES)
    return (*found, *text_problems(mail.subject, mail.body, answers=True))


@pytest.mark.parametrize(
    "text",
    [
        "How much does it cost?",
        "Does it work with Shopify? And where is the data stored?",
        "Too expensive for us.",
        "We already use HubSpot.",
        "I can't decide that alone.",
        "We don't see the need.",
        "Right now is not a good time.",
        "Not now, ask me again in September.",
        "Sounds good, tell me more.",
        "Are you a bot?",
        "Tuesday does not work, how about Friday at 9?",
        "I have to cancel our call tomorrow, sorry.",
        "Please contact Anna Field, our Head of Operations.",
        "I'm not the right contact for this.",
        "Was kostet das?",
        "Das ist uns zu teuer.",
        "Wir nutzen bereits Lexware.",
        "Sind Sie ein Bot?",
        "Klingt gut, erzählen Sie mehr.",
        "Im Moment nicht, melden Sie sich gern im September wieder.",
    ],
)
async def test_the_gate_finds_nothing_wrong_with_an_answer(
    rules: OfflineLanguage, brief: Brief, text: str
) -> None:
    for seed in ("con_1", "con_2", "con_3"):
        draft = await rules.write_reply(await brief(text, seed=seed))

        assert complaints(draft) == ()
        assert draft.mail is not None
        assert len(draft.mail.body.split()) <= 120


async def test_a_question_is_answered_with_the_source_that_says_it(
    rules: OfflineLanguage, brief: Brief
) -> None:
    draft = await rules.write_reply(await brief("How much does it cost?"))

    assert draft.mail is not None
    assert "9 € a month" in draft.mail.body
    assert [claim.evidence.quote for claim in draft.mail.claims] == ["Plans start at 9 € a month."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Who won the cup?", "cup"),
        ("How much does it cost? And do you deliver to the moon?", "moon"),
        ("Take me off your list.", "no more mail"),
        ("This is spam, my lawyer will write.", "person"),
        ("Thanks!", "nothing to answer"),
        ("No, thank you.", "no"),
        ("I am out of the office until 19 June.", "machine"),
        ("Mauve, presumably.", "person"),
        ("How do I know this is secure?", "secure"),
    ],
)
async def test_what_must_not_or_cannot_be_answered_has_a_reason_and_no_text(
    rules: OfflineLanguage, brief: Brief, text: str, why: str
) -> None:
    draft = await rules.write_reply(await brief(text))

    assert draft.mail is None
    assert why in draft.reason


async def test_times_are_the_recipients_own(rules: OfflineLanguage, brief: Brief) -> None:
    english = await rules.write_reply(await brief("Sounds good, tell me more.", slots=SLOTS))
    german = await rules.write_reply(
        await brief("Klingt gut, erzählen Sie mehr.", slots=SLOTS, zone="Europe/Berlin")
    )

    assert english.mail is not None and german.mail is not None
    assert "- Tuesday 16 June, 04:00\n- Wednesday 17 June, 09:30" in english.mail.body
    assert "- Dienstag, 16. Juni, 10:00 Uhr" in german.mail.body
    assert complaints(english) == ()


async def test_a_bot_question_is_answered_truthfully_and_under_no_persons_name(
    rules: OfflineLanguage, brief: Brief
) -> None:
    draft = await rules.write_reply(await brief("Are you a bot?", slots=SLOTS))

    assert draft.mail is not None
    assert "software writes this mail" in draft.mail.body
    assert "Maria" not in draft.mail.body
    assert "June" not in draft.mail.body  # nothing is pressed on who asks that


async def test_the_subject_pretends_nothing(rules: OfflineLanguage, brief: Brief) -> None:
    draft = await rules.write_reply(await brief("Sounds good, tell me more."))

    assert draft.mail is not None
    assert draft.mail.subject == "A question for Fernway"


async def test_other_languages_are_answered_in_english_and_say_so(
    rules: OfflineLanguage, brief: Brief
) -> None:
    draft = await rules.write_reply(await brief("Oui, cela m'intéresse."))

    assert draft.language == "en"


async def test_too_long_an_answer_is_not_written(rules: OfflineLanguage, brief: Brief) -> None:
    draft = await rules.write_reply(await brief("How much does it cost?", max_words=10))

    assert draft.mail is None


def written(body: str, *claims: tuple[str, int], problem: str = "") -> str:
    stated = [{"text": text, "fact": number} for text, number in claims]
    return json.dumps({"problem": problem, "body": body, "claims": stated})


async def test_the_model_answers_from_numbered_sources(
    brain: OpenAILanguage, script: Script, brief: Brief
) -> None:
    body = "Hello Tom,\n\nPlans start at 9 € a month.\n\nMaria Lindt"
    script.then(Kind.TEXT, text=written(body, ("Plans start at 9 € a month.", 1)))

    draft = await brain.write_reply(await brief("How much does it cost?"))

    assert draft.mail is not None
    assert draft.mail.claims[0].evidence == SOURCES[0]


async def test_an_empty_body_is_a_reason(brain: OpenAILanguage, script: Script, brief: Brief) -> None:
    script.then(Kind.TEXT, text=written("", problem="The facts do not say who won."))

    draft = await brain.write_reply(await brief("Who won the cup?"))

    assert draft.mail is None
    assert "who won" in draft.reason


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ("Are you a bot?", "Hello Tom, I am a real person. Maria"),
        ("Are you a bot?", "Hello Tom, what a question! Maria"),
        ("How much does it cost?", "Hello Tom, it is cheap. Maria"),
        ("Sounds good, tell me more.", "Hello Tom, how about 11:15 on Friday? Maria"),
        ("Sounds good, tell me more.", "See http://evil.example/x"),
        ("Sounds good, tell me more.", "word " * 130),
        ("Sounds good, tell me more.", "Hello {{first_name}}"),
    ],
)
async def test_untrue_uncited_or_unready_answers_are_refused(
    brain: OpenAILanguage, script: Script, brief: Brief, said: str, body: str
) -> None:
    script.then(Kind.TEXT, text=written(body)).then(Kind.TEXT, text=written(body))

    with pytest.raises(Correctable) as caught:
        await brain.write_reply(await brief(said, slots=tuple(slot + timedelta(days=1) for slot in SLOTS)))

    assert caught.value.code == "model_answer_unusable"


async def test_what_must_not_be_answered_never_reaches_the_model(
    brain: OpenAILanguage, script: Script, brief: Brief
) -> None:
    for text in ("Take me off your list.", "I am out of the office until 19 June.", "Who won the cup?"):
        draft = await brain.write_reply(await brief(text, sources=()))
        assert draft.mail is None

    assert script.requests == []
