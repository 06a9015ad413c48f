"""Guesses what each column holds from its header and its cells. No file, no fixed list of accepted names."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources

import yaml
from rapidfuzz import fuzz

from domain.site_names import registrable_domain
from tools.read.contact_file import values
from tools.read.contact_file.model import ColumnGuess, ContactField
from tools.read.contact_file.values import folded
from tools.read.identity import company_domain, normal_name

_SURE = 0.45  # guesses below this are kept as extras
_ELSEWHERE = 0.3
_SAMPLE = 60  # filled cells looked at
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[:/?].*)?", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00|\(?0)[\d\s().\-/]{6,}(?:\s*(?:x|ext\.?)\s*\d+)?", re.IGNORECASE)
_PERSON = re.compile(r"(?:[^\W\d_][^\W\d_.'’-]*\.?[\s'’-]+){1,3}[^\W\d_]{2,}")
_COUNT = re.compile(r"[\d\s.,'+<>~–k-]+(?:\s*[^\W\d_]+)?", re.IGNORECASE)
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[T\s].*)?")

_Slot = tuple[int, ContactField]
_Rows = Sequence[Sequence[str]]
_EITHER_FIELDS = (
    ContactField.COMPANY,
    ContactField.NAME,
    ContactField.FIRST_NAME,
    ContactField.LAST_NAME,
)

# Fields whose cells are free text: a column of addresses or numbers is not one of them.
_TEXT_FIELDS = frozenset(
    {
        ContactField.COMPANY,
        ContactField.NAME,
        ContactField.FIRST_NAME,
        ContactField.LAST_NAME,
        ContactField.TITLE,
        ContactField.CITY,
        ContactField.INDUSTRY,
    }
)


def guess_columns(
    headers: Sequence[str], samples: Sequence[Sequence[str]], fixed: Mapping[str, ContactField | None]
) -> tuple[ColumnGuess, ...]:
    """One guess a column; `fixed` holds what the person said, by header, and wins."""
    cells = [_filled(samples, index) for index in range(len(headers))]
    scores = _settle_either(headers, cells, _scores(headers, cells), samples)
    taken = {field for field in fixed.values() if field}
    chosen: dict[int, tuple[ContactField, float]] = {}
    for (index, field), score in sorted(scores.items(), key=lambda one: (-one[1], one[0][0])):
        if score >= _SURE and index not in chosen and field not in taken and headers[index] not in fixed:
            chosen[index] = (field, score)
            taken.add(field)
    return tuple(
        _guess(index, header, cells[index], fixed, chosen.get(index)) for index, header in enumerate(headers)
    )


def _guess(
    index: int,
    header: str,
    cells: Sequence[str],
    fixed: Mapping[str, ContactField | None],
    chosen: tuple[ContactField, float] | None,
) -> ColumnGuess:
    sample = values.one_line(cells[0])[:60] if cells else ""
    if header in fixed:
        return ColumnGuess(index=index, column=header, field=fixed[header], confidence=1.0, sample=sample)
    field, score = chosen or (None, 0.0)
    return ColumnGuess(index=index, column=header, field=field, confidence=round(score, 2), sample=sample)


def _scores(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> dict[_Slot, float]:
    return {
        (index, field): _score(field, header_words(header), cells[index])
        for index, header in enumerate(headers)
        for field in ContactField
    }


def _score(field: ContactField, words: str, cells: Sequence[str]) -> float:
    said = _said(field, words)
    if not cells:
        return said * 0.9
    share = _share(_CHECKS[field], cells) if field in _CHECKS else None
    if field in _TEXT_FIELDS:
        said *= 1.0 - 0.8 * _share(_is_no_text, cells)
    if share is None:
        return said
    by_cells = _BY_CELLS.get(field, 0.0) * share if share >= 0.3 else 0.0
    if not _words("elsewhere").isdisjoint(words.split()):
        by_cells *= _ELSEWHERE  # the cells of "Contact owner" are people too
    # The check of a text field proves something when it holds and nothing when it does not.
    return max(said if field in _TEXT_FIELDS else said * (0.75 + 0.25 * share), by_cells)


def header_words(header: str) -> str:
    """A header as folded words: `companyName`, `Company_Name` and `Company name` are one."""
    return folded(_CAMEL.sub(" ", header))


def _said(field: ContactField, words: str) -> float:
    """What the header alone says, 0–1."""
    if not words:
        return 0.0
    phrases = _words(field)
    if words in phrases:
        return 1.0
    tokens = set(words.split())
    score = max((_partly(words, tokens, phrase) for phrase in phrases), default=0.0)
    return score * _ELSEWHERE if tokens & _words("elsewhere") else score


def _partly(words: str, tokens: set[str], phrase: str) -> float:
    parts = phrase.split()
    if tokens.issuperset(parts):
        if phrase in _words("either"):
            return 0.35  # "name" within a longer header says nothing yet
        return 0.45 + 0.4 * len(parts) / len(tokens)
    if len(phrase) >= 5 and fuzz.ratio(words, phrase) >= 86:
        return 0.75  # a typing error
    if len(phrase) >= 5 and len(parts) == 1 and any(phrase in token for token in tokens):
        return 0.55  # a compound such as "Kundenfirma"
    return 0.0


def _settle_either(
    headers: Sequence[str], cells: Sequence[Sequence[str]], scores: Mapping[_Slot, float], samples: _Rows
) -> dict[_Slot, float]:
    """ "Name" beside a company or a job title is a person; alone with a website it is the company."""
    either = [index for index, header in enumerate(headers) if header_words(header) in _words("either")]
    clear = [index for index in range(len(headers)) if index not in either]
    best = {field: max((scores[index, field] for index in clear), default=0.0) for field in ContactField}
    settled = dict(scores)
    if best[ContactField.FIRST_NAME] >= 0.6 and best[ContactField.LAST_NAME] >= 0.6:
        settled |= {(index, ContactField.NAME): 0.0 for index in clear}  # the two say it better
    for index in either:
        wanted = _either_field(best, _means_person(index, best, scores, samples))
        free = 1.0 - 0.8 * _share(_is_no_text, cells[index])
        for field in _EITHER_FIELDS:
            settled[index, field] = 0.8 * free if field is wanted else 0.0
    return settled


def _either_field(best: Mapping[ContactField, float], person: bool) -> ContactField:
    if best[ContactField.FIRST_NAME] >= 0.6:
        return ContactField.LAST_NAME
    if best[ContactField.LAST_NAME] >= 0.6:
        return ContactField.FIRST_NAME
    return ContactField.NAME if person else ContactField.COMPANY


def _means_person(
    index: int, best: Mapping[ContactField, float], scores: Mapping[_Slot, float], samples: _Rows
) -> bool:
    if best[ContactField.COMPANY] >= 0.6:
        return True
    if best[ContactField.EMAIL] < 0.6:
        return best[ContactField.TITLE] >= 0.6
    email = max((slot for slot in scores if slot[1] is ContactField.EMAIL), key=lambda slot: scores[slot])[0]
    return _share_of_owners(samples, index, email) >= 0


def _share_of_owners(samples: _Rows, name: int, email: int) -> int:
    """Above zero when the names are found before the @, below when they are found after it."""
    balance = 0
    for row in samples[:_SAMPLE]:
        if max(name, email) < len(row):
            local, _, domain = folded(row[email].replace("@", "\n@")).partition(" ")
            words = [word for word in folded(row[name]).split() if len(word) > 2]
            balance += any(word in local for word in words) - any(word in domain for word in words)
    return balance


def _filled(samples: Sequence[Sequence[str]], index: int) -> list[str]:
    found = (row[index].strip() for row in samples if index < len(row))
    return [cell for cell in found if cell][:_SAMPLE]


def _share(check: Callable[[str], bool], cells: Sequence[str]) -> float:
    return sum(1 for cell in cells if check(cell)) / len(cells) if cells else 0.0


def is_email(cell: str) -> bool:
    """True for what looks like an e-mail address."""
    return bool(_EMAIL.fullmatch(cell.strip().removeprefix("mailto:")))


def is_url(cell: str) -> bool:
    """True for what looks like a web address or domain."""
    return "@" not in cell and bool(_URL.fullmatch(cell.strip())) and bool(registrable_domain(cell))


def _is_company_site(cell: str) -> bool:
    return is_url(cell) and bool(company_domain(cell))


def _is_phone(cell: str) -> bool:
    return bool(_PHONE.fullmatch(cell))


def _is_zone(cell: str) -> bool:
    try:
        return "/" in values.time_zone(cell)
    except values.BadCell:
        return False


def _is_count(cell: str) -> bool:
    return any(letter.isdigit() for letter in cell) and bool(_COUNT.fullmatch(cell))


def _is_date(cell: str) -> bool:
    return bool(_DATE.fullmatch(cell))


def _is_person(cell: str) -> bool:
    return bool(_PERSON.fullmatch(cell)) and not _has_legal_form(cell)


def _has_legal_form(cell: str) -> bool:
    return normal_name(cell) not in ("", folded(cell), folded(cell).partition(" ")[2])


def _is_title(cell: str) -> bool:
    return not _words("role_words").isdisjoint(folded(cell).split())


def _is_no_text(cell: str) -> bool:
    return is_email(cell) or is_url(cell) or not any(letter.isalpha() for letter in cell)


_CHECKS: dict[ContactField, Callable[[str], bool]] = {
    ContactField.EMAIL: is_email,
    ContactField.WEBSITE: _is_company_site,
    ContactField.PHONE: _is_phone,
    ContactField.COUNTRY: values.is_country,
    ContactField.ZONE: _is_zone,
    ContactField.STAFF: _is_count,
    ContactField.LAST_CONTACT: _is_date,
    ContactField.COMPANY: _has_legal_form,
    ContactField.NAME: _is_person,
    ContactField.TITLE: _is_title,
}
# What cells alone can prove, without a header that says so.
_BY_CELLS: dict[ContactField, float] = {
    ContactField.EMAIL: 0.9,
    ContactField.WEBSITE: 0.8,
    ContactField.PHONE: 0.6,
    ContactField.COUNTRY: 0.6,
    ContactField.ZONE: 0.9,
    ContactField.COMPANY: 0.8,
    ContactField.NAME: 0.5,
    ContactField.TITLE: 0.6,
}


def _words(key: str) -> frozenset[str]:
    return _vocabulary()[key]


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    text = resources.files("tools.read.contact_file").joinpath("header_words.yaml").read_text("utf-8")
    return {key: frozenset(str(word) for word in words) for key, words in yaml.safe_load(text).items()}
