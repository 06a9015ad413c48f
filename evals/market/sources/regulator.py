"""The regulator: consultations that open and close, rules with dates, notices that change nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from evals.market.events.moments import OPENING, horizon, moments, working_day
from evals.market.events.records import Decoy, Event, Origin
from evals.market.sites.dated import DatedSite
from evals.market.sites.page import Block, Link, Page, Response
from evals.market.sources.story import Story, rss

_HISTORY = timedelta(days=900)


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter before the authority and the days on which it moves on."""

    key: str
    reference: str
    title: str
    body: str
    sectors: tuple[str, ...]
    sellers: Mapping[str, float]
    opened: datetime
    closes: datetime
    adopted: datetime | None = None
    force: datetime | None = None
    withdrawn: datetime | None = None
    reissued: datetime | None = None

    def days(self) -> list[datetime]:
        """Return all days on which something shows."""
        days = (self.opened, self.closes, self.adopted, self.force, self.withdrawn, self.reissued)
        return [day for day in days if day]


class RegulatorSite(DatedSite):
    """The authority's host."""

    def __init__(self, row: Mapping[str, Any], seed: int) -> None:
        self.host, self.name, self.layout = row["host"], row["name"], row["layout"]
        self.language = "en"
        self._row, self._seed = row, seed
        self._words: Mapping[str, str] = row["words"]
        self._forced: list[Matter] = []
        self._known: tuple[datetime, list[Matter], list[datetime]] | None = None

    def impose(self, seller: str, at: datetime, days: int) -> Matter:
        """Adopt a rule now that comes into force soon; the subject is what matters most to a seller."""
        subjects = sorted(self._row["subjects"], key=lambda one: -one["sellers"].get(seller, 0.0))
        number = sum(1 for one in self._forced if one.sellers.get(seller))
        relevant = [one for one in subjects if one["sellers"].get(seller)] or subjects
        row = relevant[number % len(relevant)]
        reference = f"{at.year}/U{len(self._forced) + 1}"
        matter = replace(
            self._matter(row, reference, at), closes=at, adopted=at, force=at + timedelta(days=days)
        )
        self._forced.append(matter)
        self._known = None
        return matter

    def matters(self, at: datetime) -> list[Matter]:
        """Return every matter that has been opened by a moment, the newest first."""
        return [one for one in self._drawn(at)[0] if one.opened <= at]

    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return all moments at which a page changes."""
        return self._drawn(at)[1]

    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""
        words = self._words
        return (
            Link(self.name, "/"),
            Link(words["consultations"], "/consultations"),
            Link(words["rules"], "/rules"),
            Link(words["notices"], "/notices"),
        )

    def content(self, path: str, at: datetime) -> Page | Response | None:
        """Return what is at a path at a moment."""
        path, words = path.rstrip("/") or "/", self._words
        match path:
            case "/":
                newest = Block("articles", "", items=tuple(s.item() for s in self.stories(at)[:8]))
                return Page("/", self.name, (Block("lead", self.name, self._row["intro"]), newest))
            case "/consultations":
                return self._list(words["consultations"], path, [m for m in self.matters(at)], at)
            case "/rules":
                adopted = [m for m in self.matters(at) if m.adopted and m.adopted <= at]
                return self._list(words["rules"], path, adopted, at)
            case "/notices":
                items = tuple(s.item() for s in self.stories(at))
                return Page(
                    path,
                    words["notices"],
                    (Block("heading", words["notices"]), Block("articles", "", items=items)),
                )
            case "/feed.xml":
                return rss(self.host, self.name, self._row["intro"], self.stories(at)[:20])
        found = next((m for m in self.matters(at) if _path(m) == path), None)
        return self._matter_page(found, at) if found else None

    def stories(self, at: datetime) -> list[Story]:
        """Return the notices, the newest first."""
        told = [
            Story(
                event.at,
                event.pages[0].removeprefix(f"http://{self.host}"),
                event.title,
                event.facts["text"],
                event.id,
            )
            for event in self._all_events(at)
        ]
        return sorted(told, key=lambda s: (s.at, s.title), reverse=True)

    def events(self, until: datetime) -> list[Event]:
        """Return what happened since the opening of the world."""
        return [event for event in self._all_events(until) if event.at >= OPENING]

    def _all_events(self, until: datetime) -> list[Event]:
        """Return every day on which a matter moved on."""
        found: list[Event] = []
        for matter in self.matters(until):
            stages = (
                ("consultation_opened", matter.opened, 0.6, None),
                ("consultation_withdrawn", matter.withdrawn, 0.3, None),
                ("rule_adopted", matter.adopted, 1.0, None),
                ("rule_in_force", matter.force, 0.8, None),
                ("rule_reissued", matter.reissued, 0.0, Decoy.REISSUED),
            )
            for kind, at, weight, decoy in stages:
                if at and at <= until:
                    found.append(self._event(matter, kind, at, weight, decoy))
        return found

    def _event(self, matter: Matter, kind: str, at: datetime, weight: float, decoy: Decoy | None) -> Event:
        """Say what one day means and to whom."""
        force = matter.force.strftime("%-d %B %Y") if matter.force else ""
        label = kind.replace("_", " ").capitalize()
        return Event(
            id=f"{self.host}/{matter.reference}/{kind}",
            at=at,
            origin=Origin.REGULATOR,
            kind=kind,
            subject=self.host,
            title=f"{label}: {matter.title}",
            facts={"key": matter.key, "text": matter.body, "force": force, "reference": matter.reference},
            relevance={s: round(w * weight, 3) for s, w in matter.sellers.items() if w * weight > 0},
            looks=dict(matter.sellers) if decoy else {},
            decoy=decoy,
            pages=(f"http://{self.host}{_path(matter)}",),
        )

    def _drawn(self, at: datetime) -> tuple[list[Matter], list[datetime]]:
        """Draw far enough ahead, once."""
        if self._known is None or self._known[0] < at:
            until = horizon(max(at, OPENING))
            found = sorted(
                [*self._draw(until), *self._forced], key=lambda m: (m.opened, m.reference), reverse=True
            )
            self._known = (until, found, sorted({day for one in found for day in one.days()}))
        return self._known[1], self._known[2]

    def _draw(self, until: datetime) -> list[Matter]:
        """Draw matters since long before the opening; subjects come round before one comes again."""
        subjects, found = self._row["subjects"], []
        order: list[int] = []
        salt = f"{self._seed}:{self.host}"
        for number, at in enumerate(moments(salt, self._row["rate"], until, since=OPENING - _HISTORY)):
            rng = Random(f"{salt}:{number}")
            if number % len(subjects) == 0:
                order = Random(f"{salt}:order:{number}").sample(range(len(subjects)), len(subjects))
            row = subjects[order[number % len(subjects)]]
            found.append(self._course(self._matter(row, f"{at.year}/{100 + number}", at), rng))
        return found

    def _matter(self, row: Mapping[str, Any], reference: str, at: datetime) -> Matter:
        """Open a matter."""
        title, body = row["text"].split(" | ", 1)
        closes = working_day(at, 42)
        return Matter(row["key"], reference, title, body, tuple(row["sectors"]), row["sellers"], at, closes)

    def _course(self, matter: Matter, rng: Random) -> Matter:
        """Decide how a matter goes on after its consultation."""
        after = working_day(matter.closes, rng.randint(20, 120))
        if rng.random() < self._row["withdrawn"]:
            return replace(matter, withdrawn=after)
        first = after + timedelta(days=rng.choice((30, 60, 120, 180, 365)))
        force = datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)
        reissued = (
            working_day(force, rng.randint(20, 200)) if rng.random() < self._row["reissued"] / 2 else None
        )
        return replace(matter, adopted=after, force=force, reissued=reissued)

    def _list(self, title: str, path: str, matters: Sequence[Matter], at: datetime) -> Page:
        """List matters with where they stand."""
        items = tuple({"title": m.title, "href": _path(m), "text": self._state(m, at)} for m in matters)
        return Page(
            path, f"{title} – {self.name}", (Block("heading", title), Block("links", "", items=items))
        )

    def _matter_page(self, matter: Matter, at: datetime) -> Page:
        """Write all that is known of one matter."""
        words = self._words
        rows = ((words["reference"], matter.reference), (words["sectors"], ", ".join(matter.sectors) or "–"))
        notes = []
        if matter.reissued and matter.reissued <= at:
            notes = [Block("text", "", words["correction"].format(day=_day(matter.reissued)))]
        blocks = (Block("heading", matter.title), Block("text", self._state(matter, at), matter.body), *notes)
        return Page(_path(matter), f"{matter.title} – {self.name}", (*blocks, Block("facts", "", rows=rows)))

    def _state(self, matter: Matter, at: datetime) -> str:
        """Say where a matter stands."""
        words = self._words
        if matter.withdrawn and matter.withdrawn <= at:
            return words["withdrawn"].format(day=_day(matter.withdrawn))
        if matter.adopted and matter.force and matter.adopted <= at:
            key = "force" if matter.force <= at else "due"
            return f"{words['adopted'].format(day=_day(matter.adopted))}. {words[key].format(day=_day(matter.force))}"
        return words["open" if at < matter.closes else "closed"].format(day=_day(matter.closes))


def _path(matter: Matter) -> str:
    """Return where a matter lives."""
    return f"/matters/{matter.reference.replace('/', '-').lower()}"


def _day(at: datetime) -> str:
    return at.strftime("%-d %B %Y")
