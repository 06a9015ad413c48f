"""What the reply reader learned: opting out in words no list holds, doubts near the threshold, fresh weights."""

import subprocess
import sys
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from domain.replies import ReplyKind, ReplyReading
from language.offline.replies import classifier, features, leaving
from language.offline.replies.classifier import Judged, judged, stored_digest, training_phrases
from language.offline.replies.glossing import glossed
from language.offline.replies.reader import opt_out_findings
from language.offline.replies.rules import Met
from language.offline.replies.train import digest, trained
from language.offline.replies.words import sentences

Reader = Callable[..., Awaitable[ReplyReading]]
K = ReplyKind


@pytest.mark.parametrize(
    "text",
    [
        "This desk takes no vendor pitches, so drop it from whatever tool you use.",
        "I told your colleague in spring that we want no mail, so please take us out.",
        "Bitte verschonen Sie uns in Zukunft mit solchen Schreiben.",
        "Ce serait gentil de ne plus jamais m'adresser vos offres.",
        "Les pido que saquen mi nombre de sus envíos.",
        "Vi prego di togliermi dai vostri invii.",
        "Doe mij een plezier en mail niet meer.",
        "Peço que retirem o meu nome dos vossos envios.",
        "Bardzo proszę wykreślić mnie z państwa bazy.",
        "Уберите меня из вашей базы.",
    ],
)
async def test_opting_out_in_words_no_list_holds_stops_us(read: Reader, text: str) -> None:
    reading = await read(text)

    assert reading.opts_out or reading.needs_person


@pytest.mark.parametrize(
    "text",
    [
        "Could your tool delete duplicate customers?",
        "Sounds great, send me the price list.",
        "Wednesday at ten works.",
        "Danke, ich melde mich nach dem Urlaub.",
        "Nous avons déjà une solution.",
    ],
)
async def test_plain_answers_do_not_opt_out(read: Reader, text: str) -> None:
    assert not (await read(text)).opts_out
    assert not opt_out_findings(text)


async def test_greeting_and_signature_raise_no_doubt(read: Reader) -> None:
    reading = await read("Hi Maria,\n\nsounds interesting, tell me more.\n\nAnna Weiss\nHead of Operations")

    assert reading.kinds == (K.POSITIVE,)


def test_a_sentence_near_the_threshold_is_a_doubt_and_no_opting_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch, 0.3)

    found = leaving.checked([_met("A sentence nobody knows.")])

    assert found.doubts == ("A sentence nobody knows.",)
    assert "unsubscribe" not in found.lists[0].names


def test_what_a_rule_reads_as_something_else_needs_more_to_opt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch, 0.7)

    found = leaving.checked([_met("Send the offer.", "positive")])

    assert found.doubts == ("Send the offer.",)
    assert "unsubscribe" not in found.lists[0].names


def test_a_machine_never_opts_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch, 1.0)

    found = leaving.checked([_met("I am away."), _met("Back on Monday.", "out_of_office")])

    assert not found.doubts
    assert all("unsubscribe" not in met.names for met in found.lists)


def test_without_the_sentence_model_plain_weights_still_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "embeds", lambda: False)
    monkeypatch.setattr(classifier, "_memory", {})

    assert judged(("Please take our names out of your mailing tool",))[0].leaving > 0.5
    assert judged(("Thursday at two is fine",))[0].leaving < 0.5


async def test_a_long_mail_asks_the_sentence_model_about_a_few_sentences_only(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(classifier, "_memory", {})
    monkeypatch.setattr(
        features, "_embedded", lambda texts: asked.extend(texts) or np.zeros((len(texts), 384))
    )

    leaving.checked([_met(f"Sentence number {number} about remarkable gardens.") for number in range(50)])

    assert len(asked) <= 8


def test_the_weights_are_of_these_phrases_and_glosses() -> None:
    assert stored_digest() == digest(), "run: python -m language.offline.replies.train"


def test_training_is_deterministic_and_separates() -> None:
    texts = [text for kind, text in training_phrases() if kind in (K.UNSUBSCRIBE, K.NEUTRAL)][:60]
    labels = np.array([number % 2 for number in range(len(texts))])
    rows = features.seen(texts, embedded=False)

    first, second = trained(rows, labels, 2), trained(rows, labels, 2)

    assert np.array_equal(first, second)
    assert ((rows @ first).argmax(1) == labels).mean() > 0.9


def test_what_is_said_in_other_languages_is_put_into_the_same_ideas() -> None:
    for text in ("Non mi scriva più", "Больше не пишите мне", "Niet meer schrijven"):
        assert {"not", "more", "write"} <= set(glossed(text).ideas)


def test_the_command_line_help_loads_none_of_it() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from channels.cli import app;"
        "CliRunner().invoke(app, ['--help']); print([m for m in sys.modules if 'offline.replies' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def _judges(monkeypatch: pytest.MonkeyPatch, leaves: float) -> None:
    monkeypatch.setattr(
        leaving, "judged", lambda texts, **_: tuple(Judged({K.UNSUBSCRIBE: 1.0}, leaves) for _ in texts)
    )


def _met(text: str, *names: str) -> Met:
    return Met(sentences(text)[0], frozenset(names), asks=False, whole=frozenset())
