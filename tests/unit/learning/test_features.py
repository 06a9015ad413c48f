"""What numbers may be learnt from about a person: known before the mail, and never who they are."""

from datetime import UTC, datetime

from domain.accounts import CompanyFacts, Fact
from domain.prospects import Fit, Prospect, Reason
from learning.features import of_moment, of_person
from tests.fixtures import builders


def test_a_person_is_described_without_being_named() -> None:
    person = builders.contact(role="head_of_operations", language="de")
    known = of_person(person, builders.account(), None)
    assert known["role"] == "head_of_operations"
    assert known["language"] == "de"
    assert known["knows_name"] is True
    words = " ".join(str(value) for value in known.values())
    assert person.name not in words and person.email not in words and builders.account().name not in words


def test_what_was_looked_for_and_not_found_is_none_and_no_guess() -> None:
    known = of_person(
        builders.contact(role="", language="", zones=()), builders.account(staff_max=None), None
    )
    assert (known["role"], known["language"], known["staff_log10"]) == (None, None, None)
    assert "fit" not in known


def test_company_site_and_fit_are_described() -> None:
    facts = CompanyFacts(
        domain="northwind.example",
        url="https://northwind.example/",
        signals=(Fact(value="hiring", evidence=builders.quote("We are hiring.")),),
    )
    account = builders.account(staff_min=80, staff_max=100, country="GB", industry="logistics", facts=facts)
    reasons = (
        Reason(text="In logistics", side="for", points=0.5),
        Reason(text="Size not known", side="unknown", points=0),
    )
    fit = Fit(value=0.7, qualified=True, verdict="Fits.", reasons=reasons)
    prospect = Prospect(id="pro_1", account_id="acc_1", contact_id="con_1", icp_id="icp_1", fit=fit)
    known = of_person(builders.contact(), account, prospect)
    assert known["staff_log10"] == 2.0
    assert (known["signal_hiring"], known["signal_funding"]) == (True, False)
    assert (known["fit"], known["qualified"], known["lines_met"], known["lines_unknown"]) == (
        0.7,
        True,
        1.0,
        1.0,
    )


def test_the_weekday_is_the_one_where_the_person_lives() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    assert of_moment(late, ("Asia/Tokyo",)) == {"weekday": "Tue"}
    assert of_moment(late, ()) == {"weekday": "Mon"}
