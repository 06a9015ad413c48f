"""The matrix: columns, conditions, unknown amounts, earned levels, and what a check tells the owner."""

from decimal import Decimal
from pathlib import Path

import pytest

from autonomy.circumstances import RELATIONSHIPS, Circumstances
from autonomy.expression import Condition
from autonomy.policy import Policy, Row
from autonomy.policy_check import check_policy
from autonomy.policy_file import load_policy, parse_policy, policy_text
from domain.decisions import Verdict
from domain.errors import Correctable
from tests.fixtures import builders

FEW = Circumstances(amount=Decimal(50), relationship="contact", evidence="sourced")


def row(level: str = "auto", **given) -> Row:
    values = {"id": "R", "agents": ("outreach",), "action": "connected_call", "reason": "r", "owner": "o"}
    return Row.model_validate({**values, "level": level, **given})


def verdict(*rows: Row, seen: Circumstances = FEW, earned: int = 0, **policy) -> Verdict:
    return Policy(rows=rows, **policy).judge(builders.OUTREACH, "connected_call", seen, earned).verdict


@pytest.mark.parametrize(
    ("column", "fits"),
    [
        ({"max_amount": 50}, True),
        ({"max_amount": 49}, False),
        ({"min_amount": 50}, True),
        ({"min_amount": 51}, False),
        ({"relationship": ["contact", "replied"]}, True),
        ({"relationship": ["customer"]}, False),
        ({"evidence": ["sourced"]}, True),
        ({"evidence": ["own"]}, False),
        ({"when": "amount < 100.0 && relationship == 'contact'"}, True),
        ({"when": "batch > 1"}, False),
    ],
)
def test_a_row_speaks_only_when_every_column_fits(column, fits):
    assert verdict(row(**column)) is (Verdict.ALLOW if fits else Verdict.ASK)


def test_an_unknown_amount_counts_as_large():
    unknown = FEW.model_copy(update={"amount": None})
    assert verdict(row(max_amount=10**9), seen=unknown) is Verdict.ASK
    assert verdict(row("deny", min_amount=10**9), seen=unknown) is Verdict.REFUSE
    assert verdict(row(when="amount < 1000000.0"), seen=unknown) is Verdict.ASK


def test_where_no_row_fits_the_owner_said_what_holds():
    assert verdict(row(max_amount=1), otherwise="deny") is Verdict.REFUSE


def test_the_strictest_fitting_row_wins_whatever_the_order():
    loose, strict = row(), row("deny", id="S", min_amount=20)
    assert verdict(loose, strict) is verdict(strict, loose) is Verdict.REFUSE


@pytest.mark.parametrize(
    ("level", "expected"),
    [(0, Verdict.ASK), (1, Verdict.NOTIFY), (2, Verdict.ALLOW), (9, Verdict.ALLOW), (-3, Verdict.ASK)],
)
def test_an_earned_row_gives_what_was_earned(level, expected):
    assert verdict(row("earned"), earned=level) is expected


def test_an_earned_level_helps_only_where_the_owner_wrote_earned():
    assert verdict(row("ask"), earned=2) is Verdict.ASK


def test_a_row_may_want_two_people():
    hit = Policy(rows=(row("ask", approvers=2),)).judge(builders.OUTREACH, "connected_call", FEW)
    assert hit.approvers == 2


def test_a_condition_without_an_answer_asks():
    assert verdict(row(when="1 / (batch - 1) > 0")) is Verdict.ASK


@pytest.mark.parametrize(
    "text", ["amont > 1.0", "amount > 1", "amount", "relationship ==", "", "tool.startsWith(1)", "x" * 2_000]
)
def test_a_wrong_condition_is_an_error_at_load(text):
    with pytest.raises(Correctable) as caught:
        Condition(text)
    assert caught.value.code == "bad_expression"


def test_the_built_in_matrix_speaks_about_every_cell_and_every_row_decides():
    told = check_policy(load_policy(None))
    assert (told.open_cells, told.silent_rows) == ((), ())


def test_the_matrix_for_unattended_work_is_complete_and_answers_only_who_wrote():
    policy = load_policy(Path(__file__).parents[3] / "docs" / "policies" / "unattended.yaml")
    told = check_policy(policy)
    assert (told.open_cells, told.silent_rows) == ((), ())
    for kind in ("answer_mail", "book_meeting", "change_meeting"):
        verdicts = {
            one: policy.judge(builders.RELATIONSHIP, kind, Circumstances(relationship=one)).verdict
            for one in RELATIONSHIPS
        }
        assert verdicts == {one: Verdict.NOTIFY if one == "replied" else Verdict.ASK for one in RELATIONSHIPS}
    first = policy.judge(builders.OUTREACH, "send_email", Circumstances(relationship="contact"))
    assert first.verdict is Verdict.ASK


def test_a_check_names_open_cells_and_silent_rows():
    policy = Policy(
        rows=(row(id="A", agents=("*",)), row("deny", id="B", agents=("*",)), row(id="C", max_amount=5))
    )
    told = check_policy(policy)
    assert "outreach × send_email" in told.open_cells
    assert "outreach × connected_call" not in told.open_cells
    assert [text.split(" ")[0] for text in told.silent_rows] == ["A", "C"]


def test_a_cell_that_is_covered_only_for_some_amounts_is_open():
    policy = Policy(rows=(row(max_amount=100),))
    assert "outreach × connected_call" in check_policy(policy).open_cells


def test_every_policy_survives_being_written_and_read():
    policy = Policy(
        rows=(
            row(when="amount > 5.0", max_amount=Decimal("12.5"), relationship=("contact",)),
            row("ask", id="Ü", approvers=2),
        ),
        otherwise="deny",
        risk_tolerance="bold",
    )
    assert parse_policy(policy_text(policy)) == policy


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("level: sometimes", "'level'"),
        ("max_amount: .nan", "'max_amount'"),
        ("max_amount: -1", "'max_amount'"),
        ("min_amount: 9, max_amount: 3", "never applies"),
        ("relationship: [friend]", "'relationship.0'"),
        ("approvers: 3", "'approvers'"),
        ("when: 'amount > 1'", "'when'"),
        ("colour: red", "'colour'"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(cell, words):
    base = "id: A, agents: [outreach], action: send_email, level: auto, reason: r, owner: o"
    text = f"rows:\n  - {{id: Z, agents: [owner], action: undo, level: ask}}\n  - {{{base}, {cell}}}\n"
    text = text.replace("  - {id: Z, agents: [owner], action: undo, level: ask}\n", "")
    if cell.startswith("level"):
        text = text.replace("level: auto, ", "")
    with pytest.raises(Correctable) as caught:
        parse_policy(text, "matrix.yaml")
    assert "matrix.yaml: line 2, row 1" in caught.value.where
    assert words in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rows: []",
        "rows: {}",
        "[]",
        "rows: [",
        "rows: [1]",
        "otherwise: maybe\nrows: [{}]",
        "colours: []\nrows: [{}]",
    ],
)
def test_an_empty_or_shapeless_policy_is_refused(text):
    with pytest.raises(Correctable) as caught:
        parse_policy(text)
    assert caught.value.code == "bad_policy"
