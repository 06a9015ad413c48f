"""From a file to a model card: signals, noise, leaks, time, and input nobody prepared."""

import csv
import math
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from domain.errors import Correctable
from learning.history import ModelCard, learn_file, learn_table
from learning.history.drivers import effects
from tools.read.table_file import read_table

HEADING = ["ref", "created", "source", "touches", "amount", "stage"]


def write(folder: Path, rows: list[list[str]], heading: list[str] = HEADING) -> Path:
    path = folder / "deals.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([heading, *rows])
    return path


def deals(
    count: int = 500, *, seed: int = 1, strength: float = 1.0, open_share: float = 0.0
) -> list[list[str]]:
    rng = Random(seed)
    rows = []
    for at in range(count):
        source, touches = rng.choice(["fair", "referral", "list"]), rng.randint(0, 9)
        tilt = strength * (1.6 * (source == "referral") + 0.25 * (touches - 4)) - 0.4
        won = rng.random() < 1 / (1 + math.exp(-tilt))
        stage = "Negotiation" if rng.random() < open_share else "Closed Won" if won else "Closed Lost"
        created = (date(2024, 1, 1) + timedelta(days=at)).isoformat()
        rows.append(
            [f"D-{at:04d}", created, source, str(touches), f"€{rng.lognormvariate(9, 1):,.2f}", stage]
        )
    return rows


def names(card: ModelCard, part: str) -> set[str]:
    return {one.column for one in getattr(card, part)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> ModelCard:
    return learn_file(
        write(tmp_path_factory.mktemp("plain"), deals(open_share=0.1)), outcome="stage", id="ref"
    )


def test_a_signal_is_found_with_its_interval_and_drivers(plain):
    assert plain.signal
    judged = plain.judgement
    assert judged.auc_interval is not None
    assert judged.auc_interval[0] > 0.6
    assert judged.log_loss < judged.base_log_loss
    assert [one.column for one in plain.drivers[:2]] in (["source", "touches"], ["touches", "source"])
    assert next(one for one in plain.drivers if one.column == "touches").direction == "higher is better"


def test_open_rows_are_left_out_and_said(plain):
    document = plain.as_json()
    assert document["rows"] + document["problems"][0]["count"] == 500
    assert "Negotiation" in document["problems"][0]["why"]


def test_the_document_has_the_promised_keys(plain):
    wanted = {"rows", "base_rate", "signal", "auc", "log_loss", "refused", "ignored", "verdict", "drivers"}
    wanted |= {"calibration", "lift_top_tenth", "validation", "drift", "problems", "dataset_sha256", "brier"}
    assert wanted <= plain.as_json().keys()


def test_the_same_table_gives_the_same_card(tmp_path):
    path = write(tmp_path, deals(120))
    first, second = (learn_file(path, outcome="stage", time="created").as_json() for _ in range(2))
    assert first == second


def test_a_date_without_time_is_not_learnt_from(plain):
    assert "created" in names(plain, "ignored")


def test_shuffled_outcomes_are_no_signal_and_promote_nothing(tmp_path):
    for seed in range(2):
        rows = deals(300, seed=seed)
        stages = [row[-1] for row in rows]
        Random(seed).shuffle(stages)
        shuffled = [[*row[:-1], stage] for row, stage in zip(rows, stages, strict=True)]
        card = learn_file(write(tmp_path, shuffled), outcome="stage", time="created" if seed else None)
        assert card.answer == "no signal"
        assert not card.as_json()["promoted"]
        assert card.drivers == ()
        assert card.as_json()["base_rate_interval"] is not None


def test_columns_filled_in_at_the_end_are_refused_and_named(tmp_path):
    rng = Random(5)
    rows = []
    for row in deals(400):
        lost = row[-1] == "Closed Lost"
        reason = rng.choice(["price", "timing"]) if lost and rng.random() < 0.5 else ""
        signed = "yes" if not lost and rng.random() < 0.4 else "no"
        rows.append([*row[:-1], reason, signed, "100" if not lost else str(rng.randint(0, 90)), row[-1]])
    heading = [*HEADING[:-1], "loss reason", "signed", "probability", "stage"]
    card = learn_file(write(tmp_path, rows, heading), outcome="stage")
    assert names(card, "refused") == {"loss reason", "signed", "probability"}
    assert card.signal
    assert card.judgement.auc < 0.9


def test_a_date_after_the_time_of_the_row_is_refused_and_one_before_is_used(tmp_path):
    rng = Random(2)
    rows = []
    for row in deals(400):
        day = date.fromisoformat(row[1])
        first = (day - timedelta(days=rng.randint(1, 200))).isoformat()
        closed = (day + timedelta(days=rng.randint(5, 50))).isoformat()
        rows.append([*row[:-1], first, closed, row[-1]])
    heading = [*HEADING[:-1], "first seen", "closed on", "stage"]
    lesson = learn_table(read_table(write(tmp_path, rows, heading)), outcome="stage", time="created")
    assert names(lesson.card, "refused") == {"closed on"}
    assert 'days from "first seen" to "created"' in {one.name for one in lesson.columns}


def test_several_moderate_columns_are_not_refused(tmp_path):
    rng = Random(8)
    rows = []
    for _ in range(600):
        parts = [rng.gauss(0, 1) for _ in range(6)]
        won = rng.random() < 1 / (1 + math.exp(-1.2 * sum(parts)))
        rows.append([*(f"{one:.3f}" for one in parts), "yes" if won else "no"])
    card = learn_file(write(tmp_path, rows, [*"abcdef", "won"]), outcome="won")
    assert card.refused == ()
    assert card.judgement.auc > 0.85


def test_a_very_strong_column_is_doubted_with_what_is_left_without_it(tmp_path):
    rng = Random(9)
    rows = [
        [*row[:-1], str(round(rng.gauss(320 if row[-1] == "Closed Won" else 180, 110))), row[-1]]
        for row in deals(500)
    ]
    card = learn_file(write(tmp_path, rows, [*HEADING[:-1], "seconds", "stage"]), outcome="stage")
    assert card.suspects[0].column == "seconds"
    assert card.suspects[0].auc_without < card.judgement.auc
    assert any('"seconds"' in one for one in card.warnings)


def test_with_a_time_later_rows_are_judged_by_earlier_ones(tmp_path):
    card = learn_file(write(tmp_path, deals(500)), outcome="stage", time="created", id="ref")
    assert card.judgement.validation.startswith("later rows judged by earlier ones")
    assert card.judgement.held_out < 500
    assert card.judgement.frozen_log_loss is not None
    assert card.drift is not None


def test_a_base_rate_that_jumps_is_drift(tmp_path):
    rng = Random(4)
    rows = [
        [*row[:-1], "won" if rng.random() < (0.1 if at < 400 else 0.6) else "lost"]
        for at, row in enumerate(deals(800))
    ]
    card = learn_file(write(tmp_path, rows), outcome="stage", time="created")
    assert card.drift is not None
    assert len(card.drift.changes) == 1
    assert card.drift.changes[0].after > 0.5
    assert not card.signal  # it only knows when, and that is not learnt


def test_what_only_two_columns_together_say_is_found_by_the_challenger(tmp_path):
    rng = Random(3)
    rows = []
    for _ in range(1_000):
        a, b = rng.choice("AB"), rng.choice("XY")
        rows.append([a, b, "1" if rng.random() < (0.7 if (a == "A") == (b == "X") else 0.2) else "0"])
    card = learn_file(write(tmp_path, rows, ["product", "segment", "converted"]), outcome="converted")
    assert (card.signal, card.judgement.model) == (True, "boosting")
    assert {one.direction for one in card.drivers} == {"depends on other columns"}


@pytest.mark.parametrize("stage", ["Closed Won", "Closed Lost"])
def test_one_outcome_only_is_not_enough_data(tmp_path, stage):
    card = learn_file(write(tmp_path, [[*row[:-1], stage] for row in deals(200)]), outcome="stage")
    assert card.answer == "not enough data"
    assert "all 200 rows" in card.verdict


def test_twelve_rows_are_not_enough_and_the_base_rate_is_given(tmp_path):
    card = learn_file(write(tmp_path, deals(12)), outcome="stage")
    assert card.answer == "not enough data"
    assert card.as_json()["auc"] is None
    low, high = card.as_json()["base_rate_interval"]
    assert low < card.as_json()["base_rate"] < high


def test_constant_and_empty_columns_teach_nothing(tmp_path):
    rows = [["x", "", "yes" if at % 3 else "no"] for at in range(200)]
    card = learn_file(write(tmp_path, rows, ["a", "b", "won"]), outcome="won")
    assert card.answer == "no signal"
    assert names(card, "ignored") == {"a", "b"}


def test_repeated_rows_count_once_and_contradictions_are_left_out(tmp_path):
    rows = deals(200)
    torn = [[*row[:-1], "Closed Lost" if row[-1] == "Closed Won" else "Closed Won"] for row in rows[:20]]
    card = learn_file(write(tmp_path, [*rows, *rows, *torn]), outcome="stage", id="ref")
    assert card.source.rows == 180
    assert {one.why: one.count for one in card.source.left_out} == {
        "repeats an earlier row in every column": 200,
        'the same "ref" has different outcomes': 40,
    }


def test_copies_of_rows_do_not_judge_themselves(tmp_path):
    """Without copies kept together, noise would look like a signal: every row would be known from its twin."""
    rng = Random(7)
    rows = [[f"{rng.random():.6f}", f"{rng.random():.6f}", rng.choice(["yes", "no"])] for _ in range(150)]
    copies = [[*row, str(copy)] for row in rows for copy in range(4)]
    card = learn_file(write(tmp_path, copies, ["a", "b", "won", "copy"]), outcome="won", id="a")
    assert card.answer == "no signal"


def test_impossible_and_future_times_and_numbers_are_said(tmp_path):
    rows = deals(300)
    for at, row in enumerate(rows):
        row[1] = "2099-01-01" if at % 50 == 3 else "soon" if at % 50 == 7 else row[1]
        row[3] = "inf" if at % 40 == 5 else row[3]
    card = learn_file(write(tmp_path, rows), outcome="stage", time="created")
    assert [one.count for one in card.source.left_out] == [6, 6]
    assert any('"touches" has' in one for one in card.source.remarks)
    assert not math.isnan(card.judgement.auc)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"outcome": "phase"}, "unknown_column"),
        ({"outcome": "amount"}, "no_two_outcomes"),
        ({"outcome": "stage", "time": "source"}, "time_not_readable"),
        ({"outcome": "stage", "time": "stage"}, "column_named_twice"),
    ],
)
def test_wrong_columns_are_told_in_a_sentence(tmp_path, options, code):
    with pytest.raises(Correctable) as caught:
        learn_file(write(tmp_path, deals(100)), **options)
    assert caught.value.code == code


@pytest.mark.parametrize("together", [False, True])
def test_effects_add_up_to_the_prediction(tmp_path, together):
    rng = Random(3)
    rows = []
    for _ in range(600):
        a, b = rng.gauss(0, 1), rng.gauss(0, 1)
        tilt = 2.5 * a * b if together else a - b
        rows.append([f"{a:.3f}", f"{b:.3f}", "1" if rng.random() < 1 / (1 + math.exp(-tilt)) else "0"])
    lesson = learn_table(read_table(write(tmp_path, rows, ["a", "b", "won"])), outcome="won")
    assert lesson.model is not None
    assert lesson.model.kind == ("boosting" if together else "logistic")
    some, everyone = np.arange(20), np.arange(600)
    found = effects(lesson.model, lesson.columns, some, everyone)
    chance = lesson.model.chance(lesson.columns, some)
    summed = found.start + found.by_column.sum(axis=1)
    assert 1 / (1 + np.exp(-summed)) == pytest.approx(chance, abs=1e-9)
