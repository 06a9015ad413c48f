"""How to address a person and how to sign: titles, missing names, names whose order we cannot know."""

import re

_TITLE = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mx|sir|herr|frau|hr|fr|dr|prof|professor|univ|dipl|ing|mag|med|dent|"
    r"phil|rer|nat|jur|h\.?c|habil|msc|bsc|mba|pd|priv|doz)\b[.\s-]*)+",
    re.I,
)
_AFTER = re.compile(
    r",?\s+(?:ph\.?d|m\.?d|mba|msc|m\.?sc|bsc|b\.?sc|cpa|esq|jr|sr|iii?|dds|ll\.?m|m\.?a|b\.?a)\.?$", re.I
)
_NOBODY = re.compile(
    r"^(?:info|team|contact|kontakt|office|sales|support|hello|admin|service|mail|buchung|booking|"
    r"reception|empfang|webmaster|n/?a|unknown|"
    r"unbekannt|none|-+|\?+|customer service|.*\bteam)$",
    re.I,
)
# Family names that often come first; then the whole name is the only safe address.
_FAMILY_FIRST = frozenset(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo lin he gao kim park choi "
        "jung kang nguyen tran pham hoang "
    "phan vu dang bui do tanaka suzuki sato yamamoto watanabe takahashi ito nakamura kobayashi "
        "kato nagy kovács szabó tóth horváth varga".split()
)  # fmt: skip
_FEMALE = re.compile(
    r"\b\w*(?:führerin|inhaberin|leiterin|gründerin|ärztin|direktorin|managerin|beraterin|partnerin|"
    r"meisterin|eigentümerin|anwältin|architektin|assistentin)\b",
    re.I,
)


def salutation(name: str, title: str, lang: str, *, seed: int = 0) -> str:
    """The greeting line with its comma: "Hi Anna,", "Dear Dr. Weiss,", "Guten Tag Anna Weiss,", "Hello,"."""
    full = re.sub(r"\s+", " ", re.sub(r"[<>{}\[\]|@\d\r\n]", " ", name)).strip(" ,.")
    if not full or _NOBODY.match(full) or len(full) > 60:
        return "Guten Tag," if lang == "de" else "Hello,"
    titles, bare = _parted(full)
    if not bare:
        return "Guten Tag," if lang == "de" else "Hello,"
    return _german(titles, bare, title) if lang == "de" else _english(titles, bare, seed)


def _parted(full: str) -> tuple[str, str]:
    match = _TITLE.match(full)
    titles = match.group().strip() if match else ""
    bare = _AFTER.sub("", full[match.end() :] if match else full).strip(" ,.")
    if "," in bare:  # "Weiss, Anna"
        family, _, given = bare.partition(",")
        bare = f"{given.strip()} {family.strip()}"
    return titles, " ".join(_cased(word) for word in bare.split())


def _cased(word: str) -> str:
    return (
        word.capitalize()
        if (word.isupper() and len(word) > 2)
        or (
            word.islower()
            and word
            not in {"von", "van", "de", "der", "den", "di", "da", "la", "al", "bin", "ter", "zu", "el", "dos"}
        )
        else word
    )


def _degree(titles: str) -> str:
    words = re.findall(r"prof|dr", titles, re.I)
    ranks = [{"prof": "Prof.", "dr": "Dr."}[word.lower()] for word in words]
    return " ".join(dict.fromkeys(ranks))


def _family(bare: str) -> str:
    words = bare.split()
    for index, word in enumerate(words[1:], 1):
        if word.lower() in {
            "von",
            "van",
            "de",
            "der",
            "den",
            "di",
            "da",
            "la",
            "al",
            "ter",
            "zu",
            "el",
            "bin",
        }:
            return " ".join(words[index:])
    return words[-1]


def _english(titles: str, bare: str, seed: int) -> str:
    words = bare.split()
    # "Lee Min-ho": a hyphen before a lower-case letter marks a given name that comes last
    last_given = bool(re.search(r"[A-Z][a-z]+-[a-z]", bare))
    certain = len(words) >= 2 and _is_latin(bare) and words[0].lower() not in _FAMILY_FIRST and not last_given
    if degree := _degree(titles):
        return (
            f"Dear {degree.split()[0]} {_family(bare)}," if certain else f"Dear {degree.split()[0]} {bare},"
        )
    if match := re.search(r"\b(mr|mrs|ms|herr|frau)\b", titles, re.I):
        word = {"herr": "Mr", "frau": "Ms"}.get(match.group().lower(), match.group().capitalize())
        return f"Dear {word} {_family(bare)},"
    if not certain or len(words[0].strip(".")) < 2 or len(words) > 4:
        return f"Hello {bare},"
    return f"{('Hi', 'Hello')[seed % 2]} {words[0]},"


def _german(titles: str, bare: str, title: str) -> str:
    degree = _degree(titles)
    lead = f"{degree} " if degree else ""
    female = re.search(r"\b(?:frau|mrs|ms|fr)\b", titles, re.I) or _FEMALE.search(title)
    male = re.search(r"\b(?:herr|mr|hr)\b", titles, re.I)
    if (female or male) and _is_latin(bare):
        return f"Guten Tag {'Frau' if female else 'Herr'} {lead}{_family(bare)},"
    return f"Guten Tag {lead}{bare},"


def _is_latin(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-zÀ-ɏ.'’ -]+", text))


def signature(sender: str, seller: str, lang: str, *, seed: int = 0) -> str:
    """The closing lines."""
    closings = {"en": ("Best regards", "Kind regards"), "de": ("Viele Grüße", "Freundliche Grüße")}[lang]
    names = [part for part in (sender.strip(), seller.strip()) if part]
    return "\n".join([closings[seed % 2] + ("," if lang == "en" else ""), *dict.fromkeys(names)])
