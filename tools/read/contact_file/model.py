"""The words of a contact file: fields, guessed columns, rows, and problems with their place."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ContactField(StrEnum):
    """What a column can hold."""

    COMPANY = "company"
    WEBSITE = "website"
    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    TITLE = "title"
    PHONE = "phone"
    COUNTRY = "country"
    CITY = "city"
    STAFF = "staff"
    INDUSTRY = "industry"
    ZONE = "zone"
    LAST_CONTACT = "last_contact"
    NOTES = "notes"


class Limits(BaseModel):
    """How much of a file is read at most."""

    model_config = ConfigDict(frozen=True)

    max_bytes: int = 200_000_000
    max_rows: int = 200_000
    max_columns: int = 400
    max_cell: int = 5_000  # characters; longer cells are cut and reported
    max_record_lines: int = 200  # a quoted cell over more lines than this is taken for an unclosed quote
    max_record: int = 100_000  # characters of one record
    max_errors: int = 10_000


class ColumnGuess(BaseModel):
    """What a column is taken for, shown to the person before anything is imported."""

    model_config = ConfigDict(frozen=True)

    index: int
    column: str  # its header, made unique
    field: ContactField | None  # None: kept as an extra
    confidence: float  # 0–1
    sample: str  # its first filled cell


class RowError(BaseModel):
    """One problem: where, a stable code, one sentence. The header is row 1; row 0 is the whole file."""

    model_config = ConfigDict(frozen=True)

    row: int
    field: str
    code: str
    message: str


class ContactRow(BaseModel):
    """One row made comparable. What could not be read is empty here and named in the errors."""

    model_config = ConfigDict(frozen=True)

    row: int  # as a spreadsheet counts: the header is row 1
    line: int  # first line in the file
    company: str = ""
    domain: str = ""  # registrable domain of the website, else of a business e-mail address
    website: str = ""
    name: str = ""
    email: str = ""  # ASCII
    title: str = ""
    phone: str = ""  # E.164 where the country is known, else as written
    country: str = ""  # ISO 3166 alpha-2
    city: str = ""
    staff_min: int | None = None
    staff_max: int | None = None
    industry: str = ""
    zone: str = ""  # IANA
    last_contact: date | None = None
    notes: str = ""
    extra: tuple[tuple[str, str], ...] = ()  # filled cells of columns that are not mapped
    duplicate_of: int | None = None  # the row that names the same person or company first


class Problems:
    """Collects problems up to a limit, so that a hopeless file cannot fill the memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left_out = 0
        self._found: list[RowError] = []

    def add(self, row: int, field: str, code: str, message: str) -> None:
        """Report a problem."""
        if len(self._found) < self._limit:
            self._found.append(RowError(row=row, field=field, code=code, message=message))
        else:
            self._left_out += 1

    @property
    def all(self) -> tuple[RowError, ...]:
        """Every problem so far; a last one says how many more there were."""
        if not self._left_out:
            return tuple(self._found)
        more = RowError(
            row=0,
            field="",
            code="more_errors",
            message=f"{self._left_out} more problems are not listed; correct these first.",
        )
        return (*self._found, more)
