"""The outcome column: which value means success, in whatever words a system writes."""

import pytest

from domain.errors import Correctable
from learning.history.outcomes import read_outcomes


@pytest.mark.parametrize(
    ("won", "lost"),
    [
        ("yes", "no"),
        ("1", "0"),
        ("1.0", "0.0"),
        ("TRUE", "FALSE"),
        ("Closed Won", "Closed Lost"),
        ("closedwon", "closedlost"),
        ("7 - Won (new)", "8 - Lost"),
        ("gewonnen", "verloren"),
        ("Ja", "Nein"),
        ("gagnée", "perdue"),
        ("Sí", "No"),
        ("won", "not won"),
        ("accepted", "rejected"),
    ],
)
def test_success_and_failure_are_known_by_their_words(won, lost):
    assert read_outcomes([won, lost, won], "o").ended.tolist() == [1, 0, 1]


def test_rows_that_are_still_open_are_no_outcome():
    found = read_outcomes(["Closed Won", "Closed Lost", "Negotiation", "", "n/a"], "Stage")
    assert found.ended.tolist() == [1, 0, -1, -1, -1]
    assert found.still_open == (("Negotiation", 1), ("empty", 2))


def test_of_two_unknown_values_the_rarer_is_success_and_that_is_said():
    found = read_outcomes(["stay"] * 3 + ["leave"], "o")
    assert found.success == ("leave",)
    assert "rarer" in found.how


def test_a_value_beside_a_clear_one_is_its_opposite():
    assert read_outcomes(["won", "elsewhere"], "o").ended.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["", "n/a", "null"], "no_outcomes"),
        (["open", "pending"], "no_outcomes"),
        (["a", "b", "c"], "no_two_outcomes"),
        ([str(at) for at in range(50)], "no_two_outcomes"),
    ],
)
def test_a_column_without_outcomes_is_told(cells, code):
    with pytest.raises(Correctable) as caught:
        read_outcomes(cells, "Result")
    assert caught.value.code == code
    assert '"Result"' in caught.value.message


def test_all_won_is_read_as_won():
    assert read_outcomes(["won", "won"], "o").ended.tolist() == [1, 1]
