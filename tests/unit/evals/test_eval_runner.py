"""The eval runner: what it lists, what it refuses, and the shape of what it prints."""

import json
from pathlib import Path

import pytest

from domain.errors import Correctable
from evals import __main__ as runner
from evals.suites import catalog
from evals.suites.figures import Figure, SuiteResult, share
from evals.suites.options import Options

KEYS = {"value", "unit", "goal", "baseline", "n", "interval"}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """One suite that measures nothing and misses its goal."""

    async def run(options: Options) -> SuiteResult:
        figures = {"half": share(5, 10, "≥ 0.9", 0.25), "seconds": Figure(1.5, "s")}
        return SuiteResult("tiny", (1, 2), figures, {"other": "no browser"})

    suite = catalog.Suite("tiny", "measures nothing", "nowhere")
    monkeypatch.setattr(catalog.Suite, "load", lambda self: run)
    monkeypatch.setitem(catalog.SUITES, "tiny", suite)


def test_list_names_every_suite_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalog.SUITES)
    assert all(len(line.split()) > 4 for line in lines)


def test_every_listed_suite_can_be_loaded() -> None:
    assert all(callable(suite.load()) for suite in catalog.SUITES.values())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nonsense"], "unknown_suite"),
        (["scenario", "first-mail"], "unknown_scenario"),
        (["memory", "--seeds", "0"], "bad_arguments"),
        (["memory", "--seeds", "many"], "bad_arguments"),
        (["memory", "--data", "not/there"], "no_data_folder"),
        ([], "bad_arguments"),
    ],
)
def test_wrong_input_is_one_error_document_and_exit_2(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main([*words, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code
    assert set(error) == {"code", "message", "where", "hint"}


@pytest.mark.usefixtures("tiny")
def test_a_missed_goal_is_still_exit_0_and_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["tiny", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["suite"], document["seeds"]) == ("tiny", [1, 2])
    assert document["skipped"] == {"other": "no browser"}
    assert all(set(figure) >= KEYS for figure in document["figures"].values())
    assert document["figures"]["half"]["met"] is False


@pytest.mark.usefixtures("tiny")
def test_people_get_a_table_with_ratio_and_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    runner.main(["tiny"])
    shown = capsys.readouterr().out
    assert "MISS" in shown and "2.00×" in shown and "skipped other: no browser" in shown


@pytest.mark.usefixtures("tiny")
def test_a_full_run_is_kept_with_date_and_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BASELINES", tmp_path)
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    runner.main(["tiny", "--full"])
    kept = json.loads((tmp_path / "tiny.json").read_text())
    assert kept["figures"]["half"]["value"] == 0.5
    assert kept["at"] and kept["commit"]


@pytest.mark.usefixtures("tiny")
def test_a_run_neither_uses_nor_spends_what_the_person_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "somebody's")
    runner.main(["tiny"])
    assert "OPENAI_API_KEY" not in runner.os.environ


def test_a_broken_suite_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run(options: Options) -> SuiteResult:
        raise RuntimeError("the market is closed")

    monkeypatch.setattr(catalog.Suite, "load", lambda self: run)
    assert runner.main(["memory", "--json"]) == 1
    assert "the market is closed" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_data_folder_is_found_from_where_the_person_stands(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert runner.data_folder("mine", tmp_path) == tmp_path / "mine"
    with pytest.raises(Correctable):
        runner.data_folder("other", tmp_path)
