"""A model card as a person reads it: the answer first, no line wider than a terminal."""

from random import Random

import pytest

from channels.render_learn import text
from learning.history import learn_table
from tools.read.table_file import Table


def table(rows: int, *, told: float) -> Table:
    rng = Random(4)
    cells = []
    for at in range(rows):
        source = rng.choice(["fair", "referral"])
        won = rng.random() < (0.2 + told * (source == "referral"))
        reason = "" if won else rng.choice(["price", "no budget"])
        cells.append((str(at), source, reason, "won" if won else "lost"))
    return Table(("id", "source", "reason lost", "result"), cells, range(2, rows + 2), digest="ab" * 32)


@pytest.mark.parametrize("rows", [12, 300])
@pytest.mark.parametrize("told", [0.0, 0.6])
def test_a_card_fits_a_terminal(rows, told):
    lines = text(learn_table(table(rows, told=told), outcome="result", id="id").card).splitlines()
    assert max(len(line) for line in lines) <= 100


def test_a_signal_is_said_first_with_its_leaks_and_drivers():
    said = text(learn_table(table(300, told=0.6), outcome="result", id="id").card)
    assert "signal: of one success" in said.splitlines()[0]
    assert "Refused: cannot have been known before the outcome\n  - reason lost:" in said
    assert 'source: best "referral"' in said
    assert "predicted     seen" in said


def test_too_few_rows_are_said_without_tables_of_numbers():
    said = text(learn_table(table(12, told=0.6), outcome="result").card)
    assert said.startswith("Not enough data")
    assert "How it was judged" not in said
    assert "nan" not in said.lower()
