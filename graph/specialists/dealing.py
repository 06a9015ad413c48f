"""What mails show about a deal: facts with their words, and people who have a say. Pure; reads typed findings only.

A quote counts only when it stands in the stored mail. Whoever is named is a candidate, never a contact.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.deals import DealFact, FoundIn, Proof, StakeholderRole, says
from domain.mail import InboundMail, MailAddress
from domain.replies import Objection, ObjectionKind, Referred, ReplyKind, ReplyReading
from language.offline.lexicon.canonical import role_slugs
from tools.read.identity import company_domain

SURE = 0.5  # below, a finding shows nothing
MOST_COPIED = 25  # people taken from one cc line
LONGEST_NAME, LONGEST_TITLE = 80, 100
_MONEY = re.compile(
    r"[€$£]\s?\d|\d\s?(?:[€$£]|k\b|eur|usd|gbp|chf|euros?|dollars?|pounds?)"
    r"|budget|presupuesto|orçamento|haushalt",
    re.IGNORECASE,
)
_HELPS = re.compile(
    r"\b(?:assistant|assistent\w*|assistente|assistenz|secretar\w+|sekret\w+|adjointe?|pa to|ea to|office of)\b",
    re.IGNORECASE,
)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff<>|]+")
_SPLIT = re.compile(r"\s+[|·•–—]\s+|\s*[|·•]\s*|,\s+|\t+")

_ROLES: dict[StakeholderRole, frozenset[str]] = {
    StakeholderRole.DECIDER: frozenset("founder ceo cto cfo coo partner principal public-head".split()),
    StakeholderRole.GATEKEEPER: frozenset(
        "procurement security-lead compliance lawyer office-manager".split()
    ),
    StakeholderRole.CHAMPION: frozenset(
        "head-of-marketing marketing-manager head-of-sales customer-success product-manager project-manager "
        "production-manager quality-manager logistics-manager ecommerce-manager it-manager practice-manager "
        "hotel-manager hr finance innovation".split()
    ),
    StakeholderRole.USER: frozenset(
        "developer designer data-analyst sales practitioner consultant editor specialist".split()
    ),
}


@dataclass(frozen=True)
class Person:
    """Somebody on their side, with where and in which words they were found."""

    found_in: FoundIn
    source: str  # id of the mail
    quote: str
    name: str = ""
    email: str = ""
    title: str = ""

    @property
    def role(self) -> StakeholderRole:
        """The guess by title."""
        return role_of(self.title)


def role_of(title: str) -> StakeholderRole:
    """What part somebody with this title probably plays."""
    if _HELPS.search(title):
        return StakeholderRole.GATEKEEPER
    slugs = set(role_slugs(title))
    return next((role for role, named in _ROLES.items() if slugs & named), StakeholderRole.UNKNOWN)


def proofs_in(reading: ReplyReading, mail: InboundMail, source: str, at: datetime) -> tuple[Proof, ...]:
    """The facts a reply shows, one proof each. A machine, an opt-out or an unclear mail shows nothing."""
    if reading.automated or reading.opts_out or reading.needs_person:
        return ()
    text = mail.new_text or mail.text
    found: dict[DealFact, str] = {}
    for fact, quote in _facts(reading):
        if says(text, quote) and says(mail.text or text, quote):
            found.setdefault(fact, quote)
    return tuple(Proof(fact=fact, source=source, quote=quote, at=at) for fact, quote in found.items())


def _facts(reading: ReplyReading) -> Iterator[tuple[DealFact, str]]:
    for finding in reading.findings:
        if finding.kind is ReplyKind.POSITIVE and finding.confidence >= SURE:
            yield DealFact.NEED, finding.quote
        if finding.kind is ReplyKind.NOT_INTERESTED and finding.confidence >= SURE:
            yield DealFact.LOST_REASON, finding.quote
    for objection in reading.objections:
        yield from _objected(objection, reading.referrals)
    if reading.until is not None and ReplyKind.OUT_OF_OFFICE not in reading.kinds:
        yield DealFact.TIMING, reading.until.quote
    for one in reading.referrals:
        if one.name or one.email:
            yield DealFact.STAKEHOLDER, one.quote


def _objected(objection: Objection, referrals: Iterable[Referred]) -> Iterator[tuple[DealFact, str]]:
    """An objection shows a fact only when it says more than no: who decides, how much, who else."""
    match objection.kind:
        case ObjectionKind.AUTHORITY:
            named = any(one.name or one.title for one in referrals)
            if named or role_slugs(objection.quote):
                yield DealFact.AUTHORITY, objection.quote
        case ObjectionKind.PRICE:
            if _MONEY.search(objection.quote):
                yield DealFact.BUDGET, objection.quote
        case ObjectionKind.COMPETITOR | ObjectionKind.ALREADY_HAVE:
            if objection.competitor:
                yield DealFact.COMPETITOR, objection.quote
        case _:
            return


def people_in(
    mail: InboundMail, reading: ReplyReading | None, source: str, *, company: str, ours: str
) -> tuple[Person, ...]:
    """People of one company whom a mail shows: its writer's signature, those in copy, those referred to.

    Args:
        company: registrable domain of the company; "" = nobody in copy can be told to belong to it.
        ours: our own address.
    """
    found = [*_signed(mail, source), *_copied(mail, source, company)]
    found += _referred(reading, mail, source, company) if reading is not None else []
    own = ours.casefold()
    return tuple(one for one in found if not own or one.email.casefold() != own)


def _signed(mail: InboundMail, source: str) -> Iterator[Person]:
    if mail.sender is None or not mail.signature.strip():
        return
    title, quote = _title_in(mail.signature, mail.sender.name)
    if title:
        name = clean(mail.sender.name, LONGEST_NAME)
        yield Person(FoundIn.SIGNATURE, source, quote, name, mail.sender.address, title)


def _title_in(signature: str, name: str) -> tuple[str, str]:
    """The first part of a signature that names a role, and its line."""
    for line in signature.splitlines()[:12]:
        for part in _SPLIT.split(line):
            told = clean(part, LONGEST_TITLE)
            if told and told.casefold() != name.casefold() and "@" not in told and _is_title(told):
                return told, " ".join(line.split())
    return "", ""


def _is_title(text: str) -> bool:
    return len(text.split()) <= 8 and bool(role_slugs(text) or _HELPS.search(text))


def _copied(mail: InboundMail, source: str, company: str) -> Iterator[Person]:
    sender = mail.sender.address.casefold() if mail.sender else ""
    for one in (*mail.cc, *mail.to)[:MOST_COPIED]:
        if one.address.casefold() != sender and same_company(one.address, company):
            line = "cc" if one in mail.cc else "to"
            name = clean(one.name, LONGEST_NAME)
            yield Person(FoundIn.CC, source, f"{line}: {_shown(one)}", name, one.address)


def _shown(one: MailAddress) -> str:
    name = clean(one.name, LONGEST_NAME)
    return f"{name} ({one.address})" if name else one.address


def _referred(reading: ReplyReading, mail: InboundMail, source: str, company: str) -> Iterator[Person]:
    for one in reading.referrals:
        known_place = not one.email or same_company(one.email, company)
        if (one.name or one.email) and known_place and says(mail.new_text or mail.text, one.quote):
            yield Person(
                FoundIn.REFERRAL,
                source,
                " ".join(one.quote.split()),
                clean(one.name, LONGEST_NAME),
                one.email,
                clean(one.title, LONGEST_TITLE),
            )


def same_company(address: str, company: str) -> bool:
    """True when an address lies in the registrable domain of a company; free mail belongs to nobody."""
    return bool(company) and company_domain(address) == company


def clean(text: str, longest: int) -> str:
    """A stranger's name or title on one line, without characters that do something."""
    return " ".join(_UNSAFE.sub(" ", text).split())[:longest].strip(" ,;:-")
