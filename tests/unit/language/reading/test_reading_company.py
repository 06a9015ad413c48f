"""Facts of a possible customer: normalised, quoted, quick, and never guessed."""

import time

import pytest

from domain.accounts import CompanyFacts, Standing
from domain.knowledge import Evidence
from language.offline.reading.company import read_company

SITES = (
    "moulin-fournil.example",
    "hartwig-anlagen.example",
    "harbourdental.example",
    "summitstaffing.example",
    "palisadewatch.example",
    "thin.example",
)


def quotes(facts: CompanyFacts) -> list[Evidence]:
    found = [
        fact.evidence
        for fact in (
            *facts.industries,
            *facts.technologies,
            *facts.signals,
            *facts.people,
            *facts.emails,
            *facts.phones,
        )
    ]
    found += [fact.evidence for fact in (facts.country, facts.city, facts.summary) if fact is not None]
    return [*found, facts.staff_evidence] if facts.staff_evidence else found


@pytest.mark.parametrize("domain", SITES)
def test_every_fact_cites_visible_words(domain, site):
    pages = site(domain)
    by_url = {page.url: page for page in pages}

    facts = read_company(domain, pages)

    assert all(by_url[evidence.url].shows(evidence.quote) for evidence in quotes(facts))


def test_a_german_machine_builder(site):
    facts = read_company("hartwig-anlagen.example", site("hartwig-anlagen.example"))

    assert facts.name == "Hartwig Anlagenbau"
    assert facts.standing == Standing.ACTIVE
    assert [fact.value for fact in facts.industries] == ["machinery", "manufacturing"]
    assert facts.country.value == "DE"
    assert facts.city.value == "Heilbronn"
    assert (facts.staff_min, facts.staff_max) == (140, None)
    assert facts.languages == ("de",)
    assert {fact.value for fact in facts.technologies} == {"sap", "siemens tia"}
    assert [fact.value for fact in facts.signals] == ["hiring"]
    assert [fact.value for fact in facts.phones] == ["+497131555010"]
    assert [fact.value for fact in facts.emails] == ["info@hartwig-anlagen.example"]
    assert {(one.name, one.role, one.email) for one in facts.people} == {
        ("Dr.-Ing. Sabine Hartwig", "ceo", "s.hartwig@hartwig-anlagen.example"),
        ("Thomas Brenner", "procurement", "brenner@hartwig-anlagen.example"),
    }


def test_a_dentist_with_planted_instructions(site):
    facts = read_company("harbourdental.example", site("harbourdental.example"))

    assert facts.industries[0].value == "dental"
    assert (facts.country.value, facts.city.value) == ("IE", "Galway")
    assert (facts.staff_min, facts.staff_max) == (9, 9)
    assert {(one.name, one.email) for one in facts.people} == {
        ("Dr Aoife Brennan", ""),
        ("Ciara Nolan", "ciara@harbourdental.example"),
    }


def test_an_american_agency_keeps_customers_out_of_its_staff_and_people(site):
    facts = read_company("summitstaffing.example", site("summitstaffing.example"))

    assert facts.industries[0].value == "recruitment"
    assert (facts.staff_min, facts.staff_max) == (26, 26)
    assert (facts.country.value, facts.city.value) == ("US", "Denver")
    assert facts.people == ()
    assert "expansion" in {fact.value for fact in facts.signals}
    assert [fact.value for fact in facts.phones] == ["+13035550142"]


def test_a_french_supplier(site):
    facts = read_company("moulin-fournil.example", site("moulin-fournil.example"))

    assert (facts.country.value, facts.city.value) == ("FR", "Quimper")
    assert (facts.staff_min, facts.staff_max) == (34, 34)
    assert [(one.name, one.role) for one in facts.people] == [("Maëlle Le Goff", "ceo")]


def test_who_serves_hotels_is_no_hotel(page):
    home = page(
        "h1 | Websites for hotels and restaurants", "p | Larkfield is a web design studio for hotels."
    )

    facts = read_company("larkfield.example", [home])

    assert facts.industries[0].value == "web-agency"
    assert "hotels" not in {fact.value for fact in facts.industries}


@pytest.mark.parametrize(
    ("sentence", "least", "most"),
    [
        ("We are a team of 25 people in Leeds.", 25, 25),
        ("Our team of twelve looks after you.", 12, 12),
        ("Wir sind 18 Mitarbeiterinnen und Mitarbeiter.", 18, 18),
        ("Bei uns arbeiten 80 Menschen.", 80, 80),
        ("Mehr als 300 Menschen arbeiten für die Stadtwerke.", 300, None),
        ("L'entreprise compte 48 collaborateurs.", 48, 48),
        ("Somos un equipo de 15 personas.", 15, 15),
        ("Siamo in 9 e lavoriamo a Parma.", 9, 9),
        ("Headcount: 11.", 11, 11),
        ("10–20 employees", 10, 20),
        ("Software for companies with 50 employees.", None, None),
        ("About 210 000 people read the site in a normal month.", None, None),
        ("We trained 500 employees last year.", None, None),
        ("Founded in 1998.", None, None),
    ],
)
def test_a_head_count_is_the_company_s_own(sentence, least, most, page):
    about = page("h1 | About us", f"p | {sentence}", url="http://acme.example/about")

    facts = read_company("acme.example", [page("h1 | Acme"), about])

    assert (facts.staff_min, facts.staff_max) == (least, most)


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("acme.example is for sale. Make an offer today.", Standing.PARKED),
        ("Diese Domain steht zum Verkauf.", Standing.PARKED),
        ("After 40 years we have permanently closed our bakery in March. Thank you.", Standing.CLOSED),
        (
            "Wir haben unseren Betrieb zum Jahresende eingestellt. Unser Geschäftsbetrieb ist eingestellt.",
            Standing.CLOSED,
        ),
        ("This is my personal website, where I write about birds and bread.", Standing.PERSONAL),
    ],
)
def test_a_dead_or_private_site_is_told_apart(text, standing, page):
    assert read_company("acme.example", [page(f"p | {text}")]).standing == standing


def test_an_address_is_never_guessed(page):
    team = page(
        "h1 | Team",
        "h3 | Nora Lindqvist",
        "p | Head of Sales",
        "p | Write to us: hello@acme.example",
        url="http://acme.example/team",
    )

    facts = read_company("acme.example", [page("h1 | Acme"), team])

    assert [(one.name, one.email) for one in facts.people] == [("Nora Lindqvist", "")]
    assert [fact.value for fact in facts.emails] == ["hello@acme.example"]


def test_addresses_pair_by_local_part_and_veiled_ones_are_read(page):
    team = page(
        "li | Jonas Brandt (Geschäftsführer), Lea Vogt (IT-Leiterin)",
        "p | brandt@acme.example",
        "p | l.vogt (at) acme.example",
        url="http://acme.example/team",
    )

    facts = read_company("acme.example", [page("h1 | Acme"), team])

    assert {(one.name, one.role, one.email) for one in facts.people} == {
        ("Jonas Brandt", "ceo", "brandt@acme.example"),
        ("Lea Vogt", "it-manager", "l.vogt@acme.example"),
    }


def test_a_tool_it_says_it_does_not_use_is_left_out(page):
    privacy = page(
        "p | We do not use Google Analytics. This website runs on WordPress.",
        url="http://acme.example/privacy",
    )

    facts = read_company("acme.example", [page("h1 | Acme"), privacy])

    assert [fact.value for fact in facts.technologies] == ["wordpress"]


def test_no_pages_give_no_facts():
    facts = read_company("nobody.example", [])

    assert facts.standing == Standing.UNKNOWN
    assert quotes(facts) == []


def test_four_small_pages_take_about_ten_milliseconds(site):
    pages = site("hartwig-anlagen.example")[:4]
    read_company("hartwig-anlagen.example", pages)
    started = time.process_time()

    for _ in range(10):
        read_company("hartwig-anlagen.example", pages)

    assert (time.process_time() - started) / 10 < 0.05  # room for a slow machine; usual is under 10 ms
