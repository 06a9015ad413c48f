"""What a visitor may do to the market: time, shocks, a cut line. Shocks go through the control API."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.applications import Starlette

from evals.market.clock import ClockMode
from evals.market.control import Surroundings
from evals.market.events.shocks import SHOCKS
from evals.market.mail.faults import Fault, FaultKind

SPEEDS = (1.0, 60.0, 600.0, 3600.0)
LEAPS: Mapping[str, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
LINE_CUT = "line_cut"
_LEAP_SPEED = (
    3600.0  # the agent lives through a leap: an hour in a second, so that it can still answer in time
)
_PULSE = 0.1


class CannotError(ValueError):
    """Something that cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A line that is cut after the next mail; `mail` is the number that mail gets."""

    at: datetime
    mail: int


class Hands:
    """Moves the clock and lets things happen."""

    def __init__(self, around: Surroundings, control: Starlette) -> None:
        self._around, self._control = around, control
        reading = around.clock.read()
        self._speed = reading.speed or SPEEDS[1]
        self._leap: asyncio.Task[None] | None = None
        self._ran = self.running  # whether time passed by itself before a leap
        self.leaps_to: datetime | None = None
        self.waits = False
        self.cuts: list[Cut] = []

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._around.clock.read().mode is not ClockMode.STEPPED

    @property
    def speed(self) -> float:
        """How fast time passes, or will when it goes on."""
        return self._speed

    async def wait_for_mail(self) -> None:
        """Let time pass as outside until the first mail arrives, so that no night falls while a visitor reads."""
        folk, clock = self._around.folk, self._around.clock
        if not self.running or folk.letters:
            return
        self.waits = True
        clock.set(mode=ClockMode.FAST, speed=SPEEDS[0])
        while self.waits and not folk.letters:  # noqa: ASYNC110 - letters come from many hands, none tells
            await asyncio.sleep(_PULSE)
        if self.waits:
            self.go_on()

    def pause(self) -> None:
        """Let time stand still."""
        self._land()
        self._set(running=False)

    def go_on(self, speed: float | None = None) -> None:
        """Let time pass, at another speed if one is given.

        Raises:
            CannotError: the speed is none of ours.
        """
        if speed is not None and speed not in SPEEDS:
            raise CannotError("time cannot run at this speed")
        self._land()
        self._speed = speed or self._speed
        self._set(running=True)

    def leap(self, name: str) -> None:
        """Live through an hour or a day quickly, then go on as before.

        Raises:
            CannotError: there is no leap of this name.
        """
        if name not in LEAPS:
            raise CannotError("time can run ahead by an hour or by a day")
        self._land()
        self._ran = self.running
        self.leaps_to = self._around.clock.now() + LEAPS[name]
        self._around.clock.set(mode=ClockMode.FAST, speed=_LEAP_SPEED)
        self._leap = asyncio.create_task(self._fly(self.leaps_to))

    async def strike(self, name: str) -> str:
        """Let a shock happen to the seller that writes here, and return its sentence.

        Raises:
            CannotError: the market says why it cannot.
        """
        import httpx2

        if name not in SHOCKS:
            raise CannotError("there is no shock of this name")
        headers = {"Authorization": f"Bearer {self._around.token}"}
        inside = httpx2.ASGITransport(app=self._control)
        async with httpx2.AsyncClient(transport=inside, base_url="http://market", headers=headers) as client:
            answer = await client.post(f"/shocks/{name}", json=self._aimed(name))
        if answer.is_error:
            raise CannotError(answer.json().get("error", "the market refuses"))
        return str(answer.json()["sentence"])

    def _aimed(self, name: str) -> dict[str, str]:
        """Whom a shock hits: the mailbox and the market of the seller, and each of its rivals in turn."""
        letters = self._around.folk.letters
        mailbox = letters[-1].mailbox if letters else self._around.diary.first
        seller = mailbox.rpartition("@")[2]
        rivals = [one.host for one in self._around.scene.rivals if one.rival.market.seller == seller]
        before = sum(one.kind == name for one in self._around.scene.shocks)
        match name:
            case "mailbox_dies":
                return {"mailbox": mailbox}
            case "competitor_cuts_price" if rivals:
                return {"rival": rivals[before % len(rivals)]}
            case "regulation_changes":
                return {"seller": seller}
        return {}

    def cut_line(self) -> str:
        """Let the line break right after the next mail was taken.

        Raises:
            CannotError: it waits for the next mail already.
        """
        mail = len(self._around.store.all()) + 1
        if any(one.mail >= mail for one in self.cuts):
            raise CannotError("the line waits for the next mail already")
        self._around.faults.add(Fault(FaultKind.DROP_AFTER_DATA))
        self.cuts.append(Cut(self._around.clock.now(), mail))
        return "The line will be cut right after the next mail."

    def _set(self, *, running: bool) -> None:
        mode = ClockMode.FAST if running else ClockMode.STEPPED
        self._around.clock.set(mode=mode, speed=self._speed)

    def _land(self) -> None:
        """End a leap early: time passes, or stands, as it did before it. Whoever moves time waits for no mail."""
        self.waits = False
        if self._leap is not None and self.leaps_to is not None:
            self._leap.cancel()
            self.leaps_to = None
            self._set(running=self._ran)

    async def _fly(self, until: datetime) -> None:
        await asyncio.sleep((until - self._around.clock.now()).total_seconds() / _LEAP_SPEED)
        self.leaps_to = None
        self._set(running=self._ran)
