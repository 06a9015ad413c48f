"""Any usual export of an experiment is read; what cannot be right is said, and the rest still counts."""

import json
import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Correctable
from learning.experiments import read_experiment

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    def reading(text: str, alpha: float = 0.05):
        path = tmp_path / "test.csv"
        path.write_text(text, encoding="utf-8")
        return read_experiment(path, alpha=alpha, now=NOW)

    return reading


def codes(reading) -> set[str]:
    return {one.code for one in reading.problems}


def days(
    arms: dict[str, float], length: int = 15, size: int = 400, running: bool = False, seed: int = 1
) -> str:
    """A daily series; every arm gets about the same number of units."""
    draw, lines = np.random.default_rng(seed), ["date,arm,n,successes"]
    totals = {arm: [0, 0] for arm in arms}
    for day in range(length):
        for arm, rate in arms.items():
            units = int(draw.poisson(size))
            hits = int(draw.binomial(units, rate))
            if running:
                totals[arm][0] += units
                totals[arm][1] += hits
                units, hits = totals[arm]
            lines.append(f"{date(2026, 3, 1) + timedelta(day)},{arm},{units},{hits}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "variant,visitors,conversions\nA,5000,240\nB,5020,356\n",
        "Arm;Emails sent;Positive replies\nA;5.000;240\nB;5.020;356\n",
        "Group\tNumber of users\tReply rate\nA\t5000\t4.8%\nB\t5020\t7.1%\n",
        "name_of_test,variation_id,Total Visitors,Conversions (total)\nx,A,5000,240\nx,B,5020,356\n",
        "Visitors A,Conversions A,Visitors B,Conversions B\n5000,240,5020,356\n",
        "arm,sample size,mean,std dev\nA,5000,0.048,0.2138\nB,5020,0.0709,0.2567\n",
        "arm,sample size,mean,variance\nA,5000,0.048,0.0457\nB,5020,0.0709,0.0659\n",
    ],
)
def test_the_same_experiment_in_many_spellings_is_decided_alike(read, text):
    reading = read(text)
    assert (reading.verdict, reading.baseline, reading.winner) == ("decided", "A", "B")
    assert [one.units for one in reading.arms] == [5000, 5020]


def test_days_and_running_totals_of_one_experiment_read_the_same(read):
    arms = {"control": 0.05, "new": 0.07}
    by_day, totals = read(days(arms)), read(days(arms, running=True))
    assert by_day.verdict == totals.verdict
    assert by_day.comparisons == totals.comparisons
    assert "numbers of each day" in " ".join(by_day.assumptions)
    assert "running totals" in " ".join(totals.assumptions)


def test_a_wide_series_with_local_dates_is_read(read):
    lines = ["date,control_n,control_conversions,treatment_n,treatment_conversions"]
    lines += [
        f"{day:02d}.03.2026,{500 + day % 3},{50 - day % 5},{502 - day % 4},{70 + day % 6}"
        for day in range(1, 16)
    ]
    reading = read("\n".join(lines))
    assert reading.verdict == "decided" and reading.winner == "treatment" and reading.looks == 15


def test_one_row_per_unit_is_added_up_by_arm_and_day(read):
    draw = random.Random(3)
    lines = ["user_id,timestamp,group,landing_page,converted"]
    for unit in range(4000):
        arm = draw.choice(["control", "treatment"])
        hit = int(draw.random() < (0.15 if arm == "treatment" else 0.08))
        lines.append(f"{unit},2026-01-{1 + unit // 200:02d} 10:00:00,{arm},{arm[:3]}_page,{hit}")
    reading = read("\n".join(lines))
    assert reading.verdict == "decided" and reading.looks == 20
    assert sum(one.units for one in reading.arms) == 4000


def test_units_in_two_arms_or_twice_in_the_file_are_not_counted_twice(read):
    lines = [f"u{unit},{'AB'[unit % 2]},{'yes' if unit % 3 else 'no'}" for unit in range(100)]
    reading = read("\n".join(["unit,arm,outcome", *lines, "u0,B,yes", "u1,B,no"]))
    assert {"unit_in_two_arms", "duplicate_unit"} <= codes(reading)
    assert sum(one.units for one in reading.arms) == 99


def test_several_experiments_and_metrics_in_one_file_are_each_read(read):
    lines = [
        "experiment_id,variant_id,metric_id,time_since_start,count_c,mean_c,variance_c,count_t,mean_t,variance_t"
    ]
    for metric, mean in (("1", 0.5), ("2", 0.501)):
        lines += [
            f"e1,1,{metric},{day},{1000 * day},0.4,0.24,{1000 * day},{mean},0.25" for day in range(1, 12)
        ]
    reading = read("\n".join(lines))
    assert reading.verdict == "several"
    assert [one.verdict for one in reading.readings] == ["decided", "decided"]
    assert reading.as_json()["counts"] == {"decided": 2}


@pytest.mark.parametrize("plan, verdict", [("", "broken_randomisation"), (",share\n", "not_yet")])
def test_the_split_is_held_against_the_plan_when_there_is_one(read, plan, verdict):
    share = (",52", ",48") if plan else ("", "")
    text = f"arm,users,conversions{plan.strip()}\ncontrol,10400,500{share[0]}\nnew,9600,470{share[1]}\n"
    reading = read(text)
    assert reading.verdict == verdict
    assert bool(reading.comparisons) == (verdict != "broken_randomisation")


def test_a_lopsided_split_nobody_explained_is_taken_for_a_plan_and_said(read):
    reading = read("arm,users,conversions\ncontrol,18010,900\nnew,1990,110\n")
    assert reading.verdict == "not_yet"
    assert "90% / 10% is taken for the plan" in " ".join(reading.assumptions)


def test_an_arm_that_starts_midway_is_compared_from_then_on(read):
    lines = days({"control": 0.05, "B": 0.05, "C": 0.05}).splitlines()
    kept = [line for line in lines if ",C," not in line or line > "2026-03-06"]
    reading = read("\n".join(kept))
    assert "arm_started_midway" in codes(reading) and reading.srm is not None and not reading.srm.broken


def test_a_series_with_slips_is_read_without_them(read):
    good = days({"A": 0.05, "B": 0.05}, running=True).splitlines()
    slipped = [line if not line.startswith("2026-03-09,A") else "2026-03-09,A,12,1" for line in good]
    assert "shrinking_counts" in codes(read("\n".join(slipped)))
    extra = ["2099-01-01,A,5,1", "soon,B,5,1", "2026-03-03,A,10,11", "2026-03-03,B,-4,0", "2026-03-04,B,x,1"]
    reading = read("\n".join([*days({"A": 0.05, "B": 0.05}).splitlines(), *extra]))
    assert {
        "future_date",
        "unreadable_date",
        "more_hits_than_units",
        "negative_count",
        "not_a_number",
    } <= codes(reading)
    assert reading.verdict == "not_yet"


def test_repeated_and_unsorted_days_are_said_and_settled(read):
    lines = days({"A": 0.05, "B": 0.05}).splitlines()
    reading = read("\n".join([lines[0], *reversed(lines[1:]), lines[5]]))
    assert {"duplicate_days", "out_of_order"} <= codes(reading)
    assert reading.arms == read("\n".join(lines)).arms


@pytest.mark.parametrize(
    "text, why",
    [
        ("arm,users,conversions\nA,1000,50\n", "only one arm"),
        ("arm,users,conversions\nA,0,0\nB,0,0\n", "Fewer than 10 units"),
        ("arm,users,conversions\nA,500,0\nB,490,0\n", "same outcome"),
        ("arm,users,conversions\nA,500,500\nB,490,490\n", "same outcome"),
        ("arm,users,conversions\nA,500,nan\nB,490,30\n", "Fewer than 10 units in A"),
        ("arm,users,mean,sd\nA,500,3,0\nB,490,4,0\n", "variance"),
    ],
)
def test_too_little_to_compare_is_an_answer_with_its_reason(read, text, why):
    reading = read(text)
    assert reading.verdict == "not_enough_data"
    assert why in reading.sentence


def test_harms_beside_the_outcome_can_veto_a_winner(read):
    reading = read("arm,sent,replies,complaints\ncontrol,4000,160,4\nbold,4000,300,60\n")
    assert (reading.verdict, reading.winner) == ("decided", "control")
    assert "guardrail" in codes(reading)


def test_less_is_better_where_the_metric_is_a_harm(read):
    reading = read("metric,arm,sent,successes\nopt-outs,control,4000,160\nopt-outs,kind,4000,60\n")
    assert reading.winner == "kind"


@pytest.mark.parametrize(
    "text, missing",
    [
        ("name,city\nfoo,bar\nx,y\n", "which arm"),
        ("variant,conversions\nA,10\nB,12\n", "number of units"),
        ("variant,users\nA,10\nB,12\n", "outcome is missing"),
        ("variant,users,mean\nA,100,3.2\nB,110,3\n", "variance"),
    ],
)
def test_an_unknown_table_is_told_what_it_lacks(read, text, missing):
    with pytest.raises(Correctable) as error:
        read(text)
    assert error.value.code == "experiment_shape"
    assert missing in error.value.message and "Understood are" in (error.value.hint or "")


@pytest.mark.parametrize(
    ("text", "arms"),
    [
        (
            "Test name,Variation,Sessions,Transactions\nHome,Original,12001,311\nHome,New,11990,402\n",
            "Original New",
        ),
        ("subject_line,recipients,opens,clicks\nQuestion,2500,900,80\nIdea,2480,1010,120\n", "Question Idea"),
        ("variant,users,conversions\nA,1000,50\nB,1010,70\nTotal,2010,120\n", "A B"),
        ("week,A_sent,A_replies,B_sent,B_replies,C_sent,C_replies\n2025-W01,300,9,301,9,299,8\n", "A B C"),
        (
            "date,users_control,users_test,conversion_rate_control,conversion_rate_test\n2025-01-01,100,101,5%,6%\n",
            "control test",
        ),
        ("id,treated,revenue\n" + "".join(f"{n},{n % 2},{n % 7}.5\n" for n in range(200)), "0 1"),
        ("Variante;Empfänger;Antworten\nKontrolle;1.200;36\nNeu;1.180;59\n", "Kontrolle Neu"),
    ],
)
def test_exports_nobody_prepared_name_their_arms(read, text, arms):
    assert " ".join(one.name for one in read(text).arms) == arms


def test_an_outcome_told_by_its_date_counts_where_there_is_one(read):
    draw = random.Random(4)
    lines = ["contact_email,variant,sent_at,replied_at"]
    for unit in range(600):
        replied = "2026-03-25" if draw.random() < 0.2 else ""
        lines.append(f"u{unit}@example.org,{draw.choice('AB')},2026-03-{1 + unit // 60:02d},{replied}")
    reading = read("\n".join(lines))
    assert reading.verdict == "not_yet" and reading.metric == "replied_at"
    assert sum(one.successes or 0 for one in reading.arms) == sum(line.endswith("25") for line in lines)


@pytest.mark.parametrize("alpha", [0.0, 1.0, float("nan")])
def test_an_alpha_that_is_no_chance_is_refused(read, alpha):
    with pytest.raises(Correctable):
        read("arm,users,conversions\nA,100,5\nB,100,6\n", alpha)


CELLS = st.one_of(
    st.integers(-5, 3000).map(str), st.sampled_from(["", "x", "nan", "1e9", "12,5", "2026-01-05"])
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["2026-01-01", "2026-01-02", "", "?"]), st.sampled_from("ABC"), CELLS, CELLS)
)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_whatever_the_cells_hold_there_is_an_answer_or_one_clear_sentence(read, rows):
    text = "\n".join(["date,arm,users,replies", *(",".join(f'"{cell}"' for cell in row) for row in rows)])
    try:
        reading = read(text)
    except Correctable as error:
        assert error.code and error.message
    else:
        json.dumps(reading.as_json(), allow_nan=False)
        assert reading.sentence
