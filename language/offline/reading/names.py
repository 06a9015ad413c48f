"""Names of companies, products and people inside sentences; ordinary words are not names."""

import re

from language.offline.lexicon.canonical import country_codes, industry_hits, role_hits
from language.offline.lexicon.matching import tokens
from language.offline.reading.sentences import plain

_UP = "A-ZÀ-ÖØ-ÞŁŚŻČŠŽ"
WORD = rf"[{_UP}0-9][\w.&'’+/-]*"
NAME = (
    rf"(?:{WORD}|[a-z][\w]*[{_UP}][\w]*)(?:\s+(?:(?:of|de|du|des|la|le|für|von|van|der|di|del|and "
    rf"sons|the|&)\s+)?{WORD}){{0,4}}"
)
PERSON = (
    rf"(?:(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|M|Mme|Dipl|Ing|Sr|Sra|Dott|med|dent|Avv|Dra|Maître|Me)\.?[- "
    rf"]?){{0,4}}[{_UP}][\w'’-]+(?:\s+(?:(?:von|van|de|der|den|del|della|di|da|dos|du|le|la|el|zu|af|"
    rf"bin|ter)\s+){{0,2}}[{_UP}](?:[\w'’-]+|\.)){{1,3}}"
)
_LIST = re.compile(
    r"\s*(?:,|;|\u00b7|\s\|\s|\s/\s|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|\bsowie\b|&(?=\s+[a-z]))\s*"
)
_GENERIC = frozenset(
    (
        "the we our you your they it this these more many other others all some most thousands hundreds "
        "companies company businesses clients customers brands teams leading global eu european gdpr kunden "
        "unternehmen firmen entreprises empresas aziende bedrijven read learn see view case study story how "
        "why what who when in on at by for with and or home about contact free api faq wir sie ihr nous vous "
        "nos top new best next previous menu here if as both each every no not people users web website "
        "websites site online open source one two saas crm erp ai ki ia iso ce spreadsheets "
        "spreadsheet excel "
        "paper pen agencies startups mr ms dr prof mrs monday tuesday wednesday thursday friday saturday "
        "sunday january february march april may june july august september october november december "
        "b2b b2c "
        "seo usa uk us eur freelancers ceo cto cfo co-founder founder anonymous ecommerce e-commerce "
        "industry "
        "industries sector"
    ).split()
)


def split_names(text: str, limit: int = 12) -> list[str]:
    """Names in a list such as "Acme, Globex and the Initech Group"; pieces that are no names are dropped."""
    pieces = [
        plain(
            re.sub(r"^(?:the|die|der|das|le|la|les|el|los|il|de|het|o|a|auch|also|wie)\s+(?=\w)", "", piece)
        )
        for piece in _LIST.split(text)
    ]
    return [piece for piece in pieces[:limit] if is_name(piece)]


def is_name(text: str) -> bool:
    """True for a proper name of a company or product: capitalised words, none of them ordinary."""
    words = text.split()
    if not 1 <= len(words) <= 6 or not re.fullmatch(NAME, text):
        return False
    folded = [word.casefold().strip(".,") for word in words]
    if all(word in _GENERIC for word in folded) or folded[0] in {
        "we",
        "our",
        "your",
        "the",
        "this",
        "wir",
        "nous",
    }:
        return False
    if len(text) < 3 and not text.isupper():
        return False
    return not (
        len(words) == 1 and (text.isdigit() or country_codes(text) or (len(text) > 4 and text.islower()))
    )


def is_common_noun(text: str) -> bool:
    """True for a phrase that names a kind of business or role, not one company."""
    words = tokens(text)
    covered = {
        place
        for hit in (*industry_hits(words, text), *role_hits(words))
        for place in range(hit.first, hit.last)
    }
    rest = [word for place, word in enumerate(words) if place not in covered and word.fold not in _GENERIC]
    return bool(covered) and not any(word.text[:1].isupper() for word in rest)


def is_person(text: str) -> bool:
    """True for something that reads like a person's full name."""
    return re.fullmatch(PERSON, text.strip()) is not None and not any(char.isdigit() for char in text)
