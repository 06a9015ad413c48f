"""The register names all twenty hard rules, each with code that holds it and tests of its own."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from autonomy.act_rules import ACT_RULES
from autonomy.call_rules import CALL_RULES
from autonomy.hard_rules import HARD_RULES, HardRule, hard_rule
from autonomy.notice_rules import NOTICE_RULES
from autonomy.rules import RULES

TESTS = Path(__file__).parent / "rules"


def test_all_twenty_are_there_once_and_in_order() -> None:
    assert [rule.id for rule in HARD_RULES] == [f"G{number}" for number in range(1, 21)]


@pytest.mark.parametrize("rule", HARD_RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_sentence_answers_places_and_code_that_exists(rule: HardRule) -> None:
    assert rule.title.endswith(".")
    assert rule.answers
    assert rule.enforced
    assert [name for name in rule.where if find_spec(name) is None] == []


@pytest.mark.parametrize("rule", HARD_RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_test_file_of_its_own_with_unit_and_property_tests(rule: HardRule) -> None:
    text = (TESTS / f"test_g{int(rule.id[1:]):02}.py").read_text(encoding="utf-8")
    assert f'pytest.mark.rule("{rule.id}")' in text
    assert "@given" in text
    assert "def test_" in text


def test_every_module_that_judges_deals_answers_and_candidates_is_in_the_register() -> None:
    assert "autonomy.deal_rules" in hard_rule("G10").where
    assert "autonomy.gate" in hard_rule("G1").where
    assert {"gate", "claim"} <= set(hard_rule("G9").enforced)


@pytest.mark.parametrize(
    ("table", "module"),
    [
        (RULES, "autonomy.rules"),
        (ACT_RULES, "autonomy.act_rules"),
        (CALL_RULES, "autonomy.call_rules"),
        (NOTICE_RULES, "autonomy.notice_rules"),
    ],
)
def test_every_check_of_the_gate_is_in_the_register(table: dict, module: str) -> None:
    assert [name for name in table if module not in hard_rule(name).where] == []
    assert [name for name in table if "gate" not in hard_rule(name).enforced] == []
