"""Prospecting's scorer: who counts as right, found, repeated; what a visitor sees; why something was missed."""

from datetime import UTC, datetime

import pytest

from domain.accounts import CompanyFacts, Fact
from domain.icp import LineField
from domain.knowledge import Evidence
from domain.labels import web_label
from evals.suites.prospecting.audiences import Audience, Truth, audiences
from evals.suites.prospecting.compare import Counts, counts, world_of
from evals.suites.prospecting.explain import explain
from evals.suites.prospecting.search_run import SearchRun, Written
from evals.suites.prospecting.visible import shows, visible_lines

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LAWYERS = Audience(
    "lawyers",
    ("law firms",),
    ("Austria",),
    "10 to 50 people",
    frozenset({"law"}),
    frozenset({"AT"}),
    (10, 50),
)


def company(*domains: str, **changes: object) -> Truth:
    values: dict[str, object] = {
        "domains": domains,
        "name": domains[0],
        "industry": "law",
        "country": "AT",
        "employees": 20,
        "status": "active",
        "readable": True,
        "country_visible": True,
        "staff_visible": True,
        "quirks": (),
    }
    return Truth(**{**values, **changes})  # type: ignore[arg-type]


FITTING = company("good.example", "good-group.example")
SHY = company("shy.example", staff_visible=False)
SECRETLY_BIG = company("big.example", employees=900, staff_visible=False)
CLOSED = company("closed.example", status="closed")
BAKER = company("bread.example", industry="bakery")
WORLD = world_of([FITTING, SHY, SECRETLY_BIG, CLOSED, BAKER])


def written(domain: str, verdict: str = "", reasons: tuple[tuple[str, str], ...] = ()) -> Written:
    quote = Evidence(url=f"http://{domain}/", quote="We bake.", seen_at=NOW, label=web_label("x"))
    facts = CompanyFacts(
        domain=domain, url=f"http://{domain}/", industries=(Fact(value="food", evidence=quote),)
    )
    return Written(domain, domain, not verdict, verdict, reasons, facts)


def test_every_audience_is_understood_by_the_products_own_lists() -> None:
    for audience in audiences().values():
        lines = audience.lines(NOW)
        assert all(line.match for line in lines)
        assert {LineField.INDUSTRY, LineField.GEOGRAPHY} <= {line.field for line in lines}


def test_a_kept_secret_counts_for_nobody_but_the_strict_count() -> None:
    found = counts(LAWYERS, WORLD, ["good.example", "big.example"], [])
    assert (found.taken, found.right, found.right_strict) == (2, 2, 1)


def test_wrong_closed_and_unknown_companies_cost_precision() -> None:
    found = counts(LAWYERS, WORLD, ["good.example", "bread.example", "closed.example", "list.example"], [])
    assert (found.taken, found.right) == (4, 1)


def test_recall_asks_for_what_the_sites_tell_and_also_for_all() -> None:
    found = counts(LAWYERS, WORLD, ["good-group.example"], [])
    assert (found.wanted, found.wanted_found) == (1, 1)
    assert (found.wanted_all, found.wanted_all_found) == (2, 1)


def test_a_second_domain_of_one_company_is_a_duplicate() -> None:
    found = counts(LAWYERS, WORLD, [], ["good.example", "good-group.example", "unknown.example"])
    assert (found.records, found.repeated) == (3, 1)


def test_counts_add_up() -> None:
    assert Counts(1, 2, 3) + Counts(10, 20, 30) == Counts(11, 22, 33)


def test_a_truth_row_of_the_market_is_read() -> None:
    row = {
        "domains": ["a.example"],
        "name": "A",
        "industry": "law",
        "country": "AT",
        "employees": 3,
        "status": "active",
        "robots_blocked": True,
        "quirks": ["slow"],
        "visible": {"city": False, "phone": True, "director": False, "employees": True},
    }
    truth = Truth.parse(row)
    assert (truth.readable, truth.country_visible, truth.staff_visible) == (False, True, True)


@pytest.mark.parametrize(
    "html",
    [
        "<div style='display: none'>secret text</div>",
        "<p hidden>secret text</p>",
        "<!-- secret text -->",
        "<script>var a = 'secret text'</script>",
        "<title>secret text</title>",
        '<meta name="description" content="secret text">',
        '<span style="position:absolute;left:-9999px">secret text</span>',
        '<p style="color:#ffffff;font-size:1px">secret <b>text</b></p>',
    ],
)
def test_what_nobody_sees_is_not_visible(html: str) -> None:
    lines = visible_lines(f"<body><p>Shown</p>{html}<p>Also shown</p></body>")
    assert lines == ["Shown", "Also shown"]


def test_a_quote_stands_in_one_block_over_inline_tags_and_line_breaks() -> None:
    lines = visible_lines("<ul><li>We are <b>40</b><br>people<li>in  Graz</ul>")
    assert shows(lines, "We are 40 people")
    assert not shows(lines, "people in Graz")
    assert not shows(lines, " ")


def test_a_page_filled_by_a_script_is_unpacked() -> None:
    import base64

    packed = base64.b64encode(f"<p>Hidden from the lazy.</p>{'<i></i>' * 60}".encode()).decode()
    lines = visible_lines(f'<div id="root"></div><script>var d="{packed}"</script>')
    assert "Hidden from the lazy." in lines


def test_explain_names_causes_confusions_and_examples() -> None:
    miss = written(
        "good.example", "Not qualified: industry …", (("against", "Industry does not fit: food."),)
    )
    run = SearchRun(LAWYERS, (written("bread.example"), miss), (), (), 2, 1.0)
    text = explain(run, world_of([FITTING, BAKER]), {})
    assert "wrong 1: wrong industry" in text and "bakery read as food" in text
    assert "missed 1: industry read wrong" in text and "law read as food" in text
    assert "e.g. good.example" in text and "We bake." in text


def test_explain_tells_never_visited_from_not_written() -> None:
    run = SearchRun(LAWYERS, (), (), (), 0, 1.0)
    world = world_of([FITTING])
    assert "missed 1: never visited" in explain(run, world, {})
    assert "missed 1: visited, not written" in explain(run, world, {"www.good.example": 3})
