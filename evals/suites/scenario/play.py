"""Plays the steps of a story: people act through the market, the house's own people through the product's commands."""

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from evals.suites.scenario import letters
from evals.suites.scenario.letters import Arrived, Envelope
from evals.suites.scenario.stage import Person, Stage, told_as_text
from evals.suites.scenario.story import (
    Busy,
    Command,
    Fault,
    Kill,
    Launch,
    Mail,
    Shock,
    Step,
    Story,
    Wish,
    span_of,
)

_SHORTEST, _LONGEST = timedelta(minutes=2), timedelta(hours=8)
_MORNING = 7  # hour (UTC) at which the owner reads what is asked
_VALUE = re.compile(r"\{([a-z_]+)((?:\.\w+)*)(?::([^{}]*))?\}")


@dataclass
class Played:
    """What the script did, for the checks to speak of."""

    began: dict[str, datetime] = field(default_factory=dict)  # steps by id
    mails: dict[str, str] = field(default_factory=dict)  # id of a step by Message-ID
    told: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Play:
    """One run of a story."""

    def __init__(self, story: Story, stage: Stage, people: dict[str, Person]) -> None:
        self._story, self._stage, self._people = story, stage, people
        self._side, self._keeper = stage.side, stage.keeper
        self._looked_in = ""
        self._mails = 0
        self.played = Played()

    async def run(self) -> Played:
        """Every step in order, and a last turn."""
        for person in (*self._stage.prepared.people, *self._stage.prepared.colleagues.values()):
            await self._post(
                "/people/wishes", {"address": person.address, "bent": "silent", "on_invite": "silent"}
            )
        for step in self._story.script:
            if step.id:
                self.played.began[step.id] = await self._side.now()
            await self._step(step)
        await self._turn()
        return self.played

    async def _step(self, step: Step) -> None:
        acts: dict[str, Callable[[str, Any], Awaitable[None]]] = {
            "launch": self._launch,
            "wish": self._wish,
            "mail": self._mail,
            "raw": self._raw,
            "wait": self._wait_for,
            "busy": self._busy,
            "shock": self._shock,
            "fault": self._fault,
            "kill": self._kill,
            "owner": self._command,
        }
        await acts[step.kind](step.id, getattr(step, step.kind))

    async def _wish(self, step_id: str, wish: Wish) -> None:
        given = wish.model_dump(exclude={"who"})
        await self._post("/people/wishes", {"address": self._people[wish.who].address, **given})

    async def _raw(self, step_id: str, text: str) -> None:
        envelope = await self._envelope(step_id, "nobody@elsewhere.invalid", "")
        await self._deliver(step_id, letters.as_raw(await self._filled(text), envelope))

    async def _wait_for(self, step_id: str, span: str) -> None:
        await self._wait(span_of(span))

    async def _busy(self, step_id: str, busy: Busy) -> None:
        start = datetime.fromisoformat(await self._filled(busy.start))
        end = start + timedelta(minutes=busy.minutes)
        await self._post("/calendar/events", {"start": start.isoformat(), "end": end.isoformat()})

    async def _shock(self, step_id: str, shock: Shock) -> None:
        await self._post(f"/shocks/{shock.name}", await self._all_filled(shock.model_dump(exclude={"name"})))

    async def _fault(self, step_id: str, fault: Fault) -> None:
        await self._post("/faults", await self._all_filled(fault.model_dump()))

    async def _kill(self, step_id: str, kill: Kill) -> None:
        await self._keeper.do("arm", point=kill.point, after=kill.after)

    async def _launch(self, step_id: str, launch: Launch) -> None:
        await self._keeper.do("campaign_plan", limit=launch.mails)
        await self._keeper.do("campaign_launch")
        for ask in await self._keeper.do("approvals"):
            await self._keeper.do("approve", id=ask["id"])
        await self._wait(span_of(launch.wait))

    async def _mail(self, step_id: str, mail: Mail) -> None:
        name, address = self._whose(mail.sender)
        cc = tuple(self._whose(one) for one in mail.cc)
        about = self._whose(mail.about)[1] if mail.about else address
        envelope = await self._envelope(step_id, address, name, cc=cc, about=about)
        raw = letters.compose(mail, await self._filled(mail.text), await self._filled(mail.subject), envelope)
        await self._deliver(step_id, raw)

    async def _envelope(
        self, step_id: str, address: str, name: str, *, cc: tuple[tuple[str, str], ...] = (), about: str = ""
    ) -> Envelope:
        self._mails += 1
        own_id = f"<{step_id or self._mails}.{self._mails}@mail.{address.partition('@')[2]}>"
        now = await self._side.now()
        letter = await self._last_letter(about) if about else None
        return Envelope(name, address, self._stage.mailbox, cc, now, own_id, letter)

    async def _deliver(self, step_id: str, raw: bytes) -> None:
        if step_id:
            self.played.mails[letters.id_of(raw)] = step_id
        body = {"raw": base64.b64encode(raw).decode()}
        await self._post(f"/mailboxes/{self._stage.mailbox}/inbox", body)

    async def _command(self, step_id: str, command: Command) -> None:
        args = await self._all_filled(dict(command.args))
        try:
            value: Any = await self._keeper.do_as(command.by, command.do, **args)
        except RuntimeError as error:
            value = {"error": str(error)}
        if step_id:
            self.played.told[step_id] = value

    async def _wait(self, span: timedelta) -> None:
        now = await self._side.now()
        end = now + span
        while now < end:
            told = await self._turn()
            await self._morning(now)
            await self._side.step_to(min(end, await self._next(now, told)))
            now = await self._side.now()
        await self._turn()

    async def _next(self, now: datetime, told: dict[str, Any]) -> datetime:
        """When the product, a person outside or the owner has something to do next."""
        morning = now.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
        times = [now + _LONGEST, morning if morning > now else morning + timedelta(days=1)]
        if told.get("next_due"):
            times.append(datetime.fromisoformat(told["next_due"]))
        if (due := await self._side.next_due()) is not None:
            times.append(due)
        return max(now + _SHORTEST, min(times))

    async def _morning(self, now: datetime) -> None:
        """Once a working morning the owner says yes to what is asked."""
        today = now.date().isoformat()
        if (
            self._story.setup.owner == "away"
            or now.hour != _MORNING
            or now.weekday() > 4
            or today == self._looked_in
        ):
            return
        self._looked_in = today
        for ask in await self._keeper.do("approvals"):
            try:
                await self._keeper.do("approve", id=ask["id"])
            except RuntimeError as error:
                self.played.problems.append(str(error))
        await self._turn()

    async def _turn(self) -> dict[str, Any]:
        told = await self._keeper.tick()
        self.played.problems += [one for one in told.get("problems", ()) if one not in self.played.problems]
        return told

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = await self._side.client.post(path, json=body)
        if answer.status_code >= 400:
            raise ValueError(f"the market says no to {path}: {answer.text[:200]}")

    def _whose(self, given: str) -> tuple[str, str]:
        """Name and address of somebody of the cast, or of whoever is written out."""
        if given in self._people:
            return self._people[given].name, self._people[given].address
        return parseaddr(given)

    async def _last_letter(self, address: str) -> Arrived | None:
        mails = [one for one in await self._side.ask("/mails") if address in [to.lower() for to in one["to"]]]
        if not mails:
            return None
        raw = (await self._side.client.get(f"/mails/{mails[-1]['id']}/raw")).raise_for_status().content
        return letters.arrived(raw, datetime.fromisoformat(mails[-1]["arrived_at"]))

    async def _all_filled(self, given: dict[str, Any]) -> dict[str, Any]:
        return {key: await self._filled(one) if isinstance(one, str) else one for key, one in given.items()}

    async def _filled(self, text: str) -> str:
        """The text with the values of its braces."""
        parts, end = [], 0
        for found in _VALUE.finditer(text):
            value = await self._value(found[1], found[2].split(".")[1:])
            parts += [text[end : found.start()], format(value, found[3]) if found[3] else _shown(value)]
            end = found.end()
        return "".join([*parts, text[end:]])

    async def _value(self, name: str, path: list[str]) -> Any:
        if name == "told":
            value: Any = self.played.told
            for part in path:
                value = value[int(part)] if isinstance(value, list) else value[part]
            return value
        person = self._people[name]
        what = path[0] if path else "name"
        if hasattr(person, what):
            return getattr(person, what)
        if what in {"subject", "message_id"}:
            letter = await self._last_letter(person.address)
            return getattr(letter, what) if letter else ""
        return await self._time(person, what)

    async def _time(self, person: Person, what: str) -> datetime:
        """A time they were offered, or that of their meeting, on their own clock."""
        people = {one["address"]: one for one in await self._side.ask("/truth/people")}
        zone = ZoneInfo(people[person.address]["zone"])
        if what == "meeting":
            found = [
                one["start"]
                for one in await self._side.ask("/truth/meetings")
                if one["person"] == person.address
            ]
        else:
            rows = await self._side.ask("/truth/letters")
            offers = [one["offered"] for one in rows if one["person"] == person.address and one["offered"]]
            number = int(what.removeprefix("offered"))
            found = offers[-1][number - 1 : number] if offers else []
        if not found:
            raise ValueError(f"{person.name} has no {what}")
        return datetime.fromisoformat(found[-1]).astimezone(zone)


def _shown(value: Any) -> str:
    return (
        value.isoformat()
        if isinstance(value, datetime)
        else value
        if isinstance(value, str)
        else told_as_text(value)
    )
