"""What changed between two runs: judged by the goal's direction, and never a failure."""

import json
from pathlib import Path

import pytest

from domain.errors import Correctable
from evals import __main__ as runner
from evals.suites.differences import Change, differences, told
from evals.suites.figures import Figure, SuiteResult, share
from evals.suites.records import Record, keep, read_record


def a_run(suite: str = "mail", skipped: dict[str, str] | None = None, **figures: Figure) -> Record:
    """A run with these figures."""
    return Record(SuiteResult(suite, (1,), figures, skipped or {}), "2026-11-02", "abc1234")


@pytest.mark.parametrize(
    ("goal", "old", "new", "change"),
    [
        ("≥ 0.9", 0.8, 0.85, Change.BETTER),
        ("≥ 0.9", 0.8, 0.7, Change.WORSE),
        ("≤ 5", 3, 4, Change.WORSE),
        ("≤ 5", 9, 4, Change.BETTER),
        ("0", 2, 1, Change.BETTER),
        ("1", 1.0, 0.9, Change.WORSE),
        ("1", 0.5, 1.5, Change.EQUAL),
        ("", 1, 2, Change.HIGHER),
        ("", 2, 1, Change.LOWER),
        ("≥ 1", 0.81818, 0.8182, Change.EQUAL),
        ("≥ 1", None, 0.8, Change.NEW),
        ("≥ 1", 0.8, None, Change.GONE),
        ("≥ 1", float("nan"), 0.8, Change.NEW),
    ],
)
def test_the_goal_says_which_way_is_good(
    goal: str, old: float | None, new: float | None, change: Change
) -> None:
    (found,) = differences(a_run(x=Figure(new, "", goal)), a_run(x=Figure(old, "", goal)))
    assert found.change is change


@pytest.mark.parametrize(
    ("old", "new", "beyond"),
    [
        (share(50, 100), share(52, 100), False),
        (share(50, 100), share(90, 100), True),
        (share(5, 10), share(750, 1000), False),  # inside the wide interval of few
        (Figure(1, "s"), Figure(2, "s"), None),
        (Figure(1, "s", interval=(0.5, 1.5)), Figure(2, "s"), True),
    ],
)
def test_a_move_beyond_chance_leaves_both_intervals(old: Figure, new: Figure, beyond: bool | None) -> None:
    (found,) = differences(a_run(x=new), a_run(x=old))
    assert found.beyond is beyond


def test_only_what_changed_is_told() -> None:
    before = a_run(
        same=Figure(1, ""), half=share(50, 100, "≥ 0.4"), left_out=Figure(1, "s"), gone=Figure(1, "s")
    )
    now = a_run(
        skipped={"left_out": "no data"},
        same=Figure(1, ""),
        half=share(20, 100, "≥ 0.4"),
        fresh=Figure(7, "s"),
    )
    lines = told(now, before).splitlines()
    assert "2026-11-02" in lines[0] and "abc1234" in lines[0]
    assert [line.split()[0] for line in lines[3:6]] == ["half", "fresh", "gone"]
    assert "−0.3" in lines[3] and "worse" in lines[3] and "yes" in lines[3] and "now missed" in lines[3]
    assert lines[6:] == ["1 of 4 figures are equal.", "not measured now – left_out: no data"]


def test_the_command_compares_a_result_file_with_the_kept_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "BASELINES", tmp_path)
    keep(a_run(half=share(90, 100, "≥ 0.8")), tmp_path)
    keep(a_run(half=share(10, 100, "≥ 0.8")), tmp_path / "new")
    assert runner.main(["diff", "mail", "new/mail.json", "--from", str(tmp_path)]) == 0
    assert "worse" in capsys.readouterr().out
    assert runner.main(["diff", "mail", "new/mail.json", "--from", str(tmp_path), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert (found["change"], found["beyond_interval"], found["met"], found["was_met"]) == (
        "worse",
        True,
        False,
        True,
    )


def test_the_result_of_another_suite_is_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "BASELINES", tmp_path)
    keep(a_run("mail"), tmp_path)
    keep(a_run("memory"), tmp_path)
    assert runner.main(["diff", "mail", "memory.json", "--from", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "wrong_suite"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"suite": "mail"}',
        '{"suite": "mail", "figures": {"x": {"value": "much", "unit": ""}}}',
        '{"suite": "mail", "figures": {"x": {"value": 1, "unit": "", "goal": "≥ many"}}}',
        '{"suite": "mail", "figures": {}, "sections": [{"kind": "song"}]}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_result_is_told_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Correctable) as told_so:
        read_record(path)
    assert told_so.value.code == "bad_result"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Correctable):
        read_record(path)


def test_a_missing_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Correctable) as told_so:
        read_record(tmp_path / "none.json")
    assert told_so.value.code == "no_result"
