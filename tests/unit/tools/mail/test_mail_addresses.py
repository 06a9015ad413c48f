"""The strict address reader: what a reader could take for another sender gives no sender."""

import time

import pytest

from tools.read.mail.addresses import plain_address, read_addresses


def one(value: str) -> tuple[str, str] | None:
    read = read_addresses(value.encode(), 100)
    return (
        (read.found[0].address, read.found[0].name) if len(read.found) == 1 and not read.unreadable else None
    )


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("ann@northwind.example", "ann@northwind.example", ""),
        ("Ann Weiss <ann@NorthWind.Example>", "ann@northwind.example", "Ann Weiss"),
        ('"Weiss, Ann" <ann@northwind.example>', "ann@northwind.example", "Weiss, Ann"),
        ('"Ann \\"A\\" Weiss" <ann@northwind.example>', "ann@northwind.example", 'Ann "A" Weiss'),
        ("=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <j@northwind.example>", "j@northwind.example", "Müller, Jörg"),
        ("ann@northwind.example (Ann Weiss)", "ann@northwind.example", ""),
        ("Ann (the (real) one) <ann@northwind.example>", "ann@northwind.example", "Ann"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example", ""),
        ('"ann weiss"@northwind.example'.replace(" ", "."), '"ann.weiss"@northwind.example', ""),
        ("John Q. Public <j@northwind.example>", "j@northwind.example", "John Q. Public"),
    ],
)
def test_an_address_is_read_with_its_name(value: str, address: str, name: str) -> None:
    assert one(value) == (address, name)


@pytest.mark.parametrize(
    "value",
    [
        "alice@northwind.example)bob@evil.example",
        "<alice@northwind.example>bob@evil.example",
        "alice@northwind.example<bob@evil.example",
        "<alice@northwind.example><bob@evil.example>",
        '"unclosed <ann@northwind.example>',
        "(unclosed ann@northwind.example",
        "ann@northwind.example@evil.example",
        "ann@@northwind.example",
        "ann @northwind.example",
        "<ann@northwind.example\x00evil>",
        "=?utf-8?q?ann=40northwind.example?=",
        "=?utf-8?q?ann?=@northwind.example",
        "ann@[127.0.0.1]",
        ".ann@northwind.example",
        "ann..weiss@northwind.example",
        "@northwind.example",
        "ann@",
        "MAILER-DAEMON",
        "a" * 200 + "@northwind.example",
    ],
)
def test_what_could_be_read_two_ways_is_no_address(value: str) -> None:
    assert one(value) is None


def test_several_addresses_and_groups_come_in_order() -> None:
    read = read_addresses(b'A <a@x.example>, "B, C" <b@x.example>; Team: c@x.example, d@x.example;', 100)
    assert [found.address for found in read.found] == [
        "a@x.example",
        "b@x.example",
        "c@x.example",
        "d@x.example",
    ]


def test_an_empty_group_holds_nobody_and_is_no_mistake() -> None:
    read = read_addresses(b"undisclosed-recipients:;", 100)
    assert (read.found, read.unreadable) == ((), 0)


def test_more_addresses_than_asked_for_are_counted_and_left() -> None:
    read = read_addresses(b", ".join(b"u%d@x.example" % number for number in range(16_000)), 1_000)
    assert (len(read.found), read.left) == (1_000, 15_000)


@pytest.mark.parametrize(
    "value", [b'"' * 32_001, b"(" * 64_000, b"<" * 64_000, b'\\"' * 32_000, b"a@" * 32_000, b":" * 64_000]
)
def test_hostile_fields_cost_no_time(value: bytes) -> None:
    started = time.perf_counter()
    read_addresses(value + b" <ann@northwind.example>", 100)
    assert time.perf_counter() - started < 1


def test_comparable_form_keeps_the_local_part_and_lowers_the_domain() -> None:
    assert plain_address("Ann.Weiss@Northwind.EXAMPLE") == "Ann.Weiss@northwind.example"
    assert plain_address("no address") == ""
