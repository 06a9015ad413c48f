"""Shocks on command: something happens now, out of turn. Kept on disk, so that a restarted market remembers them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evals.market.events.records import Event, Origin
from evals.market.events.scene import Scene
from evals.market.mail.faults import Outage, OutageKind, Outages
from evals.market.rivals.records import Move, MoveKind

SHOCKS: Mapping[str, str] = {
    "mailbox_dies": "One mailbox's provider refuses SMTP and IMAP logins until it is mended or a given time is over.",
    "mailbox_mended": "The mailboxes that died work again.",
    "competitor_cuts_price": "A competitor lowers a price now, on its list and in its news; the press reports it.",
    "regulation_changes": "The regulator adopts a rule that comes into force within weeks; the press reports it.",
}
_DEFAULT_DAYS = 30
_DEFAULT_PERCENT = 20


class NoSuchThingError(ValueError):
    """A shock names something that does not exist in this world."""


@dataclass(frozen=True, slots=True)
class Shock:
    """What was commanded, and when."""

    name: str
    at: datetime
    given: Mapping[str, Any]


class Shocks:
    """Lets shocks happen and remembers them."""

    def __init__(
        self, scene: Scene, outages: Outages, mailboxes: tuple[str, ...], file: Path | None = None
    ) -> None:
        self._scene, self._outages, self._mailboxes, self._file = scene, outages, mailboxes, file
        self._happened: list[Shock] = []
        self._rules: Mapping[str, Callable[[Shock], Event]] = {
            "mailbox_dies": self._mailbox_dies,
            "mailbox_mended": self._mailbox_mended,
            "competitor_cuts_price": self._competitor_cuts_price,
            "regulation_changes": self._regulation_changes,
        }

    def remember(self) -> None:
        """Let the shocks of an earlier run have happened."""
        if self._file is None or not self._file.is_file():
            return
        for line in self._file.read_text().splitlines():
            row = json.loads(line)
            self._apply(Shock(row["name"], datetime.fromisoformat(row["at"]), row["given"]))

    def strike(self, name: str, given: Mapping[str, Any], at: datetime) -> Event:
        """Let a shock happen.

        Raises:
            NoSuchThingError: there is no such shock, or it names a mailbox, rival or seller that does not exist.
        """
        if name not in self._rules:
            raise NoSuchThingError(f"there is no shock {name!r}; there are {', '.join(SHOCKS)}")
        shock = Shock(name, at, dict(given))
        event = self._apply(shock)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a") as kept:
                kept.write(f"{json.dumps({'name': name, 'at': at.isoformat(), 'given': shock.given})}\n")
        return event

    def _apply(self, shock: Shock) -> Event:
        event = self._rules[shock.name](shock)
        self._happened.append(shock)
        self._scene.shocks.append(event)
        return event

    def _event(self, shock: Shock, subject: str, title: str, **more: Any) -> Event:
        """Write a shock down as an event; what it caused is an event of its own."""
        number = len(self._happened) + 1
        return Event(f"shock/{number}", shock.at, Origin.SHOCK, shock.name, subject, title, **more)

    def _mailbox_dies(self, shock: Shock) -> Event:
        """A mailbox stops working: logins are refused, or the provider is down altogether."""
        mailbox = str(shock.given.get("mailbox") or self._mailboxes[0]).lower()
        if mailbox not in self._mailboxes:
            raise NoSuchThingError(f"there is no mailbox {mailbox}; there are {', '.join(self._mailboxes)}")
        kind = OutageKind(shock.given.get("how") or OutageKind.LOGIN)
        minutes = shock.given.get("minutes")
        until = shock.at + timedelta(minutes=float(minutes)) if minutes else None
        self._outages.begin(Outage(mailbox, kind, until))
        facts = {"mailbox": mailbox, "how": kind.value, "until": until.isoformat() if until else ""}
        return self._event(shock, mailbox, f"{mailbox} does not work any more", facts=facts)

    def _mailbox_mended(self, shock: Shock) -> Event:
        """Every mailbox works again, or the one that is named."""
        mailbox = str(shock.given.get("mailbox") or "").lower()
        self._outages.end(mailbox)
        return self._event(
            shock, mailbox, f"{mailbox or 'every mailbox'} works again", facts={"mailbox": mailbox}
        )

    def _competitor_cuts_price(self, shock: Shock) -> Event:
        """A rival lowers a price; without a name it is the first of the seller's market."""
        seller = str(shock.given.get("seller") or "")
        wanted = shock.given.get("rival")
        rivals = [r for r in self._scene.rivals if seller in {"", r.rival.market.seller}]
        rival = self._scene.rival(str(wanted)) if wanted else next(iter(rivals), None)
        if rival is None:
            raise NoSuchThingError(f"there is no rival {wanted or f'of {seller}'}")
        percent = float(shock.given.get("percent") or _DEFAULT_PERCENT)
        if not 0 < percent < 90:
            raise NoSuchThingError("a price can be cut by more than 0 and less than 90 per cent")
        number = len(self._happened) + 1
        name = f"{rival.host}/shock/{number}"
        rival.force(Move(name, shock.at, MoveKind.PRICE_CUT, number, shock.at, 1 - percent / 100))
        self._scene.press.report(name)
        step = next(step for step in rival.steps(shock.at) if step.move.id == name)
        facts = {**step.facts, "event": name, "seller": rival.rival.market.seller}
        return self._event(shock, rival.host, f"{rival.name}: {step.title}", facts=facts)

    def _regulation_changes(self, shock: Shock) -> Event:
        """A rule with a near date appears."""
        seller, days = str(shock.given.get("seller") or ""), int(shock.given.get("days") or _DEFAULT_DAYS)
        if not self._scene.rivals:
            raise NoSuchThingError("this world stands still: it has no regulator")
        matter = self._scene.regulator.impose(seller, shock.at, days)
        cause = f"{self._scene.regulator.host}/{matter.reference}/rule_adopted"
        self._scene.press.report(cause)
        facts = {"rule": matter.title, "reference": matter.reference, "text": matter.body}
        facts |= {
            "force": matter.force.isoformat() if matter.force else "",
            "key": matter.key,
            "event": cause,
        }
        return self._event(shock, self._scene.regulator.host, f"Rule adopted: {matter.title}", facts=facts)
