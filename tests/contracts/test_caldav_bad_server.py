"""Calendar servers that refuse, fail, hang, redirect or attack: one clear error each, within bounds."""

import asyncio
import time

import pytest

from domain.errors import Correctable, RainmakerError, Refused, Retryable
from tests.fixtures.caldav import Answer, answering, http
from tests.fixtures.meetings import at
from tools.providers.caldav import CalDav
from tools.providers.caldav_http import CalendarHttp, calendar_server
from tools.providers.caldav_xml import read_multistatus

XML = "Content-Type: application/xml"
CALENDAR = (
    b'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:href>%s</d:href>'
    b"<d:propstat><d:prop><d:resourcetype><d:collection/>%s</d:resourcetype>%s</d:prop>"
    b"<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"
)
HERE = CALENDAR % (b"/calendar/", b"<c:calendar/>", b"")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    + b"]><l>&j;</l>"
)  # fmt: skip


async def failure(answer: Answer, seconds: float = 5.0) -> RainmakerError:
    """What looking for the calendar and reading it runs into."""
    async with answering(answer) as url:
        client = CalDav(url, timeout=seconds)
        try:
            with pytest.raises(RainmakerError) as caught:
                await client.objects(at("2026-11-09 00:00"), at("2026-11-10 00:00"))
        finally:
            await client.close()
    assert caught.value.message.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("401 Unauthorized", Correctable, "calendar_auth"),
        ("403 Forbidden", Correctable, "calendar_auth"),
        ("404 Not Found", Correctable, "calendar_not_found"),
        ("405 Method Not Allowed", Correctable, "calendar_not_found"),
        ("500 Oops", Retryable, "calendar_unreachable"),
        ("503 Busy", Retryable, "calendar_unreachable"),
        ("429 Slow Down", Retryable, "calendar_unreachable"),
    ],
)
async def test_a_refusal_has_its_own_words(status: str, kind: type[RainmakerError], code: str):
    error = await failure(lambda _: http(status))
    assert (type(error), error.code) == (kind, code)


async def test_a_server_may_say_when_to_come_back():
    error = await failure(lambda _: http("503 Busy", b"", "Retry-After: 120"))
    assert isinstance(error, Retryable) and error.retry_after == 120


async def test_a_server_that_hangs_is_left_in_time():
    async def never(_: bytes) -> bytes:
        await asyncio.Event().wait()
        return b""

    began = time.monotonic()
    error = await failure(never, seconds=0.3)
    assert error.code == "calendar_unreachable" and time.monotonic() - began < 3


async def test_a_server_that_drips_is_left_in_time():
    def drip(_: bytes) -> bytes:
        return b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 5000\r\n\r\n<"

    error = await failure(drip, seconds=0.5)
    assert error.code == "calendar_unreachable"


async def test_nobody_there_is_unreachable():
    async with answering(lambda _: b"") as url:
        pass
    client = CalDav(url, timeout=2)
    with pytest.raises(Retryable) as caught:
        await client.calendar()
    assert caught.value.code == "calendar_unreachable"
    await client.close()


@pytest.mark.parametrize("body", [b"", b"<html>", b"not xml", b"\x00\x01", b"<a>" * 5000])
async def test_garbage_is_told_as_such(body: bytes):
    error = await failure(lambda _: http("207 Multi-Status", body, XML))
    assert error.code == "calendar_garbled"


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d [<!ENTITY x "y">]><d>&x;</d>'.encode("utf-16"),
    ],
)
async def test_an_answer_with_entities_is_not_read(body: bytes):
    began = time.thread_time()
    with pytest.raises((Refused, Retryable)) as caught:
        read_multistatus(body)
    assert caught.value.code in {"calendar_unsafe", "calendar_garbled"}
    assert time.thread_time() - began < 1


async def test_a_redirect_to_another_server_is_not_followed():
    asked = []

    def elsewhere(head: bytes) -> bytes:
        asked.append(head)
        return http("302 Found", b"", "Location: http://127.0.0.1:1/calendar/")

    error = await failure(elsewhere)
    assert (type(error), error.code) == (Refused, "calendar_other_origin")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "href", [b"http://127.0.0.1:1/calendar/", b"//evil.example/calendar/", b"https://127.0.0.1/calendar/"]
)
async def test_an_address_on_another_server_is_not_asked(href: bytes):
    error = await failure(lambda _: http("207 Multi-Status", CALENDAR % (href, b"<c:calendar/>", b""), XML))
    assert error.code == "calendar_other_origin"


async def test_redirects_in_circles_end():
    error = await failure(lambda _: http("301 Moved", b"", "Location: /calendar/"))
    assert error.code == "calendar_other_origin"


async def test_a_redirect_on_the_same_server_is_followed():
    def moved(head: bytes) -> bytes:
        path = head.split()[1]
        if path == b"/new/":
            return http("207 Multi-Status", CALENDAR % (b"/new/", b"<c:calendar/>", b""), XML)
        return http("301 Moved", b"", "Location: /new/")

    async with answering(moved) as url:
        client = CalDav(url)
        assert await client.calendar() == "/new/"
        await client.close()


async def test_an_answer_that_never_ends_is_cut():
    body = b"x" * 300_000
    async with answering(lambda _: http("207 Multi-Status", body, XML)) as url:
        wire = CalendarHttp(calendar_server(url), timeout=5, max_answer=100_000)
        with pytest.raises(Refused) as caught:
            await wire.request("PROPFIND", "/calendar/")
        await wire.close()
    assert caught.value.code == "calendar_too_large"


async def test_a_packed_answer_is_not_unpacked():
    error = await failure(lambda _: http("207 Multi-Status", b"\x1f\x8b", "Content-Encoding: gzip"))
    assert error.code == "calendar_too_large"


async def test_several_calendars_are_for_the_owner_to_choose_from():
    def several(head: bytes) -> bytes:
        if b"Depth: 1" in head or b"depth: 1" in head:
            one = (CALENDAR % (b"/rooms/%s/", b"<c:calendar/>", b"")).split(b"<d:response>")[1]
            body = b'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
            parts = [
                b"<d:response>" + one.replace(b"%s", n).removesuffix(b"</d:multistatus>")
                for n in (b"a", b"b")
            ]
            return http("207 Multi-Status", body + b"".join(parts) + b"</d:multistatus>", XML)
        home = b"<c:calendar-home-set><d:href>/rooms/</d:href></c:calendar-home-set>"
        return http("207 Multi-Status", CALENDAR % (b"/calendar/", b"", home), XML)

    error = await failure(several)
    assert error.code == "calendar_ambiguous"
    assert error.hint is not None and "/rooms/a/" in error.hint and "/rooms/b/" in error.hint


async def test_a_server_without_etags_changes_nothing():
    def plain(head: bytes) -> bytes:
        if head.startswith(b"GET"):
            return http("200 OK", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        return http("207 Multi-Status", HERE, XML)

    async with answering(plain) as url:
        client = CalDav(url)
        stored = await client.get("uid")
        assert stored is not None
        with pytest.raises(Refused) as caught:
            await client.replace(stored, b"")
        assert caught.value.code == "calendar_no_etag"
        await client.close()


async def test_a_calendar_that_may_only_be_read_says_so_on_writing():
    def read_only(head: bytes) -> bytes:
        return http("403 Forbidden") if head.startswith(b"PUT") else http("207 Multi-Status", HERE, XML)

    async with answering(read_only) as url:
        client = CalDav(url)
        with pytest.raises(Correctable) as caught:
            await client.create("uid", b"x")
        assert caught.value.code == "calendar_refused" and "write" in caught.value.message
        await client.close()


@pytest.mark.parametrize(
    "url", ["", "calendar", "ftp://x/", "http://", "http://[::1", "http://x:99999/", "http://a b/\n"]
)
def test_an_address_that_is_none_is_refused(url: str):
    with pytest.raises(Correctable) as caught:
        CalDav(url)
    assert (caught.value.code, caught.value.where) == ("bad_calendar_url", "RAINMAKER_CALDAV_URL")


def test_the_password_is_never_shown():
    server = calendar_server("https://maria:s3cret@dav.example/x")
    assert "s3cret" not in repr(server) and server.origin == "https://dav.example:443"
