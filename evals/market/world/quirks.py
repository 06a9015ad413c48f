"""How often sites set which trap, leave out which fact, and are no company at all. Draws, nothing else."""

from random import Random

from evals.market.world.records import Fact, Quirk, Status

_STATUS = ((Status.CLOSED, 0.02), (Status.PARKED, 0.024), (Status.PERSONAL, 0.036))

_QUIRKS: dict[Quirk, float] = {
    Quirk.JS_ONLY: 0.04,
    Quirk.ROBOTS_ALL: 0.015,
    Quirk.ROBOTS_PARTIAL: 0.10,
    Quirk.CRAWL_DELAY: 0.04,
    Quirk.SLOW: 0.025,
    Quirk.SERVER_ERROR: 0.02,
    Quirk.FLAKY: 0.02,
    Quirk.REDIRECT_CHAIN: 0.03,
    Quirk.WWW: 0.15,
    Quirk.BIG_PAGE: 0.012,
    Quirk.WRONG_CHARSET: 0.02,
    Quirk.DEAD_LINKS: 0.12,
    Quirk.HIDDEN_INJECTION: 0.035,
    Quirk.VISIBLE_INJECTION: 0.012,
}

_SHOWN: dict[Fact, float] = {
    Fact.TRADE: 0.66,
    Fact.EMPLOYEES: 0.64,
    Fact.PEOPLE: 0.64,
    Fact.PEOPLE_EMAILS: 0.36,
    Fact.EMAIL: 0.93,
    Fact.PHONE: 0.86,
    Fact.CITY: 0.95,
    Fact.COUNTRY: 0.72,
    Fact.FOUNDED: 0.66,
    Fact.TECHNOLOGY: 0.62,
}

# Countries whose law asks for an imprint: address, mail and director are then always on the site.
IMPRINT_COUNTRIES = frozenset({"DE", "AT", "CH"})

# Groups that are bodies of a place, not businesses: no legal form, no sales talk, a town of their own.
PUBLIC_GROUPS = frozenset({"public sector", "education"})
_IMPRINT_FACTS = frozenset({Fact.CITY, Fact.EMAIL, Fact.PHONE, Fact.COUNTRY})


def draw_status(rng: Random) -> Status:
    """Decide whether a domain is a living company."""
    roll = rng.random()
    for status, share in _STATUS:
        if roll < share:
            return status
        roll -= share
    return Status.ACTIVE


def draw_quirks(rng: Random) -> frozenset[Quirk]:
    """Draw the traps of one site, each by its own rate."""
    return frozenset(quirk for quirk, rate in _QUIRKS.items() if rng.random() < rate)


def draw_facts(country: str, rng: Random) -> frozenset[Fact]:
    """Draw which facts the site tells."""
    shown = {fact for fact, rate in _SHOWN.items() if rng.random() < rate}
    if country in IMPRINT_COUNTRIES:
        shown |= _IMPRINT_FACTS
    if Fact.PEOPLE not in shown:
        shown.discard(Fact.PEOPLE_EMAILS)
    return frozenset(shown)
