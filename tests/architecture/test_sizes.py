"""Files and functions stay short enough to be read in a sitting. Complexity is held by ruff (C901 ≤ 10)."""

import ast
from statistics import median

from tests.architecture.source import functions, length, product_and_tests, sources

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_HEADER = 500, 60, 8
MEDIAN_FILE, MEDIAN_FUNCTION = 150, 10


def _lines(source) -> int:
    return source.text.count("\n")


def test_no_file_is_longer_than_a_sitting():
    assert [f"{one.name}: {_lines(one)}" for one in product_and_tests() if _lines(one) > LONGEST_FILE] == []


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{one.name}:{node.lineno} {node.name}: {length(node)}"
        for one in product_and_tests()
        for node in functions(one)
        if length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_most_files_and_functions_are_much_shorter():
    assert median(_lines(one) for one in sources()) <= MEDIAN_FILE
    assert median(length(node) for one in sources() for node in functions(one)) <= MEDIAN_FUNCTION


def test_every_file_opens_with_what_it_holds():
    headers = {one.name: ast.get_docstring(one.tree) or "" for one in product_and_tests()}
    wrong = [name for name, text in headers.items() if not 1 <= len(text.splitlines()) <= LONGEST_HEADER]
    assert wrong == []
