"""A column of text as numbers: decimal comma or point, thousands, currency, per cent. Each column decides."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

_CURRENCY = re.compile(
    r"[€$£¥₹₽₺₩₪₫฿]|\b(?:EUR|USD|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|INR|CNY|BRL|MXN|ZAR|"
    r"SGD|HKD|ILS|AED|SAR|US|CA|AU|R|kr|zł|Kč|Fr)\b\.?",
    re.IGNORECASE,
)
_BLANKS = re.compile("[\\s\u00a0\u202f\u2009'\u2019]")
_UNIT = re.compile(r"(?<=\d)(k|tsd\.?|mn|mio\.?|m|bn|mrd\.?|b)$", re.IGNORECASE)
_UNITS = {"k": 1e3, "tsd": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "mrd": 1e9}
_BARE = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3})?")
_PLAIN = re.compile(r"[+-]?\d+")
_MINUS = str.maketrans("−–‒", "---")
_LARGEST = 1e300


def numbers(texts: Sequence[str]) -> list[float | None]:
    """Every text as a finite number, None where it is none (empty, words, NaN, infinity).

    "1.234" alone can be read two ways; the column's other cells decide.
    """
    bare = {text: _bare(text) for text in set(texts)}
    counts = Counter(texts)
    found = chain.from_iterable([one[0]] * min(counts[text], 3) for text, one in bare.items() if one)
    comma = _decimal_comma(found)
    values = {text: _value(one, comma) if one else None for text, one in bare.items()}
    return [values[text] for text in texts]


def _bare(text: str) -> tuple[str, float] | None:
    """Digits, sign and separators, and what they are multiplied by; None when it is no number."""
    plain = text.translate(_MINUS).strip()
    if not plain or not any(letter.isdigit() for letter in plain) or len(plain) > 60:
        return None
    if _PLAIN.fullmatch(plain):
        return plain, 1.0
    if plain[0].isdigit() and re.match(r"\d+[-/:]\d", plain):
        return None  # a date, a time or a range
    negative = plain.startswith("(") and plain.endswith(")")
    plain = _BLANKS.sub("", _CURRENCY.sub("", plain.strip("()") if negative else plain))
    percent = plain.endswith("%") or plain.startswith("%")
    plain = plain.strip("%")
    if plain.endswith("-") and not plain.startswith("-"):
        plain = f"-{plain[:-1]}"
    factor = -1.0 if negative else 1.0
    if (unit := _UNIT.search(plain)) is not None:
        factor *= _UNITS[unit.group(1).lower().rstrip(".")]
        plain = plain[: unit.start()]
    if not _BARE.fullmatch(plain):
        return None
    return plain, factor / 100 if percent else factor


def _decimal_comma(bare: Iterable[str]) -> bool:
    """Whether the column writes 1.234,5 rather than 1,234.5. Exact cells vote; three digits after one sign do not."""
    comma = point = 0
    unclear: Counter[str] = Counter()
    largest_plain = -1.0
    for text in bare:
        commas, points = text.count(","), text.count(".")
        if not commas and not points:
            largest_plain = max(largest_plain, abs(float(text)))
        elif commas and points:
            is_comma = text.rfind(",") > text.rfind(".")
            comma, point = comma + is_comma, point + (not is_comma)
        elif commas + points > 1:  # 1.234.567: a sign that repeats parts thousands
            comma, point = comma + (points > 1), point + (commas > 1)
        elif _could_be_thousands(text):
            unclear["," if commas else "."] += 1
        else:
            comma, point = comma + commas, point + points
    if comma or point:
        return comma > point
    # Only 1.234 and 1,234 and whole numbers: a whole number of four digits written without a sign says that
    # signs are decimal here, smaller ones that they part thousands; without any, a comma parts thousands.
    if unclear["."] and not unclear[","]:
        return 0 <= largest_plain < 1000 and largest_plain > 1
    return bool(unclear[","]) and largest_plain >= 1000


def _could_be_thousands(text: str) -> bool:
    return re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text) is not None


def _value(one: tuple[str, float], comma: bool) -> float | None:
    text, factor = one
    decimal, thousands = (",", ".") if comma else (".", ",")
    if text.count(decimal) > 1:
        if text.count(thousands):
            return None
        text = text.replace(decimal, "")  # 1.234.567 in a column of decimal points
    try:
        value = float(text.replace(thousands, "").replace(decimal, ".")) * factor
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < _LARGEST else None
