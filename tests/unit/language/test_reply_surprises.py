"""Wordings that once were misread in a played scenario: haggling, a colleague let in, asking for times, calling off."""

from datetime import UTC, datetime

import pytest

from domain.replies import ObjectionKind, ReplyKind, ReplyReading
from language.offline.replies.reader import read_reply
from language.offline.talk.answerer import asks_something
from language.port import ReplyContext

K = ReplyKind
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
CONTEXT = ReplyContext(language="en", seller_name="Halfmoon", account_name="One", contact_name="Ada Byron")


def _read(text: str) -> ReplyReading:
    return read_reply(text, subject="Re: a question", at=AT, zone="Europe/Dublin", context=CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "Interesting, but the number has to come down. Take a third off the Team tier and I will sign.",
        "Could you do 15% off if we pay for two years?",
        "Was lässt sich am Preis noch machen?",
    ],
)
def test_haggling_is_an_objection_about_the_price_even_as_a_question(text: str) -> None:
    assert ObjectionKind.PRICE in {one.kind for one in _read(text).objections}


def test_asking_for_published_discounts_stays_a_question() -> None:
    assert _read("Are there any discounts for charities?").kinds == (K.QUESTION,)


def test_a_colleague_let_in_on_a_talk_hands_nobody_on() -> None:
    said = (
        "Copying in Imran Shah who signs off our tools. Sounds relevant, can you do a short call next week?"
    )
    kinds = set(_read(said).kinds)
    assert kinds & {K.POSITIVE, K.MEETING_COUNTER} and not kinds & {K.REFERRAL, K.UNSURE}
    assert _read("Looping in Jane Hart who handles this.").kind is K.REFERRAL


@pytest.mark.parametrize(
    "text",
    ["When could you spare twenty minutes?", "Any slots for a short talk?", "Wann passt eine Viertelstunde?"],
)
def test_asking_when_we_have_time_is_interest(text: str) -> None:
    assert _read(text).kind is K.POSITIVE


def test_calling_off_a_talk_is_no_opting_out_and_an_opt_out_beside_it_counts() -> None:
    assert _read("I have to call off our talk, sorry.").kinds == (K.MEETING_CANCEL,)
    assert _read("Cancel our chat and never write to me again.").opts_out
    assert _read("Jane signs off our tools, and please remove us from your list.").opts_out


def test_what_a_rival_does_not_do_is_no_wish_for_another_time() -> None:
    assert K.MEETING_COUNTER not in _read("What would we get from you that they do not do?").kinds


def test_a_question_without_a_telling_word_is_not_answered_with_whatever_fits() -> None:
    assert not asks_something("Yes or no?")
    assert asks_something("Does it connect to HubSpot?")
