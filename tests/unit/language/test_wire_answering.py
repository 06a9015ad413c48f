"""Answers over the wire: streamed, cited, and honest about what is not known."""

import pytest

from domain.errors import Correctable
from evals.stub_model.script import Kind, Script
from language.port import Passage
from language.wire.answering import NOT_KNOWN, Citations, LiveText
from language.wire.brain import OpenAILanguage

PASSAGES = (
    Passage(id="p1", url="http://a.example/", text="Acme was founded in 2018 in Tallinn."),
    Passage(id="p2", url="http://b.example/", text="Acme hosts all data in Germany."),
    Passage(id="p3", url="http://c.example/", text="The price is 9 € a month."),
)


class Listener:
    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, token: str) -> None:
        self.heard.append(token)

    @property
    def text(self) -> str:
        return "".join(self.heard)


async def test_the_answer_streams_and_cites_its_passage(brain: OpenAILanguage, script: Script) -> None:
    listener = Listener()

    answer = await brain.answer("Where does Acme host the data?", PASSAGES, listener)

    assert answer.known
    assert answer.cited == ("p2",)
    assert answer.text == listener.text == "Acme hosts all data in Germany [1]."
    assert len(listener.heard) > 1
    assert script.requests[0]["stream"] is True


async def test_marks_are_renumbered_and_unknown_ones_removed(brain: OpenAILanguage, script: Script) -> None:
    script.then(Kind.TEXT, text="Nine euros [3], founded 2018 [1, 7]. Also moon base [9]. Again [3][99].")
    listener = Listener()

    answer = await brain.answer("price?", PASSAGES, listener)

    assert answer.text == "Nine euros [1], founded 2018 [2]. Also moon base. Again [1]."
    assert listener.text == answer.text
    assert answer.cited == ("p3", "p1")


async def test_a_mark_is_held_back_until_it_is_whole() -> None:
    listener = Listener()
    live = LiveText(Citations(PASSAGES), listener)
    for piece in ("Yes", " [", "4", "2", "]", " and", " [2", "] [x] ", "."):
        await live.feed(piece)
    await live.finish()

    assert listener.text == "Yes and [1] [x] ."


async def test_without_passages_nothing_is_asked(brain: OpenAILanguage, script: Script) -> None:
    answer = await brain.answer("Who?", ())

    assert (answer.known, answer.text) == (False, NOT_KNOWN)
    assert script.requests == []


async def test_unknown_is_said_plainly_and_the_code_word_is_not_streamed(
    brain: OpenAILanguage, script: Script
) -> None:
    script.then(Kind.TEXT, text="UNKNOWN")
    listener = Listener()

    answer = await brain.answer("Who is the chef?", PASSAGES, listener)

    assert (answer.known, answer.text, listener.text) == (False, NOT_KNOWN, "")


async def test_an_answer_without_a_citation_does_not_count_as_known(
    brain: OpenAILanguage, script: Script
) -> None:
    script.then(Kind.TEXT, text="Acme is on the moon.").then(Kind.TEXT, text="On the moon, I said.")

    answer = await brain.answer("Where is Acme?", PASSAGES)

    assert (answer.known, answer.cited, answer.text) == (False, (), NOT_KNOWN)
    assert "cite like [1]" in script.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("kind", [Kind.NO_FINISH, Kind.CUT_TEXT, Kind.DROP])
async def test_a_cut_stream_is_asked_for_again_and_not_streamed_twice(
    brain: OpenAILanguage, script: Script, kind: Kind
) -> None:
    script.then(kind, text="Acme hosts all data in Germany [2]. And more follows here.")
    listener = Listener()

    answer = await brain.answer("Where does Acme host the data?", PASSAGES, listener)

    assert answer.text == "Acme hosts all data in Germany [1]."
    assert listener.text.count("Acme hosts") == 1
    assert len(script.requests) == 2


async def test_a_listener_that_left_does_not_lose_the_answer(brain: OpenAILanguage) -> None:
    async def gone(_: str) -> None:
        raise ConnectionResetError("websocket closed")

    answer = await brain.answer("Where does Acme host the data?", PASSAGES, gone)

    assert answer.known


async def test_an_endless_answer_is_cut_off(brain: OpenAILanguage, script: Script) -> None:
    script.then(Kind.TEXT, text="word " * 200_000).then(Kind.TEXT, text="Short [1].")

    answer = await brain.answer("Say", PASSAGES, Listener())

    assert answer.text == "Short [1]."


async def test_too_many_passages_are_trimmed_once(brain: OpenAILanguage, script: Script) -> None:
    script.then(Kind.TOO_LONG)
    many = tuple(
        PASSAGES[1].model_copy(update={"id": f"p{n}", "text": "Germany data " * 100}) for n in range(60)
    )

    answer = await brain.answer("Where is the data?", many)

    assert answer.known
    first, second = (len(request["messages"][-1]["content"]) for request in script.requests)
    assert second < first / 2


async def test_a_refusal_is_said(brain: OpenAILanguage, script: Script) -> None:
    script.then(Kind.REFUSAL)

    answer = await brain.answer("Where?", PASSAGES)

    assert not answer.known
    assert "declined" in answer.text


async def test_an_answer_that_stays_cut_is_refused(brain: OpenAILanguage, script: Script) -> None:
    script.then(Kind.LENGTH, text="long story").then(Kind.LENGTH, text="long story")

    with pytest.raises(Correctable) as caught:
        await brain.answer("Where?", PASSAGES)

    assert caught.value.code == "model_answer_unusable"
