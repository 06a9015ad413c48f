"""The fetch guard: what may be contacted, judged before any connection or look-up."""

import ipaddress

import pytest

from domain.errors import Refused, Retryable
from tools.read.web.guard import check_url, is_public, resolve_public

PRIVATE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://0/", "http://127.0.0.1./", "http://１２７.０.０.１/", "http://127。0。0。1/",
    "http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://localhost.localdomain/",
    "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:8.8.8.8]/",
    "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
    "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/", "http://168.63.129.16/",
    "http://100.64.0.1/", "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/",
    "http://192.0.2.1/", "http://192.88.99.1/", "http://198.18.0.1/", "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[2002:7f00:1::]/", "http://[2002:5db8:d70e::]/", "http://[2001:0:5ef5:79fd::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::808:808]/", "http://[64:ff9b:1::1]/", "http://[ff02::1]/",
    "http://1.2.3.4.5/", "http://0x/", "http://999.1.1.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
@pytest.mark.parametrize("allow_private", [False, True])
def test_an_address_that_is_not_public_is_refused_however_it_is_written(
    url: str, allow_private: bool
) -> None:
    with pytest.raises(Refused) as refusal:
        check_url(url, allow_private=allow_private)
    assert refusal.value.code == "address_not_public"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("ftp://acme.example/", "scheme_not_allowed"),
        ("gopher://acme.example/", "scheme_not_allowed"),
        ("javascript:alert(1)", "scheme_not_allowed"),
        ("acme.example", "scheme_not_allowed"),
        ("http://user:word@acme.example/", "userinfo_in_url"),
        ("http://acme.example@127.0.0.1/", "userinfo_in_url"),
        ("http://@acme.example/", "userinfo_in_url"),
        ("http://acme.example:8080/", "port_not_allowed"),
        ("http://acme.example:22/", "port_not_allowed"),
        ("http://acme.example:443/", "port_not_allowed"),
        ("https://acme.example:0/", "port_not_allowed"),
        ("http://acme.example:99999/", "url_malformed"),
        ("http://acme.example\\@evil.example/", "url_malformed"),
        ("http://acme.example/a b", "url_malformed"),
        ("http://acme.example/\r\nHost: evil", "url_malformed"),
        ("http://acme%2eexample/", "url_malformed"),
        ("http:///path", "url_malformed"),
        ("http://-/", "url_malformed"),
        ("http://[::1/", "url_malformed"),
        ("http://acme.example/" + "a" * 5000, "url_malformed"),
    ],
)
def test_a_url_of_the_wrong_form_is_refused_with_its_own_code(url: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_url(url, allow_private=True)
    assert refusal.value.code == code


@pytest.mark.parametrize("host", ["intranet", "printer.local", "db.internal", "nas.home.arpa", "x.lan"])
def test_names_of_private_networks_pass_only_in_the_sandbox(host: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_url(f"http://{host}/", allow_private=False)
    assert refusal.value.code == "address_not_public"
    assert check_url(f"http://{host}/", allow_private=True).host == host


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Acme.Example:80", "http://acme.example/"),
        ("https://acme.example:443/a?b=c#d", "https://acme.example/a?b=c"),
        ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("https://a_b.acme.example./", "https://a_b.acme.example/"),
        ("  https://acme.example/x%20y  ", "https://acme.example/x%20y"),
        ("http://93.184.215.14/", "http://93.184.215.14/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_a_public_url_is_brought_to_normal_form(url: str, normal: str) -> None:
    assert str(check_url(url, allow_private=False)) == normal


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("93.184.215.14", True), ("172.32.0.1", True), ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True), ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False), ("2002:808:808::1", False), ("2001:0:1::1", False),
        ("::8.8.8.8", False),
        ("100.127.255.255", False), ("169.254.0.1", False), ("fe80::1", False), ("fec0::1", False),
        ("ff0e::1", False),
    ],
)  # fmt: skip
def test_only_global_unicast_counts_as_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


async def test_one_private_answer_among_public_ones_refuses_the_name() -> None:
    async def resolver(host: str) -> list[str]:
        return ["93.184.215.14", "10.0.0.7"]

    with pytest.raises(Refused) as refusal:
        await resolve_public("acme.example", resolver)
    assert refusal.value.code == "address_not_public"


async def test_a_name_nobody_knows_may_be_tried_again() -> None:
    async def resolver(host: str) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Retryable) as trouble:
        await resolve_public("acme.example", resolver)
    assert trouble.value.code == "name_not_resolved"
