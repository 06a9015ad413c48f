"""Tools: unknown and foreign ones are refused, unknown or wrong arguments named, names unique."""

from typing import Any

import pytest

from domain.errors import Correctable, Refused
from tools.catalog import Args, Catalog, parse_args, tool
from tools.providers.mail_urls import mail_server


class Wanted(Args):
    limit: int
    name: str = ""


@tool("research", Wanted)
async def find_things(args: Wanted) -> None:
    """Find things.

    More words.
    """


CATALOG = Catalog([find_things])


def test_a_tool_says_what_it_is() -> None:
    one = CATALOG.own("research", "find_things")
    assert (one.description, one.effect, one.specialist) == ("Find things.", "read", "research")


@pytest.mark.parametrize(("name", "code"), [("rm_rf", "unknown_tool"), ("find_things", "foreign_tool")])
def test_an_unknown_or_foreign_tool_is_refused(name: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        CATALOG.own("outreach", name)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        ({}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": 1, "sudo": True}, "sudo"),
        ({"limit": 1, "name": "a\ud800"}, "lone surrogate"),
        ({"limit": 1, "name": "a" * 1_000_000}, "longer than"),
        ([], "arguments"),
        ("limit", "arguments"),
    ],
)
def test_a_wrong_argument_is_named(raw: Any, where: str) -> None:
    with pytest.raises(Correctable, match=where) as caught:
        parse_args(find_things, raw)
    assert caught.value.code == "bad_arguments"


def test_two_tools_of_one_name_cannot_be() -> None:
    with pytest.raises(ValueError, match="find_things"):
        Catalog([find_things, find_things])


@pytest.mark.parametrize(
    "url", ["", "mx.example", "http://mx.example", "smtp://", "smtp://x:99999", "smtp://[::1", "smtp:///x"]
)
def test_what_is_no_mail_server_is_said_with_its_setting_and_without_its_password(url: str) -> None:
    with pytest.raises(Correctable) as caught:
        mail_server(url.replace("//", "//u:hunter2@", 1) if "x:9" in url else url, "RAINMAKER_SMTP_URL")
    assert (caught.value.code, caught.value.where) == ("bad_mail_url", "RAINMAKER_SMTP_URL")
    assert "hunter2" not in str(caught.value.as_dict())


def test_a_mail_server_is_read_with_quoted_login() -> None:
    server = mail_server("smtps://maria%40acme.example:p%40ss%2Fword@mx.example", "x")
    assert (server.user, server.password, server.port) == ("maria@acme.example", "p@ss/word", 465)
    assert "p@ss" not in repr(server)
