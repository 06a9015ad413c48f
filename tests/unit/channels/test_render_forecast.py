"""The printed forecast: short, in plain words, never wider than a screen."""

from channels.render_forecast import text
from learning.forecast import forecast_file


def _printed(tmp_path, lines: list[str], horizon: int = 6) -> str:
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return text(forecast_file(path, horizon=horizon))


def test_the_answer_comes_first_then_a_table_with_low_likely_and_high(tmp_path):
    rows = [f"{2019 + at // 12}-{at % 12 + 1:02d},{150_000 + 1_000 * at}" for at in range(48)]
    shown = _printed(tmp_path, ["month,revenue", *rows])
    lines = shown.splitlines()
    assert lines[0] == "Forecast of sales.csv: 6 months ahead, a season is 12 months."
    assert "Better than" in lines[3]
    assert [word for line in lines if "likely" in line for word in line.split()] == ["low", "likely", "high"]
    assert sum(line.startswith("  2023-") for line in lines) == 6
    assert "In 4 of 5 cases" in shown and "last season" in shown
    assert "19" in shown and "," in next(line for line in lines if line.startswith("  2023-01"))


def test_no_line_is_wider_than_a_screen(tmp_path):
    names = [f"a very long name of a column number {at}" for at in range(20)]
    rows = [
        f"2019-{at + 1:02d}-01," + ",".join(str(1e9 + at * place) for place in range(20)) for at in range(12)
    ]
    shown = _printed(tmp_path, ["date," + ",".join(names), *rows])
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert "8 more series" in shown


def test_too_little_is_told_without_an_empty_table(tmp_path):
    shown = _printed(tmp_path, ["date,value", "2024-01-01,5"])
    assert "Not enough data" in shown and "likely" not in shown
