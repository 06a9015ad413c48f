"""What happens in the world after it opened: the same for a seed, seen on the pages on its day, true behind them."""

import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evals.market.buyers.economics import all_economics
from evals.market.changes.records import ChangeKind
from evals.market.changes.residents import Residents
from evals.market.changes.site import LivingSite
from evals.market.events.moments import OPENING, moments
from evals.market.events.records import Decoy, Event, Origin
from evals.market.events.scene import Scene
from evals.market.events.shocks import NoSuchThingError, Shocks
from evals.market.mail.faults import Outages
from evals.market.rivals.load import load_rivals
from evals.market.rivals.records import MoveKind
from evals.market.search.documents import dated_documents
from evals.market.search.index import Document, SearchIndex
from evals.market.sites.internet import Internet
from evals.market.sites.page import Request, Response
from evals.market.sites.sellers import load_sellers
from evals.market.world.atlas import Atlas, load_atlas
from evals.market.world.generate import generate_companies
from evals.market.world.records import Company

COMPANIES = 500
LATER = datetime(2027, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return load_atlas()


@pytest.fixture(scope="module")
def companies(atlas: Atlas) -> tuple[Company, ...]:
    return generate_companies(atlas, 7, COMPANIES)


@pytest.fixture(scope="module")
def scene(atlas: Atlas, companies: tuple[Company, ...]) -> Scene:
    return make_scene(atlas, companies)


@pytest.fixture(scope="module")
def events(scene: Scene) -> list[Event]:
    return scene.events(OPENING, LATER)


def make_scene(atlas: Atlas, companies: tuple[Company, ...], seed: int = 7) -> Scene:
    return Scene(atlas, companies, load_sellers(), seed)


def net_of(atlas: Atlas, companies: tuple[Company, ...], scene: Scene) -> Internet:
    living = {one.host: LivingSite(atlas, one, (), scene.book) for one in companies}
    return Internet({**living, **{site.host: site for site in scene.sites}})


def fetch(net: Internet, url: str, at: datetime) -> Response:
    host, _, path = url.removeprefix("http://").partition("/")
    answer = net.answer(Request(host, f"/{path}", at=at))
    assert answer is not None, url
    return answer


def test_a_seed_gives_one_calendar_and_another_seed_another(atlas, companies, events):
    again = make_scene(atlas, companies).events(OPENING, LATER)
    assert [one.shown() for one in again] == [one.shown() for one in events]
    other = make_scene(atlas, generate_companies(atlas, 8, COMPANIES), seed=8).events(OPENING, LATER)
    assert [one.shown() for one in other] != [one.shown() for one in events]


def test_looking_further_ahead_changes_nothing_that_was_seen(atlas, companies, events):
    fresh = make_scene(atlas, companies)
    near = fresh.events(OPENING, NOW)
    assert [one.id for one in near] == [one.id for one in events if one.at <= NOW]
    fresh.events(OPENING, datetime(2029, 6, 1, tzinfo=UTC))
    assert [one.shown() for one in fresh.events(OPENING, LATER)] == [one.shown() for one in events]
    assert moments("a", 9, LATER)[:3] == moments("a", 9, LATER + timedelta(days=400))[:3]


def test_a_restarted_market_shows_the_same_pages_at_the_same_moments(atlas, companies, scene):
    nets = [net_of(atlas, companies, one) for one in (scene, make_scene(atlas, companies))]
    other = net_of(atlas, companies, make_scene(atlas, companies, seed=9))
    differing = 0
    for site in scene.sites[:22]:
        for link in site.menu():
            url = f"http://{site.host}{link.href}"
            first, second = (fetch(net, url, LATER) for net in nets)
            assert (first.body, dict(first.headers)) == (second.body, dict(second.headers)), url
            differing += first.body != fetch(other, url, LATER).body
    assert differing > 20


def test_every_kind_of_thing_happens_and_some_only_seem_to(events):
    kinds = Counter((one.origin, one.kind) for one in events)
    assert {kind.value for kind in MoveKind} <= {kind for origin, kind in kinds if origin is Origin.RIVAL}
    assert {kind.value for kind in ChangeKind} <= {kind for origin, kind in kinds if origin is Origin.COMPANY}
    assert {one.decoy for one in events} >= set(Decoy) - {Decoy.REISSUED}
    for seller in [one.host for one in load_sellers()]:
        true = [one for one in events if one.relevance.get(seller)]
        seeming = [one for one in events if one.decoy and one.looks.get(seller)]
        assert len(true) >= 20, seller
        assert seeming, seller
    assert all(not one.relevance for one in events if one.decoy)


def test_a_page_changes_on_the_day_of_the_move_and_its_headers_say_so(atlas, companies, scene, events):
    net = net_of(atlas, companies, scene)
    priced = [one for one in events if one.kind in {"price_cut", "price_rise", "discontinued", "currency"}]
    assert len(priced) > 15
    for event in priced:
        before, after = (fetch(net, event.pages[0], at) for at in (event.at - SECOND, event.at))
        assert before.body != after.body
        assert before.headers["ETag"] != after.headers["ETag"]
        assert after.headers["Last-Modified"] == event.at.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_nothing_changes_between_its_last_modification_and_now(atlas, companies, scene):
    net = net_of(atlas, companies, scene)
    form = "%a, %d %b %Y %H:%M:%S %Z"
    for site in scene.sites[:22]:
        for link in site.menu():
            url = f"http://{site.host}{link.href}"
            now = fetch(net, url, LATER)
            changed = datetime.strptime(now.headers["Last-Modified"], form).replace(tzinfo=UTC)
            assert fetch(net, url, changed).body == now.body, url
            if changed > OPENING:
                assert fetch(net, url, changed - SECOND).body != now.body, url


def test_news_tells_a_move_from_the_day_it_is_told_or_never(atlas, companies, scene, events):
    net = net_of(atlas, companies, scene)
    moves = [one for one in events if one.origin is Origin.RIVAL]
    assert any(one.told_at is None for one in moves)
    assert any(one.told_at and one.told_at.date() > one.at.date() for one in moves)
    for event in [one for one in moves if one.told_at][:40]:
        assert event.told_at
        assert fetch(net, event.pages[-1], event.told_at).status == 200
        assert fetch(net, event.pages[-1], event.told_at - SECOND).status == 404


def test_what_is_said_to_be_seen_on_a_page_is_there(atlas, companies, scene, events):
    net = net_of(atlas, companies, scene)
    told = [
        one
        for one in events
        if one.origin in {Origin.PRESS, Origin.REGULATOR, Origin.ECONOMY, Origin.PARTNER}
    ]
    for event in told:
        for page in event.pages:
            assert fetch(net, page, event.at).status == 200, page


def test_a_new_price_list_in_another_currency_is_no_cut(scene, events):
    listed = [one for one in events if one.decoy is Decoy.CURRENCY]
    assert listed
    for event in listed:
        rival = scene.rival(event.subject)
        assert rival is not None
        assert rival.stand(event.at - SECOND).plans == rival.stand(event.at).plans
        assert rival.stand(event.at - SECOND).currency != rival.stand(event.at).currency


def test_an_old_story_under_a_new_date_was_told_long_before(scene, events):
    for event in [one for one in events if one.decoy is Decoy.REPUBLISHED]:
        rival = scene.rival(event.facts["about"])
        assert rival is not None
        original = [one for one in rival.posts(event.at) if one.body == event.facts["text"]]
        assert min(one.move.told_at for one in original if one.move.told_at) < event.at - timedelta(days=80)


@pytest.mark.parametrize("seed", range(20, 28))
def test_every_seed_has_a_calendar_though_a_vendor_told_nothing_long_ago(atlas, companies, seed):
    assert make_scene(atlas, companies, seed).events(OPENING, NOW + timedelta(days=60))


def test_a_rumour_is_taken_back(events):
    rumours = [one for one in events if one.kind == "rumour" and one.at < LATER - timedelta(days=15)]
    denied = [one for one in events if one.kind == "rumour_denied"]
    for rumour in rumours:
        assert any(
            0 < (one.at - rumour.at).days <= 15
            for one in denied
            if one.facts["about"] == rumour.facts["about"]
        )


def test_an_advert_is_up_from_its_day_and_comes_down_again(atlas, companies, scene, events):
    net = net_of(atlas, companies, scene)
    clear = {one.domain for one in companies if not one.quirks}
    adverts = [one for one in events if one.kind == "job_signal" and one.subject in clear]
    assert len(adverts) > 20
    for event in adverts[:20]:
        title = event.facts["job"].encode()
        assert title in fetch(net, event.pages[-1], event.at).body, event.pages
        assert title not in fetch(net, event.pages[-1], event.at - SECOND).body
        assert title not in fetch(net, event.pages[-1], event.at + timedelta(days=46)).body


def test_a_company_that_nothing_happened_to_looks_as_it_did(atlas, companies, scene):
    net = net_of(atlas, companies, scene)
    calm = [one for one in companies if not one.quirks and not scene.book.moments(one, LATER)][:20]
    for company in calm:
        first, later = (net.answer(Request(company.host, "/", at=at)) for at in (None, LATER))
        assert first == later


def test_a_new_head_is_on_the_page_and_reads_mail_from_the_first_day(atlas, companies, scene, events):
    joined = [one for one in events if one.kind == "new_head"]
    for event in joined:
        address = event.facts["email"]
        known = [
            Residents(atlas, companies, scene.book, lambda at=at: at) for at in (event.at - SECOND, event.at)
        ]
        found = [one.find(address) for one in known]
        assert [one.reachable for one in found if one] == [False, True], address
        assert found[1] is not None and found[1].name == event.facts["person"]
    shown = next(one for one in joined if any("team" in page for page in one.pages))
    company = scene.book.company(shown.subject, shown.at)
    assert company is not None and shown.facts["person"] in {one.name for one in company.people}


def test_a_closed_company_says_so_and_nothing_else(atlas, companies, scene, events):
    net = net_of(atlas, companies, scene)
    for event in [one for one in events if one.kind == "closing"]:
        company = next(one for one in companies if one.domain == event.subject)
        assert event.told_at and event.told_at < event.at
        assert fetch(net, company.url, event.at).headers["Last-Modified"].endswith("GMT")
        assert fetch(net, f"{company.url}about", event.at).status == 404


def test_feeds_and_series_are_well_formed_and_only_grow(atlas, companies, scene):
    net = net_of(atlas, companies, scene)
    press = scene.press
    for path, tag in (("feed.xml", "item"), ("atom.xml", "{http://www.w3.org/2005/Atom}entry")):
        root = ET.fromstring(fetch(net, f"http://{press.host}/{path}", NOW).body.decode())
        assert len(list(root.iter(tag))) == 20
    early, late = (
        fetch(net, f"http://{scene.economy.host}/series/insolvencies/de.csv", at).body.decode().splitlines()
        for at in (NOW, LATER)
    )
    assert late[: len(early)] == early
    assert early[0] == "month,value"
    assert early[-1].startswith("2026-09,")
    assert late[-1].startswith("2027-07,")


def test_search_finds_a_story_only_after_it_was_printed(scene):
    index = SearchIndex(
        [Document("http://a.example/", "A shop", "We sell shoes."), *dated_documents(scene.sites, NOW)]
    )
    story = next(one for one in scene.press.stories(NOW) if one.at > OPENING)
    found = {
        at: {hit.document.url for hit in index.search(story.title, at)}
        for at in (story.at, story.at - SECOND)
    }
    url = f"http://{scene.press.host}{story.path}"
    assert url in found[story.at]
    assert url not in found[story.at - SECOND]


def test_rivals_and_purses_fit_the_world(atlas, companies, scene):
    markets = {one.host: [] for one in load_sellers()}
    for rival in load_rivals():
        markets[rival.market.seller].append(rival.name)
    functions = {one.function for one in atlas.roles}
    for host, economics in all_economics().items():
        assert set(economics.industries) <= set(atlas.industries)
        assert set(economics.functions) <= functions
        assert economics.countries <= set(atlas.countries)
        assert list(economics.rivals) == markets.get(host, [])
    assert all(3 <= len(names) <= 6 for names in markets.values())
    assert not {site.host for site in scene.sites} & {one.domain for one in companies}


def test_a_world_that_stands_still_has_no_calendar(atlas, companies):
    still = Scene(atlas, companies, load_sellers(), 7, still=True)
    assert still.events(OPENING, LATER) == []
    assert still.book.all_as_of(LATER) == list(companies)


def test_a_commanded_price_cut_and_rule_are_seen_at_once_and_after_a_restart(
    atlas, companies, tmp_path: Path
):
    def world() -> tuple[Scene, Shocks]:
        scene = make_scene(atlas, companies)
        return scene, Shocks(scene, Outages(lambda: NOW), ("a@b.example",), tmp_path / "shocks.jsonl")

    scene, shocks = world()
    before = {one.id for one in scene.events(OPENING, NOW)}
    cut = shocks.strike("competitor_cuts_price", {"seller": "frostwerk.example", "percent": 10}, NOW)
    rule = shocks.strike("regulation_changes", {"seller": "frostwerk.example", "days": 21}, NOW)
    net = net_of(atlas, companies, scene)
    assert cut.facts["after"] in fetch(net, f"http://{cut.subject}/preise", NOW).body.decode()
    assert rule.facts["rule"] in fetch(net, f"http://{rule.subject}/rules", NOW).body.decode()
    front = fetch(net, f"http://{scene.press.host}/", NOW).body.decode()
    assert rule.facts["rule"] in front
    assert rule.facts["force"].startswith("2026-11-23")
    new = [one for one in scene.events(OPENING, NOW) if one.id not in before]
    assert {one.kind for one in new} >= {
        "price_cut",
        "rule_adopted",
        "competitor_cuts_price",
        "regulation_changes",
    }
    assert all(
        one.relevance == {"frostwerk.example": 1.0}
        for one in new
        if one.kind in {"price_cut", "rule_adopted"}
    )
    again, remembered = world()
    remembered.remember()
    assert [one.shown() for one in again.events(OPENING, LATER)] == [
        one.shown() for one in scene.events(OPENING, LATER)
    ]


def test_a_shock_that_names_nothing_of_this_world_is_refused(atlas, companies):
    shocks = Shocks(make_scene(atlas, companies), Outages(lambda: NOW), ("a@b.example",))
    for name, given in (
        ("earthquake", {}),
        ("mailbox_dies", {"mailbox": "nobody@b.example"}),
        ("competitor_cuts_price", {"rival": "nobody"}),
        ("competitor_cuts_price", {"percent": 100}),
    ):
        with pytest.raises(NoSuchThingError):
            shocks.strike(name, given, NOW)
