"""How one company talks: picks phrasings for it, the same ones every time, and fills them with its facts."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from zlib import crc32

from evals.market.world.atlas import Atlas, Trade
from evals.market.world.quirks import PUBLIC_GROUPS
from evals.market.world.records import Company, Fact

T = TypeVar("T")
_AN = re.compile(r"\b([Aa]) (?=[aeioAEIO]|u(?!ni))")
WORLD_DAY = date(2026, 9, 30)


class Voice:
    """The phrases of a company's language and trade, chosen by the company's salt."""

    def __init__(self, atlas: Atlas, company: Company, language: str | None = None) -> None:
        self.atlas = atlas
        self.company = company
        self.language = language or company.language
        phrases = atlas.phrases[self.language]
        self.is_public = atlas.industries[company.industry].group in PUBLIC_GROUPS
        self.phrases: dict[str, Any] = {**phrases, **phrases["public"]} if self.is_public else dict(phrases)
        self.trade: Trade = atlas.trade(self.language, company.industry, company.kind)
        self.country = atlas.countries[company.address.country].name_in(self.language)
        self._facts = {
            "name": company.name,
            "legal": company.legal_name,
            "city": company.address.city,
            "country": self.country,
            "year": str(company.founded),
            "k": str(company.offices - 1 or 1),
            "domain": company.domain,
        }

    def number(self, slot: str, below: int) -> int:
        """Return a stable number from 0 up to `below` for a slot."""
        return crc32(f"{self.company.salt}/{slot}".encode()) % below

    def chance(self, slot: str, share: float) -> bool:
        """Return True for about `share` of all companies, always the same ones."""
        return self.number(slot, 1000) < share * 1000

    def pick(self, slot: str, options: Sequence[T]) -> T:
        """Pick one option for a slot."""
        return options[self.number(slot, len(options))]

    def some(self, slot: str, options: Sequence[T], count: int) -> list[T]:
        """Pick several different options, in an order of the company's own."""
        ranked = sorted(range(len(options)), key=lambda i: self.number(f"{slot}{i}", 1 << 30))
        return [options[i] for i in ranked[:count]]

    def fill(self, text: str, **more: str) -> str:
        """Put facts into a phrasing."""
        return text.format_map({**self._facts, **more})

    def say(self, slot: str, **more: str) -> str:
        """Return one filled phrasing of the language's phrase list of that name."""
        said = self.fill(self.pick(slot, self.phrases[slot]), **more)
        return _AN.sub(r"\1n ", said) if self.language == "en" else said

    def tag(self) -> str:
        """Return what the company calls itself."""
        return self.pick("tagword", self.trade.tag)

    def offers(self, count: int = 6) -> list[tuple[str, str]]:
        """Return what it sells as (title, sentence)."""
        pairs = (offer.split(" | ", 1) for offer in self.some("offers", self.trade.offers, count))
        return [(title, self.fill(sentence)) for title, sentence in pairs]

    def price(self, slot: str) -> str:
        """Return a price in the currency of the country."""
        currency = self.atlas.countries[self.company.address.country].currency
        amount = f"{5 + self.number(slot, 240)}.{self.pick(slot + 'c', ('00', '90', '95', '50'))}"
        return (
            f"{currency}{amount}"
            if currency in {"£", "$", "CA$"}
            else f"{amount.replace('.', ',')} {currency}"
        )

    def day(self, slot: str, within: int = 700) -> str:
        """Return a date of the recent past in the manner of the language."""
        moment = WORLD_DAY - timedelta(days=self.number(slot, within))
        return moment.strftime(str(self.phrases["date"]))

    def staff_sentence(self) -> str:
        """Say how many people work there, exactly or roundly; empty when the site keeps it to itself."""
        people = self.company.employees
        if self.company.staff_style == "none" or people < 2:
            return ""
        if self.company.staff_style == "exact":
            return self.say("staff_exact", n=str(people))
        return self.say("staff_over", n=str(round_down(people)), k=str(max(2, self.company.offices)))

    def shows(self, fact: Fact) -> bool:
        """Say whether the site tells this fact."""
        return fact in self.company.shows


def round_down(people: int) -> int:
    """Round a head count down to what a site would call "over N"."""
    step = 5 if people < 50 else 10 if people < 300 else 100
    return max(people // step * step, 2)
