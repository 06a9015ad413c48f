"""Labels only sink: what comes out of several is no better than the worst, and only typed values rise."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.labels import PUBLIC, SECRET, WORKSPACE, Integrity, Label, combine, validated

READERS = st.frozensets(st.sampled_from([PUBLIC, WORKSPACE, SECRET, "CONTACT:1", "CONTACT:2"]), max_size=3)
LABELS = st.builds(Label, integrity=st.sampled_from(Integrity), readers=READERS)


class Colour(StrEnum):
    RED = "red"


@given(st.lists(LABELS, min_size=1, max_size=5))
def test_what_a_model_emits_has_the_lowest_integrity_and_the_readers_all_share(labels: list[Label]) -> None:
    result = combine(labels, origin="model")
    assert result.integrity == min(label.integrity for label in labels)
    narrow = [label.readers for label in labels if PUBLIC not in label.readers]
    if narrow:
        assert result.readers == frozenset.intersection(*narrow)
    else:
        assert PUBLIC in result.readers


@given(LABELS, LABELS)
def test_the_order_of_inputs_does_not_matter(one: Label, other: Label) -> None:
    first, second = combine([one, other], "m"), combine([other, one], "m")
    assert first.integrity == second.integrity
    assert (PUBLIC in first.readers) == (PUBLIC in second.readers)


@pytest.mark.parametrize(
    "value", [5, True, 2.5, Decimal("3.1"), date(2026, 1, 1), Colour.RED, "pro_12", "dental", None]
)
def test_a_typed_value_rises_to_what_code_computed_and_not_higher(value: object) -> None:
    assert validated(value, Label(integrity=Integrity.UNTRUSTED)).integrity is Integrity.AGENT
    assert validated(value, Label(integrity=Integrity.CRM)).integrity is Integrity.CRM


@pytest.mark.parametrize(
    "value",
    [
        "two words",
        "a@b.example",
        "https://x.example",
        "",
        "a" * 65,
        "line\nbreak",
        float("nan"),
        Decimal("NaN"),
        [1],
        {},
    ],
)
def test_free_text_and_everything_else_never_rises(value: object) -> None:
    assert validated(value, Label()).integrity is Integrity.UNTRUSTED


@given(st.text(), LABELS)
def test_no_text_ever_becomes_an_owners(text: str, label: Label) -> None:
    assert validated(text, label).integrity <= max(label.integrity, Integrity.AGENT)
    assert validated(text, label).readers == label.readers
