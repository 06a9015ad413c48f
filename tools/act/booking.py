"""Meetings in the calendar by compare-and-set: book, move, cancel, note an answer. Each may run twice.

The owner and other programs write the same calendar, so every write looks before and after. Invites are
composed elsewhere and leave only after a booking returned.
"""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.errors import Correctable
from domain.meetings import Meeting, MeetingState, Slot
from runtime import faults
from runtime.clock import Clock
from tools.act.invite import revised_event, stored_event
from tools.providers.caldav import CalendarObject
from tools.read.calendar.availability import CalendarReader, look
from tools.read.calendar.busy import Window, read_busy
from tools.read.calendar.stored import StoredEvent, read_stored
from tools.read.calendar.zones import zone_named

logger = logging.getLogger(__name__)

_ROUNDS = 3
_PAUSE = timedelta(milliseconds=400)


class CalendarWriter(CalendarReader, Protocol):
    """The calendar as this file needs it; `tools.providers.caldav.CalDav` is one."""

    async def get(self, uid: str) -> CalendarObject | None:
        """The stored event of a UID."""
        ...

    async def create(self, uid: str, ics: bytes) -> None:
        """Store only if absent; slot_taken otherwise."""
        ...

    async def replace(self, stored: CalendarObject, ics: bytes) -> None:
        """Overwrite only if unchanged; calendar_changed otherwise."""
        ...

    async def delete(self, stored: CalendarObject) -> None:
        """Remove only if unchanged; calendar_changed otherwise."""
        ...


@dataclass(frozen=True)
class Kept:
    """What is in the calendar now. `repeated`: it was there already, an earlier run had done it."""

    meeting: Meeting
    repeated: bool = False


class Booking:
    """Writes meetings into one calendar."""

    def __init__(self, calendar: CalendarWriter, clock: Clock, zone_owner: str, owner: str = "") -> None:
        self._calendar, self._clock = calendar, clock
        self._zone, self._owner = zone_named(zone_owner), owner

    async def book(self, meeting: Meeting) -> Kept:
        """Put a meeting at its slot into the calendar, once.

        Raises:
            Correctable: slot_taken, calendar_changed (it is there at another time), meeting_cancelled.
            Retryable, Correctable, Refused: what the calendar server did (calendar_unreachable, …).
        """
        booked = meeting.model_copy(update={"state": MeetingState.BOOKED})
        for round_number in range(_ROUNDS):
            kept = await self._booked_once(booked)
            if kept is not None:
                return kept
            # two writers met and both gave way; they come back at different times
            await asyncio.sleep(_pause(meeting.uid, round_number))
        raise _taken(meeting)

    async def move(self, meeting: Meeting, slot: Slot) -> Kept:
        """Move a booked meeting; the result has the next sequence and wants a new answer.

        Raises:
            Correctable: slot_taken, calendar_changed, meeting_not_found, meeting_cancelled.
        """
        after = meeting.moved_to(slot)
        stored, event = await self._stored(meeting)
        if _agrees(event, after):
            await self._give_way(after, stored, back=meeting)
            return Kept(after, repeated=True)
        if not _agrees(event, meeting):
            raise _changed(meeting)
        if await self._rivals(after):
            raise _taken(after)
        faults.reach("calendar.move.before_put")
        await self._calendar.replace(stored, revised_event(stored.text, after, await self._clock.now()))
        faults.reach("calendar.move.after_put")
        written = await self._calendar.get(after.uid)
        if written is not None:
            await self._give_way(after, written, back=meeting)
        return Kept(after)

    async def cancel(self, meeting: Meeting) -> Kept:
        """Mark a meeting cancelled; one that is gone from the calendar counts as cancelled.

        The event stays as a cancelled one, so that a late repeat of its booking finds it.

        Raises:
            Correctable: calendar_changed.
        """
        after = meeting.cancelled()
        for _ in range(_ROUNDS):
            stored = await self._calendar.get(meeting.uid)
            event = read_stored(stored.text, meeting.uid) if stored else None
            if stored is None or event is None or event.cancelled:
                return Kept(after, repeated=True)
            if await self._replaced(stored, after):
                return Kept(after)
        raise _changed(meeting)

    async def note_answer(self, meeting: Meeting) -> Kept:
        """Write the contact's answer into the event; a declined meeting no longer blocks its time.

        Raises:
            Correctable: meeting_not_found, meeting_cancelled, calendar_changed.
        """
        for _ in range(_ROUNDS):
            stored, event = await self._stored(meeting)
            if event.sequence != meeting.sequence:
                raise _changed(meeting)
            if event.partstat_of(meeting.attendee) == meeting.partstat.value:
                return Kept(meeting, repeated=True)
            if await self._replaced(stored, meeting):
                return Kept(meeting)
        raise _changed(meeting)

    async def _booked_once(self, meeting: Meeting) -> Kept | None:
        """One attempt; None when it met a rival and gave way."""
        stored = await self._calendar.get(meeting.uid)
        if stored is not None:
            return await self._found(meeting, stored)
        if await self._rivals(meeting):
            raise _taken(meeting)
        faults.reach("calendar.book.before_put")
        try:
            await self._calendar.create(meeting.uid, stored_event(meeting, await self._clock.now()))
        except Correctable as error:
            if error.code != "slot_taken":
                raise
            return None  # somebody made it meanwhile: the next round reads what is there
        faults.reach("calendar.book.after_put")
        written = await self._calendar.get(meeting.uid)
        if written is None or not _agrees(read_stored(written.text, meeting.uid), meeting):
            raise _changed(meeting)
        if await self._came_later(meeting, written):
            await self._calendar.delete(written)
            logger.info("booking gave way", extra={"uid": meeting.uid})
            return None
        faults.reach("calendar.book.after_look")
        return Kept(meeting)

    async def _found(self, meeting: Meeting, stored: CalendarObject) -> Kept:
        """An earlier run booked it: done, unless it died before it looked for rivals."""
        event = read_stored(stored.text, meeting.uid)
        if event is not None and event.cancelled:
            raise _cancelled(meeting)
        if event is None or not _agrees(event, meeting):
            raise _changed(meeting)
        await self._give_way(meeting, stored)
        return Kept(meeting, repeated=True)

    async def _give_way(self, meeting: Meeting, stored: CalendarObject, back: Meeting | None = None) -> None:
        """Undo our write when somebody else took the time first: remove the event, or move it `back`."""
        if not await self._came_later(meeting, stored):
            return
        if back is None:
            await self._calendar.delete(stored)
        else:
            before = revised_event(stored.text, back, await self._clock.now())
            await self._calendar.replace(stored, before)
        logger.info("booking gave way", extra={"uid": meeting.uid})
        raise _taken(meeting)

    async def _stored(self, meeting: Meeting) -> tuple[CalendarObject, StoredEvent]:
        stored = await self._calendar.get(meeting.uid)
        event = read_stored(stored.text, meeting.uid) if stored else None
        if stored is None or event is None:
            raise Correctable(
                "The meeting is not in the calendar.", code="meeting_not_found", where=meeting.uid
            )
        if event.cancelled:
            raise _cancelled(meeting)
        return stored, event

    async def _replaced(self, stored: CalendarObject, meeting: Meeting) -> bool:
        """False when somebody changed it between reading and writing."""
        try:
            await self._calendar.replace(stored, revised_event(stored.text, meeting, await self._clock.now()))
        except Correctable as error:
            if error.code != "calendar_changed":
                raise
            return False
        return True

    async def _rivals(self, meeting: Meeting) -> bool:
        """True when something else takes the meeting's time."""
        reading = await look(self._calendar, self._window(meeting))
        slot = meeting.slot
        return any(one.uid != meeting.uid and one.overlaps(slot.start, slot.end) for one in reading.busy)

    async def _came_later(self, meeting: Meeting, own: CalendarObject) -> bool:
        """True when an overlapping entry of somebody else was written before ours, or as far as we can tell.

        Two writers each write and then look, so at least one sees the other; the server's own times decide,
        and where they do not, whoever looks gives way.
        """
        window = self._window(meeting)
        found = await self._calendar.objects(window.start, window.end)
        others = [one for one in found if one.path != own.path and not _later(one.modified, own.modified)]
        reading = await asyncio.to_thread(read_busy, [(one.path, one.text) for one in others], window)
        slot = meeting.slot
        return any(one.overlaps(slot.start, slot.end) for one in reading.busy)

    def _window(self, meeting: Meeting) -> Window:
        return Window(meeting.slot.start, meeting.slot.end, self._zone, self._owner)


def _later(theirs: datetime | None, ours: datetime | None) -> bool:
    return theirs is not None and ours is not None and theirs > ours


def _agrees(event: StoredEvent | None, meeting: Meeting) -> bool:
    """True when the calendar says of a meeting what we do."""
    if event is None or event.cancelled:
        return False
    at_time = event.start == meeting.slot.start and event.end == meeting.slot.end
    return at_time and event.sequence == meeting.sequence


def _pause(uid: str, round_number: int) -> float:
    """Seconds to wait, different for each meeting and round."""
    first = hashlib.sha256(f"{uid}/{round_number}".encode()).digest()[0]
    return _PAUSE.total_seconds() * (0.1 + first / 255)


def _taken(meeting: Meeting) -> Correctable:
    return Correctable(
        "The time is taken in the calendar.", code="slot_taken", where=meeting.uid, hint="Offer another time."
    )


def _changed(meeting: Meeting) -> Correctable:
    return Correctable(
        "The meeting was changed in the calendar.",
        code="calendar_changed",
        where=meeting.uid,
        hint="Take over the calendar's time or ask the owner.",
    )


def _cancelled(meeting: Meeting) -> Correctable:
    return Correctable("The meeting was cancelled.", code="meeting_cancelled", where=meeting.uid)
