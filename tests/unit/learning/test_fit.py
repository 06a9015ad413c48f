"""Fit: additive points with reasons; hard lines decide, disqualifiers win, unknown is said as unknown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.accounts import CompanyFacts, Fact, PersonFact, Standing
from domain.icp import Icp, IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from domain.labels import web_label
from learning.fit import QUALIFIED_FROM, score

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "http://acme.example/"


def seen(quote="as the site says"):
    return Evidence(url=URL, quote=quote, seen_at=NOW, label=web_label(URL))


def fact(value):
    return Fact(value=value, evidence=seen(f"we are {value}"))


def line(kind, field, *match, value=""):
    return IcpLine(
        kind=LineKind(kind),
        field=LineField(field),
        value=value or " ".join(match),
        match=match,
        evidence=(seen(),),
    )


def icp(*lines):
    return Icp(id="icp_1", version=1, lines=lines, made_at=NOW, made_by="olga", reason="said")


def company(**given):
    return CompanyFacts(domain="acme.example", url=URL, name="Acme", **given)


DENTIST_IN_DE = {"industries": (fact("dental"),), "country": fact("DE")}


def test_a_company_that_meets_every_line_fits_fully_and_cites_its_pages():
    fit = score(
        icp(line("hard", "industry", "dental"), line("hard", "geography", "DE")), company(**DENTIST_IN_DE)
    )
    assert (fit.value, fit.qualified) == (1.0, True)
    assert [reason.side for reason in fit.reasons] == ["for", "for"]
    assert all(reason.evidence for reason in fit.reasons)


def test_an_unmet_hard_line_disqualifies_however_much_else_fits():
    lines = [line("hard", "geography", "FR"), *(line("soft", "signal", name) for name in ("hiring",))]
    fit = score(icp(*lines, line("hard", "industry", "dental")), company(**DENTIST_IN_DE))
    assert fit.qualified is False
    assert fit.value < QUALIFIED_FROM
    assert "Country" in fit.verdict or "country" in fit.verdict


@pytest.mark.parametrize("field", ["industry", "geography"])
def test_an_unknown_core_is_not_qualified_and_says_unknown(field):
    wanted = {"industry": "dental", "geography": "DE"}[field]
    other = {"industry": ("geography", "DE"), "geography": ("industry", "dental")}[field]
    known = {
        key: value for key, value in DENTIST_IN_DE.items() if (key == "country") != (field == "geography")
    }
    fit = score(icp(line("hard", field, wanted), line("hard", *other)), company(**known))
    assert fit.qualified is False
    assert "unknown" in fit.verdict
    assert "unknown" in {reason.side for reason in fit.reasons}


def test_an_unknown_size_does_not_disqualify():
    fit = score(
        icp(
            line("hard", "industry", "dental"),
            line("hard", "geography", "DE"),
            line("hard", "size", "min:50"),
        ),
        company(**DENTIST_IN_DE),
    )
    assert fit.qualified is True
    assert 0.5 < fit.value < 1.0


@pytest.mark.parametrize(
    ("staff", "match", "met"),
    [
        ((60, 60), ("min:50",), True),
        ((50, 50), ("min:50",), True),
        ((49, 49), ("min:50",), False),
        ((10, 40), ("min:50",), False),
        ((30, 80), ("min:50",), True),
        ((500, None), ("max:100",), False),
        ((None, 80), ("max:100",), True),
        ((60, 70), ("min:50", "max:100"), True),
        ((150, 200), ("min:50", "max:100"), False),
    ],
)
def test_size_is_compared_as_a_range(staff, match, met):
    facts = company(**DENTIST_IN_DE, staff_min=staff[0], staff_max=staff[1], staff_evidence=seen())
    fit = score(icp(line("hard", "industry", "dental"), line("hard", "size", *match)), facts)
    assert fit.qualified is met


def test_lines_of_one_kind_and_field_are_alternatives():
    lines = [line("hard", "industry", name) for name in ("bakery", "dental", "hotel")]
    assert score(icp(*lines), company(**DENTIST_IN_DE)).value == 1.0


def test_a_narrower_industry_fits_the_wider_one():
    fit = score(icp(line("hard", "industry", "software")), company(industries=(fact("saas"),)))
    assert fit.qualified is True


def test_a_disqualifier_wins_over_everything():
    fit = score(
        icp(line("hard", "industry", "dental"), line("disqualifier", "geography", "DE", value="Germany")),
        company(**DENTIST_IN_DE),
    )
    assert (fit.value, fit.qualified) == (0.0, False)
    assert fit.verdict.startswith("Disqualified")


@pytest.mark.parametrize(
    ("name", "domain", "out"),
    [
        ("Acme", "anything.example", True),
        ("ÁCME!", "anything.example", True),
        ("Something else", "acme.example", True),
        ("Acme Bakery", "acme-bakery.example", False),
        ("We like Acme", "fan.example", False),
    ],
)
def test_a_competitor_is_known_by_its_own_name_not_by_being_mentioned(name, domain, out):
    facts = CompanyFacts(domain=domain, url=URL, name=name, industries=(fact("dental"),))
    rival = line("disqualifier", "keyword", "company:acme", value="Competitor: Acme")
    assert score(icp(line("hard", "industry", "dental"), rival), facts).qualified is not out


@pytest.mark.parametrize("standing", [Standing.CLOSED, Standing.PARKED, Standing.PERSONAL])
def test_a_company_that_is_none_any_more_is_out(standing):
    fit = score(icp(line("hard", "industry", "dental")), company(**DENTIST_IN_DE, standing=standing))
    assert (fit.value, fit.qualified) == (0.0, False)


def test_a_wanted_role_adds_and_a_missing_one_does_not_disqualify():
    person = PersonFact(name="Anna Weiss", title="CEO", role="ceo", evidence=seen())
    wanted = icp(line("hard", "industry", "dental"), line("role", "role", "ceo"))
    with_ceo = score(wanted, company(**DENTIST_IN_DE, people=(person,)))
    without = score(wanted, company(**DENTIST_IN_DE))
    assert with_ceo.value == 1.0 > without.value
    assert without.qualified is True


def test_a_profile_that_decides_nothing_qualifies_nobody():
    for lines in ([], [line("pain", "pain")], [line("hard", "industry")]):
        fit = score(icp(*lines), company(**DENTIST_IN_DE))
        assert (fit.value, fit.qualified, fit.reasons) == (0.0, False, ())


VALUES = {
    LineField.INDUSTRY: ["dental", "software", "saas", "bakery"],
    LineField.GEOGRAPHY: ["DE", "FR", "GB"],
    LineField.SIZE: ["min:10", "min:50", "max:100", "max:5"],
    LineField.TECHNOLOGY: ["shopify", "hubspot"],
    LineField.ROLE: ["ceo", "cto"],
    LineField.SIGNAL: ["hiring", "funding"],
    LineField.LANGUAGE: ["de", "en"],
    LineField.KEYWORD: ["cold storage", "acme"],
}


@st.composite
def lines(draw):
    field = draw(st.sampled_from(list(VALUES)))
    kind = draw(st.sampled_from([LineKind.HARD, LineKind.SOFT, LineKind.DISQUALIFIER, LineKind.ROLE]))
    match = draw(st.lists(st.sampled_from(VALUES[field]), max_size=2, unique=True))
    return line(kind, field, *match, value=f"{field} line")


@st.composite
def companies(draw):
    def some(field):
        return tuple(map(fact, draw(st.lists(st.sampled_from(VALUES[field]), max_size=2, unique=True))))

    low = draw(st.none() | st.integers(1, 500))
    roles = draw(st.lists(st.sampled_from(["ceo", "cto", ""]), max_size=2))
    return company(
        industries=some(LineField.INDUSTRY),
        country=draw(st.none() | st.sampled_from(VALUES[LineField.GEOGRAPHY]).map(fact)),
        staff_min=low,
        staff_max=None if low is None else low + draw(st.integers(0, 100)),
        technologies=some(LineField.TECHNOLOGY),
        signals=some(LineField.SIGNAL),
        languages=tuple(draw(st.lists(st.sampled_from(["de", "en", "fr"]), max_size=2))),
        people=tuple(PersonFact(name="P", role=role, evidence=seen()) for role in roles),
        standing=draw(st.sampled_from(list(Standing))),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(lines(), max_size=6), companies())
def test_fit_is_between_0_and_1_and_the_sum_of_its_reasons(some, facts):
    fit = score(icp(*some), facts)
    assert 0.0 <= fit.value <= 1.0
    assert fit.verdict.endswith(".")
    points = sum(reason.points for reason in fit.reasons)
    if fit.qualified:
        assert fit.value == pytest.approx(points, abs=0.01)
        assert fit.value >= QUALIFIED_FROM
    else:
        assert fit.value <= points + 0.01 or fit.value == 0.0
    assert all(reason.points == 0 for reason in fit.reasons if reason.side != "for")


@settings(max_examples=200, deadline=None)
@given(st.lists(lines(), max_size=6), companies())
def test_the_order_of_lines_never_matters(some, facts):
    there, back = score(icp(*some), facts), score(icp(*reversed(some)), facts)
    assert (there.value, there.qualified) == (back.value, back.qualified)


@settings(max_examples=200, deadline=None)
@given(st.lists(lines(), max_size=5), companies())
def test_a_met_disqualifier_always_wins(some, facts):
    wins = line("disqualifier", "keyword", "company:acme", value="Acme")
    fit = score(icp(*some, wins), facts)
    assert (fit.value, fit.qualified) == (0.0, False)


@settings(max_examples=200, deadline=None)
@given(st.lists(lines(), max_size=5), companies(), lines())
def test_another_alternative_never_makes_a_fit_worse(some, facts, extra):
    same = [one for one in some if (one.kind, one.field) == (extra.kind, extra.field) and one.match]
    if extra.kind is LineKind.DISQUALIFIER or not same or not extra.match:
        return
    assert score(icp(*some, extra), facts).value >= score(icp(*some), facts).value - 0.001
