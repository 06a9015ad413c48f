"""Forecasting a file nobody prepared: what is understood, said, left out or refused."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.errors import Correctable
from learning.forecast import forecast_file

MONTHS = [f"{2019 + at // 12}-{at % 12 + 1:02d}" for at in range(60)]


@pytest.fixture
def outlook(tmp_path):
    def read(lines: list[str], horizon: int = 3, season: int | None = None, today: date | None = None):
        path = Path(tmp_path) / "table.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return forecast_file(path, horizon=horizon, season=season, today=today)

    return read


def _monthly(name: str = "revenue") -> list[str]:
    return [
        f"month,{name}",
        *(f"{month},{100 + at + 30 * (at % 12 == 11)}" for at, month in enumerate(MONTHS)),
    ]


def test_a_monthly_series_is_forecast_for_the_months_that_follow(outlook):
    said = outlook(_monthly()).as_json()
    assert said["series"] == ["revenue"] and said["frequency"] == "monthly" and said["season"] == 12
    assert [one["period"] for one in said["points"]] == ["2024-01", "2024-02", "2024-03"]
    assert said["lower"] == [one["lower"] for one in said["points"]]
    assert said["upper"] == [one["upper"] for one in said["points"]]
    assert said["mase"] < said["baselines"]["seasonal_naive"]["mase"] and said["beats_naive"] is True
    assert {"smape", "coverage", "problems", "left_out", "verdict"} <= said.keys()


def test_rows_in_any_order_say_the_same(outlook):
    lines = _monthly()
    assert outlook(lines).as_json()["points"] == outlook([lines[0], *reversed(lines[1:])]).as_json()["points"]


@pytest.mark.parametrize(
    ("step", "count", "frequency", "season", "following"),
    [
        (timedelta(1), 60, "daily", 7, "2024-03-01"),
        (timedelta(7), 120, "weekly", 52, "2026-04-20"),
    ],
)
def test_the_distance_of_the_dates_tells_the_frequency(outlook, step, count, frequency, season, following):
    rows = [f"{date(2024, 1, 1) + at * step},{100 + at}" for at in range(count)]
    said = outlook(["date,value", *rows], today=date(2050, 1, 1)).as_json()
    assert (said["frequency"], said["season"]) == (frequency, season)
    assert said["points"][0]["period"] == following


def test_a_column_of_years_is_a_date(outlook):
    said = outlook(["year,revenue", *(f"{1990 + at},{100 + at}" for at in range(20))]).as_json()
    assert said["frequency"] == "yearly" and said["points"][0]["period"] == "2010"


def test_dates_without_weekends_are_working_days(outlook):
    days = [date(2024, 1, 1) + timedelta(at) for at in range(120)]
    said = outlook(["date,value", *(f"{day},{100 + day.day}" for day in days if day.weekday() < 5)]).as_json()
    assert (said["frequency"], said["season"]) == ("workdays", 5)
    assert all(date.fromisoformat(one["period"]).weekday() < 5 for one in said["points"])


def test_quarters_and_money_are_read_as_people_write_them(outlook):
    rows = [f'{2015 + at // 4}Q{at % 4 + 1},"{1000 + 50 * at:,} EUR"' for at in range(32)]
    said = outlook(["quarter,revenue", *rows]).as_json()
    assert said["frequency"] == "quarterly" and said["points"][0]["period"] == "2023-Q1"
    assert said["points"][0]["value"] > 2000


def test_year_and_month_in_two_columns_are_one_date(outlook):
    rows = [f"{2019 + at // 12},{at % 12 + 1},{100 + at}" for at in range(48)]
    assert outlook(["Year,Month,Sales", *rows]).as_json()["points"][0]["period"] == "2023-01"


def test_long_form_gives_one_forecast_per_name(outlook):
    rows = [
        f"{store},{month},{100 + at}" for store in ("Berlin", "Hamburg") for at, month in enumerate(MONTHS)
    ]
    said = outlook(["store,month,sales", *rows]).as_json()
    assert said["series"] == ["Berlin", "Hamburg"] and len(said["points"]) == 6


def test_bookings_are_added_up_over_all_customers_and_it_is_said(outlook):
    days = [date(2023, 1, 1) + timedelta(at * 7 % 700) for at in range(600)]
    rows = [f"{at},C{at % 50},{day},10" for at, day in enumerate(days)]
    found = outlook(["order_id,customer,date,amount", *rows], season=12)
    assert [one.name for one in found.series] == ["amount"] and found.frequency == "monthly"
    assert any("added up by month" in one for one in found.said)
    assert any("order_id" in one for one in found.said)


def test_a_month_that_is_not_over_is_left_out(outlook):
    said = outlook(_monthly(), today=date(2023, 12, 10))
    assert said.series[0].last == "2023-11"
    assert any("2023-12 is not over yet" in one for one in said.series[0].said)


def test_rows_that_do_not_count_are_named_with_their_line(outlook):
    lines = [*_monthly(), "2031-01,5", "someday,7"]
    lines[5] = lines[5].split(",")[0] + ",abc"
    said = outlook(lines, today=date(2024, 6, 1)).as_json()
    assert said["left_out"] == 3
    problems = " ".join(said["problems"])
    assert "Line 6: no number" in problems and "future" in problems and "Line 63: no date" in problems
    assert any("filled in" in one for one in said["forecasts"][0]["said"])


def test_a_month_twice_counts_once(outlook):
    said = outlook([*_monthly(), f"{MONTHS[-1]},500"])
    assert said.series[0].last_value == 500
    assert any("more than once" in one for one in said.series[0].said)


def test_too_many_holes_are_refused_in_words(outlook):
    rows = [f"{2000 + at // 12}-{at % 12 + 1:02d}-01,{at}" for at in range(96) if at < 30 or at % 2]
    lines = ["date,value", *rows]
    assert "too many to fill in" in outlook(lines).verdict or outlook(lines).series[0].points


def test_without_dates_the_rows_are_numbered(outlook):
    said = outlook(["value", *(str(100 + at * 1.5) for at in range(30))]).as_json()
    assert said["frequency"] == "numbered" and said["points"][0]["period"] == "31"
    assert any("No column holds dates" in one for one in said["said"])


def test_three_rows_are_not_enough_and_no_error(outlook):
    said = outlook(_monthly()[:4]).as_json()
    assert said["enough_data"] is False and said["points"] == [] and "Not enough data" in said["verdict"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"horizon": 0}, "wrong_horizon"),
        ({"horizon": 100_000}, "wrong_horizon"),
        ({"horizon": 200}, "wrong_horizon"),
        ({"season": 0}, "wrong_season"),
    ],
)
def test_a_horizon_or_season_that_makes_no_sense_is_refused(outlook, options, code):
    with pytest.raises(Correctable) as caught:
        outlook(_monthly(), **options)
    assert caught.value.code == code


def test_a_table_of_words_is_refused(outlook):
    with pytest.raises(Correctable) as caught:
        outlook(["a,b", *["x,y"] * 5])
    assert caught.value.code == "no_values"
