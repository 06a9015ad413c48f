"""The site of a vendor: pages that follow its moves, and the events these moves are. Content only, no drawing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from evals.market.events.moments import OPENING, horizon
from evals.market.events.records import Decoy, Event, Origin
from evals.market.rivals.moves import draw_history, draw_moves, money, opening, play, playbook, retell
from evals.market.rivals.records import Move, MoveKind, Rival, Stand, Step
from evals.market.sites.dated import DatedSite
from evals.market.sites.page import Block, Link, Page
from evals.market.world.naming import slugify

_SHOWN = {
    MoveKind.PRICE_CUT: "pricing",
    MoveKind.PRICE_RISE: "pricing",
    MoveKind.DISCONTINUED: "pricing",
    MoveKind.CURRENCY: "pricing",
    MoveKind.FEATURE: "features",
    MoveKind.POSITIONING: "home",
    MoveKind.HIRING: "jobs",
    MoveKind.ACQUISITION: "about",
    MoveKind.OUTAGE: "status",
}
_STEADY_JOBS = 1


class RivalSite(DatedSite):
    """One vendor on the net."""

    def __init__(self, rival: Rival, seed: int, country: str) -> None:
        self.rival = rival
        self.host, self.name = rival.host, rival.name
        self.language, self.layout = rival.market.language, rival.layout
        self._seed, self._country = seed, country
        self._tongue: Mapping[str, Any] = playbook()["tongues"][self.language]
        self._paths: Mapping[str, str] = self._tongue["paths"]
        self._first = opening(rival, seed)
        self._before = retell(rival, self._first, draw_history(rival, seed))
        self._forced: list[Move] = []
        self._known: tuple[datetime, list[Step], list[datetime]] | None = None

    def force(self, move: Move) -> None:
        """Let something happen out of turn."""
        self._forced.append(move)
        self._known = None

    def steps(self, until: datetime) -> list[Step]:
        """Return the moves since the opening until a moment."""
        return [step for step in self._drawn(until)[0] if step.move.at <= until]

    def stand(self, at: datetime) -> Stand:
        """Return how the vendor stands at a moment."""
        steps = self.steps(at)
        return steps[-1].after if steps else self._first

    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return all moments at which a page changes."""
        return self._drawn(at)[1]

    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""
        labels = self._tongue["labels"]
        return tuple(Link(labels[kind], path) for kind, path in self._paths.items())

    def content(self, path: str, at: datetime) -> Page | None:
        """Return what is at a path at a moment."""
        makers = {
            "home": self._home,
            "pricing": self._pricing,
            "features": self._features,
            "news": self._news,
            "jobs": self._jobs,
            "about": self._about,
            "status": self._status,
        }
        kind = next((k for k, own in self._paths.items() if own == (path.rstrip("/") or "/")), None)
        return makers[kind](at) if kind else self._post(path, at)

    def events(self, until: datetime) -> list[Event]:
        """Return the moves as events."""
        return [self._event(step) for step in self.steps(until)]

    def posts(self, at: datetime) -> list[Step]:
        """Return what the news page tells at a moment, the newest first."""
        told = [s for s in (*self._before, *self.steps(at)) if s.move.told_at and s.move.told_at <= at]
        return sorted(told, key=lambda s: (s.move.told_at or s.move.at, s.move.id), reverse=True)

    def _drawn(self, at: datetime) -> tuple[list[Step], list[datetime]]:
        """Draw far enough ahead, once."""
        if self._known is None or self._known[0] < at:
            until = horizon(max(at, OPENING))
            moves = sorted(
                [*draw_moves(self.rival, self._seed, until), *self._forced], key=lambda m: (m.at, m.id)
            )
            steps = play(self.rival, self._first, moves)
            ends = {end for s in steps for end in (s.move.at, s.move.told_at, s.ends_at) if end}
            self._known = (until, steps, sorted(ends))
        return self._known[1], self._known[2]

    def _event(self, step: Step) -> Event:
        """Say what a move means and to whom."""
        move, row = step.move, playbook()["kinds"][step.move.kind]
        paths = [self._paths[_SHOWN[move.kind]]] if move.kind in _SHOWN else []
        paths += [self.post_path(step)] if move.told_at else []
        decoy = Decoy(row["decoy"]) if "decoy" in row else None
        return Event(
            id=move.id,
            at=move.at,
            origin=Origin.RIVAL,
            kind=move.kind.value,
            subject=self.host,
            title=f"{self.name}: {step.title}",
            facts={**step.facts, "text": step.body},
            relevance={self.rival.market.seller: row["matters"]} if row["matters"] else {},
            looks={self.rival.market.seller: row["looks"]} if "looks" in row else {},
            decoy=decoy,
            told_at=move.told_at,
            pages=tuple(f"http://{self.host}{path}" for path in paths),
        )

    def _page(self, kind: str, blocks: Sequence[Block]) -> Page:
        """Put a page together."""
        field = self.rival.market.field
        label = field[0].upper() + field[1:] if kind == "home" else self._tongue["labels"][kind]
        head = [] if kind == "home" else [Block("heading", label)]
        filled = tuple(b for b in (*head, *blocks) if b.title or b.text or b.items or b.rows)
        return Page(self._paths[kind], f"{label} – {self.name}", filled)

    def _say(self, word: str, **more: str) -> str:
        """Fill one phrase of the site's language."""
        market = self.rival.market
        facts = {"name": self.name, "buyers": market.buyers, "per": market.per, "city": self.rival.city}
        return str(self._tongue["words"][word].format(**{**facts, "field": market.field, **more}))

    def _home(self, at: datetime) -> Page:
        """Write the front page."""
        stand, market = self.stand(at), self.rival.market
        title, text = market.positions[stand.position]
        latest = stand.features[-3:]
        cards = tuple({"title": market.features[n][0], "text": market.features[n][1]} for n in latest)
        owner = self._say("owner", owner=stand.owner) if stand.owner else ""
        blocks = [
            Block("lead", title, text),
            Block("cards", self._say("for"), items=cards),
            Block("note", "", owner),
        ]
        return self._page("home", [*blocks, Block("cta", self._say("start"), self._paths["pricing"])])

    def _pricing(self, at: datetime) -> Page:
        """Write the price list."""
        stand = self.stand(at)
        head = (self._say("plan"), self._say("price"), self._say("included"))
        rows = (head, *((p.name, money(p.price, stand.currency), p.included) for p in stand.plans))
        retired = [Block("note", "", self._say("retired", plan=name)) for name in stand.retired]
        net = Block("text", "", self._say("net", currency=stand.currency))
        return self._page("pricing", [Block("prices", "", rows=rows), net, *retired])

    def _features(self, at: datetime) -> Page:
        """Write what the product does."""
        pairs = [self.rival.market.features[n] for n in self.stand(at).features]
        return self._page(
            "features", [b for t, s in pairs for b in (Block("heading", t), Block("text", "", s))]
        )

    def _news(self, at: datetime) -> Page:
        """List the news."""
        items = tuple(
            {"title": s.title, "text": s.body[:140], "day": self._day(s), "href": self.post_path(s)}
            for s in self.posts(at)
        )
        return self._page("news", [Block("articles", "", items=items)])

    def _post(self, path: str, at: datetime) -> Page | None:
        """Write one piece of news."""
        found = next((s for s in self.posts(at) if self.post_path(s) == path), None)
        if found is None:
            return None
        blocks = (Block("heading", found.title), Block("text", self._day(found), found.body))
        return Page(path, f"{found.title} – {self.name}", blocks)

    def _jobs(self, at: datetime) -> Page:
        """Write the open positions: a steady one, and what a hiring wave adds while it lasts."""
        jobs, rng = self.rival.market.jobs, Random(f"{self._seed}:{self.host}:jobs")
        order = rng.sample(range(len(jobs)), len(jobs))
        waves = [s for s in self.steps(at) if s.move.kind is MoveKind.HIRING and s.ends_at and at < s.ends_at]
        count = _STEADY_JOBS + sum(int(s.facts["count"]) for s in waves)
        shown = [jobs[order[n % len(jobs)]] for n in range(min(count, len(jobs)))]
        number = f"{self._say('open')}: {count}"
        blocks = [
            b for t, s in shown for b in (Block("heading", self._local(t)), Block("text", "", self._local(s)))
        ]
        return self._page("jobs", [Block("text", "", number), *blocks])

    def _about(self, at: datetime) -> Page:
        """Write who they are."""
        stand, rng = self.stand(at), Random(f"{self._seed}:{self.host}:people")
        roles = playbook()["roles"][self.language]
        people = zip(rng.sample(playbook()["people"], len(roles)), roles, strict=True)
        rows = [
            (self._say("founded"), str(self.rival.founded)),
            (self._say("staff"), str(stand.staff)),
            (self._tongue["words"]["city"], f"{self.rival.city}, {self._country}"),
        ]
        blocks = [
            Block("text", "", self._say("about", staff=str(stand.staff))),
            Block("facts", "", rows=tuple(rows)),
            Block(
                "people",
                self._say("team"),
                items=tuple({"title": n, "text": r, "email": ""} for n, r in people),
            ),
        ]
        return self._page(
            "about",
            [*blocks, Block("note", "", self._say("owner", owner=stand.owner) if stand.owner else "")],
        )

    def _status(self, at: datetime) -> Page:
        """Write whether everything works, and what did not lately."""
        failed = [s for s in self.steps(at) if s.move.kind is MoveKind.OUTAGE and s.ends_at]
        down = any(s.ends_at and at < s.ends_at for s in failed)
        past = [s for s in reversed(failed) if s.ends_at and s.ends_at <= at]
        rows = tuple((self._say("resolved", day=self._day(s), hours=s.facts["hours"]),) for s in past[:6])
        now = Block("text", "", self._say("down" if down else "fine"))
        return self._page("status", [now, Block("list", self._say("months") if rows else "", rows=rows)])

    def _day(self, step: Step) -> str:
        """Write the day of a piece of news."""
        day = step.move.at if step.move.kind is MoveKind.OUTAGE else step.move.told_at or step.move.at
        return day.strftime(self._tongue["date"])

    def post_path(self, step: Step) -> str:
        """Return where a piece of news lives."""
        return f"{self._paths['news']}/{step.move.at:%Y-%m-%d}-{slugify(step.title)[:48]}"

    def _local(self, text: str) -> str:
        """Put the country into a phrase."""
        return text.replace("{country}", self._country)
