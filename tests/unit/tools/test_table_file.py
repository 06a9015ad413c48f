"""Any exported table: encodings, separators, damaged rows, numbers and moments as people write them."""

import codecs
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import Correctable
from tools.read.table_file import Table, TableLimits, moments, numbers, read_table


def table_of(folder: Path, text: str | bytes, **limits: int) -> Table:
    path = folder / "deals.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, TableLimits(**limits))


def refusal(folder: Path, text: str | bytes, **limits: int) -> Correctable:
    with pytest.raises(Correctable) as caught:
        table_of(folder, text, **limits)
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_columns_are_parted_by_any_usual_sign(tmp_path, sign):
    table = table_of(tmp_path, sign.join(("name", "won")) + "\n" + sign.join(("Añil", "yes")) + "\n")
    assert (table.columns, table.column("won")) == (("name", "won"), ["yes"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_read_in_the_encodings_exports_use(tmp_path, encoding):
    text = "Straße;gewonnen\n" + "Müllerstraße;ja\n" * 40
    assert table_of(tmp_path, text.encode(encoding)).column("Straße")[0] == "Müllerstraße"


def test_quotes_line_breaks_and_separators_inside_cells_are_text(tmp_path):
    table = table_of(tmp_path, 'note,won\n"a ""b"", c\nd",yes\ne,no\n')
    assert table.column("note") == ['a "b", c\nd', "e"]
    assert list(table.lines) == [2, 4]


def test_ragged_rows_are_named_with_their_line_and_the_rest_is_read(tmp_path):
    table = table_of(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8,\n")
    assert table.column("a") == ["1", "7"]
    assert [(one.line, one.code) for one in table.problems] == [(3, "ragged_row"), (4, "ragged_row")]
    assert "1 cells where the heading has 2" in table.problems[0].message
    assert table.left_out == 2


def test_an_unclosed_quote_costs_one_row(tmp_path):
    table = table_of(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n')
    assert table.column("a") == ["1", "5"]
    assert table.problems[0].code == "unclosed_quote"


def test_repeated_and_empty_headings_get_names_of_their_own(tmp_path):
    table = table_of(tmp_path, "a,,a\n1,2,3\n")
    assert table.columns == ("a", "Column 2", "a (2)")
    assert [one.code for one in table.problems] == ["duplicate_header"]


def test_row_names_without_a_heading_do_not_shift_the_columns(tmp_path):
    assert table_of(tmp_path, "a,b\nr1,1,2\nr2,3,4\n").column("b") == ["2", "4"]


def test_a_separator_behind_every_row_is_no_column(tmp_path):
    assert table_of(tmp_path, "a,b\n1,2,\n3,4,\n").columns == ("a", "b")


def test_title_lines_above_the_heading_are_skipped(tmp_path):
    assert table_of(tmp_path, "Deals 2026\n\na,b,c\n1,2,3\n4,5,6\n").column("c") == ["3", "6"]


def test_a_column_is_found_whatever_its_case_and_an_unknown_one_names_those_there_are(tmp_path):
    table = table_of(tmp_path, "Deal Stage,Amount\nwon,5\n")
    assert table.column("deal stage") == ["won"]
    with pytest.raises(Correctable) as caught:
        table.column("Phase")
    assert caught.value.code == "unknown_column"
    assert "Deal Stage, Amount" in caught.value.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"PK\x03\x04" + bytes(200), "not_a_csv_file"),
        (b"\x00\x01\x02\x03" * 100, "not_a_csv_file"),
        (b'{"a": 1}', "not_a_csv_file"),
        (b"<html><table></table></html>", "not_a_csv_file"),
        (b"a,b\n", "no_rows"),
        (b"1,2\n3,4\n", "no_header"),
        (b"a,b\n1\n2\n", "no_rows"),
        (b"This is a letter about many things.\nIt has no table at all and goes on and on.\n", "not_a_table"),
        (b"a^b^c\n1^2^3\n", "wrong_delimiter"),
    ],
)
def test_what_is_no_table_is_said_in_one_sentence(tmp_path, content, code):
    assert refusal(tmp_path, content).code == code


def test_a_workbook_says_what_to_do(tmp_path):
    assert "save it as CSV" in (refusal(tmp_path, b"PK\x03\x04" + bytes(50)).hint or "")


def test_sizes_have_limits_with_a_sentence(tmp_path):
    assert refusal(tmp_path, "a,b\n1,2\n3,4\n", max_rows=1).code == "too_many_rows"
    assert refusal(tmp_path, "a,b\n1,2\n", max_bytes=3).code == "file_too_large"
    assert refusal(tmp_path, "a,b,c\n1,2,3\n", max_columns=2).code == "too_many_columns"


def test_a_huge_cell_is_cut_and_named(tmp_path):
    table = table_of(tmp_path, f"a,b\n{'x' * 9_000},2\n")
    assert len(table.column("a")[0]) == 5_000
    assert table.problems[0].code == "cell_cut"
    assert not table.problems[0].left_out


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Correctable) as caught:
        read_table(tmp_path / "gone.csv")
    assert caught.value.code == "file_not_found"


def test_formulas_and_hidden_characters_do_no_harm(tmp_path):
    table = table_of(tmp_path, "a,b\n\"=cmd|' /C calc'!A0\",\u200b7\n")
    assert list(table.rows[0]) == ["", "7"]


def test_the_same_bytes_have_the_same_hash(tmp_path):
    first, second = (table_of(tmp_path, "a,b\n1,2\n").digest for _ in range(2))
    assert first == second
    assert table_of(tmp_path, "a,b\n1,3\n").digest != first


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.234,50 €", "950", "12,5"], [1234.5, 950, 12.5]),
        (["$1,234.50", "(12.5)", "-3", "7-"], [1234.5, -12.5, -3, -7]),
        (["1.234", "950", "12.500"], [1234, 950, 12500]),
        (["4.857", "1.250"], [4.857, 1.25]),
        (["1,234", "950"], [1234, 950]),
        (["0,125", "1,234"], [0.125, 1.234]),
        (["1'234.50", "12\u00a0500.00", "1.5e3"], [1234.5, 12500, 1500]),
        (["12 %", "5k", "1.2M"], [0.12, 5000, 1_200_000]),
        (["", "nan", "inf", "-inf", "n/a", "1e400", "2024-03-01", "12:30", "3-5", "abc"], [None] * 10),
        (["1.234.567", "2.000"], [1234567, 2000]),
    ],
)
def test_numbers_are_read_as_the_column_writes_them(texts, values):
    assert numbers(texts) == pytest.approx(values)


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["2025-12-31", "2025-12-31T10:00:00Z"], ["2025-12-31", "2025-12-31"]),
        (["31.12.2025", "3.4.25"], ["2025-12-31", "2025-04-03"]),
        (["3/4/2025", "13/4/2025"], ["2025-04-03", "2025-04-13"]),
        (["3/4/2025", "3/14/2025 2:30 PM"], ["2025-03-04", "2025-03-14"]),
        (["3/4/2025"], ["2025-03-04"]),
        (["2024-03", "2024-12"], ["2024-03-01", "2024-12-01"]),
        (["2024Q1", "Q3 2024"], ["2024-01-01", "2024-07-01"]),
        (["2024-W03"], ["2024-01-15"]),
        (["1704067200"], ["2024-01-01"]),
        (["1704067200000"], ["2024-01-01"]),
        (["19970118"], ["1997-01-18"]),
        (["202403"], ["2024-03-01"]),
        (["2024", "2025"], ["2024-01-01", "2025-01-01"]),
        (["45000"], ["2023-03-15"]),
        (["31 Dec 2025", "3. März 2025", "Mar 2024"], ["2025-12-31", "2025-03-03", "2024-03-01"]),
        (["2025-02-30", "Marketing 2024", "nan", "", "0000-00-00"], [None] * 5),
    ],
)
def test_moments_are_read_as_the_column_writes_them(texts, days):
    assert [one and one.date().isoformat() for one in moments(texts)] == days


def test_moments_are_in_utc():
    assert moments(["2025-01-01T10:00:00+02:00"]) == [datetime(2025, 1, 1, 8, tzinfo=UTC)]


def test_a_utf_16_table_with_a_mark_is_a_table(tmp_path):
    content = codecs.BOM_UTF16_BE + "a,b\n1,2\n".encode("utf-16-be")
    assert table_of(tmp_path, content).column("b") == ["2"]
