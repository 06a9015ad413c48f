"""What makes a text unfit to leave whatever its facts: leftovers, pretended acquaintance, hidden characters."""

import re
import unicodedata
from collections.abc import Iterable

_PLACEHOLDERS = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{[a-z_ .]{2,40}\}|\[(?:your |first |last |company|contact|recipient|"
    r"sender|insert|name|title|date|link|product|city|"
    r"industry|x{2,}|vorname|nachname|firma)[^\]\n]{0,40}\](?!\()|<(?:first|last|name|company|your|"
    r"insert|contact|vorname|firma)[^>\n]{0,40}>|"
    r"\b(?:XXX+|TODO|TBD|FIXME|lorem|ipsum)\b|%[A-Z_]{3,}%|\$\{?[A-Z_a-z]{3,}\}|__[A-Za-z]+__|"
    r"<<.*?>>|\*\|[A-Z_]+\|\*|\bundefined\b|\bNone,|\bnull\b",
    re.IGNORECASE,
)
_PRETENDED = re.compile(
    r"\b(?:as (?:we )?(?:discussed|agreed|promised|mentioned on|talked about)|following up on "
    r"(?:our|my|your) (?:call|conversation|chat|meeting|discussion|request|"
    r"enquiry|inquiry)|(?:great|good|nice|lovely|pleasure) (?:to )?(?:meeting|meet|talking|talk|"
    r"speaking|speak|chatting|catching up) (?:to |with )?you|"
    r"per (?:your|our) (?:request|conversation|call|discussion)|as (?:you )?requested|thank(?:s| "
    r"you) for (?:your (?:interest|time|call|message|reply|email|mail|"
    r"enquiry|inquiry|request)|reaching out|getting in touch|contacting|signing up|speaking|the "
    r"(?:call|chat|meeting))|(?:since|after) (?:we|our) (?:last )?(?:spoke|met|talked|"
    r"call|conversation|meeting)|when we (?:last )?(?:spoke|met|talked)|our (?:last|recent|"
    r"previous) (?:call|conversation|meeting|chat)|you asked (?:me|us|for)|"
    r"remember (?:me|our)|(?:it was|was) (?:great|good|nice) (?:meeting|talking|speaking)|(?:nice|"
    r"good|great) (?:seeing|to see) you again|old friend|(?:mutual|common) (?:friend|contact|"
    r"acquaintance|connection)|(?:was )?referred (?:to you )?by|(?:suggested|recommended) "
    r"(?:that )?I (?:write|contact|reach)|"
    r"wie besprochen|wie vereinbart|wie gewünscht|auf ihren wunsch|unser(?:em|es)? (?:letzte[sn]|"
    r"kürzliche[sn]|gestrige[sn]) (?:gespräch|telefonat|treffen)\w*|"
    r"vielen dank für (?:ihr interesse|das gespräch|ihre (?:anfrage|nachricht|zeit))|schön,? sie "
    r"(?:kennen|wieder)\w*)\b",
    re.IGNORECASE,
)
# of somebody who wrote to us these are no pretence
_TRUE_OF_ANSWERS = re.compile(
    r"\b(?:(?:per|following up on) your (?:request|enquiry|inquiry)|as (?:you )?requested|thank(?:s| you) for "
    r"(?:your (?:interest|time|message|reply|email|mail|enquiry|inquiry|request)|reaching out|getting in "
    r"touch|contacting)|you asked (?:me|us|for)|wie gewünscht|auf ihren wunsch|vielen dank für "
    r"(?:ihr interesse|ihre (?:anfrage|nachricht|zeit)))\b",
    re.IGNORECASE,
)
_REPLY_MARK = re.compile(r"^\s*(?:re|aw|fw|fwd|wg|antw|sv|vs|tr)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_UNSAFE = (
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Zl",
    "Zp",
)  # control, format (bidi, zero width), surrogate, private, breaks
_MAX_SUBJECT = 150
_MAX_WORDS = 150


def text_problems(subject: str, body: str, *, answers: bool = False) -> tuple[str, ...]:
    """What makes a text unfit to leave whatever its facts, one plain sentence each.

    `answers`: the text answers a mail of its reader, so “Re:” and “thank you for your reply” are true.
    """
    found = [*_subject_faults(subject, answers), *_body_faults(body), *_shared_faults(subject, body, answers)]
    return tuple(found)


def _subject_faults(subject: str, answers: bool) -> Iterable[str]:
    if not subject.strip():
        yield "The subject is empty."
    if re.search(r"[\r\n\u2028\u2029\x85\x0b\x0c]", subject):
        yield "The subject holds a line break."
    if len(subject) > _MAX_SUBJECT:
        yield f"The subject has {len(subject)} characters; {_MAX_SUBJECT} are allowed."
    if not answers and _REPLY_MARK.match(subject):
        yield "The subject pretends to be a reply or a forward."


def _body_faults(body: str) -> Iterable[str]:
    if not body.strip():
        yield "The text is empty."
    words = len(re.findall(r"\S+", body))
    if words > _MAX_WORDS:
        yield f"The text has {words} words; {_MAX_WORDS} are allowed."


def _shared_faults(subject: str, body: str, answers: bool) -> Iterable[str]:
    both = f"{subject}\n{body}"
    if match := _PLACEHOLDERS.search(both):
        yield f"A placeholder is left in the text: “{match.group()[:40]}”."
    said = re.sub(r"\s+", " ", both)
    if match := _PRETENDED.search(_TRUE_OF_ANSWERS.sub(" ", said) if answers else said):
        yield f"The text pretends a relationship: “{match.group()}”."
    if hidden := _hidden_character(both):
        yield f"The text holds an invisible or control character (U+{ord(hidden):04X})."


def _hidden_character(text: str) -> str:
    """The first control, format (zero-width, bidi), surrogate or private-use character."""
    if text.replace("\n", "").replace("\t", "").replace("\r", "").isprintable():
        return ""
    return next(
        (
            char
            for char in text
            if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") and char not in "\n\t\r"
        ),
        "",
    )


def has_unsafe(text: str, *, allowed: str) -> bool:
    """True when a text holds a control, invisible or line-breaking character that is not among the allowed."""
    if text.replace("\n", "").replace("\t", "").isprintable() and allowed == "\n\t":
        return False  # whatever is unsafe is not printable either
    if text.isprintable():
        return False
    return any(unicodedata.category(char) in _UNSAFE and char not in allowed for char in text)
