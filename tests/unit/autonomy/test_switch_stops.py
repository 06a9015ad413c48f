"""The kill switch by level and scope, and the stop file: what they stop, and that nobody loosens a stop."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from autonomy.stop_file import stop_reason, with_stop_file
from autonomy.switch import LEVELS, known_scope, stopped, stricter


def thrown(scope: str, level: str) -> list[dict[str, Any]]:
    return [{"scope": scope, "level": level, "by": "olga", "reason": "look first"}]


@pytest.mark.parametrize(
    ("level", "stops"),
    [
        ("none", set()),
        ("sends", {"sends"}),
        ("effects", {"sends", "effects"}),
        ("all", {"sends", "effects", "turns"}),
        ("a word nobody knows", {"sends", "effects", "turns"}),
    ],
)
def test_each_level_stops_what_it_says(level: str, stops: set[str]) -> None:
    for need in ("sends", "effects", "turns"):
        assert bool(stopped(thrown("workspace", level), need, [])) == (need in stops)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "scope", ["campaign:cam_1", "mailbox:a@b.example", "agent:outreach", "account:acc_1"]
)
def test_a_scope_stops_its_own_and_nothing_else(scope: str) -> None:
    assert stopped(thrown(scope, "sends"), "sends", [scope]) == "Stopped by olga: look first."
    assert stopped(thrown(scope, "sends"), "sends", [scope + "x"]) is None
    assert stopped(thrown(scope, "sends"), "effects", [scope]) is None


@pytest.mark.parametrize("scope", ["", "everything", "campaign:", "Agent:outreach", "planet:mars", "agent: "])
@pytest.mark.parametrize("need", ["sends", "effects", "turns"])
def test_a_scope_nobody_knows_stops_everything(scope: str, need: Any) -> None:
    assert not known_scope(scope)
    assert stopped(thrown(scope, "sends"), need, ["agent:research"])
    assert stopped(thrown(scope, "none"), need, []) is None


def test_the_stricter_level_wins_and_an_unknown_one_is_the_strictest() -> None:
    assert [stricter(a, b) for a, b in itertools.pairwise(LEVELS)] == list(LEVELS[1:])
    assert stricter("all", "odd") == "odd"


def test_the_stop_file_stops_effects_while_it_is_there(home: Path) -> None:
    path = home / "PAUSE"
    assert with_stop_file([], path) == []
    path.write_text("\n  Audit today.  \nmore", "utf-8")
    (switch,) = with_stop_file([], path)
    assert stopped([switch], "effects", []) == "Stopped by the file PAUSE: Audit today."
    assert stopped([switch], "turns", []) is None
    path.unlink()
    assert with_stop_file([], path) == []


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"x" * 1_000_000])
def test_whatever_is_in_the_stop_file_it_stops(home: Path, content: bytes) -> None:
    path = home / "PAUSE"
    path.write_bytes(content)
    assert 0 < len(stop_reason(path) or "") <= 300


def test_a_stop_file_that_cannot_be_read_stops(home: Path) -> None:
    (home / "PAUSE").mkdir()
    assert stop_reason(home / "PAUSE")
    assert stop_reason(None) is None
