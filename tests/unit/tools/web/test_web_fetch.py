"""The fetcher: redirects, limits, pace, TLS and what it never sends. Everything on loopback."""

import asyncio
import datetime as dt
import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BudgetSpent, Correctable, Refused, Retryable
from tests.fixtures.certificates import self_signed
from tools.read.web.fetch import Fetcher, FetchLimits, retry_after
from tools.read.web.pace import HostPace

BOMB = gzip.compress(bytes(3_000_000))


async def _never(*_: object) -> Any:
    raise AssertionError("a name was looked up or a connection tried")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://169.254.169.254/", "http://[2002:7f00:1::]/", "http://u:p@acme.example/"],
)
async def test_a_forbidden_address_is_refused_before_anything_is_sent(url: str) -> None:
    async with Fetcher(
        proxy=None, sandbox=False, user_agent="x", resolver=_never, connector=_never
    ) as fetcher:
        with pytest.raises(Refused):
            await fetcher.get(url)


async def test_a_name_with_a_private_address_is_not_connected_to(direct: Any) -> None:
    async with direct({"acme.example": ["10.0.0.1"]}, connector=_never) as fetcher:
        with pytest.raises(Refused) as refusal:
            await fetcher.get("http://acme.example/")
    assert refusal.value.code == "address_not_public"


async def test_a_direct_fetch_goes_to_the_checked_address_and_keeps_the_name(web: Any, direct: Any) -> None:
    web.put("acme.example/", "<p>hello")
    async with direct() as fetcher:
        answer = await fetcher.get("http://acme.example/#top")
    assert (answer.status, answer.body, answer.url) == (200, b"<p>hello", "http://acme.example/")
    assert web.asked[0].headers["host"] == "acme.example"
    assert web.asked[0].headers["user-agent"] == web.agent


async def test_the_proxy_may_serve_private_names_only_in_the_sandbox(web: Any, sandboxed: Any) -> None:
    web.put("crm.internal/", "<p>in the sandbox")
    async with sandboxed() as fetcher:
        assert (await fetcher.get("http://crm.internal/")).status == 200
        with pytest.raises(Refused):
            await fetcher.get("http://127.0.0.1/")
    async with sandboxed(sandbox=False) as fetcher:
        with pytest.raises(Refused):
            await fetcher.get("http://crm.internal/")
    assert web.paths("crm.internal") == ["/"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://169.254.169.254/latest", "address_not_public"),
        ("http://inside.example/", "address_not_public"),
        ("http://acme.example:8080/", "port_not_allowed"),
        ("http://u:p@other.example/", "userinfo_in_url"),
        ("file:///etc/passwd", "scheme_not_allowed"),
    ],
)
async def test_a_redirect_is_checked_like_a_first_address(
    web: Any, direct: Any, target: str, code: str
) -> None:
    web.put("acme.example/", web.reply(status=302, headers={"location": target}))
    async with direct({"inside.example": ["192.168.0.9"]}) as fetcher:
        with pytest.raises(Refused) as refusal:
            await fetcher.get("http://acme.example/")
    assert refusal.value.code == code
    assert len(web.asked) == 1


async def test_fifty_redirects_stop_after_five(web: Any, direct: Any) -> None:
    for step in range(50):
        web.put(f"acme.example/{step}", web.reply(status=301, headers={"location": f"/{step + 1}"}))
    async with direct() as fetcher:
        with pytest.raises(Refused) as refusal:
            await fetcher.get("http://acme.example/0")
    assert refusal.value.code == "too_many_redirects"
    assert len(web.asked) == 6


async def test_a_few_redirects_are_followed_and_recorded(web: Any, direct: Any) -> None:
    web.put("acme.example/", web.reply(status=301, headers={"location": "//www.acme.example/a"}))
    web.put("www.acme.example/a", web.reply(status=308, headers={"location": "b#frag"}))
    web.put("www.acme.example/b", "<p>here")
    async with direct() as fetcher:
        answer = await fetcher.get("http://acme.example/")
    assert answer.url == "http://www.acme.example/b"
    assert answer.hops == ("http://acme.example/", "http://www.acme.example/a", "http://www.acme.example/b")


async def test_credentials_and_cookies_stay_with_their_origin(web: Any, direct: Any) -> None:
    web.put(
        "acme.example/",
        web.reply(status=302, headers={"location": "http://other.example/", "set-cookie": "s=1"}),
    )
    web.put("other.example/", "<p>x")
    async with direct() as fetcher:
        await fetcher.get("http://acme.example/", headers={"Authorization": "Bearer t", "x-other": "kept"})
        await fetcher.get("http://acme.example/")
    first, second, third, _ = (ask.headers for ask in web.asked)
    assert first["authorization"] == "Bearer t"
    assert "authorization" not in second and second["x-other"] == "kept"
    assert "cookie" not in third


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate", "identity", "gzip that is plain"])
async def test_compressed_bodies_are_read(web: Any, direct: Any, coding: str) -> None:
    text = b"<p>hello</p>" * 500
    packed = {
        "gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "raw deflate": zlib.compress(text)[2:-4],
    }.get(coding, text)
    web.put(
        "acme.example/",
        web.reply(packed, headers={"content-encoding": coding.removeprefix("raw ").split()[0]}),
    )
    async with direct() as fetcher:
        assert (await fetcher.get("http://acme.example/")).body == text


@pytest.mark.parametrize(
    ("body", "coding", "limits", "code"),
    [
        (BOMB, "gzip", FetchLimits(), "decompression_bomb"),
        (BOMB, "gzip", FetchLimits(ratio=10**6, decoded_bytes=10**6), "response_too_large"),
        (b"x" * 2000, "identity", FetchLimits(raw_bytes=1000), "response_too_large"),
        (b"x", "br", FetchLimits(), "encoding_not_allowed"),
        (gzip.compress(b"y" * 900)[:15] + b"\xff" * 50, "gzip", FetchLimits(), "body_corrupt"),
    ],
    ids=["ratio", "decoded", "raw", "unasked coding", "damaged"],
)  # fmt: skip
async def test_a_body_past_its_limits_is_refused(
    web: Any, direct: Any, body: bytes, coding: str, limits: FetchLimits, code: str
) -> None:
    web.put("acme.example/", web.reply(body, headers={"content-encoding": coding}))
    async with direct(limits=limits) as fetcher:
        with pytest.raises(Refused) as refusal:
            await fetcher.get("http://acme.example/")
    assert refusal.value.code == code


async def test_a_slow_drip_ends_at_the_time_limit(web: Any, direct: Any) -> None:
    never = asyncio.Event()

    async def drip(ask: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 x\r\ncontent-length: 100000\r\n\r\n<")
        await writer.drain()
        await never.wait()

    web.put("acme.example/", drip)
    async with direct(limits=FetchLimits(total_seconds=0.2)) as fetcher:
        with pytest.raises(Retryable) as trouble:
            await fetcher.get("http://acme.example/")
    assert trouble.value.code == "site_too_slow"


async def test_a_connection_that_breaks_off_is_a_trouble_with_a_code(web: Any, direct: Any) -> None:
    async def cut(ask: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 x\r\ncontent-length: 100000\r\n\r\n<p>only the start")
        await writer.drain()

    web.put("acme.example/", cut)
    async with direct() as fetcher:
        with pytest.raises(Retryable) as trouble:
            await fetcher.get("http://acme.example/")
    assert trouble.value.code == "connection_broken"


async def test_a_file_is_refused_before_its_body_is_read(web: Any, direct: Any) -> None:
    web.put("acme.example/x", web.reply(b"%PDF-1.7", kind="application/pdf"))
    async with direct() as fetcher:
        with pytest.raises(Correctable) as trouble:
            await fetcher.get("http://acme.example/x", types=frozenset({"text/html"}))
    assert trouble.value.code == "not_a_page"


async def test_a_certificate_nobody_signed_is_refused(direct: Any, web: Any, tmp_path: Path) -> None:
    await web.stop()
    await web.start(tls=self_signed(tmp_path, "acme.example"))
    async with direct() as fetcher:
        with pytest.raises(Refused) as refusal:
            await fetcher.get("https://acme.example/")
    assert refusal.value.code == "tls_failed"


async def test_one_host_is_asked_once_a_second_and_others_do_not_wait(
    pace: HostPace, machine_time: Any
) -> None:
    await pace.turn("acme.example")
    await pace.turn("other.example")
    assert machine_time.slept == []
    await pace.turn("acme.example")
    await pace.turn("acme.example")
    assert machine_time.slept == [1.0, 1.0]


async def test_a_short_request_to_wait_is_waited_out(
    web: Any, direct: Any, pace: HostPace, machine_time: Any
) -> None:
    answers = [web.reply(status=429, headers={"retry-after": "7"}), web.reply("<p>now")]
    web.put("acme.example/", lambda ask, writer: answers.pop(0))
    async with direct(pace=pace) as fetcher:
        answer = await fetcher.get("http://acme.example/")
    assert answer.body == b"<p>now"
    assert machine_time.slept == [7.0]


@pytest.mark.parametrize(("header", "wait"), [("3600", 3600.0), ("soon", None)])
async def test_a_long_request_to_wait_is_handed_on(
    web: Any, direct: Any, header: str, wait: float | None
) -> None:
    web.put("acme.example/", web.reply(status=503, headers={"retry-after": header}))
    async with direct() as fetcher:
        with pytest.raises(Retryable) as trouble:
            await fetcher.get("http://acme.example/")
    assert (trouble.value.code, trouble.value.retry_after) == ("site_busy", wait)


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    now = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
    assert retry_after("12", now) == 12.0
    assert retry_after("Sun, 01 Mar 2026 12:00:30 GMT", now) == 30.0
    assert retry_after("Sun, 01 Mar 2020 12:00:30 GMT", now) == 0.0
    assert retry_after("٣", now) is None
    assert retry_after("", now) is None


async def test_two_hosts_on_one_address_never_share_a_connection(web: Any, direct: Any) -> None:
    ports: list[int] = []

    def note(ask: Any, writer: asyncio.StreamWriter) -> Any:
        ports.append(writer.get_extra_info("peername")[1])
        return web.reply("<p>x")

    web.put("a.example/", note)
    web.put("b.example/", note)
    async with direct() as fetcher:
        await fetcher.get("http://a.example/")
        await fetcher.get("http://b.example/")
        await fetcher.get("http://a.example/")
    assert ports[0] == ports[2] != ports[1]


async def test_many_hosts_are_fetched_side_by_side(web: Any, sandboxed: Any) -> None:
    for number in range(300):
        web.put(f"c{number}.example/", f"<p>{number}")
    async with sandboxed(per_host_interval=60.0, pool=32) as fetcher:
        answers = await asyncio.gather(*(fetcher.get(f"http://c{n}.example/") for n in range(300)))
    assert [answer.body for answer in answers] == [f"<p>{n}".encode() for n in range(300)]


async def test_every_request_asks_the_toll_and_a_refused_one_is_never_made(web: Any, sandboxed: Any) -> None:
    web.put("acme.example/a", "<p>A")
    left = [1, 1]

    async def toll() -> None:
        if not left:
            raise BudgetSpent("No request is left.")
        left.pop()

    async with sandboxed(toll=toll) as fetcher:
        await fetcher.get("http://acme.example/a")
        await fetcher.get("http://acme.example/a")
        seen = len(web.asked)
        with pytest.raises(BudgetSpent):
            await fetcher.get("http://acme.example/a")
        assert len(web.asked) == seen
