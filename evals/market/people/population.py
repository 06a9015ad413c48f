"""Who lives at an address: people and mailboxes of the drawn companies, and colleagues that were invented later."""

from collections.abc import Sequence
from random import Random
from zoneinfo import ZoneInfo

from evals.market.people.records import Correspondent
from evals.market.people.words import zone_name
from evals.market.world.atlas import Atlas
from evals.market.world.naming import slugify
from evals.market.world.records import Company, Person, Status


class Population:
    """Everybody who can be written to. Addresses of hosts that nobody drew belong to nobody."""

    def __init__(self, atlas: Atlas, companies: Sequence[Company]) -> None:
        self._atlas = atlas
        self._companies = {domain: one for one in companies for domain in (one.domain, *one.aliases)}
        self._invented: dict[str, Correspondent] = {}

    def find(self, address: str) -> Correspondent | None:
        """Who reads an address; None for a domain that is not of this world."""
        address = address.strip().lower()
        if address in self._invented:
            return self._invented[address]
        local, _, domain = address.rpartition("@")
        company = self._companies.get(domain)
        if company is None:
            return None
        for person in company.people:
            if person.email.lower() == f"{local}@{company.domain}":
                return self._person(company, person, address)
        return self._mailbox(company, address)

    def colleague(self, person: Correspondent, rng: Random) -> Correspondent:
        """Somebody else of the same company; invented where it has nobody else."""
        if person.colleagues:
            found = self.find(rng.choice(person.colleagues))
            if found is not None:
                return found
        return self._invent(person, rng)

    def _person(self, company: Company, person: Person, address: str) -> Correspondent:
        others = tuple(one.email.lower() for one in company.people if one is not person)
        return self._at(company, address, person.name, person.role, others, exists=True, mailbox=False)

    def _mailbox(self, company: Company, address: str) -> Correspondent:
        exists = address.split("@")[0] == company.email.split("@")[0]
        others = tuple(one.email.lower() for one in company.people)
        return self._at(company, address, company.name, "", others, exists=exists, mailbox=True)

    def _at(
        self,
        company: Company,
        address: str,
        name: str,
        role: str,
        others: tuple[str, ...],
        *,
        exists: bool,
        mailbox: bool,
    ) -> Correspondent:
        return Correspondent(
            address,
            name,
            role,
            company.name,
            company.domain,
            company.language,
            ZoneInfo(zone_name(company.address.country, company.address.city)),
            others,
            mailbox,
            exists and company.status not in {Status.CLOSED, Status.PARKED},
        )

    def _invent(self, person: Correspondent, rng: Random) -> Correspondent:
        company = self._companies[person.domain]
        culture = self._atlas.cultures[self._atlas.countries[company.address.country].culture]
        first, last = rng.choice(culture.women + culture.men), rng.choice(culture.surnames)
        address = f"{slugify(first)}.{slugify(last)}@{person.domain}"
        made = self._at(company, address, f"{first} {last}", "", (), exists=True, mailbox=False)
        return self._invented.setdefault(address, made)
