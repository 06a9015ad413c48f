"""Passages: their size, their offsets, and that nothing visible is lost."""

from datetime import UTC, datetime

from domain.knowledge import Block, Page
from domain.labels import owner_label, web_label
from memory.chunks import MAX_WORDS, chunk_page, chunk_text
from memory.stems import stems

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://clinic.example/about"


def page(*blocks: Block) -> Page:
    return Page(url=URL, blocks=blocks, fetched_at=NOON, label=web_label(URL))


def block(words: int, *, heading: str = "", zone: str = "main", word: str = "word") -> Block:
    return Block(kind="p", text=" ".join([word] * words) + ".", heading=heading, zone=zone)


def test_offsets_point_at_the_text_of_the_page() -> None:
    one = page(*(block(70, heading=f"Part {number}", word=f"w{number}") for number in range(8)))
    chunks = chunk_page("acc_1", one)
    assert len(chunks) > 2
    assert all(one.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert {f"w{number}" for number in range(8)} <= set(
        " ".join(c.text for c in chunks).replace(".", "").split()
    )


def test_short_neighbours_become_one_passage_and_long_ones_are_cut() -> None:
    short = chunk_page("acc_1", page(*(block(10, word=f"s{number}") for number in range(5))))
    long = chunk_page(
        "acc_1", page(Block(kind="p", text="Nine words are in every sentence of this text. " * 100))
    )
    assert len(short) == 1
    assert len({chunk.text for chunk in long}) == len(long)
    assert all(len(chunk.text.split()) <= MAX_WORDS for chunk in long)


def test_navigation_is_left_out_and_never_bridged() -> None:
    chunks = chunk_page("acc_1", page(block(20, word="above"), block(5, zone="nav", word="menu"), block(20)))
    assert len(chunks) == 2
    assert not any("menu" in chunk.text for chunk in chunks)


def test_the_same_text_has_the_same_id_and_is_kept_once() -> None:
    same = page(block(150, word="twin"), block(150, word="twin"))
    chunks = chunk_page("acc_1", same)
    assert len(chunks) == 1
    assert chunks == chunk_page("acc_1", same)
    assert chunks[0].id != chunk_page("acc_2", same)[0].id


def test_text_without_spaces_is_cut_too() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(8_000))
    chunks = chunk_page("acc_1", page(Block(kind="p", text=text)))
    assert len(chunks) > 3
    assert "".join(chunk.text for chunk in chunks) == text


def test_a_note_keeps_its_headings() -> None:
    note = "# Pricing\n\nFrom 20 euros.\n\n# Support\n\n" + "We answer within a day. " * 60
    chunks = chunk_text("seller", note, url="note:1", label=owner_label("ann"), seen_at=NOON)
    assert chunks[0].heading == "Pricing"
    assert chunks[-1].heading == "Support"
    assert all(note[chunk.start : chunk.end] == chunk.text for chunk in chunks)


def test_empty_text_has_no_passages() -> None:
    assert chunk_text("seller", " \n\n ", url="note:1", label=owner_label("ann"), seen_at=NOON) == ()
    assert chunk_page("acc_1", page()) == ()


def test_stems_join_the_forms_of_a_word_and_drop_empty_words() -> None:
    assert stems("The pricing of plans") == stems("price plan")
    assert stems("Planning appointments") == stems("plan appointment")
    assert stems("Bücher & Café") == stems("bucher cafe")
    assert stems("the and of") == []
    assert len(stems("歯科医院")) == 3
