"""Accounts (companies), contacts (people at them), and the facts a company's site shows."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.knowledge import Evidence
from domain.labels import Label


class Standing(StrEnum):
    """A company's visible state of business."""

    ACTIVE = "active"
    CLOSED = "closed"
    PARKED = "parked"  # a domain for sale or empty
    PERSONAL = "personal"  # a private page, not a company
    UNKNOWN = "unknown"


class Fact(BaseModel):
    """A normalised value with the quote that shows it."""

    model_config = ConfigDict(frozen=True)

    value: str
    evidence: Evidence
    confidence: float = 1.0  # 0–1


class PersonFact(BaseModel):
    """A person named on a site."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str = ""  # as written
    role: str = ""  # normalised role slug, "" when unknown
    email: str = ""  # as shown on the site, never guessed
    evidence: Evidence


class CompanyFacts(BaseModel):
    """What a company's own pages show, normalised; what is absent was not found."""

    model_config = ConfigDict(frozen=True)

    domain: str  # registrable domain of the final URL
    url: str
    name: str = ""
    standing: Standing = Standing.UNKNOWN
    industries: tuple[Fact, ...] = ()  # value = industry slug, best first
    country: Fact | None = None  # value = ISO 3166 alpha-2
    city: Fact | None = None
    staff_min: int | None = None  # head count, inclusive
    staff_max: int | None = None
    staff_evidence: Evidence | None = None
    technologies: tuple[Fact, ...] = ()  # lower-case names
    languages: tuple[str, ...] = ()  # ISO 639-1 of the pages read
    signals: tuple[Fact, ...] = ()  # hiring, funding, expansion, new_site …
    summary: Fact | None = None  # one sentence that says what the company does; value = the sentence
    people: tuple[PersonFact, ...] = ()
    emails: tuple[Fact, ...] = ()  # general addresses shown (info@…)
    phones: tuple[Fact, ...] = ()  # E.164


class ContactStatus(StrEnum):
    """A candidate was found on the web; a contact was approved or imported by a person."""

    CANDIDATE = "candidate"
    CONTACT = "contact"
    ERASED = "erased"


class Account(BaseModel):
    """A company we know."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    domain: str = ""  # registrable domain, "" when unknown; unique when set
    country: str = ""  # ISO 3166 alpha-2
    city: str = ""
    industry: str = ""  # slug
    staff_min: int | None = None
    staff_max: int | None = None
    facts: CompanyFacts | None = None
    label: Label


class Contact(BaseModel):
    """A person at an account. `zones` are the IANA zones they may live in; empty means unknown."""

    model_config = ConfigDict(frozen=True)

    id: str
    account_id: str
    name: str = ""
    title: str = ""
    role: str = ""
    email: str = ""  # ASCII-normalised, "" when none
    zones: tuple[str, ...] = ()
    language: str = ""
    status: ContactStatus = ContactStatus.CANDIDATE
    label: Label
