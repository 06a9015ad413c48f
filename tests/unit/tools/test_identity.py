"""Which company a site, an address or a name stands for, and who is there twice."""

from pathlib import Path

import pytest

from domain.site_names import host_of, registrable_domain
from tools.read.identity import (
    Company,
    Matcher,
    company_domain,
    duplicates,
    is_free_mail,
    may_be_theirs,
    normal_name,
)

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
VECTORS = DATA / "public-suffix" / "tests.txt"
DISPOSABLE = DATA / "disposable-domains" / "disposable_email_blocklist.conf"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://www.acme.co.uk/about?x=1", "acme.co.uk"),
        ("acme.co.uk", "acme.co.uk"),
        ("co.uk", ""),
        ("foo.github.io", "foo.github.io"),
        ("https://shop.myshopify.com/", "shop.myshopify.com"),
        ("shop.acme.example", "acme.example"),
        ("plausible.example:8080/pricing", "plausible.example"),
        ("Anna@Mail.Acme.DE", "acme.de"),
        ("https://user:secret@acme.de/", "acme.de"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("localhost", ""),
        ("http://127.0.0.1:8000/", ""),
        ("http://[::1]/", ""),
        ("", ""),
        ("not a host", ""),
        ("http://[broken", ""),
        ("acme.de.", "acme.de"),
    ],
)
def test_the_registrable_domain_of_what_people_write(given: str, expected: str) -> None:
    assert registrable_domain(given) == expected


@pytest.mark.skipif(not VECTORS.exists(), reason="the public suffix vectors are not here")
def test_the_official_vectors_all_hold() -> None:
    wrong = []
    for line in VECTORS.read_text("utf-8").splitlines():
        if not line or line.startswith("//"):
            continue
        given, expected = line.split()
        wanted = "" if expected == "null" else host_of(expected)
        # A leading dot is no host of anybody; everything else must agree.
        got = "" if given.startswith(".") or given == "null" else registrable_domain(given)
        if got != wanted:
            wrong.append((given, expected, got))
    assert wrong == []


def test_free_mail_and_shared_sites_name_no_company() -> None:
    assert all(
        map(is_free_mail, ["gmail.com", "gmx.de", "Web.de", "yahoo.co.uk", "hotmail.fr", "t-online.de"])
    )
    assert not any(map(is_free_mail, ["acme.de", "gmail.acme.de", "live.studio", "mailchimp.com", ""]))
    assert company_domain("anna@gmail.com") == ""
    assert company_domain("https://www.facebook.com/acme") == ""
    assert company_domain("https://de.linkedin.com/company/acme") == ""
    assert company_domain("https://acme.wixsite.com/home") == "acme.wixsite.com"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Zahnärzte am Ring GmbH & Co. KG", "ZAHNARZTE AM RING"),
        ("Acme, Inc.", "acme"),
        ("The Blue Door Ltd", "Blue Door Limited"),
        ("Électricité Générale S.A.R.L.", "Electricite Generale"),
        ("Łódź Sp. z o.o.", "łódź"),
        ("ACME   B.V.", "Acme bv"),
    ],
)
def test_names_compare_without_legal_form_accents_and_case(left: str, right: str) -> None:
    assert normal_name(left) == normal_name(right) != ""


@pytest.mark.parametrize("name", ["AG", "Co", "The", "GmbH"])
def test_a_name_that_is_only_a_legal_form_stays(name: str) -> None:
    assert normal_name(name) == name.lower()


def company(key: str, name: str = "", domain: str = "", country: str = "") -> Company:
    return Company(key=key, name=name, domain=domain, country=country)


def test_one_domain_is_one_company_whatever_its_name() -> None:
    matcher = Matcher([company("1", "Acme Dental", "https://www.acme.de/")])
    match = matcher.find(company("2", "Praxis Dr. Acme", "shop.acme.de"))
    assert match is not None
    assert (match.other, match.why, match.score) == ("1", "domain", 1.0)


def test_look_alike_names_with_their_own_domains_are_two_companies() -> None:
    matcher = Matcher([company("1", "Acme Dental GmbH", "acme-dental.de", "DE")])
    assert matcher.find(company("2", "Acme Dental GmbH", "acmedental.at", "DE")) is None


def test_a_shared_site_says_nothing_about_identity() -> None:
    matcher = Matcher([company("1", "Bike Shop", "facebook.com/bikeshop")])
    assert matcher.find(company("2", "Nail Studio", "facebook.com/nails")) is None


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Müller Maschinenbau GmbH", "Mueller Maschinenbau", True),
        ("Hinterland Logistik AG", "Hinterlnad Logistik", True),
        ("Logistik Hinterland", "Hinterland Logistik AG", True),
        ("Blue Door Dental", "BlueDoor Dental", True),
        ("Studio 54", "Studio 45", False),
        ("Nordlicht Immobilien", "Nordlicht Immobilien Service", False),
        ("Nordlicht Immobilien", "Südlicht Immobilien", False),
    ],
)
def test_names_are_compared_in_spelling(first: str, second: str, same: bool) -> None:
    assert (Matcher([company("1", first)]).find(company("2", second)) is not None) is same


def test_another_country_is_another_company() -> None:
    matcher = Matcher([company("1", "Acme Dental", country="DE")])
    assert matcher.find(company("2", "Acme Dental", country="US")) is None
    assert matcher.find(company("3", "Acme Dental")) is not None


def test_ten_thousand_companies_are_matched_in_seconds() -> None:
    towns = ["berg", "dorf", "hafen", "feld", "bach", "stein", "wald", "burg", "see", "tal"]
    kinds = ["Dental", "Logistik", "Software", "Immobilien", "Maschinenbau"]
    many = [
        company(
            str(number),
            f"{chr(65 + number % 26)}{number // 26:x}{towns[number % 10]} {kinds[number % 5]} GmbH",
        )
        for number in range(10_000)
    ]
    found = list(duplicates([*many, company("again", many[4321].name.upper())]))
    assert found[-1].key == "again"
    assert found[-1].other == "4321"


@pytest.mark.skipif(not DISPOSABLE.exists(), reason="the list of disposable domains is not here")
def test_thousands_of_real_domains_survive() -> None:
    names = [line for line in DISPOSABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert sum(1 for name in names if registrable_domain(f"https://www.{name}/")) > 0.99 * len(names)


def test_an_address_elsewhere_on_a_companys_site_is_not_the_companys():
    theirs = ["ann@acme.example", "ann@mail.acme.example", "ann@acme.co.uk", "acme@gmail.com"]
    assert all(may_be_theirs(address, "acme.example") for address in theirs)
    assert not any(
        may_be_theirs(address, "acme.example") for address in ["drop@collector.example", "x@localhost", ""]
    )
