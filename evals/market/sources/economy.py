"""Economic series by country: seeded, with a memory, shifted by events; CSV and JSON, a month at a time."""

import csv
import io
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from evals.market.events.moments import OPENING, horizon, moments
from evals.market.events.records import Event, Origin
from evals.market.sites.dated import DatedSite
from evals.market.sites.page import Block, Link, Page, Response
from evals.market.world.atlas import Atlas

_FIRST = 2023
_PUBLISHED_ON, _AT_HOUR = 10, 9


class EconomySite(DatedSite):
    """The host of the series."""

    def __init__(self, row: Mapping[str, Any], atlas: Atlas, seed: int) -> None:
        self.host, self.name, self.layout = row["host"], row["name"], row["layout"]
        self.language = "en"
        self._row, self._atlas, self._seed = row, atlas, seed
        self._published: list[datetime] = []
        self._values: dict[tuple[str, str], tuple[int, list[float]]] = {}

    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return the days of publication."""
        end = horizon(max(at, OPENING))
        if not self._published or self._published[-1].year < end.year - 1:
            years = range(_FIRST, end.year)
            self._published = [_published(year, month) for year in years for month in range(1, 13)]
        return self._published

    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""
        return (
            Link(self.name, "/"),
            *(Link(row["name"], f"/series/{key}") for key, row in self._row["series"].items()),
        )

    def content(self, path: str, at: datetime) -> Page | Response | None:
        """Return what is at a path at a moment."""
        parts = [part for part in path.split("/") if part]
        if not parts:
            return self._front()
        if parts[0] != "series" or len(parts) not in {2, 3} or parts[1] not in self._row["series"]:
            return None
        if len(parts) == 2:
            return self._series_page(parts[1], at)
        country, _, form = parts[2].partition(".")
        if country.upper() not in self._row["countries"] or form not in {"csv", "json"}:
            return None
        return self._file(parts[1], country.upper(), form, at)

    def values(self, key: str, country: str, at: datetime) -> list[tuple[str, float]]:
        """Return (month, value) as published by a moment."""
        count = max(0, bisect_right(self.moments(at), at) - 1)
        months = [f"{day.year}-{day.month:02d}" for day in self.moments(at)[:count]]
        return list(zip(months, self._drawn(key, country, at)[:count], strict=True))

    def events(self, until: datetime) -> list[Event]:
        """Return what shifted the series since the opening."""
        salt = f"{self._seed}:{self.host}:shocks"
        return [
            self._event(f"{salt}:{number}", number, at)
            for number, at in enumerate(moments(salt, self._row["shocks_a_year"], until))
        ]

    def _event(self, salt: str, number: int, at: datetime) -> Event:
        """Draw what happened to an economy."""
        rng = Random(salt)
        row, country = rng.choice(self._row["shocks"]), rng.choice(self._row["countries"])
        title, body = row["text"].format(country=self._atlas.countries[country].name_in("en")).split(" | ", 1)
        pages = tuple(f"http://{self.host}/series/{key}/{country.lower()}.csv" for key in row["shifts"])
        facts = {"key": row["key"], "country": country, "text": body}
        return Event(
            f"{self.host}/{number}",
            at,
            Origin.ECONOMY,
            "economy",
            self.host,
            title,
            facts,
            row["sellers"],
            pages=pages,
        )

    def _drawn(self, key: str, country: str, at: datetime) -> list[float]:
        """Draw a series up to the horizon, once; what is drawn does not change when more is."""
        count = len(self.moments(at))
        kept = self._values.get((key, country))
        if kept is None or kept[0] < count:
            kept = self._values[key, country] = (count, self._draw(key, country, at, count))
        return kept[1]

    def _draw(self, key: str, country: str, at: datetime, count: int) -> list[float]:
        """Let a series wander around its mean and add what events leave."""
        row, rng = self._row["series"][key], Random(f"{self._seed}:{self.host}:{key}:{country}")
        level = row["mean"] * (0.9 + 0.2 * rng.random())
        away, left, found = 0.0, 0.0, []
        shifts = self._shifts(key, country, horizon(max(at, OPENING)))
        for month in range(count):
            away = row["stay"] * away + rng.gauss(0.0, row["noise"])
            left = left * self._row["fades"] + shifts.get(month, 0.0)
            found.append(round(max(0.1, level + away + left), 1))
        return found

    def _shifts(self, key: str, country: str, until: datetime) -> dict[int, float]:
        """Return by how much events move a series, by number of the month."""
        rows = {row["key"]: row["shifts"] for row in self._row["shocks"]}
        found: dict[int, float] = {}
        for event in self.events(until):
            if event.facts["country"] == country and key in rows[event.facts["key"]]:
                month = (event.at.year - _FIRST) * 12 + event.at.month - 1
                found[month] = found.get(month, 0.0) + rows[event.facts["key"]][key]
        return found

    def _front(self) -> Page:
        """List the series."""
        items = tuple(
            {"title": row["name"], "href": f"/series/{key}", "text": row["unit"]}
            for key, row in self._row["series"].items()
        )
        return Page(
            "/", self.name, (Block("lead", self.name, self._row["intro"]), Block("links", "", items=items))
        )

    def _series_page(self, key: str, at: datetime) -> Page:
        """Show the latest value per country with links to the files."""
        row = self._row["series"][key]
        rows, links = [("Country", "Month", row["unit"])], list[dict[str, str]]()
        for country in self._row["countries"]:
            name = self._atlas.countries[country].name_in("en")
            known = self.values(key, country, at)
            if known:
                rows.append((name, known[-1][0], f"{known[-1][1]:.1f}"))
            for form in ("csv", "json"):
                links.append(
                    {
                        "title": f"{name} ({form.upper()})",
                        "href": f"/series/{key}/{country.lower()}.{form}",
                        "text": "",
                    }
                )
        blocks = (
            Block("heading", row["name"]),
            Block("table", "", rows=tuple(rows)),
            Block("links", "", items=tuple(links)),
        )
        return Page(f"/series/{key}", f"{row['name']} – {self.name}", blocks)

    def _file(self, key: str, country: str, form: str, at: datetime) -> Response:
        """Write a series as a file."""
        known, row = self.values(key, country, at), self._row["series"][key]
        if form == "json":
            data = [{"month": month, "value": value} for month, value in known]
            body = json.dumps(
                {"series": key, "name": row["name"], "unit": row["unit"], "country": country, "values": data}
            )
            return Response(body=body.encode(), content_type="application/json")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([("month", "value"), *known])
        return Response(body=text.getvalue().encode(), content_type="text/csv; charset=utf-8")


def _published(year: int, month: int) -> datetime:
    """Return when the month before is published."""
    return datetime(year, month, _PUBLISHED_ON, _AT_HOUR, tzinfo=UTC)
