"""The trade news: reports what happened, sometimes late, sometimes not at all, among much that is beside the point.

It also prints what only looks like news: old stories under a new date, rumours it takes back, and namesakes.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from evals.market.events.moments import OPENING, draw_key, horizon, moments, working_day
from evals.market.events.records import Decoy, Event, Happening, Origin
from evals.market.rivals.records import MoveKind
from evals.market.rivals.site import RivalSite
from evals.market.sites.dated import DatedSite
from evals.market.sites.page import Block, Link, Page, Response
from evals.market.sources.story import Story, atom, rss
from evals.market.world.naming import slugify

_HISTORY = timedelta(days=300)
_OLD = timedelta(days=90)
_LATER_IN_THE_DAY = timedelta(hours=2)
_LOOKS = 0.7


class PressSite(DatedSite):
    """The host of the trade news."""

    def __init__(
        self,
        row: Mapping[str, Any],
        seed: int,
        rivals: Sequence[RivalSite],
        reported: Sequence[Happening],
        large: Callable[[str], bool],
    ) -> None:
        self.host, self.name, self.layout = row["host"], row["name"], row["layout"]
        self.language = "en"
        self._row, self._salt = row, f"{seed}:{row['host']}"
        self._words: Mapping[str, str] = row["words"]
        self._rivals, self._reported, self._large = rivals, reported, large
        self._urgent: set[str] = set()
        self._known: tuple[datetime, list[Story], list[datetime], dict[str, Story]] | None = None

    def report(self, event: str) -> None:
        """Report an event for certain, at once."""
        self._urgent.add(event)
        self._known = None

    def stories(self, at: datetime) -> list[Story]:
        """Return what has been printed by a moment, the newest first."""
        _, stories, days, _ = self._drawn(at)
        return stories[: bisect_right(days, at)][::-1]

    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return all moments at which something is printed."""
        return self._drawn(at)[2]

    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""
        words = self._words
        return (Link(words["news"], "/"), Link(words["archive"], "/archive"), Link(words["about"], "/about"))

    def content(self, path: str, at: datetime) -> Page | Response | None:
        """Return what is at a path at a moment."""
        path = path.rstrip("/") or "/"
        match path:
            case "/":
                head = Block("lead", self.name, self._row["intro"])
                return Page(
                    path, self.name, (head, self._articles(self.stories(at)[: self._row["page_size"]]))
                )
            case "/about":
                return Page(path, self._words["about"], (Block("text", "", self._row["intro"]),))
            case "/archive":
                return self._archive(at)
            case "/feed.xml":
                return rss(
                    self.host, self.name, self._row["intro"], self.stories(at)[: self._row["page_size"]]
                )
            case "/atom.xml":
                return atom(self.host, self.name, self.stories(at)[: self._row["page_size"]])
        return (
            self._month(path.removeprefix("/archive/"), at)
            if path.startswith("/archive/")
            else self._story(path, at)
        )

    def events(self, until: datetime) -> list[Event]:
        """Return what only looked like news since the opening, and when a rumour was taken back."""
        return [event for event, _ in self._decoys(until) if event.at <= until]

    def _drawn(self, at: datetime) -> tuple[datetime, list[Story], list[datetime], dict[str, Story]]:
        """Write everything up to the horizon, once."""
        if self._known is None or self._known[0] < at:
            until = horizon(max(at, OPENING))
            written = [
                *self._reports(until),
                *(story for _, story in self._decoys(until)),
                *self._filler(until),
            ]
            stories = sorted(written, key=lambda s: (s.at, s.path))
            self._known = (until, stories, [s.at for s in stories], {s.path: s for s in stories})
        return self._known

    def _reports(self, until: datetime) -> list[Story]:
        """Report on some of what happened."""
        found = []
        for source in self._reported:
            for event in source.events(until):
                at = self._printed_at(event)
                if at is not None:
                    body = self._words_for(event)
                    found.append(self._print(at, event.title, body, event.id))
        return found

    def _printed_at(self, event: Event) -> datetime | None:
        """Decide whether and when an event is reported."""
        if event.id in self._urgent:
            return event.at
        rng = Random(f"{self._salt}:{event.id}")
        if rng.random() >= self._row["covers"].get(event.kind, 0.0):
            return None
        if event.origin is Origin.COMPANY and not self._large(event.subject):
            return None
        seen = min(event.at, event.told_at or event.at) + _LATER_IN_THE_DAY
        return working_day(seen, int(draw_key(self._row["later"], rng)))

    def _words_for(self, event: Event) -> str:
        """Tell an event."""
        form = "vendor" if event.origin is Origin.RIVAL else "plain"
        known = min(event.at, event.told_at or event.at)
        return str(self._row[form].format(body=event.facts["text"], day=f"{known:%-d %B}"))

    def _decoys(self, until: datetime) -> list[tuple[Event, Story]]:
        """Draw what only looks like news, with its stories."""
        rows, found = self._row["decoys"], []
        salt = f"{self._salt}:decoys"
        for number, at in enumerate(moments(salt, rows["rate"], until)):
            rng = Random(f"{salt}:{number}")
            kind, rival = Decoy(draw_key(rows["kinds"], rng)), rng.choice(self._rivals)
            if kind is Decoy.REPUBLISHED:
                words = _old_story(rival, at, rng)
            else:
                words = _fill(rng.choice(rows[kind]), rival, rows, rng)
            if not words:
                continue
            found.append(self._decoy(f"{self.host}/{kind}/{number}", kind, at, rival, words))
            if kind is Decoy.RUMOUR:
                denied = _fill(rows["denied"][0], rival, rows, rng)
                later = working_day(at, rng.randint(3, 9))
                found.append(
                    self._decoy(f"{self.host}/denied/{number}", kind, later, rival, denied, "rumour_denied")
                )
        return found

    def _decoy(
        self, name: str, decoy: Decoy, at: datetime, rival: RivalSite, words: str, kind: str = ""
    ) -> tuple[Event, Story]:
        """Write down a decoy and what is printed."""
        title, body = words.split(" | ", 1)
        story = self._print(at, title, body, name)
        looks = {} if kind else {rival.rival.market.seller: _LOOKS}
        pages = (f"http://{self.host}{story.path}",)
        facts = {"text": body, "about": rival.host}
        event = Event(
            name,
            at,
            Origin.PRESS,
            kind or decoy.value,
            self.host,
            title,
            facts,
            looks=looks,
            decoy=decoy,
            pages=pages,
        )
        return event, story

    def _filler(self, until: datetime) -> list[Story]:
        """Print what fills the other pages."""
        rows, found = self._row["filler"], []
        salt = f"{self._salt}:filler"
        for number, at in enumerate(moments(salt, rows["rate"], until, since=OPENING - _HISTORY)):
            rng = Random(f"{salt}:{number}")
            text = rng.choice(rows["texts"]).format(
                trade=rng.choice(rows["trades"]), percent=rng.randint(3, 41), count=rng.randint(40, 900)
            )
            title, body = text.split(" | ", 1)
            found.append(self._print(at, title[0].upper() + title[1:], body))
        return found

    def _print(self, at: datetime, title: str, body: str, event: str = "") -> Story:
        """Give a story its address."""
        return Story(at, f"/{at:%Y/%m/%d}-{slugify(title)[:60]}", title, body, event)

    def _articles(self, stories: Sequence[Story]) -> Block:
        return Block("articles", "", items=tuple(s.item() for s in stories))

    def _archive(self, at: datetime) -> Page:
        """List the months."""
        months = sorted({(s.at.year, s.at.month) for s in self.stories(at)}, reverse=True)
        names = [f"{year}-{month:02d}" for year, month in months]
        items = tuple({"title": name, "href": f"/archive/{name}", "text": ""} for name in names)
        title = self._words["archive"]
        return Page("/archive", title, (Block("heading", title), Block("links", "", items=items)))

    def _month(self, month: str, at: datetime) -> Page | None:
        """List one month."""
        year, _, number = month.partition("-")
        wanted = (int(year), int(number)) if year.isdigit() and number.isdigit() else None
        found = [s for s in self.stories(at) if (s.at.year, s.at.month) == wanted]
        title = self._words["month"].format(month=month)
        return (
            Page(f"/archive/{month}", title, (Block("heading", title), self._articles(found)))
            if found
            else None
        )

    def _story(self, path: str, at: datetime) -> Page | None:
        """Print one story."""
        story = self._drawn(at)[3].get(path)
        if story is None or story.at > at:
            return None
        blocks = (
            Block("heading", story.title),
            Block("text", f"{story.at:%-d %B %Y}", story.body),
            Block("note", "", self._row["byline"]),
        )
        return Page(path, f"{story.title} – {self.name}", blocks)


def _old_story(rival: RivalSite, at: datetime, rng: Random) -> str:
    """Take up what a vendor told long ago, new to whoever does not check its date; "" when it told nothing then."""
    old = [step for step in rival.posts(at) if (step.move.told_at or at) < at - _OLD]
    telling = [step for step in old if step.move.kind is not MoveKind.OUTAGE] or old
    if not telling:
        return ""
    step = rng.choice(telling)
    return f"{rival.name}: {step.title} | {step.body}"


def _fill(template: str, rival: RivalSite, rows: Mapping[str, Any], rng: Random) -> str:
    """Put a vendor and some figures into a text."""
    return template.format(
        name=rival.name,
        city=rng.choice(rows["cities"]),
        amount=rng.randint(3, 40),
        percent=rng.choice((15, 20, 30, 40)),
    )
