"""The words: hashes that do not depend on order, labels that never rise, errors with one public shape."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import Bug, Correctable, RainmakerError, Refused, Retryable
from domain.ids import derived, digest
from domain.knowledge import Block, Page, quote_from, squeeze, text_hash
from domain.labels import PUBLIC, SECRET, WORKSPACE, Integrity, Label, combine, contact_reader, web_label
from runtime.identity import CountedIds, RandomIds
from tests.fixtures import builders

READERS = st.frozensets(
    st.sampled_from([PUBLIC, WORKSPACE, SECRET, contact_reader("a"), contact_reader("b")])
)
LABELS = st.builds(Label, integrity=st.sampled_from(Integrity), readers=READERS, origin=st.just("x"))


@given(st.dictionaries(st.text(), st.integers() | st.text(st.characters(exclude_categories=())) | st.none()))
def test_a_digest_does_not_depend_on_order(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))
    assert len(digest(value)) == 64


@given(st.lists(LABELS, min_size=1, max_size=5))
def test_what_comes_of_several_labels_is_never_better_than_any_of_them(labels: list[Label]) -> None:
    result = combine(labels, "model")
    assert result.integrity == min(label.integrity for label in labels)
    for label in labels:
        assert PUBLIC in label.readers or result.readers <= label.readers


def test_no_label_at_all_is_untrusted() -> None:
    assert combine([], "model").integrity is Integrity.UNTRUSTED


@pytest.mark.parametrize(
    ("family", "exit_code"), [(Retryable, 1), (Correctable, 2), (Refused, 3), (Bug, 1), (RainmakerError, 1)]
)
def test_every_error_has_the_public_shape(family: type[RainmakerError], exit_code: int) -> None:
    error = family("No.", where="row 3", hint="Do.")
    assert error.exit_code == exit_code
    assert error.as_dict() == {"code": error.code, "message": "No.", "where": "row 3", "hint": "Do."}
    assert error.code == error.code.lower()


def test_actions_cannot_be_changed_after_they_were_judged() -> None:
    with pytest.raises(ValidationError):
        builders.mail().subject = "other"  # type: ignore[misc]


@given(st.text(max_size=30), st.text(max_size=30))
def test_another_text_is_another_hash_and_the_same_business_fact(subject: str, body: str) -> None:
    one, two = builders.mail(subject=subject, body=body), builders.mail(subject=subject + "!", body=body)
    assert one.hash != two.hash
    assert one.key == two.key


def test_ids_are_new_sorted_and_repeatable_where_counted() -> None:
    ids = RandomIds()
    made = [ids.new("acc") for _ in range(200)]
    assert len(set(made)) == 200
    assert [one[:13] for one in made] == sorted(one[:13] for one in made)
    assert CountedIds().new("x") == CountedIds().new("x")
    assert derived("evi", "a", 1) == derived("evi", "a", "1") != derived("evi", "a1")


def test_a_quote_must_be_on_the_page() -> None:
    url = "https://northwind.example/"
    blocks = (Block(kind="p", text="We restore pianos."),)
    page = Page(url=url, blocks=blocks, fetched_at=datetime(2026, 1, 1, tzinfo=UTC), label=web_label(url))
    assert quote_from(page, " We  restore\npianos. ").quote == "We restore pianos."
    for quote in ("We restore organs.", "", "  "):
        with pytest.raises(ValueError, match="not on the page"):
            quote_from(page, quote)


@given(st.text())
def test_squeezing_twice_changes_nothing(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)
    assert text_hash(f"  {text}\n") == text_hash(text)
