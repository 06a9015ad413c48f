"""Rooms and files carry nouns of the trade; there is no drawer for everything."""

import re

from tests.architecture.source import ROOMS, ROOT, product_and_tests, sources

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base", "legacy", "old", "stuff"}


def test_there_is_no_drawer_for_everything():
    parts = {part.removesuffix(".py") for one in product_and_tests() for part in one.name.split("/")}
    assert parts & DRAWERS == set()


def test_files_are_named_in_snake_case():
    named = [one.name for one in product_and_tests() if "/versions/" not in one.name]
    assert [name for name in named if not re.fullmatch(r"[a-z0-9_/]+\.py", name)] == []


def test_every_folder_with_code_is_a_known_room():
    found = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/__init__.py")}
    assert found - {"tests"} == set(ROOMS)


def test_test_files_have_names_of_their_own():
    names = [one.name.rsplit("/", 1)[1] for one in sources("tests") if "/test_" in one.name]
    assert [name for name in names if names.count(name) > 1] == []


def test_nothing_is_left_for_later():
    """A marker in the code is a promise nobody tracks; an issue is."""
    marks = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")
    left = [one.name for one in product_and_tests() if marks.search(one.text)]
    assert left == []
