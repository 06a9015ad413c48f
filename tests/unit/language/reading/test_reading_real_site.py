"""A real company's site, when the shared data is there: every quote is on its page, every field is sane."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.icp import LineField, LineKind
from domain.knowledge import Page
from language.offline.reading.icp import propose_icp
from language.offline.reading.profile import read_profile
from tools.read.web.fetch import Fetched
from tools.read.web.page import read_page

DATA = Path(__file__).parents[4].parent / "shared" / "data" / "sites"
MOST_PAGES = 30


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    """Thirty pages, home first, the blog last, as a crawler would choose."""
    roots = sorted(DATA.glob("*/index.html"))
    if not roots:
        pytest.skip(f"the shared site data is not there: {DATA}")
    root = roots[0].parent
    files = sorted(root.rglob("index.html"), key=lambda file: ("blog" in file.parts, file != roots[0], file))
    return [_read(root, file) for file in files[:MOST_PAGES]]


def _read(root: Path, file: Path) -> Page:
    path = file.parent.relative_to(root).as_posix().strip(".")
    return read_page(
        Fetched(
            url=f"http://{root.name}/{path}",
            status=200,
            headers={"content-type": "text/html; charset=utf-8"},
            body=file.read_bytes(),
            fetched_at=datetime(2026, 1, 5, tzinfo=UTC),
        )
    )


def test_profile_and_icp_hold_and_every_quote_is_on_its_page(pages):
    by_url = {page.url: page for page in pages}

    profile = read_profile(pages[0].url, pages)
    lines = propose_icp(profile, pages)

    for evidence in [one for entry in (*profile.facts, *lines) for one in entry.evidence]:
        assert by_url[evidence.url].shows(evidence.quote)
    assert profile.name.lower() == profile.domain.split(".")[0]
    assert {"name", "offer", "audience", "pricing", "customer", "proof", "competitor", "region"} <= {
        fact.field for fact in profile.facts
    }
    assert len(profile.values("customer")) >= 5
    assert len([line for line in lines if line.kind == LineKind.HARD]) >= 3
    assert any(line.field == LineField.TECHNOLOGY for line in lines)
    assert any(line.kind == LineKind.PAIN for line in lines)
