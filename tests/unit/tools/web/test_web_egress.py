"""The browser's way out: every connection passes the same guard, one request at a time."""

import asyncio
from typing import Any

import pytest

from tools.read.web.egress import EgressProxy


async def _never(host: str) -> list[str]:
    raise AssertionError(f"{host} was looked up")


async def _say(proxy: EgressProxy, request: str) -> bytes:
    host, port = proxy.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.encode())
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "line",
    [
        "GET http://127.0.0.1/ HTTP/1.1",
        "GET http://169.254.169.254/latest HTTP/1.1",
        "GET http://acme.example:8080/ HTTP/1.1",
        "GET http://u:p@acme.example/ HTTP/1.1",
        "GET ftp://acme.example/ HTTP/1.1",
        "GET / HTTP/1.1",
        "CONNECT 127.0.0.1:443 HTTP/1.1",
        "CONNECT [::1]:443 HTTP/1.1",
        "CONNECT acme.example:22 HTTP/1.1",
        "CONNECT acme.example:80 HTTP/1.1",
        "CONNECT printer.local:443 HTTP/1.1",
        "CONNECT accounts.google.com:443 HTTP/1.1",
        "GET http://clients2.google.com/time HTTP/1.1",
    ],
)
async def test_a_forbidden_destination_is_refused_before_any_look_up(line: str) -> None:
    async with EgressProxy(upstream=None, allow_private=True, resolver=_never) as proxy:
        answer = await _say(proxy, f"{line}\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")


async def test_a_name_that_leads_inside_is_refused() -> None:
    async def inside(host: str) -> list[str]:
        return ["10.0.0.1"]

    async with EgressProxy(upstream=None, allow_private=False, resolver=inside) as proxy:
        assert (await _say(proxy, "CONNECT acme.example:443 HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 403")
        assert (await _say(proxy, "GET http://acme.example/ HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 403")


async def test_an_allowed_request_goes_to_the_configured_proxy_and_the_next_one_is_not_slipped_in(
    web: Any,
) -> None:
    web.put("acme.example/a", "<p>hello")
    web.put("other.example/b", "<p>slipped in")
    async with EgressProxy(upstream=web.proxy, allow_private=True) as proxy:
        answer = await _say(
            proxy,
            "GET http://acme.example/a HTTP/1.1\r\nHost: other.example\r\nConnection: keep-alive\r\n"
            "Proxy-Authorization: Basic eA==\r\n\r\nGET http://other.example/b HTTP/1.1\r\n\r\n",
        )
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"<p>hello")
    assert b"Connection: close" in answer
    assert [(ask.host, ask.path) for ask in web.asked] == [("acme.example", "/a")]
    assert web.asked[0].headers["host"] == "acme.example"
    assert "proxy-authorization" not in web.asked[0].headers


async def test_a_tunnel_the_configured_proxy_refuses_is_a_bad_gateway(web: Any) -> None:
    async with EgressProxy(upstream=web.proxy, allow_private=True) as proxy:
        assert (await _say(proxy, "CONNECT acme.example:443 HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 502")


@pytest.mark.parametrize(
    "noise", ["\r\n\r\n", "GET\r\n\r\n", "GET " + "a" * 100_000 + " HTTP/1.1\r\n\r\n", "x\x00\r\n\r\n"]
)
async def test_noise_ends_the_connection_and_the_proxy_lives_on(web: Any, noise: str) -> None:
    web.put("acme.example/a", "<p>hello")
    async with EgressProxy(upstream=web.proxy, allow_private=True) as proxy:
        assert not (await _say(proxy, noise)).startswith(b"HTTP/1.1 200")
        assert (await _say(proxy, "GET http://acme.example/a HTTP/1.1\r\n\r\n")).endswith(b"hello")
