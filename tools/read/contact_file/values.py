"""Single cells made comparable: e-mail, phone, country, zone, staff, date. A bad cell raises BadCell."""

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import available_timezones

_SPACE = re.compile(r"\s+")
_FORMULA_CALL = re.compile(r"[+\-@]\s*[A-Za-z_.]+\s*\(|[+\-@].*[|!].*")
_FORCED_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_LINK_FORMULA = re.compile(r'=\s*hyperlink\s*\(\s*"[^"]*"\s*[,;]\s*"([^"]*)"\s*\)', re.IGNORECASE)
_ANGLE = re.compile(r"<([^<>\s]+)>")
_EMAIL_PARTS = re.compile(r"[;,\s]+")
_NUMBER = re.compile(r"\d{1,3}(?:[.,'\u2019\s]\d{3})+(?!\d)|\d+")
_THOUSANDS = re.compile(r"(\d+(?:[.,]\d+)?)\s*k\b", re.IGNORECASE)
_BARE_DATE = re.compile(r"(\d{1,4})[./\-](\d{1,2})[./\-](\d{1,4})")
_NAMED_DATE = re.compile(
    r"(\d{1,2})\.?\s+([^\W\d_]{3,})\.?,?\s+(\d{4})|([^\W\d_]{3,})\.?\s+(\d{1,2}),?\s+(\d{4})"
)
_MONTHS = (
    ("jan", "ene", "gen"),
    ("feb", "fev"),
    ("mar", "maa", "mrt"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag", "maj"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott"),
    ("nov",),
    ("dec", "dez", "dic"),
)
_FIRST_YEAR, _LAST_YEAR = 1970, 2100  # spreadsheets write 1900 for "empty" and systems 9999 for "never"
_SERIAL_DAY_ZERO = date(1899, 12, 30)
_SERIALS = range(25_569, 73_050)  # spreadsheet day numbers of the years above
_MAX_STAFF = 5_000_000


class BadCell(Exception):
    """A cell that cannot be used: a stable code and why, as the end of a sentence."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class Neutral(NamedTuple):
    """A cell as harmless text."""

    text: str
    formula: bool  # it was a formula; the text is its label, or ""
    zeros: bool  # it held NUL bytes


class Staff(NamedTuple):
    """A head count, inclusive; None is open."""

    low: int | None
    high: int | None


def neutral(cell: str) -> Neutral:
    """The cell without control, bidi and zero-width characters, and without what a spreadsheet would run."""
    text = _visible(cell).strip()
    zeros = "\x00" in cell
    if text.startswith("="):
        if forced := _FORCED_TEXT.fullmatch(text):
            return Neutral(forced.group(1).replace('""', '"').strip(), False, zeros)
        if len(text) == 1:
            return Neutral(text, False, zeros)
        label = _LINK_FORMULA.fullmatch(text)
        return Neutral(label.group(1).strip().lstrip("=+-@") if label else "", True, zeros)
    if text[:1] in "+-@" and _FORMULA_CALL.match(text):
        return Neutral("", True, zeros)
    return Neutral(text, False, zeros)


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if letter in "\n\t" or unicodedata.category(letter)[0] != "C" else _stand_in(letter)
        for letter in text
    )


def _stand_in(letter: str) -> str:
    """Line ends part words; what is invisible leaves nothing."""
    return " " if letter in "\r\x0b\x0c\x85" else ""


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return _SPACE.sub(" ", text).strip()


@lru_cache(maxsize=4_096)
def email_address(text: str) -> str:
    """The address in ASCII. Raises BadCell: bad_email, several_emails or email_not_ascii."""
    from email_validator import EmailNotValidError, validate_email

    address = one_line(text).removeprefix("mailto:").strip()
    if in_angles := _ANGLE.search(address):
        address = in_angles.group(1)
    elif address.count("@") > 1:
        parts = [part for part in _EMAIL_PARTS.split(address) if "@" in part]
        if len(parts) > 1:
            raise BadCell("several_emails", "holds several addresses; put one person in each row")
    try:
        # The test flag admits names under .test, which is what rehearsals use.
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadCell("bad_email", f"is not an e-mail address ({str(error).rstrip('.')})") from error
    if checked.ascii_email is None:
        raise BadCell("email_not_ascii", "needs a mail server for non-Latin addresses, so it cannot be used")
    local, _, domain = checked.ascii_email.rpartition("@")
    return f"{local}@{domain.lower()}"


@lru_cache(maxsize=4_096)
def phone_number(text: str, country: str) -> str:
    """E.164 when the country is known, else as written. Raises BadCell: bad_phone."""
    import phonenumbers

    written = one_line(text)
    if sum(letter.isdigit() for letter in written) < 5:
        raise BadCell("bad_phone", "is not a phone number")
    international = written.startswith(("+", "00"))
    if not country and not international:
        return written[:40]
    number = f"+{written[2:]}" if written.startswith("00") else written
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException as error:
        raise BadCell("bad_phone", "is not a phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadCell("bad_phone", "is not a possible phone number there")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def country_code(text: str) -> str:
    """ISO 3166 alpha-2 of a country's name or code in many languages. Raises BadCell: unknown_country."""
    code = _countries().get(folded(text))
    if code is None:
        raise BadCell("unknown_country", "is no country known here; use its English name or two-letter code")
    return code


def is_country(text: str) -> bool:
    """True for a name or code of a country."""
    return folded(text) in _countries()


@cache
def _countries() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for language in ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "cs"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES:
                names.setdefault(folded(name), code)
                names.setdefault(code.lower(), code)
    return names | _COUNTRY_SHORT_FORMS


_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
_COUNTRY_SHORT_FORMS = {
    "uk": "GB",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u s a": "US",
    "u s": "US",
    "united states of america": "US",
    "america": "US",
    "deu": "DE",
    "ger": "DE",
    "brd": "DE",
    "aut": "AT",
    "che": "CH",
    "fra": "FR",
    "gbr": "GB",
    "esp": "ES",
    "ita": "IT",
    "nld": "NL",
    "the netherlands": "NL",
    "holland": "NL",
    "czech republic": "CZ",
    "south korea": "KR",
    "korea": "KR",
    "russia": "RU",
    "uae": "AE",
    "turkey": "TR",
}


@lru_cache(maxsize=1_024)
def time_zone(text: str) -> str:
    """The IANA zone. Raises BadCell: unknown_zone."""
    name = one_line(text).replace(" ", "_")
    known = _zones().get(name.casefold()) or _system_zones().get(one_line(text).casefold())
    if known is None:
        raise BadCell("unknown_zone", "is no time zone; use a name such as Europe/Berlin")
    return known


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name or name in ("UTC", "GMT")}


@cache
def _system_zones() -> dict[str, str]:
    from babel.core import get_global

    return {name.casefold(): zone for name, zone in get_global("windows_zone_mapping").items()}


def staff_count(text: str) -> Staff:
    """Head count of "40", "50–200", "1,000+", "10.000", "2k". Raises BadCell: bad_staff."""
    plain = _THOUSANDS.sub(lambda found: str(int(float(found.group(1).replace(",", ".")) * 1_000)), text)
    plain = re.sub(r"(?<=\d)[.,]0{1,2}(?!\d)", "", plain)  # "250.0" is a spreadsheet's 250
    if plain.strip().startswith("-"):
        raise BadCell("bad_staff", "is not a number of employees")
    numbers = [int(re.sub(r"\D", "", found)) for found in _NUMBER.findall(plain)[:3]]
    if not numbers or len(numbers) > 2 or max(numbers) > _MAX_STAFF:
        raise BadCell("bad_staff", "is not a number of employees")
    if len(numbers) == 2:
        return Staff(min(numbers), max(numbers))
    if re.search(r"[+>≥]|more than|over|mehr als|uber|plus de", folded(plain) + plain):
        return Staff(numbers[0], None)
    if re.search(r"[<≤]|less than|under|up to|weniger|bis ", folded(plain) + plain):
        return Staff(None, numbers[0])
    return Staff(numbers[0], numbers[0])


def calendar_date(text: str, *, day_first: bool) -> date:
    """The day. Raises BadCell: bad_date, impossible_date or date_out_of_range."""
    plain = one_line(text)
    if plain.isdigit() and int(plain) in _SERIALS:
        return date.fromordinal(_SERIAL_DAY_ZERO.toordinal() + int(plain))
    year, month, day = _date_parts(plain, day_first)
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise BadCell("impossible_date", "is not a day of any calendar") from error
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadCell("date_out_of_range", f"is outside the years {_FIRST_YEAR}–{_LAST_YEAR}")
    return found


def _date_parts(plain: str, day_first: bool) -> tuple[int, int, int]:
    if found := _BARE_DATE.match(plain):
        first, second, third = (int(part) for part in found.groups())
        if len(found.group(1)) == 4:
            return first, second, third
        year = third + 2000 if third < 100 else third
        swapped = day_first or "." in found.group(0)  # dots are always day first
        if first > 12 or (swapped and second <= 12):
            return year, second, first
        return year, first, second
    if found := _NAMED_DATE.search(plain):
        day, month, year, month2, day2, year2 = found.groups()
        return int(year or year2), _month(month or month2), int(day or day2)
    raise BadCell("bad_date", "is not a date; write it as 2026-03-31")


def _month(name: str) -> int:
    start = folded(name)
    for number, starts in enumerate(_MONTHS, start=1):
        if start.startswith(starts):
            return number
    raise BadCell("bad_date", "is not a date; write it as 2026-03-31")


def is_day_first(samples: list[str], *, assumed: bool) -> bool:
    """How a column writes 3/4/2026, from the cells that can be read one way only."""
    for sample in samples:
        found = _BARE_DATE.match(one_line(sample))
        if found and len(found.group(1)) < 4:
            if int(found.group(1)) > 12:
                return True
            if int(found.group(2)) > 12:
                return False
    return assumed


def folded(text: str) -> str:
    """Lower case without accents and punctuation, one blank between words."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    letters = (letter for letter in spread if not unicodedata.combining(letter))
    return one_line("".join(letter if letter.isalnum() else " " for letter in letters))
