"""Strict JSON, schemas in both directions, prompt files: the small parts everything rests on."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Bug
from language.prompt_files import FOLDER, load_prompt, parse_prompt
from language.wire import strict
from language.wire.strict import Unusable

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1',
        '{"a": 1,}',
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        '{"a": "\\ud800"}',
        '{"\\udc00": 1}',
        '{"a": "line\nbreak"}',
        '{"a": 1} and more',
        "",
        "[" * 50_000,
        '"' + "x" * 300_000 + '"',
        "9" * 10_000,
    ],
)
def test_what_is_not_strict_json_is_refused(text: str) -> None:
    with pytest.raises(Unusable):
        strict.loads(text)


@given(VALUES)
def test_every_prefix_of_an_object_is_refused(value: Any) -> None:
    import json

    text = json.dumps({"value": value})
    for end in range(len(text)):
        with pytest.raises(Unusable):
            strict.loads(text[:end])
    assert strict.loads(text) == {"value": value}


@given(st.text())
def test_quoted_text_is_one_line_that_cannot_be_left(text: str) -> None:
    quoted = strict.quoted(text, 1_000)

    assert "\n" not in quoted
    assert strict.loads(quoted) == strict.clean_text(text, 1_000)


def test_strict_form_requires_all_and_keeps_optionals_nullable() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "title": "A"}, "b": {"type": "integer", "default": 1}},
        "required": ["a"],
    }

    form = strict.strict(schema)

    assert form == {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }


def test_free_form_objects_have_no_strict_form() -> None:
    assert (
        strict.strict(
            {"type": "object", "properties": {"x": {"type": "object", "additionalProperties": True}}}
        )
        is None
    )


def test_a_property_called_title_or_default_survives() -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}, "default": {"type": "string"}}}

    form = strict.strict(schema)

    assert form is not None
    assert form["required"] == ["default", "title"]


def test_nested_nulls_are_dropped_through_references() -> None:
    schema = {
        "$defs": {"E": {"type": "object", "properties": {"v": {"type": "string"}, "m": {"type": "array"}}}},
        "type": "object",
        "properties": {"edits": {"type": "array", "items": {"$ref": "#/$defs/E"}}},
        "required": ["edits"],
    }

    cleaned = strict.without_nulls({"edits": [{"v": "x", "m": None}], "other": None}, schema)

    assert cleaned == {"edits": [{"v": "x"}], "other": None}
    with pytest.raises(Unusable):
        strict.check(cleaned, schema)


def test_unknown_arguments_are_refused_at_every_level() -> None:
    inner = {"type": "object", "properties": {"v": {"type": "string"}}}
    schema = {"type": "object", "properties": {"one": inner}}

    with pytest.raises(Unusable, match="one"):
        strict.check({"one": {"v": "x", "bcc": "all"}}, schema)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.md")))
def test_every_prompt_file_is_well_formed_and_named_after_its_file(name: str) -> None:
    prompt = load_prompt(name)

    assert prompt.name == name
    assert prompt.version >= 1


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        "---\nname: a\nversion: 1\ninputs: [x]\n---\n# system\nHi\n# user\nno hole\n",
        "---\nname: a\nversion: 1\ninputs: []\n---\n# system\nHi {{x}}\n# user\nx\n",
        "---\nname: a\nversion: 1\ninputs: []\n---\n# user\nx\n",
    ],
)
def test_a_malformed_prompt_file_fails_loudly(text: str) -> None:
    with pytest.raises(Bug):
        parse_prompt(text, "x.md")


def test_a_value_that_looks_like_a_placeholder_is_not_expanded_again() -> None:
    text = "---\nname: a\nversion: 1\ninputs: [x, y]\n---\n# system\nHi\n# user\n{{x}} {{y}}\n"

    assert parse_prompt(text, "x.md").fill(x="{{y}}", y="secret") == "{{y}} secret"


def test_importing_the_brain_imports_no_client_library() -> None:
    code = (
        "import sys, language.wire.brain, runtime.llm;"
        "slow = ('langchain_core', 'langchain_openai', 'openai', 'jsonschema');"
        "print([name for name in slow if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
