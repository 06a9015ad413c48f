"""Which company is it? Registrable domains, comparable names, duplicates among many. No I/O."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

from cleanco import basename
from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from domain.site_names import registrable_domain

_WORD = re.compile(r"[^\W_]+")

# Providers whose addresses say nothing about an employer: under any country's ending …
_FREE_MAIL_BRANDS_TEXT = """
aol aim bluewin fastmail freemail gmail gmx googlemail hotmail hushmail icloud inbox laposte libero
live mailbox msn naver outlook proton protonmail qq rediffmail rocketmail seznam tiscali
tutanota wanadoo yahoo yandex ymail zoho
"""
_FREE_MAIL_BRANDS = frozenset(_FREE_MAIL_BRANDS_TEXT.split())
_BRAND_ENDINGS = re.compile(r"com|net|org|me|(?:com?\.)?[a-z]{2}")
# … and under exactly one name.
_FREE_MAIL_TEXT = """
126.com 163.com 10minutemail.com abv.bg arcor.de att.net bigpond.com btinternet.com centrum.cz charter.net
comcast.net cox.net daum.net earthlink.net email.com email.cz eircom.net fastmail.fm freenet.de
free.fr guerrillamail.com hanmail.net mail.de mail.ru me.com orange.fr sky.com hetnet.nl
home.nl interia.pl kpnmail.nl mac.com mail.com mailinator.com
maildrop.cc neuf.fr ntlworld.com o2.pl online.de onet.pl optusnet.com.au outlook.com.br pm.me poczta.onet.pl
posteo.de posteo.net rambler.ru rogers.com sapo.pt sbcglobal.net sfr.fr shaw.ca sina.com skynet.be
sympatico.ca t-online.de talktalk.net telenet.be telia.com tempmail.com terra.com.br tin.it trashmail.com
tuta.com tuta.io unitybox.de uol.com.br verizon.net virgilio.it virginmedia.com vodafone.de web.de wp.pl
xs4all.nl xtra.co.nz yopmail.com ziggo.nl
"""
_FREE_MAIL = frozenset(_FREE_MAIL_TEXT.split())
# Sites where many companies have a page of their own: the domain names the platform, not the company.
_SHARED_HOSTS_TEXT = """
about.me angel.co behance.net bit.ly crunchbase.com discord.gg dribbble.com etsy.com
eventbrite.com facebook.com fb.com g2.com github.com gitlab.com glassdoor.com google.com goo.gl gumroad.com
indeed.com instagram.com kununu.com linkedin.com linktr.ee lnkd.in medium.com meetup.com notion.site
patreon.com pinterest.com reddit.com slideshare.net stepstone.de substack.com t.co t.me telegram.me
threads.net tiktok.com trustpilot.com twitter.com vimeo.com wa.me whatsapp.com wikipedia.org x.com xing.com
yelp.com youtu.be youtube.com
"""
_SHARED_HOSTS = frozenset(_SHARED_HOSTS_TEXT.split())
_TITLES = re.compile(r"^(?:the|die|der|das|le|la|les|el|los|il)\s+(?=\S)")

_CROWDED = 300  # names a block


class Company(BaseModel):
    """What is known of a company's identity. `key` is the caller's own id."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str = ""
    domain: str = ""  # a site or a host; made comparable here
    country: str = ""  # ISO 3166 alpha-2, "" when unknown


class Match(BaseModel):
    """Two keys that mean one company, why, and how sure that is (0–1)."""

    model_config = ConfigDict(frozen=True)

    key: str
    other: str  # the one that was there first
    why: Literal["domain", "name", "similar_name"]
    score: float


def company_domain(url_or_host: str) -> str:
    """The registrable domain when it stands for one company: not free mail, not a social or shared site."""
    domain = registrable_domain(url_or_host)
    return "" if not domain or is_free_mail(domain) or domain in _SHARED_HOSTS else domain


def is_free_mail(domain: str) -> bool:
    """True for mail providers anybody can have an address at."""
    name = domain.strip().lower().strip(".")
    brand, _, ending = name.partition(".")
    return name in _FREE_MAIL or (brand in _FREE_MAIL_BRANDS and bool(_BRAND_ENDINGS.fullmatch(ending)))


def may_be_theirs(address: str, domain: str) -> bool:
    """Whether an address shown on a company's site can be the company's own.

    Its domain, the same name under another ending, or free mail. A page may hold anybody's words: an address
    elsewhere is nobody we were asked to find.
    """
    host = registrable_domain(address.rpartition("@")[2])
    return bool(host) and (host.partition(".")[0] == domain.partition(".")[0] or is_free_mail(host))


@lru_cache(maxsize=20_000)
def normal_name(name: str) -> str:
    """A company name in comparable form: no legal form, accents, case, punctuation or article.

    A name that is nothing but a legal form stays what it is.
    """
    plain = " ".join(name.split())
    short = basename(basename(plain)) or plain  # twice: "Acme Holding GmbH & Co. KG" carries two
    words = " ".join(_WORD.findall(_folded(short)))
    return _TITLES.sub("", words) or " ".join(_WORD.findall(_folded(plain)))


class Matcher:
    """Finds companies it has seen before, in blocks, so that 10,000 take about a second.

    The domain decides where both have one: equal is the same company, different is not, however alike the
    names. Otherwise the names must be equal without their legal form, or nearly so, and the countries must
    not differ.
    """

    def __init__(self, companies: Iterable[Company] = (), *, similar: float = 93.0) -> None:
        self._similar = similar
        self._by_domain: dict[str, _Known] = {}
        self._by_name: defaultdict[str, list[_Known]] = defaultdict(list)
        self._blocks: defaultdict[str, dict[str, list[_Known]]] = defaultdict(dict)
        for company in companies:
            self.add(company)

    def add(self, company: Company) -> None:
        """Know this company from now on."""
        known = _Known(company)
        if known.domain:
            self._by_domain.setdefault(known.domain, known)
        if known.name:
            self._by_name[known.joined].append(known)
            for block in _blocks(known.name):
                self._blocks[block].setdefault(known.name, []).append(known)

    def find(self, company: Company) -> Match | None:
        """The company seen before that this one is, if there is one."""
        known = _Known(company)
        if known.domain and (same := self._by_domain.get(known.domain)):
            return _match(known, same, "domain", 1.0)
        if not known.name:
            return None
        for other in self._by_name.get(known.joined, ()):
            if known.may_be(other):
                return _match(known, other, "name", 0.95)
        return self._similar_to(known)

    def _similar_to(self, known: "_Known") -> Match | None:
        best: tuple[float, _Known] | None = None
        for block in _blocks(known.name):
            names = self._blocks.get(block, {})
            if len(names) > _CROWDED:
                continue  # a word so common that sharing it means nothing
            for name, score in _alike(known.name, names, self._similar):
                fitting = next((other for other in names[name] if known.may_be(other)), None)
                if fitting and (best is None or score > best[0]):
                    best = (score, fitting)
        return _match(known, best[1], "similar_name", 0.9 * best[0] / 100) if best else None


def duplicates(companies: Iterable[Company], *, similar: float = 93.0) -> Iterator[Match]:
    """Every company that repeats an earlier one; the earlier one is kept for comparison."""
    matcher = Matcher(similar=similar)
    for company in companies:
        if match := matcher.find(company):
            yield match
        else:
            matcher.add(company)


class _Known:
    """A company in comparable form."""

    __slots__ = ("country", "domain", "joined", "key", "name")

    def __init__(self, company: Company) -> None:
        self.key = company.key
        self.name = normal_name(company.name)
        self.joined = self.name.replace(" ", "")  # "Blue Door" and "BlueDoor" are one name
        self.domain = company_domain(company.domain) if company.domain else ""
        self.country = company.country.upper()

    def may_be(self, other: "_Known") -> bool:
        """False when a domain or a country speaks against it."""
        if self.domain and other.domain and self.domain != other.domain:
            return False
        return not (self.country and other.country and self.country != other.country)


def _match(
    known: _Known, other: _Known, why: Literal["domain", "name", "similar_name"], score: float
) -> Match:
    return Match(key=known.key, other=other.key, why=why, score=round(score, 3))


def _blocks(name: str) -> set[str]:
    """Names worth comparing share the start of a word, or of the whole name written as one."""
    return {word[:4] for word in name.split() if len(word) >= 3} | {"=" + name.replace(" ", "")[:6]}


def _alike(name: str, names: Iterable[str], cutoff: float) -> Iterator[tuple[str, float]]:
    """Names nearly equal: typing errors and other word order, never another number or a word more."""
    words, digits = len(name.split()), _digits(name)
    for other in names:
        # Both names are already in normal form: the library would not do that by itself.
        score = fuzz.token_sort_ratio(name, other, score_cutoff=cutoff)
        if score and _digits(other) == digits and len(other.split()) == words:
            yield other, score


def _digits(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))
