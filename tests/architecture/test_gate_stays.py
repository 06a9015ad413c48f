"""No module of the product can take the gate away: only an eval's own worker process exchanges it."""

import ast
from collections.abc import Iterator

from autonomy.gate import decide
from autonomy.policy import AGENTS, ROLES, Policy, Row
from domain.decisions import Verdict
from runtime.settings import Settings
from tests.architecture.source import ROOMS, Source, sources
from tests.fixtures.builders import facts, mail, proposal, snapshot

PRODUCT = tuple(room for room in ROOMS if room != "evals")
OPENS_IT = "evals/suites/market/ablations.py"


def _exchanges_decide(source: Source) -> Iterator[int]:
    """Lines that set an attribute `decide`, or set attributes of a gate by name."""
    for node in ast.walk(source.tree) if "decide" in source.text or "setattr" in source.text else ():
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(one, ast.Attribute) and one.attr == "decide" for one in targets):
            yield getattr(node, "lineno", 0)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
            named = [ast.unparse(one) for one in node.args]
            if any("gate" in one or "decide" in one for one in named):
                yield node.lineno


def test_only_the_evals_worker_exchanges_the_gate() -> None:
    found = {one.name for one in sources() if list(_exchanges_decide(one))}
    assert found == {OPENS_IT}


def test_the_product_imports_nothing_of_the_evals() -> None:
    importing = [
        one.name
        for one in sources(*PRODUCT)
        if "evals" in one.text
        for node in ast.walk(one.tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "evals")
        or (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "evals" for name in node.names))
    ]
    assert importing == []


def test_no_setting_speaks_of_the_gate_or_of_parts_left_out() -> None:
    words = ("gate", "ablat", "variation", "without", "generalist", "alter")
    assert [name for name in Settings.model_fields if any(word in name for word in words)] == []


def test_no_policy_is_lax_enough_to_pass_what_a_hard_rule_refuses() -> None:
    row = Row(id="all", agents=("*", *AGENTS, *ROLES), action="*", level="auto", reason="all", owner="x")
    lax = Policy(rows=(row,), risk_tolerance="bold")
    seen = snapshot(mail=facts(suppressed="opted out"))
    assert decide(proposal(mail()), seen, lax).verdict is Verdict.REFUSE
