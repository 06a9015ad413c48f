"""The labelled replies: enough of them, kept apart from what the product knows, and read well enough."""

import asyncio
from collections import Counter

import pytest

from domain.knowledge import squeeze
from domain.replies import ReplyKind
from evals.suites.figures import Figure
from evals.suites.replies.labelled import labelled
from evals.suites.replies.run import figures, read_all
from language.offline.brain import OfflineLanguage
from language.offline.replies.classifier import training_phrases


@pytest.fixture(scope="module")
def held_out() -> dict[str, Figure]:
    rows = asyncio.run(read_all(OfflineLanguage()))
    return dict(figures([one for one in rows if one.row.held_out]))


def test_the_set_is_large_and_speaks_many_languages() -> None:
    rows = labelled()
    kinds = Counter(row.label for row in rows)

    assert len(rows) - kinds[ReplyKind.UNSUBSCRIBE] >= 400
    assert kinds[ReplyKind.UNSUBSCRIBE] >= 150
    assert sum(row.label is ReplyKind.OUT_OF_OFFICE and row.until is not None for row in rows) >= 60
    assert len({row.language for row in rows}) >= 8
    assert set(kinds) == set(ReplyKind)


def test_no_reply_is_also_a_training_phrase() -> None:
    learned = {_bare(phrase) for _, phrase in training_phrases()}

    assert not [row.text for row in labelled() if _bare(row.text) in learned]


def test_no_reply_stands_twice() -> None:
    counted = Counter((row.text, row.subject) for row in labelled())

    assert [text for text, times in counted.items() if times > 1] == []


def _bare(text: str) -> str:
    return squeeze(text).casefold().rstrip(".!? ")


@pytest.mark.parametrize(
    "name", ["reply_class_accuracy", "unsubscribe_recall", "unsubscribe_precision", "ooo_recall"]
)
def test_the_bars_hold_on_the_held_out_half(held_out: dict[str, Figure], name: str) -> None:
    assert held_out[name].met, held_out[name]


def test_keywords_alone_do_worse(held_out: dict[str, Figure]) -> None:
    for name in ("reply_class_accuracy", "unsubscribe_recall", "unsubscribe_precision", "ooo_recall"):
        figure = held_out[name]
        assert figure.value is not None and figure.baseline is not None
        assert figure.value > figure.baseline
