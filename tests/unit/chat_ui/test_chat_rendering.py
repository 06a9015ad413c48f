"""How things read: every step has words, sources cannot smuggle markup, ids of conversations are bound to people."""

import pytest

from chat_ui.rendering import (
    STEP_NAMES,
    decided_text,
    each_once,
    error_text,
    progress_line,
    spaced,
    waiting_text,
    with_sources,
)
from domain.errors import Correctable
from graph.specialists.table import CATALOG
from service.wrong_tries import WrongTries


def test_every_tool_has_a_name_people_understand():
    assert {tool.name for tool in CATALOG.all()} == set(STEP_NAMES)


def test_sources_follow_an_answer_that_does_not_name_them():
    cited = [
        {"url": "https://a.example/p", "quote": "We sell tents."},
        {"url": "conversation:1", "quote": "x"},
    ]
    text = with_sources("They sell tents.", cited)
    assert "[https://a.example/p](https://a.example/p) – “We sell tents.”" in text
    assert "conversation:1" not in text


def test_an_answer_that_names_its_sources_stays_as_it_is():
    answer = "They sell tents ([source](https://a.example/p))."
    assert with_sources(answer, [{"url": "https://a.example/p", "quote": "We sell tents."}]) == answer


def test_a_quote_of_a_page_cannot_become_markup():
    text = with_sources(
        "x", [{"url": "https://a.example/p(1)", "quote": "![p](https://evil.example) <b> `x`"}]
    )
    assert "![p]" not in text
    assert "<b>" not in text
    assert "(https://a.example/p%281%29)" in text


def test_many_sources_are_counted_not_listed():
    text = with_sources("x", [{"url": f"https://a.example/{n}", "quote": ""} for n in range(30)])
    assert text.endswith("- … and 22 more")


def test_reasons_that_say_the_same_are_read_once():
    said = (
        "It was found on the web. A person reads it. High risk. It was found on the web. A person reads it."
    )
    assert each_once(said) == "It was found on the web. A person reads it. High risk."


def test_a_list_stands_apart_from_the_line_above_it_and_its_items_stay_together():
    assert spaced("**Must have**\n- 7. Germany\n- 8. Size\n> quote\n- a") == (
        "**Must have**\n\n- 7. Germany\n- 8. Size\n> quote\n- a"
    )


def test_errors_are_a_sentence_and_what_to_do():
    assert (
        error_text(Correctable("It is empty.", hint="Write something.")) == "It is empty.\n\nWrite something."
    )


@pytest.mark.parametrize(
    ("done", "total", "end"), [(96, 200, " (96 of 200)"), (412, 0, "qualified"), (9, 5, " (5 of 5)")]
)
def test_progress_reads_as_a_line(done, total, end):
    assert progress_line("Finding companies", "412 companies read, 96 qualified", done, total).endswith(end)


def test_what_waits_is_counted_in_words():
    assert waiting_text(0) == "Nothing waits for your decision."
    assert "3 decisions" in waiting_text(3)


def test_a_decided_approval_is_summed_up():
    items = [{"state": "approved"}, {"state": "approved"}, {"state": "rejected"}]
    assert "2 approved, 1 rejected" in decided_text({"summary": "Send 3 mails", "items": items})


def test_a_name_is_locked_for_a_minute_after_five_wrong_tries():
    now = [100.0]
    tries = WrongTries(now=lambda: now[0])
    for _ in range(5):
        assert not tries.locked("olga")
        tries.add("olga")
    assert tries.locked("olga")
    assert not tries.locked("pat")
    now[0] += 60.0
    assert not tries.locked("olga")


def test_wrong_tries_of_endless_names_do_not_fill_the_memory():
    tries = WrongTries()
    for number in range(5000):
        tries.add(f"name {number}")
    assert len(tries._at) <= 1000
