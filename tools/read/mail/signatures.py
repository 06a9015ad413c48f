"""Where a writer's words end: signatures, lines added by devices, disclaimers. Works on lines without quotes."""

import re

from tools.read.mail import reply_words as words

_DELIMITER = re.compile(r"^(?:--|—|––|-- ?\s*|__|—-)\s*$")
_ORNAMENT = re.compile(r"^[\s\-_=*#~+.•–—ᐧ]{2,}$|^ᐧ$|^[—–]$")
_LONG_RULE = re.compile(r"^\s*[-_=*–—]{5,}\s*$")
_MOBILE = re.compile(
    rf"^[\s<(\[*_]*(?:[^\W\d_]{{1,20}}\s)?(?:{words.MOBILE_OPENINGS})\b.{{0,140}}$"
    r"|^[\s<(]*(?:sent|someone)\s+(?:by|from)\s+\S.{0,40}$"
    r"|^\s*from my (?:\w{1,20} )?(?:iphone|ipad|phone|mobile|android|samsung|galaxy|blackberry|cell)"
    r"\b.{0,15}$", re.I
)  # fmt: skip
_DEVICE = re.compile(rf"(?<![^\W_])(?:{words.MOBILE_DEVICES})(?![^\W_])|(?:iphone|ipad|android)", re.I)
_ASIAN_DEVICE = re.compile(r"(?:发自|發自|從我的|从我的|から送信|에서 보냄|傳送$)")
_CLOSING = re.compile(
    rf"^\s*(?:{words.CLOSING_WORDS})(?:\s*(?:/|und|and|&)\s*(?:{words.CLOSING_WORDS}))?\s*[,.!;]*\s*$", re.I
)
_CONTACT = re.compile(
    r"@[\w-]+\.\w|https?://|\bwww\.|(?:\+|\b00)\d[\d\s()./-]{6,}|\(\d{2,5}\)\s*\d|\b(?:tel|phone|fon|mobil|mobile|fax|cell|t|m|p)\s*[.:]\s*\+?\d"
    r"|\b(?:GmbH|AG|Ltd|LLC|Inc|S\.?A\.?|B\.?V\.?|SARL|S\.?r\.?l\.?|Oy|AB|ApS|A/S|Sp\. z o\.o\.)\b", re.I
)  # fmt: skip
_DISCLAIMER = re.compile(rf"(?<![^\W_])(?:{words.DISCLAIMER_SIGNS})(?![^\W_])", re.I)
_PRINT = re.compile(rf"(?:{words.PRINT_SIGNS})", re.I)
_MOST_SIGNATURE_LINES, _MOST_FOOTER_LINES = 25, 8
_LONG_NOTICE = 90


def split_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """The writer's words, and what stands below them."""
    end = _trimmed(lines, len(lines))
    while True:
        earlier = _trimmed(lines, _without_notice(lines, _without_device(lines, end)))
        if earlier == end:
            break
        end = earlier
    cut = _delimited(lines, end)
    cut = _after_closing(lines, cut)
    cut = _trimmed(lines, _without_device(lines, _trimmed(lines, cut)))
    return lines[:cut], lines[cut:]


def _trimmed(lines: list[str], end: int) -> int:
    """Without empty and ornamental lines at the end."""
    while end and (not lines[end - 1].strip() or _ORNAMENT.match(lines[end - 1].strip())):
        end -= 1
    return end


def _without_device(lines: list[str], end: int) -> int:
    end = _trimmed(lines, end)
    while end and _is_device_line(lines[end - 1]):
        end = _trimmed(lines, end - 1)
    return end


def _is_device_line(line: str) -> bool:
    if len(line) > 220:
        return False
    if _ASIAN_DEVICE.search(line) and len(line) < 40:
        return True
    return bool(_MOBILE.match(line)) and bool(_DEVICE.search(line))


def _without_notice(lines: list[str], end: int) -> int:
    """Without a last paragraph that is a legal notice or a scanner's remark."""
    end = _trimmed(lines, end)
    start = end
    while start and lines[start - 1].strip() and not _ORNAMENT.match(lines[start - 1].strip()):
        start -= 1
    if start == 0:
        return end
    paragraph = " ".join(lines[start:end])
    signs = len({found.group().lower() for found in _DISCLAIMER.finditer(paragraph[:4000])})
    legal = signs >= 2 or (signs == 1 and len(paragraph) > 3 * _LONG_NOTICE)
    if (legal and len(paragraph) > _LONG_NOTICE) or (_PRINT.search(paragraph) and end - start <= 4):
        return start
    return end


def _delimited(lines: list[str], end: int) -> int:
    """Cut at a signature mark, or at a long rule with no more than a footer below it."""
    for number in range(max(0, end - _MOST_SIGNATURE_LINES), end):
        if _DELIMITER.match(lines[number]) and not _in_code(lines, number):
            return number
    for number in range(max(0, end - _MOST_FOOTER_LINES), end):
        if _LONG_RULE.match(lines[number]) and number and not _in_code(lines, number):
            return number
    return end


def _in_code(lines: list[str], number: int) -> bool:
    return sum(line.lstrip().startswith("```") for line in lines[:number]) % 2 == 1


def _after_closing(lines: list[str], end: int) -> int:
    """Below "Best regards" and a name, lines that only tell how to reach the writer are the signature."""
    for number in range(end - 1, max(-1, end - 15), -1):
        if not _CLOSING.match(lines[number]):
            continue
        filled = [place for place in range(number + 1, end) if lines[place].strip()]
        if len(filled) > 1 and any(_CONTACT.search(lines[place]) for place in filled[1:]):
            return filled[1]
        return end
    return end
