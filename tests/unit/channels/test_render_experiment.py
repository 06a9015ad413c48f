"""The printed reading: the answer first, plain words, never wider than a terminal."""

import pytest

from channels.render_experiment import text
from learning.experiments import read_experiment


@pytest.fixture
def printed(tmp_path):
    def show(table: str) -> str:
        path = tmp_path / "test.csv"
        path.write_text(table, encoding="utf-8")
        shown = text(read_experiment(path))
        assert max(len(line) for line in shown.splitlines()) <= 104
        return shown

    return show


def test_a_decision_names_the_winner_the_difference_and_what_was_assumed(printed):
    shown = printed("arm,sent,replies,complaints\nA,5000,240,3\nB,5020,356,4\n")
    assert shown.startswith("Decided: B beats A.")
    assert "at any look" in shown and "(baseline)" in shown and "Guardrail complaints" in shown
    assert "equal ones are assumed" in shown


def test_waiting_says_how_much_longer(printed):
    shown = printed(
        "date,arm,n,hits\n"
        + "".join(f"2025-01-{d:02d},{a},200,{9 + d % 3}\n" for d in range(1, 9) for a in "AB")
    )
    assert shown.startswith("Not yet decided.")
    assert "more units" in shown and "at this pace" in shown


def test_a_broken_split_shows_no_comparison(printed):
    shown = printed("arm,users,conversions\nA,10400,500\nB,9600,470\n")
    assert shown.startswith("Randomisation is broken") and "B against A" not in shown


def test_several_experiments_are_a_list_with_a_summary(printed):
    rows = "".join(
        f"{name},{arm},4000,{hits}\n"
        for name in ("spring", "autumn")
        for arm, hits in (("A", 200), ("B", 320))
    )
    shown = printed("experiment,arm,users,conversions\n" + rows)
    assert shown.startswith("2 experiments and metrics: 2 decided") and "autumn" in shown


def test_long_names_do_not_break_the_columns(printed):
    printed(f"arm,users,conversions\n{'very long name ' * 9},1000,50\n{'another long name ' * 9},1010,61\n")
