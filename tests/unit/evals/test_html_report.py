"""The page of a run: complete, safe whatever a name says, and drawn to scale. No browser here."""

import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from evals import __main__ as runner
from evals.suites import catalog, meanings
from evals.suites.charts import draw_bars, draw_lines, span, thinned
from evals.suites.figures import Figure, SuiteResult, share
from evals.suites.html import page
from evals.suites.options import Options
from evals.suites.records import Record, SeedUse, keep, read_record, record
from evals.suites.sections import Bar, Bars, Line, Lines, Table

HOSTILE = """</style></title><script>alert("1")</script><img src=x onerror='a()'>{{ 7*7 }}"""
SECTIONS = (
    Table("Wide", ("who", "much"), [("ada", -1234.5), (HOSTILE, None)], "read it so"),
    Bars("Margins", "EUR", [Bar("random", -50, -80, -20), Bar("ours", 100, 90, 120)], 70),
    Lines("Over time", "day", "EUR", [Line("ours", [(0, 0), (1, 5)]), Line("once", [(0.5, 2)])]),
)


def a_result(**changes: object) -> SuiteResult:
    """One figure that meets its goal, one that misses it, one without goal."""
    figures = {
        "done_alone": share(80, 100, "≥ 0.5", 0.4),
        "harms": Figure(3, "mails", "0"),
        "start_s": Figure(1.23456, "s"),
    }
    given = {
        "seeds": (21, 22, 23),
        "figures": figures,
        "skipped": {"gpu_ms": "no such machine"},
        "sections": SECTIONS,
        **changes,
    }
    return SuiteResult("market", **given)  # pyrefly: ignore[bad-argument-type]


class Words(HTMLParser):
    """What a reader sees, and which elements there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.said.append(data)

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return " ".join(" ".join(self.said).split())


def test_a_page_says_what_was_measured_when_and_how() -> None:
    done = Record(a_result(seconds=4000.0), "2026-11-02", "abc1234+", 2, "3.11.9", SeedUse.REPORTING)
    shown = Words(page(done)).text
    for words in ("2026-11-02", "abc1234, with uncommitted changes", "67 min", "2 cores, Python 3.11.9"):
        assert words in shown
    assert "21–23 (reporting: nobody improves the product on them)" in shown
    assert catalog.SUITES["market"].line in shown


def test_goals_are_told_in_words_and_not_by_colour_alone() -> None:
    shown = Words(page(Record(a_result()))).text
    assert "1 of 2 goals met" in shown
    assert "✓ met" in shown and "✕ missed" in shown and "harms: 3 mails, goal = 0" in shown
    assert "80 %" in shown and "71.12 % to 86.66 %" in shown and "2.00×" in shown


def test_the_kept_value_stands_beside_the_new_one() -> None:
    before = a_result(figures={"done_alone": share(20, 100, "≥ 0.5"), "harms": Figure(2, "mails", "0")})
    shown = Words(page(Record(a_result()), Record(before, "2026-10-01", "beef123"))).text
    assert "“Kept” is the full run of 2026-10-01 at beef123" in shown
    assert "20 % better" in shown and "2 worse" in shown


def test_what_was_skipped_and_explained_is_on_the_page() -> None:
    shown = Words(page(Record(a_result(explanation="ada got no answer\nbob neither")))).text
    assert "gpu ms no such machine" in shown and "ada got no answer" in shown
    assert "docs/evals.md#market" in shown


def test_no_name_becomes_mark_up() -> None:
    hostile = a_result(
        figures={HOSTILE: Figure(1, HOSTILE, "≥ 2", interval=(0, 2))},
        skipped={HOSTILE: HOSTILE},
        explanation=HOSTILE,
        sections=(
            Table(HOSTILE, (HOSTILE,), [(HOSTILE,)], HOSTILE),
            Bars(HOSTILE, HOSTILE, [Bar(HOSTILE, 1)], 1, HOSTILE),
            Lines(HOSTILE, HOSTILE, HOSTILE, [Line(HOSTILE, [(1, 1)])], HOSTILE),
        ),
    )
    text = page(Record(hostile, HOSTILE, HOSTILE, 1, HOSTILE))
    seen = Words(text)
    assert not {"script", "img"} & set(seen.tags)
    assert not any(name.startswith("on") for name, _ in seen.attributes)
    assert text.count("<style>") == 1 and "{{ 7*7 }}" in seen.text


def test_a_page_asks_nobody_for_anything() -> None:
    text = page(Record(a_result()))
    names = {name for name, _ in Words(text).attributes}
    assert not {"src", "href", "srcset"} & names
    assert "url(" not in text and "@import" not in text


def test_an_empty_result_is_a_page_too() -> None:
    empty = SuiteResult(
        "unheard_of", (), {}, sections=(Table("T", (), []), Bars("B", "", []), Lines("L", "", "", []))
    )
    shown = Words(page(Record(empty))).text
    assert "unheard_of" in shown and "Seeds none" in shown and shown.count("Nothing to draw.") == 2


def test_numbers_that_are_none_draw_nothing() -> None:
    endless, none = float("inf"), float("nan")
    assert draw_bars(Bars("", "", [Bar("a", none), Bar("b", endless)])) is None
    assert draw_lines(Lines("", "", "", [Line("a", [(0, none), (endless, 1)])])) is None
    assert span(Figure(none, "", interval=(0, 1))) is None
    assert Words(page(Record(a_result(figures={"odd": Figure(none, "s", "≥ 1", endless)})))).tags


@pytest.mark.parametrize("values", [[0.0], [5.0], [-3.0], [-1e-9, 1e-9], [1e14, -1e14], [3, 3, 3]])
def test_bars_stay_inside_their_field(values: list[float]) -> None:
    drawn = draw_bars(Bars("", "", [Bar("x", value, value, value) for value in values]))
    assert drawn and len(drawn.ticks) >= 2
    for bar in drawn.bars:
        assert 0 <= bar.left <= bar.left + bar.width <= 100.01


def test_a_negative_bar_ends_at_zero_and_a_positive_one_begins_there() -> None:
    drawn = draw_bars(Bars("", "", [Bar("loss", -50), Bar("gain", 100)]))
    assert drawn
    loss, gain = drawn.bars
    assert loss.left + loss.width == pytest.approx(drawn.zero) and gain.left == drawn.zero


def test_long_curves_lose_points_but_no_peak() -> None:
    points = [(float(x), 0.0) for x in range(10_000)]
    points[7_777] = (7_777.0, 9.0)
    fewer = thinned(points)
    assert len(fewer) <= 400
    assert (7_777.0, 9.0) in fewer and fewer[0] == points[0] and fewer[-1] == points[-1]
    assert fewer == sorted(fewer)


@pytest.mark.parametrize(
    ("seeds", "use"),
    [((2, 3), SeedUse.TUNING), ((21, 22), SeedUse.REPORTING), ((3, 21), SeedUse.BOTH), ((1,), None)],
)
def test_a_record_says_what_its_seeds_were_for(
    monkeypatch: pytest.MonkeyPatch, seeds: tuple[int, ...], use: SeedUse | None
) -> None:
    module = SimpleNamespace(TUNING_SEEDS=range(2, 9), REPORTING_SEEDS=range(21, 60))
    monkeypatch.setitem(sys.modules, catalog.SUITES["market"].module, module)  # pyrefly: ignore[bad-argument-type]
    assert record(a_result(seeds=seeds)).seed_use is use


def test_a_result_reads_back_as_it_was_written(tmp_path: Path) -> None:
    done = Record(a_result(explanation="one\ntwo"), "2026-11-02", "abc", 2, "3.11.9", SeedUse.TUNING)
    assert read_record(keep(done, tmp_path)).as_json() == done.as_json()


def test_meanings_are_taken_from_the_suites_own_section(tmp_path: Path) -> None:
    docs = tmp_path / "evals.md"
    docs.write_text(
        "## marketing\n| `harms` | wrong | wrong |\n## market: tasks\n| Figure | Meaning | How |\n|---|---|---|\n"
        "| `harms`, `more` | *rules* broken | see [docs](x.md) |\n| `other` | a | b |\n",
        encoding="utf-8",
    )
    found = meanings.of_suite("market", ["harms"], docs)
    assert [(one.names, one.means, one.misleads) for one in found] == [
        ("harms, more", "rules broken", "see docs")
    ]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A suite that measures nothing, and a folder of its own for kept runs."""

    async def run(options: Options) -> SuiteResult:
        return SuiteResult("tiny", (1,), {"half": share(5, 10, "≥ 0.9")})

    monkeypatch.setattr(catalog.Suite, "load", lambda self: run)
    monkeypatch.setitem(
        catalog.SUITES, "tiny", catalog.Suite("tiny", "measures nothing", "evals.suites.options")
    )
    monkeypatch.setattr(runner, "BASELINES", tmp_path / "kept")
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    return tmp_path


def test_the_command_writes_a_page_and_says_where(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["tiny", "--json", "--report", "page.html", "--from", str(tiny)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["suite"] == "tiny" and f"Report: {tiny / 'page.html'}" in said.err
    assert "50 %" in Words((tiny / "page.html").read_text(encoding="utf-8")).text


def test_a_kept_run_is_drawn_again_without_measuring(
    tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.main(["tiny", "--full"])
    monkeypatch.setattr(catalog.Suite, "load", lambda self: pytest.fail("it was measured"))
    assert runner.main(["report", "tiny", "--from", str(tiny)]) == 0
    assert "50 %" in Words((tiny / "tiny.html").read_text(encoding="utf-8")).text
    capsys.readouterr()
    runner.main(["list", "--json"])
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)["suites"]}
    assert listed["tiny"]["kept"]["at"] and listed["mail"]["kept"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["report", "nonsense"], "unknown_suite"),
        (["report"], "unknown_suite"),
        (["report", "tiny"], "nothing_kept"),
        (["diff", "tiny"], "nothing_kept"),
        (["tiny", "--report", "no/such/folder.html"], "report_not_written"),
        (["tiny", "--report", "."], "report_not_written"),
    ],
)
def test_a_wrong_wish_is_one_sentence(
    tiny: Path, words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main([*words, "--json", "--from", str(tiny)]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
