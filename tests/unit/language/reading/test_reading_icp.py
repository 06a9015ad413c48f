"""ICP lines: stated, normalised, quoted; a salesperson would nod at each."""

import pytest

from domain.icp import Icp, IcpLine, LineField, LineKind
from domain.knowledge import Page
from language.offline.reading.icp import propose_icp
from language.offline.reading.profile import read_profile
from language.offline.reading.queries import search_queries

SITES = (
    "moulin-fournil.example",
    "hartwig-anlagen.example",
    "harbourdental.example",
    "summitstaffing.example",
    "palisadewatch.example",
    "returnly-table.example",
)


def lines_of(domain: str, pages: list[Page]) -> tuple[IcpLine, ...]:
    return propose_icp(read_profile(f"http://{domain}/", pages), pages)


def terms(lines: tuple[IcpLine, ...], kind: LineKind, field: LineField) -> set[str]:
    return {term for line in lines if line.kind == kind and line.field == field for term in line.match}


@pytest.mark.parametrize("domain", SITES)
def test_every_line_cites_visible_words(domain, site):
    pages = site(domain)
    by_url = {page.url: page for page in pages}

    for line in lines_of(domain, pages):
        assert all(by_url[evidence.url].shows(evidence.quote) for evidence in line.evidence)


def test_stated_industries_and_markets_are_hard(site):
    lines = lines_of("hartwig-anlagen.example", site("hartwig-anlagen.example"))

    assert terms(lines, LineKind.HARD, LineField.INDUSTRY) == {"automotive", "medical-devices"}
    assert terms(lines, LineKind.HARD, LineField.GEOGRAPHY) == {"DE", "AT", "CH"}


def test_audience_pages_become_alternatives_of_one_field(site):
    lines = lines_of("palisadewatch.example", site("palisadewatch.example"))
    hard = [line for line in lines if line.kind == LineKind.HARD]

    assert {line.field for line in hard} == {LineField.INDUSTRY}
    assert {line.match for line in hard} == {("fintech",), ("healthcare",)}


def test_where_a_company_sits_is_not_where_it_sells(site):
    lines = lines_of("harbourdental.example", site("harbourdental.example"))

    assert terms(lines, LineKind.HARD, LineField.GEOGRAPHY) == set()


def test_sizes_tools_and_signals_are_soft(site):
    staffing = lines_of("summitstaffing.example", site("summitstaffing.example"))
    cloud = lines_of("palisadewatch.example", site("palisadewatch.example"))

    assert terms(staffing, LineKind.SOFT, LineField.SIZE) == {"min:50", "max:500"}
    assert terms(staffing, LineKind.SOFT, LineField.SIGNAL) == {"hiring"}
    assert {"slack", "okta"} <= terms(cloud, LineKind.SOFT, LineField.TECHNOLOGY)


def test_whom_it_does_not_suit_disqualifies_without_hiding_behind_keywords(site):
    lines = lines_of("returnly-table.example", site("returnly-table.example"))
    said = [line for line in lines if line.kind == LineKind.DISQUALIFIER and not line.match]

    assert [line.value for line in said] == [
        "You run a canteen without reservations",
        "You need a cash register",
    ]


def test_rivals_and_present_customers_are_ruled_out_by_name(site):
    lines = lines_of("palisadewatch.example", site("palisadewatch.example"))
    named = terms(lines, LineKind.DISQUALIFIER, LineField.KEYWORD)

    assert {"company:bastionone", "company:lumenpay"} <= named


def test_roles_are_buyers_and_never_the_people_a_staffer_places(site):
    table = terms(
        lines_of("returnly-table.example", site("returnly-table.example")), LineKind.ROLE, LineField.ROLE
    )
    staffing = terms(
        lines_of("summitstaffing.example", site("summitstaffing.example")), LineKind.ROLE, LineField.ROLE
    )

    assert table == {"founder", "hotel-manager"}
    assert {"coo", "hr"} <= staffing
    assert "practitioner" not in staffing


def test_pains_are_the_problems_the_site_names(site):
    pains = [
        line.value
        for line in lines_of("returnly-table.example", site("returnly-table.example"))
        if line.kind == LineKind.PAIN
    ]
    french = [
        line.value
        for line in lines_of("moulin-fournil.example", site("moulin-fournil.example"))
        if line.kind == LineKind.PAIN
    ]

    assert pains == ["Guests called during service and nobody could pick up"]
    assert french == ["Ruptures de stock du samedi matin"]


def test_a_thin_site_has_no_profile_of_customers(site):
    assert lines_of("thin.example", site("thin.example")) == ()


def test_queries_speak_the_market_s_language_and_respect_the_limit(site):
    lines = lines_of("hartwig-anlagen.example", site("hartwig-anlagen.example"))
    icp = Icp(
        id="i", version=1, lines=lines, made_at=site("thin.example")[0].fetched_at, made_by="t", reason="t"
    )

    queries = search_queries(icp, 6)

    assert len(queries) == len(set(queries)) == 6
    assert "Automobilindustrie in Deutschland" in queries
    assert search_queries(icp, 40) != ()


def test_without_industries_there_is_nothing_to_search(site):
    icp = Icp(
        id="i", version=1, lines=(), made_at=site("thin.example")[0].fetched_at, made_by="t", reason="t"
    )

    assert search_queries(icp, 5) == ()
