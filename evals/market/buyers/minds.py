"""What people hide: need, budget, timing, say, patience, trust.

Drawn from seed, person and seller; never from what the product does.
"""

import math
from random import Random

from evals.market.buyers.records import YEAR, Economics, Mind, Window
from evals.market.world.records import Company, Person

_SAY = {"owner": 1.0, "head": 0.75, "staff": 0.15}
_MAILBOX_SAY, _UNKNOWN_CONCERN, _STRANGER_FIT = 0.25, 0.15, 0.03
_LARGE = 150  # employees from which an owner leaves such things to others
_OPEN_DAYS = (60, 120)
_RIVAL_SHARE = 0.35


def mind_of(seed: int, company: Company, person: Person | None, seller: Economics) -> Mind:
    """The mind of one person about one seller; the same for the same seed. None is nobody in particular (info@)."""
    place = Random(f"{seed}:{seller.host}:{company.domain}")
    fit = fit_of(company, seller)
    need = place.betavariate(1.3, 2.6) * fit
    price = seller.contract(company.employees)
    budget = price * math.exp(place.gauss(0.15, 0.5)) * (0.6 + 0.8 * need)
    window = Window(place.randrange(YEAR.days), place.randint(*_OPEN_DAYS))
    rival = place.choice(seller.rivals) if seller.rivals and place.random() < _RIVAL_SHARE else ""
    own = Random(f"{seed}:{seller.host}:{company.domain}:{person.email if person else ''}")
    topics = [one.name for one in seller.topics]
    weights = [one.weight for one in seller.topics]
    cares = tuple(dict.fromkeys(own.choices(topics, weights, k=3))) if topics else ()
    return Mind(
        fit=fit,
        need=need,
        budget=budget,
        price=price,
        window=window,
        authority=_say(company, person, seller),
        concern=_concern(company, person, seller),
        patience=own.choices((2, 3, 4, 6), (0.2, 0.35, 0.3, 0.15))[0],
        trust=own.betavariate(2.2, 2.8),
        cares=cares,
        rival=rival,
        worth=price * seller.margin,
    )


def fit_of(company: Company, seller: Economics) -> float:
    """How much a company is of the seller's kind; a little of everybody is."""
    kind = seller.industries.get(company.industry, 0.0) if seller.industries else 0.5
    place = not seller.countries or company.address.country in seller.countries
    return max(_STRANGER_FIT, kind * _size_fit(company.employees, seller.employees) * (1.0 if place else 0.2))


def _size_fit(employees: int, span: tuple[int, int]) -> float:
    """1 inside the span, falling to 0 at half its start and at three times its end."""
    low, high = span
    if employees < low:
        return max(0.0, 1 - math.log(low / max(employees, 1)) / math.log(2))
    return max(0.0, 1 - math.log(employees / high) / math.log(3)) if employees > high else 1.0


def _concern(company: Company, person: Person | None, seller: Economics) -> float:
    """How much it is this person's business."""
    if person is None:
        return _UNKNOWN_CONCERN
    if person.level == "owner":
        return 1.0 if company.employees < 30 else 0.6
    return float(seller.functions.get(person.function, _UNKNOWN_CONCERN))


def _say(company: Company, person: Person | None, seller: Economics) -> float:
    if person is None:
        return _MAILBOX_SAY
    say = _SAY.get(person.level, 0.15)
    if person.level == "owner":
        return say if company.employees < _LARGE else 0.6
    return say if person.function in seller.functions else say * 0.5
