"""Search queries of a wide market: a limited number still touches every industry and every country."""

from datetime import UTC, datetime

from domain.icp import Icp, IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from domain.labels import owner_label
from language.offline.lexicon.canonical import country_label, industry_label
from language.offline.reading import search_queries

INDUSTRIES = ("hotels", "restaurants", "law", "construction", "logistics", "manufacturing")
COUNTRIES = ("GB", "IE", "US", "CA", "SE", "DK", "NO", "FI")
SAID = Evidence(
    url="conversation:1", quote="words", seen_at=datetime(2026, 1, 5, tzinfo=UTC), label=owner_label("owner")
)


def line(field: LineField, *match: str) -> IcpLine:
    return IcpLine(kind=LineKind.HARD, field=field, value=match[0], match=match, evidence=(SAID,))


def test_a_limit_far_below_all_pairs_leaves_out_no_industry_and_no_country() -> None:
    lines = (line(LineField.INDUSTRY, *INDUSTRIES), line(LineField.GEOGRAPHY, *COUNTRIES))
    icp = Icp.model_construct(lines=lines)
    asked = " | ".join(search_queries(icp, 2 * len(INDUSTRIES) + len(COUNTRIES)))
    assert all(country_label(code) in asked for code in COUNTRIES)
    assert all(industry_label(slug, "en") in asked for slug in INDUSTRIES)


def test_with_room_every_pair_is_asked_once() -> None:
    lines = (line(LineField.INDUSTRY, *INDUSTRIES), line(LineField.GEOGRAPHY, *COUNTRIES[:4]))
    asked = search_queries(Icp.model_construct(lines=lines), 1000)
    assert len(asked) == len(set(asked))
    for slug in INDUSTRIES:
        for code in COUNTRIES[:4]:
            assert f"{industry_label(slug, 'en')} in {country_label(code)}" in asked
