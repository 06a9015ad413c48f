"""Records of the world: companies, people and the quirks of their sites. Plain data, no generation."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What a domain really is."""

    ACTIVE = "active"
    CLOSED = "closed"
    PARKED = "parked"
    PERSONAL = "personal"


class Fact(StrEnum):
    """A fact that a site may or may not tell its visitors."""

    TRADE = "trade"
    EMPLOYEES = "employees"
    PEOPLE = "people"
    PEOPLE_EMAILS = "people_emails"
    EMAIL = "email"
    PHONE = "phone"
    CITY = "city"
    COUNTRY = "country"
    FOUNDED = "founded"
    TECHNOLOGY = "technology"


class Quirk(StrEnum):
    """A trap that a site sets for its visitors."""

    JS_ONLY = "js_only"
    ROBOTS_ALL = "robots_disallow_all"
    ROBOTS_PARTIAL = "robots_disallow_some"
    CRAWL_DELAY = "crawl_delay"
    SLOW = "slow"
    SERVER_ERROR = "server_error"
    FLAKY = "flaky"
    REDIRECT_CHAIN = "redirect_chain"
    WWW = "www_canonical"
    BIG_PAGE = "big_page"
    WRONG_CHARSET = "wrong_charset"
    DEAD_LINKS = "dead_links"
    HIDDEN_INJECTION = "hidden_injection"
    VISIBLE_INJECTION = "visible_injection"
    LOOKALIKE = "lookalike_name"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at a company; `function` is the language-free kind of the role."""

    name: str
    role: str
    function: str
    level: str
    email: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a company sits."""

    street: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Company:
    """One registrable domain of the world and everything that is true about its owner."""

    key: int
    salt: str
    name: str
    legal_name: str
    domain: str
    aliases: tuple[str, ...]
    industry: str
    kind: int
    address: Address
    phone: str
    email: str
    language: str
    languages: tuple[str, ...]
    employees: int
    offices: int
    founded: int
    technologies: tuple[tuple[str, str], ...]
    people: tuple[Person, ...]
    status: Status
    layout: str
    shows: frozenset[Fact]
    staff_style: str
    quirks: frozenset[Quirk]

    @property
    def host(self) -> str:
        """Return the host that its pages finally answer on."""
        return f"www.{self.domain}" if Quirk.WWW in self.quirks else self.domain

    @property
    def url(self) -> str:
        """Return the address of its home page."""
        return f"http://{self.host}/"
