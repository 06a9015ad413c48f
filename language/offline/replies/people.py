"""Who is named in a reply: the person referred to, and the vendor already used. Names as written, nothing guessed."""

import re
from collections.abc import Sequence

from domain.replies import Referred
from language.offline.replies.lexicon_files import lexicons
from language.offline.replies.words import Sentence, addresses, folded

_PARTICLE = r"(?:von|van|de|der|den|di|da|del|la|le|ter|zu|al|bin|dos|y)"
_WORD = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽ][\w'’\u00c0-\u024f-]*"
_NAME = re.compile(rf"{_WORD}(?: (?:{_PARTICLE} )*{_WORD}){{0,3}}")
_ADDRESSED = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Hr|Fr|Mme|Madame|Monsieur|M|Sra?|Señora?|Sig|Signora?|Mevrouw|Meneer|"
    r"Pani?|Pana|Dott|Ing|Doña|Don)\b\.?\s*)+"
)
_TITLE_AFTER = re.compile(
    r"^\s*[,(–-]?\s*(?P<title>(?:our |the |unsere?n? |notre |nuestr[oa] |il nostro |la nostra |onze |nossa? |vår )?"
    r"[^,.;:()@\n]{2,60})"
)
_ROLE = re.compile(
    r"\b(?:head|chief|director|manager|lead|leader|officer|ceo|cfo|cto|coo|cio|vp|president|founder|owner|partner|assistant|"
    r"leiter\w*|leitung|geschäftsführ\w*|chef\w*|einkauf|vertrieb|directeur|directrice|responsable|jef[ea]|gerente|"
    r"direttor\w*|responsabile|directeur|hoofd|diretora?|chef|ansvarig|leder|kierownik|dyrektor|marketing|operations|(?-i:IT)|"
    r"purchasing|procurement|sales|finance|hr)\b",
    re.I,
)
_NOT_NAMES = frozenset(
    "i we you he she they it the a an my our your please best thanks thank dear hi hello regards yes "
    "no not head chief director manager cfo ceo cto coo hr crm erp sap api eu gdpr write talk contact "
    "ask try speak email mail looping this that right person colleague in on at for with from is are "
    "was wrong monday tuesday wednesday thursday friday ich wir sie bitte frau herr herrn der die das "
    "zuständig ansprechpartner ansprechpartnerin schreiben wenden leiterin leiter einkauf ihre ihr "
    "mein meine nein ja danke hallo kollege kollegin zentrale vertrieb marketing je nous vous merci "
    "contactez bonjour la le les votre hable escriba fale neem kontakta kontakt proszę persona "
    "responsável operations purchasing sales finance procurement".split()
)
_STOP_COMPETITOR = frozenset(
    "a an the our own another this that it one some something someone other various several excel- "
    "free for this, now today already them us you your their what how people english german office "
    "data customers eine einen ein eigene bereits schon nous un une le la les des otro una el los il "
    "lo een eigen al o os um uma własny en et ett den det such similar different someone's everything "
    "everyone everybody in-house both all many i we monday january cloud".split()
)


def referrals(sentences: Sequence[Sentence]) -> tuple[Referred, ...]:
    """The people and addresses these sentences point to; one entry per sentence, empty when nobody is named."""
    found: dict[tuple[str, str], Referred] = {}
    for sentence in sentences:
        mails = addresses(sentence.text)
        bare = _without_addresses(sentence.text, mails)
        name, title = _named_person(bare)
        email = mails[0] if mails else ""
        if name or email:
            found.setdefault(
                (name, email), Referred(name=name, title=title, email=email, quote=sentence.text)
            )
    return tuple(found.values())[:4]


def _without_addresses(text: str, mails: Sequence[str]) -> str:
    for mail in mails:
        text = text.replace(mail, " ")
    return text


def _named_person(text: str) -> tuple[str, str]:
    best: tuple[str, str] = ("", "")
    for match in _NAME.finditer(text):
        addressed = _ADDRESSED.match(match.group())
        name = _bare_name(
            match.group()[addressed.end() :] if addressed else match.group(), match.start() == 0
        )
        certain = bool(addressed) or _precedes(text, match.start()) or len(name.split()) >= 2
        if not name or not certain:
            continue
        if len(name.split()) > len(best[0].split()):
            best = (name, _title(text[match.end() :]))
    return best


def _precedes(text: str, start: int) -> bool:
    """True when a form of address stands right before the name ("Frau Sander", "Dr. Roy")."""
    return (
        re.search(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Mme|M|Sra?|Sig|Pani?)\.?\s$", text[:start]) is not None
    )


def _bare_name(text: str, at_start: bool) -> str:
    words = text.split()
    while words and words[0].casefold().strip("'’") in _NOT_NAMES:
        words.pop(0)
    while words and words[-1].casefold().strip("'’") in _NOT_NAMES:
        words.pop()
    if at_start and len(words) == 1:
        return ""
    return " ".join(words) if words and not any(word.casefold() in _NOT_NAMES for word in words) else ""


def _title(after: str) -> str:
    match = _TITLE_AFTER.match(after)
    said = match["title"].strip() if match else ""
    return said if said and _ROLE.search(said) and len(said.split()) <= 6 else ""


def competitor(sentence: Sentence, languages: Sequence[str]) -> str:
    """The vendor a sentence says is in use, as written; "" when none is named."""
    words = sentence.text.split()
    folds = [" ".join(folded(word)) for word in words]
    for language in languages or tuple(lexicons()):
        pattern = lexicons()[language].pattern("objection_competitor")
        if pattern is None:
            continue
        joined, starts = _joined(folds)
        for match in pattern.finditer(joined):
            name = _vendor(words, next((n for n, at in enumerate(starts) if at > match.end()), len(words)))
            if name:
                return name
    return ""


def _joined(folds: Sequence[str]) -> tuple[str, list[int]]:
    text, starts = "", []
    for fold in folds:
        starts.append(len(text))
        text += fold + " " if fold else ""
    return text.rstrip(), starts


def _vendor(words: Sequence[str], at: int) -> str:
    """Capitalised words from `at` on; at most one small word may stand before them."""
    for start in (at, at + 1):
        if start > at and (
            at >= len(words) or words[at].casefold() not in {"the", "o", "a", "den", "die", "le", "il"}
        ):
            break
        name: list[str] = []
        for word in words[start : start + 3]:
            bare = word.strip(".,;:!?()\"“”'’")
            if (
                not bare[:1].isupper()
                or bare.casefold() in _STOP_COMPETITOR
                or (name and not word[:1].isupper())
            ):
                break
            name.append(bare)
            if word.rstrip('"”’)').endswith((".", ",", ";", "!", "?", ":")):
                break
        if name:
            return " ".join(name)
    return ""
