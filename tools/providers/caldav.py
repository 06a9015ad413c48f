"""A small CalDAV client: finds the calendar, reads spans of it, and writes with compare-and-set only."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from domain.errors import Correctable, RainmakerError, Refused
from tools.providers.caldav_http import SETTING, Answer, CalendarHttp, calendar_server
from tools.providers.caldav_xml import (
    WHERE_AM_I,
    Found,
    free_busy_query,
    modified_query,
    query,
    read_multistatus,
)  # fmt: skip

_XML = {"Content-Type": "application/xml; charset=utf-8"}
_ICS = {"Content-Type": "text/calendar; charset=utf-8"}
_WELL_KNOWN = "/.well-known/caldav"
_GONE = {404, 410}


@dataclass(frozen=True)
class CalendarObject:
    """One stored .ics file."""

    path: str
    etag: str
    text: str
    modified: datetime | None = None  # the server's time of the last write, to the second


class CalDav:
    """One calendar on one server.

    Args:
        url: https://user:password@host/path of the calendar, or of anything it can be found from.
        timeout: seconds for one request.
    """

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        self._http = CalendarHttp(calendar_server(url), timeout)
        self._calendar = ""

    async def calendar(self) -> str:
        """Path of the calendar, found once.

        Raises:
            Correctable: calendar_not_found, calendar_ambiguous, calendar_auth.
            Retryable: calendar_unreachable.
        """
        if not self._calendar:
            path = await self._discover()
            self._calendar = path if path.endswith("/") else f"{path}/"
        return self._calendar

    async def objects(self, start: datetime, end: datetime) -> tuple[CalendarObject, ...]:
        """Every event file that touches a span; recurrences come as their rule."""
        found = await self._report(query(start, end))
        return tuple(
            CalendarObject(self._http.path_of(one.href), one.etag, one.text, one.modified)
            for one in read_multistatus(found.body)
            if one.text
        )

    async def free_busy(self, start: datetime, end: datetime) -> str | None:
        """The server's own VFREEBUSY of a span; None when it does not make one."""
        try:
            answer = await self._report(free_busy_query(start, end))
        except Correctable as error:
            if error.code != "calendar_refused":
                raise
            return None
        text = answer.body.decode("utf-8", "replace")
        return text if "BEGIN:VFREEBUSY" in text else None

    async def get(self, uid: str) -> CalendarObject | None:
        """The stored event of a UID."""
        path = await self.path_for(uid)
        answer = await self._http.request("GET", path)
        if answer.status in _GONE:
            return None
        _expect(answer, "read an entry")
        found = await self._http.request("PROPFIND", path, modified_query(), {**_XML, "Depth": "0"})
        told = next(iter(read_multistatus(found.body)), None) if found.status == 207 else None
        return CalendarObject(
            path=path,
            etag=answer.etag or (told.etag if told else ""),
            text=answer.body.decode("utf-8", "replace"),
            modified=told.modified if told and told.etag in {answer.etag, ""} else None,
        )

    async def create(self, uid: str, ics: bytes) -> None:
        """Store a new event, only if none of its UID is there.

        Raises:
            Correctable: slot_taken – an entry of this UID exists already.
        """
        headers = {**_ICS, "If-None-Match": "*"}
        answer = await self._http.request("PUT", await self.path_for(uid), ics, headers)
        if answer.status == 412:
            raise Correctable("This meeting is in the calendar already.", code="slot_taken", where=uid)
        _expect(answer, "store a meeting")

    async def replace(self, stored: CalendarObject, ics: bytes) -> None:
        """Overwrite an event, only if nobody changed it since it was read.

        Raises:
            Correctable: calendar_changed.
        """
        headers = {**_ICS, "If-Match": _etag(stored)}
        answer = await self._http.request("PUT", stored.path, ics, headers)
        if answer.status == 412 or answer.status in _GONE:
            raise _changed(stored)
        _expect(answer, "change a meeting")

    async def delete(self, stored: CalendarObject) -> None:
        """Remove an event, only if nobody changed it since it was read; one that is gone is fine.

        Raises:
            Correctable: calendar_changed.
        """
        answer = await self._http.request("DELETE", stored.path, headers={"If-Match": _etag(stored)})
        if answer.status in _GONE:
            return
        if answer.status == 412:
            if (await self._http.request("GET", stored.path)).status in _GONE:
                return
            raise _changed(stored)
        _expect(answer, "remove a meeting")

    async def path_for(self, uid: str) -> str:
        """Where an event of ours is stored."""
        return f"{await self.calendar()}{quote(uid, safe='')}.ics"

    async def close(self) -> None:
        """Drop the connections."""
        await self._http.close()

    async def _report(self, body: bytes) -> Answer:
        answer = await self._http.request("REPORT", await self.calendar(), body, {**_XML, "Depth": "1"})
        if answer.status in _GONE:
            self._calendar = ""
            raise _not_found()
        _expect(answer, "read the calendar")
        return answer

    async def _discover(self) -> str:
        start = self._http.server.path
        here = await self._ask(start)
        if here and here.is_calendar:
            return self._http.path_of(here.href, start)
        home = here.home if here else ""
        principal = here.principal if here else ""
        if not home and not principal:
            there = await self._ask(_WELL_KNOWN)
            home, principal = (there.home, there.principal) if there else ("", "")
        if not home and principal:
            owner = await self._ask(self._http.path_of(principal))
            home = owner.home if owner else ""
        if not home:
            raise _not_found()
        return await self._only_calendar(self._http.path_of(home))

    async def _only_calendar(self, home: str) -> str:
        """The one calendar for events of a home; choosing among several is the owner's."""
        answer = await self._http.request("PROPFIND", home, WHERE_AM_I, {**_XML, "Depth": "1"})
        found = read_multistatus(answer.body) if answer.status == 207 else ()
        fit = [one for one in found if one.is_calendar and (not one.components or "VEVENT" in one.components)]
        if not fit:
            raise _not_found()
        if len(fit) > 1:
            paths = ", ".join(self._http.path_of(one.href) for one in fit[:5])
            raise Correctable(
                f"There are {len(fit)} calendars; which one is meant is not clear.",
                code="calendar_ambiguous",
                where=SETTING,
                hint=f"Put the path of one into the address: {paths}",
            )
        return self._http.path_of(fit[0].href)

    async def _ask(self, path: str) -> Found | None:
        """What a resource says about itself; None when there is none or it speaks no WebDAV."""
        try:
            answer = await self._http.request("PROPFIND", path, WHERE_AM_I, {**_XML, "Depth": "0"})
        except Correctable as error:
            if error.code != "calendar_refused":
                raise
            return None
        return next(iter(read_multistatus(answer.body)), None) if answer.status == 207 else None


def _expect(answer: Answer, what: str) -> None:
    if not 200 <= answer.status < 300:
        raise Correctable(
            f"The calendar server refused to {what} ({answer.status}).",
            code="calendar_refused",
            where=SETTING,
        )


def _etag(stored: CalendarObject) -> str:
    if not stored.etag or not stored.etag.isprintable():
        raise Refused("The calendar server gives no ETags, so nothing is changed.", code="calendar_no_etag")
    return stored.etag


def _changed(stored: CalendarObject) -> RainmakerError:
    return Correctable(
        "The meeting was changed in the calendar meanwhile.",
        code="calendar_changed",
        where=stored.path,
        hint="Read it again first.",
    )


def _not_found() -> Correctable:
    return Correctable(
        "There is no calendar for events at this address.",
        code="calendar_not_found",
        where=SETTING,
        hint="Set the address of the calendar itself.",
    )
