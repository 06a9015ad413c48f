"""The word lists: one spelling per idea in several languages, and no false friends."""

import pytest

from language.offline.lexicon.canonical import (
    country_codes,
    country_label,
    industry_ancestors,
    industry_label,
    industry_slugs,
    language_codes,
    role_label,
    role_slugs,
    size_terms,
    technology_names,
    zones_of,
)


@pytest.mark.parametrize(
    ("said", "slugs"),
    [
        ("dental practices", ("dental",)),
        ("Zahnarztpraxis in München", ("dental",)),
        ("cabinets dentaires", ("dental",)),
        ("tandartspraktijken", ("dental",)),
        ("e-commerce shops", ("e-commerce",)),
        ("online retailers", ("e-commerce",)),
        ("SaaS startups", ("saas",)),
        ("Sondermaschinenbau", ("machinery",)),
        ("Steuerkanzleien", ("accounting",)),
        ("law firms and accounting firms", ("law", "accounting")),
        ("aziende manifatturiere", ("manufacturing",)),
        ("fabricantes de maquinaria", ("machinery",)),
    ],
)
def test_an_industry_is_known_in_singular_plural_compound_and_other_languages(said, slugs):
    assert industry_slugs(said) == slugs


def test_the_head_of_a_compound_decides_the_industry():
    assert industry_slugs("hotel software") == ("software",)
    assert industry_slugs("performance marketing agency") == ("marketing-agency",)
    assert industry_slugs("agence e-commerce") == ("agency",)


def test_words_that_only_look_like_industries_are_none():
    for said in ("best practice", "contact us", "make it shorter", "the second one"):
        assert industry_slugs(said) == ()


def test_industries_have_labels_and_wider_industries():
    assert industry_label("dental", "de") == "Zahnarztpraxen"
    assert industry_label("no-such-thing") == "no-such-thing"
    assert industry_ancestors("e-commerce") == ("retail",)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("only companies in Germany with 50+ people", ("DE",)),
        ("German companies", ("DE",)),
        ("entreprises françaises", ("FR",)),
        ("in Österreich", ("AT",)),
        ("DACH", ("DE", "AT", "CH")),
        ("the Benelux", ("BE", "NL", "LU")),
        ("in the UK", ("GB",)),
        ("in the US", ("US",)),
        ("US-based", ("US",)),
        ("New Mexico", ("US",)),
        ("Polish firms", ("PL",)),
    ],
)
def test_a_country_is_known_by_name_adjective_and_region(said, codes):
    assert country_codes(said) == codes


@pytest.mark.parametrize(
    "said",
    [
        "contact us today",
        "CONTACT US",
        "we help us grow",
        "Polish your skills",
        "a turkey sandwich",
        "a family reunion",
        "available in English and German",
    ],
)
def test_words_that_only_look_like_countries_are_none(said):
    assert country_codes(said) == ()


def test_the_state_of_georgia_is_not_the_country():
    assert country_codes("Atlanta, Georgia") == ()
    assert country_codes("customers in Georgia and Armenia") == ("GE", "AM")


def test_countries_have_labels():
    assert country_label("DE", "fr") == "Allemagne"


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("50+ people", ("min:50",)),
        ("under 200 employees", ("max:200",)),
        ("10-50 staff", ("min:10", "max:50")),
        ("between 20 and 100 employees", ("min:20", "max:100")),
        ("at least fifty", ("min:50",)),
        ("no more than 30 people", ("max:30",)),
        ("mehr als 50 Mitarbeiter", ("min:50",)),
        ("plus de 50 salariés", ("min:50",)),
        ("1,000+ employees", ("min:1000",)),
        ("mid-sized", ("min:50", "max:500")),
        ("SMBs", ("max:250",)),
        ("from 2019", ()),
        ("under 2 minutes", ()),
        ("make it shorter", ()),
    ],
)
def test_a_size_is_a_limit_on_people_only(said, terms):
    assert size_terms(said) == terms


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Head of Marketing", "head-of-marketing"),
        ("Geschäftsführerin", "ceo"),
        ("gérant", "ceo"),
        ("Dr. Anna Weiss, Praxisleitung", "practice-manager"),
        ("responsabile acquisti", "procurement"),
        ("directeur commercial", "head-of-sales"),
        ("owners", "founder"),
    ],
)
def test_a_title_names_its_role(title, slug):
    assert role_slugs(title) == (slug,)


def test_roles_have_labels():
    assert role_label("it-manager", "de") == "IT-Leiter"


def test_a_tool_that_is_also_a_word_needs_its_spelling():
    assert technology_names("We use Shopify and GA4") == ("shopify", "google analytics")
    assert technology_names("we slack off and notion is overrated") == ()


def test_languages_are_codes():
    assert language_codes("in English, German and français") == ("en", "de", "fr")


def test_zones_narrow_by_city_or_state_and_are_empty_when_unknown():
    assert zones_of("DE") == ("Europe/Berlin",)
    assert zones_of("US", "Chicago") == ("America/Chicago",)
    assert zones_of("US", "Austin, TX") == ("America/Chicago",)
    assert len(zones_of("US")) > 5
    assert zones_of("AU", "Perth") == ("Australia/Perth",)
    assert zones_of("XX") == ()
