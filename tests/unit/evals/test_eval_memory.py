"""The memory suite's own parts: a fair question set, a sound alternative, honest vectors for filler."""

import numpy as np

from evals.suites.memory.notes import KINDS, NOW, Notes, filler, notes, questions
from evals.suites.memory.run import SparedEmbedder, _has_provenance
from evals.suites.memory.word_search import WordSearch
from language.embeddings.hashed import HashedWords
from memory.port import Hit


def test_there_are_enough_notes_and_each_is_asked_for_in_three_ways() -> None:
    assert len(notes()) >= 60
    assert len({note.id for note in notes()}) == len(notes())
    assert len(questions()) == len(KINDS) * len(notes())


def test_paraphrases_use_other_words_than_their_note() -> None:
    texts = {note.id: set(note.text.lower().replace(",", " ").replace(".", " ").split()) for note in notes()}
    shared = [
        len(texts[one.answer] & {word for word in one.text.lower().split() if len(word) > 5})
        for one in questions()
        if one.kind == "paraphrase"
    ]
    assert sum(count == 0 for count in shared) >= 0.8 * len(shared)


def test_word_search_ranks_rare_shared_words_first() -> None:
    search = WordSearch(notes())
    keyword = next(one for one in questions() if one.kind == "keyword")
    assert search.best(keyword.text, 1) == [keyword.answer]
    assert search.best("xyzzy", 5) == []


def test_filler_is_different_and_repeatable() -> None:
    made = [chunk.text for chunk in filler(500, 3)]
    assert len(set(made)) == 500
    assert made == [chunk.text for chunk in filler(500, 3)]


async def test_only_filler_gets_vectors_without_meaning() -> None:
    real = HashedWords()
    spared = SparedEmbedder(real, frozenset({"filler"}))
    given = await spared.embed(["a note", "filler"])
    expected = await real.embed(["a note", "filler"])
    assert np.allclose(given[0], expected[0])
    assert not np.allclose(given[1], expected[1])
    assert np.allclose(np.linalg.norm(given, axis=1), 1.0, atol=1e-5)


async def test_notes_are_given_by_subject_and_as_a_whole() -> None:
    source = Notes(notes())
    first = notes()[0]
    assert {chunk.subject for chunk in await source.chunks_of([first.subject])} == {first.subject}
    assert sum([len(batch) async for batch in source.all_chunks()]) == len(notes())


def test_provenance_means_address_owner_age_and_trust() -> None:
    note = notes()[0]
    age = (NOW - note.seen_at).total_seconds() / 86_400
    good = Hit(
        id=note.id,
        subject=note.subject,
        url=note.url,
        heading="",
        text=note.text,
        score=1.0,
        age_days=age,
        label=note.label,
        by="meaning",
    )
    assert _has_provenance(good)
    assert not _has_provenance(good.model_copy(update={"url": ""}))
    assert not _has_provenance(good.model_copy(update={"age_days": age + 7}))
