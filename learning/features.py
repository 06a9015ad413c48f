"""What numbers may be learnt from about a person to be written to: plain values, known before the mail. Pure.

A feature says what a page or a person told us; None is "looked for and not known". Nothing here is about what
came of a mail, and nothing names the person.
"""

from datetime import datetime
from math import log10
from zoneinfo import ZoneInfo

from domain.accounts import Account, CompanyFacts, Contact
from domain.experience import Known
from domain.prospects import Prospect

SIGNALS = ("hiring", "funding", "expansion", "new_site")


def of_person(contact: Contact, account: Account | None, prospect: Prospect | None) -> dict[str, Known]:
    """Everything known of a person and their company, by name of the feature."""
    known: dict[str, Known] = {
        "role": contact.role or None,
        "language": contact.language or None,
        "knows_name": bool(contact.name),
        "knows_zone": bool(contact.zones),
        "source": contact.label.origin or None,
    }
    if account is not None:
        known |= _of_company(account)
    if prospect is not None:
        known |= _of_fit(prospect)
    return known


def of_prospect(contact: Contact | None, account: Account, prospect: Prospect) -> dict[str, Known]:
    """The same of a prospect, where perhaps nobody is known by name yet."""
    if contact is not None:
        return of_person(contact, account, prospect)
    return _of_company(account) | _of_fit(prospect)


def _of_company(account: Account) -> dict[str, Known]:
    staff = account.staff_max or account.staff_min
    known: dict[str, Known] = {
        "industry": account.industry or None,
        "country": account.country or None,
        "staff_log10": round(log10(staff), 2) if staff else None,
    }
    return known | (_of_site(account.facts) if account.facts else {})


def _of_site(facts: CompanyFacts) -> dict[str, Known]:
    seen = {one.value for one in facts.signals}
    known: dict[str, Known] = {f"signal_{name}": name in seen for name in SIGNALS}
    return known | {"technologies": float(len(facts.technologies)), "people_named": float(len(facts.people))}


def _of_fit(prospect: Prospect) -> dict[str, Known]:
    reasons = prospect.fit.reasons
    return {
        "fit": prospect.fit.value,
        "qualified": prospect.fit.qualified,
        "lines_met": float(sum(one.side == "for" for one in reasons)),
        "lines_unknown": float(sum(one.side == "unknown" for one in reasons)),
    }


def of_moment(at: datetime, zones: tuple[str, ...]) -> dict[str, Known]:
    """Weekday of a decision where the person lives; UTC when nobody knows where that is."""
    local = at.astimezone(ZoneInfo(zones[0])) if zones else at
    return {"weekday": f"{local:%a}"}
