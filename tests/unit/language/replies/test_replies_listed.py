"""What our own site lists is told as listed, with its source: prices of plans, customers by name. Nothing else is."""

from datetime import timedelta
from functools import partial

import pytest

from domain.icp import ProfileFact
from domain.knowledge import Evidence
from domain.labels import web_label
from tests.unit.language.replies.conftest import AT, Answer, body_of


def quote(text: str, page: str = "pricing") -> Evidence:
    url = f"https://us.example/{page}"
    return Evidence(url=url, quote=text, seen_at=AT, label=web_label(url))


def price(plan: str, amount: str) -> ProfileFact:
    return ProfileFact(
        field="pricing",
        value=f"{plan}, Price per month: {amount}",
        evidence=(quote(amount), quote(plan), quote("Price per month")),
    )


FACTS = (
    price("Solo", "€15"),
    price("Studio", "€64"),
    price("Agency", "€210"),
    ProfileFact(
        field="customer", value="Harbour Lane", evidence=(quote("Harbour Lane uses it every day.", ""),)
    ),
    ProfileFact(field="customer", value="Pinewood Print", evidence=(quote("Pinewood Print", ""),)),
)


@pytest.fixture
def answer(answer: Answer) -> Answer:
    return partial(answer, facts=FACTS)


@pytest.mark.parametrize(
    "question",
    [
        "How much is it a month for a team like ours?",
        "And what are the prices?",
        "What do you charge?",
        "Thanks for the mail, what would it cost us?",
        "Was kostet das im Monat?",
        "Wie teuer wäre das für uns?",
        "Quel est le prix par mois ?",
        "¿Cuánto cuesta?",
        "Quanto costa al mese?",
        "Wat kost het per maand?",
        "Hoeveel kost dat?",
    ],
)
async def test_list_prices_are_told_plan_by_plan(answer: Answer, question: str) -> None:
    body = body_of(await answer(question))

    assert "Solo: €15" in body
    assert "Studio: €64" in body
    assert "Agency: €210" in body


@pytest.mark.parametrize(
    "text",
    [
        "What does it cost for eight people, and when could you spare fifteen minutes?",
        "When could you talk, and what would it cost us?",
        "Was kostet das im Monat, und wann hätten Sie Zeit für ein Telefonat?",
        "Quel est le prix par mois et quand êtes-vous disponible ?",
        "¿Cuánto cuesta y cuándo podemos hablar?",
        "Wat kost het per maand en wanneer heeft u tijd?",
    ],
)
async def test_a_price_asked_beside_a_time_to_talk_gets_both(answer: Answer, text: str) -> None:
    body = body_of(await answer(text, slots=(AT + timedelta(days=2),)))

    assert "Studio: €64" in body
    assert "11:30" in body or "09:30" in body or "07:30" in body


async def test_a_german_question_is_answered_in_german(answer: Answer) -> None:
    draft = await answer("Was kostet das im Monat?")

    assert draft.language == "de"
    assert "Preise" in body_of(draft)


@pytest.mark.parametrize(
    "question",
    [
        "Would you give us 20 percent off?",
        "What would the price be with a discount?",
        "Was kostet die Einrichtung?",
        "What does support cost?",
        "How much time does it take?",
    ],
)
async def test_a_list_price_answers_nothing_else(answer: Answer, question: str) -> None:
    assert (await answer(question)).mail is None


async def test_a_price_whose_plan_nobody_quotes_is_not_told(answer: Answer) -> None:
    bare = FACTS[0].model_copy(update={"evidence": (quote("€15"),)})

    assert (await answer("What does it cost?", facts=(bare,))).mail is None


@pytest.mark.parametrize(
    "question",
    [
        "Who else in our trade is using it?",
        "Which companies like ours use this?",
        "Wer aus unserer Branche nutzt das?",
        "Haben Sie Referenzkunden?",
    ],
)
async def test_customers_named_on_our_site_are_named(answer: Answer, question: str) -> None:
    body = body_of(await answer(question))

    assert "- Harbour Lane\n- Pinewood Print" in body


async def test_prices_and_customers_asked_together_are_both_told_once(answer: Answer) -> None:
    body = body_of(await answer("What does it cost? And the price per month? Who else uses it?"))

    assert body.count("Studio: €64") == 1
    assert "Harbour Lane" in body


async def test_nobody_is_told_the_same_courtesy_twice(answer: Answer) -> None:
    first = await answer("Right now is not a good time for us, too much going on.")
    assert "one line is enough" in body_of(first)

    again = await answer("Time is still short here, sorry.", said_before=(body_of(first),))
    assert again.mail is None or "one line is enough" not in again.mail.body


async def test_an_answer_that_would_only_repeat_the_last_one_goes_to_a_person(answer: Answer) -> None:
    text = "We already have a tool for that."
    first = body_of(await answer(text))
    second = await answer(text, said_before=(first,))
    texts = (first, body_of(second)) if second.mail else (first,)

    assert (await answer(text, said_before=texts)).mail is None
