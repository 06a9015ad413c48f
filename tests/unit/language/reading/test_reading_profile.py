"""Profiles from sites nobody prepared: right facts, verbatim quotes, nothing invented."""

from datetime import UTC, datetime

import pytest

from domain.icp import CompanyProfile
from domain.knowledge import Block, Page
from domain.labels import web_label
from language.offline.reading.profile import read_profile

AT = datetime(2026, 6, 1, tzinfo=UTC)
SITES = (
    "moulin-fournil.example",
    "hartwig-anlagen.example",
    "harbourdental.example",
    "summitstaffing.example",
    "palisadewatch.example",
    "returnly-table.example",
    "thin.example",
)


def profile_of(domain: str, pages: list[Page]) -> CompanyProfile:
    return read_profile(f"http://{domain}/", pages)


def values(profile: CompanyProfile, field: str) -> list[str]:
    return [fact.value for fact in profile.values(field)]


@pytest.mark.parametrize("domain", SITES)
def test_every_quote_is_visible_on_its_page(domain, site):
    pages = site(domain)
    by_url = {page.url: page for page in pages}

    profile = profile_of(domain, pages)

    assert profile.facts
    for fact in profile.facts:
        for evidence in fact.evidence:
            assert by_url[evidence.url].shows(evidence.quote)


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("moulin-fournil.example", "Moulin & Fournil"),
        ("hartwig-anlagen.example", "Hartwig Anlagenbau"),
        ("harbourdental.example", "Harbour Dental Care"),
        ("summitstaffing.example", "Summit Ridge Staffing"),
        ("palisadewatch.example", "PalisadeWatch"),
    ],
)
def test_the_name_is_the_brand_and_its_quote_holds_it(domain, name, site):
    profile = profile_of(domain, site(domain))

    assert profile.name == name
    assert name in profile.values("name")[0].evidence[0].quote


def test_a_french_supplier_is_read_in_french(site):
    profile = profile_of("moulin-fournil.example", site("moulin-fournil.example"))

    assert values(profile, "offer")[0].startswith("Moulin & Fournil fournit en farines")
    assert values(profile, "audience") == ["boulangeries artisanales"]
    assert "À partir de 0,92 € HT le kg, franco de port dès 300 kg" in values(profile, "pricing")
    assert set(values(profile, "customer")) == {
        "Boulangerie Kerdoncuff",
        "Maison Le Bihan",
        "Les Blés de Cornouaille",
    }
    assert "Plus de 480 boulangeries nous commandent leur farine chaque semaine" in values(profile, "proof")
    assert values(profile, "region") == ["France"]
    assert values(profile, "language") == ["French", "Breton"]
    assert not any("cookie" in fact.value for fact in profile.facts)


def test_a_german_machine_builder_is_read_in_german(site):
    profile = profile_of("hartwig-anlagen.example", site("hartwig-anlagen.example"))

    assert values(profile, "audience")[:2] == ["Automobilzulieferer", "Medizintechnikhersteller"]
    assert {"Kolbe Dichtungen", "Nordmedica"} == set(values(profile, "customer"))
    assert any("ISO 9001" in value for value in values(profile, "proof"))
    assert {"German", "English", "Czech"} == set(values(profile, "language"))
    assert "competitor" in profile.not_found


def test_prices_are_labelled_by_plan_and_fines_or_wages_are_no_prices(site):
    cloud = values(profile_of("palisadewatch.example", site("palisadewatch.example")), "pricing")
    staffing = values(profile_of("summitstaffing.example", site("summitstaffing.example")), "pricing")
    dentist = values(profile_of("harbourdental.example", site("harbourdental.example")), "pricing")

    assert "Starter: €290 per month" in cloud
    assert not any("20 million" in value for value in cloud)
    assert "Placement fee: 18% of the first-year salary" in staffing
    assert not any("19.50" in value for value in staffing)
    assert "Check-up: €55 per visit" in dentist


def test_a_price_table_names_the_plan_of_each_amount(site):
    profile = profile_of("returnly-table.example", site("returnly-table.example"))

    assert "Solo, Price per month: €12" in values(profile, "pricing")
    assert "Team, Price per month: €40" in values(profile, "pricing")


def test_competitors_are_named_products_and_never_plain_things(site):
    assert values(profile_of("palisadewatch.example", site("palisadewatch.example")), "competitor") == [
        "BastionOne"
    ]
    assert values(profile_of("summitstaffing.example", site("summitstaffing.example")), "competitor") == [
        "TempGiant"
    ]
    assert values(profile_of("returnly-table.example", site("returnly-table.example")), "competitor") == [
        "Parcelfox"
    ]


def test_customers_come_from_lists_credits_and_case_studies(site):
    profile = profile_of("palisadewatch.example", site("palisadewatch.example"))

    assert {"Lumen Pay", "Orchard Health", "Tessel"} == set(values(profile, "customer"))


def test_text_that_talks_to_machines_is_never_a_fact(site):
    profile = profile_of("harbourdental.example", site("harbourdental.example"))

    said = " ".join(f"{fact.value} {fact.evidence[0].quote}" for fact in profile.facts)
    for planted in ("NASA", "Google,", "Nobel", "4,000"):
        assert planted not in said


def test_a_thin_site_gives_almost_nothing(site):
    profile = profile_of("thin.example", site("thin.example"))

    assert {fact.field for fact in profile.facts} <= {"name", "offer"}
    assert set(profile.not_found) >= {
        "audience", "pricing", "customer", "proof", "competitor", "region", "language"
    }  # fmt: skip


def test_without_pages_nothing_is_known():
    profile = read_profile("http://nobody.example/", [])

    assert profile.facts == ()
    assert profile.domain == "nobody.example"


def test_a_blog_is_no_source(page):
    blog = page(
        "h1 | Ten pricing ideas",
        "p | Acme costs $99 per month and serves 5,000 customers.",
        "p | Trusted by Globex, Initech and Umbrella.",
        url="http://acme.example/blog/pricing-ideas",
    )
    home = page("h1 | Acme", "p | Acme is a bookkeeping tool for restaurants.")

    profile = read_profile("http://acme.example/", [home, blog])

    assert "pricing" in profile.not_found
    assert "customer" in profile.not_found


def test_a_name_that_is_only_in_the_title_is_no_fact(page):
    profile = read_profile(
        "http://quillmoor.example/",
        [page("p | Hello there.", title="Quillmoor", url="http://quillmoor.example/")],
    )

    assert profile.name == "Quillmoor"
    assert "name" in profile.not_found


def test_what_customers_reach_is_a_proof_and_goes_on_about_the_same_customers():
    said = "A quote takes our customers 20 minutes instead of two hours. They win 4 of 10, up from 3."
    others = "We took the bus instead of a car. Our customers are 5 to 90 people."
    blocks = tuple(Block(kind="p", text=text, zone="main") for text in ("Quotes for joiners", said, others))
    page = Page(
        url="http://fernway.example/", title="Fernway", blocks=blocks, fetched_at=AT, label=web_label("x")
    )
    assert values(profile_of("fernway.example", [page]), "proof") == [said.removesuffix(".")]
