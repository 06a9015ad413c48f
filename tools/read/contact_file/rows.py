"""Builds one comparable row from a record's cells, reports what is wrong with it, and finds repeated rows."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from domain.site_names import registrable_domain
from tools.read.contact_file import values
from tools.read.contact_file.columns import is_email
from tools.read.contact_file.model import ColumnGuess, ContactField, ContactRow, Limits, Problems
from tools.read.contact_file.records import Record
from tools.read.contact_file.values import BadCell, Staff, one_line
from tools.read.identity import company_domain, normal_name

T = TypeVar("T")
_Cells = dict[ContactField, str]

_RECORD_PROBLEMS = {
    "unclosed_quote": "opens a quote that is never closed; close it and import the row again",
    "line_too_long": "is one endless line; the file may not be a table",
}


class RowBuilder:
    """Turns records into rows; remembers keys, not rows, so that memory stays small."""

    def __init__(
        self,
        mapping: Sequence[ColumnGuess],
        problems: Problems,
        limits: Limits,
        samples: Sequence[Sequence[str]],
        delimiter: str,
    ) -> None:
        self._mapping = mapping
        self._problems = problems
        self._limits = limits
        self._seen: dict[tuple[str, ...], int] = {}
        self._email = next((one.index for one in mapping if one.field is ContactField.EMAIL), None)
        dates = next((one.index for one in mapping if one.field is ContactField.LAST_CONTACT), None)
        # Where commas part the columns, 3/4 is mostly the fourth of March; elsewhere the third of April.
        self._day_first = values.is_day_first(
            [row[dates] for row in samples] if dates is not None else [], assumed=delimiter != ","
        )

    def build(self, record: Record, width: int) -> ContactRow | None:
        """The row, or None when it cannot be used; either way its problems are reported."""
        if record.problem:
            message = f"Row {record.row} (line {record.line}) {_RECORD_PROBLEMS[record.problem]}."
            self._problems.add(record.row, "", record.problem, message)
            return None
        cells = self._fitted(record, width)
        if cells is None:
            return None
        known, extra = self._sorted(record, cells)
        row = self._row(record, known, extra)
        if not row.company and not row.domain:
            message = (
                f"Row {record.row} names no company, website or business e-mail address; it is left out."
            )
            self._problems.add(record.row, ContactField.COMPANY, "no_company", message)
            return None
        return self._marked(row)

    def _fitted(self, record: Record, width: int) -> list[str] | None:
        """Exactly `width` cells; None when cells seem to be in the wrong columns."""
        cells = record.cells
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) == width:
            return cells
        message = f"Row {record.row} has {len(cells)} cells where the header has {width}"
        aligned = self._email is not None and self._email < len(cells) and is_email(cells[self._email])
        if len(cells) < width and aligned:
            self._problems.add(
                record.row, "", "ragged_row", f"{message}; the missing ones are taken as empty."
            )
            return cells + [""] * (width - len(cells))
        self._problems.add(record.row, "", "ragged_row", f"{message}; it is left out.")
        return None

    def _sorted(self, record: Record, cells: Sequence[str]) -> tuple[_Cells, tuple[tuple[str, str], ...]]:
        """Harmless cells by field, and the filled ones of unmapped columns."""
        known: _Cells = {}
        extra: list[tuple[str, str]] = []
        for guess in self._mapping:
            text = self._harmless(record.row, guess.column, cells[guess.index])
            if guess.field is not None:
                known[guess.field] = text
            elif text:
                extra.append((guess.column, text))
        return known, tuple(extra)

    def _harmless(self, row: int, column: str, cell: str) -> str:
        if not cell:
            return ""
        plain = values.neutral(cell)
        if plain.formula:
            kept = f'only its label "{_short(plain.text)}" is kept' if plain.text else "it is left out"
            message = f'Row {row}, column "{column}" holds a formula; {kept}.'
            self._problems.add(row, column, "formula_cell", message)
        if plain.zeros:
            message = f'Row {row}, column "{column}" held NUL bytes; they are removed.'
            self._problems.add(row, column, "nul_bytes", message)
        if len(plain.text) > self._limits.max_cell:
            message = f'Row {row}, column "{column}" has {len(plain.text):,} characters; the rest is cut off.'
            self._problems.add(row, column, "cell_too_long", message)
        return plain.text[: self._limits.max_cell]

    def _row(self, record: Record, known: _Cells, extra: tuple[tuple[str, str], ...]) -> ContactRow:
        def text(field: ContactField, longest: int = 200) -> str:
            return one_line(known.get(field, ""))[:longest]

        def read(field: ContactField, parse: Callable[[str], T], empty: T) -> T:
            return self._read(record.row, field, known.get(field, ""), parse, empty)

        country = read(ContactField.COUNTRY, values.country_code, "")
        email = read(ContactField.EMAIL, values.email_address, "")
        website = text(ContactField.WEBSITE, 500)
        staff = read(ContactField.STAFF, values.staff_count, Staff(None, None))
        return ContactRow(
            row=record.row,
            line=record.line,
            company=text(ContactField.COMPANY),
            domain=read(ContactField.WEBSITE, _site_domain, "") or company_domain(email),
            website=website,
            name=_full_name(
                text(ContactField.NAME), text(ContactField.FIRST_NAME), text(ContactField.LAST_NAME)
            ),
            email=email,
            title=text(ContactField.TITLE),
            phone=read(ContactField.PHONE, lambda cell: values.phone_number(cell, country), ""),
            country=country,
            city=text(ContactField.CITY),
            staff_min=staff.low,
            staff_max=staff.high,
            industry=text(ContactField.INDUSTRY),
            zone=read(ContactField.ZONE, values.time_zone, ""),
            last_contact=read(ContactField.LAST_CONTACT, self._date, None),
            notes=known.get(ContactField.NOTES, ""),
            extra=extra,
        )

    def _date(self, cell: str) -> date | None:
        return values.calendar_date(cell, day_first=self._day_first)

    def _read(self, row: int, field: ContactField, cell: str, parse: Callable[[str], T], empty: T) -> T:
        if not cell.strip():
            return empty
        try:
            return parse(cell)
        except BadCell as bad:
            self._problems.add(row, field, bad.code, f'Row {row}, {field}: "{_short(cell)}" {bad.why}.')
            return empty

    def _marked(self, row: ContactRow) -> ContactRow:
        """The row, marked when an earlier one names the same person, or company when there is no person."""
        key = _key(row)
        first = self._seen.setdefault(key, row.row)
        if first == row.row:
            return row
        field, what = _KEY_WORDS[key[0]]
        message = f"Row {row.row} repeats {what} of row {first}; the first one counts."
        self._problems.add(row.row, field, "duplicate_in_file", message)
        return row.model_copy(update={"duplicate_of": first})


_KEY_WORDS = {
    "email": (ContactField.EMAIL, "the e-mail address"),
    "person": (ContactField.NAME, "the person"),
    "company": (ContactField.COMPANY, "the company"),
}


def _key(row: ContactRow) -> tuple[str, ...]:
    if row.email:
        return ("email", row.email.lower())
    company = row.domain or f"{normal_name(row.company)}/{row.country}"
    if row.name:
        return ("person", company, normal_name(row.name))
    return ("company", company)


def _site_domain(cell: str) -> str:
    """The company's domain; a page on a shared site names none. Raises BadCell: bad_website."""
    if not registrable_domain(one_line(cell)):
        raise BadCell("bad_website", "is not a web address")
    return company_domain(one_line(cell))


def _full_name(name: str, first: str, last: str) -> str:
    parts = " ".join(part for part in (first, last) if part)
    if not name or (first and last):
        return parts or name
    return name if name.casefold() in parts.casefold() or not last else f"{name} {last}"


def _short(text: str) -> str:
    plain = one_line(text)
    return plain if len(plain) <= 60 else f"{plain[:57]}…"
