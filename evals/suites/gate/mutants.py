"""Is every rule's test able to notice that the rule is gone or turned round? Runs only that rule's own tests.

One mutant is one entry of one table of rules, or one branch of a rule that has several, either silent or with its
answer turned into the opposite.
"""

import contextlib
import importlib
import importlib.util
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from autonomy import act_rules, call_rules, notice_rules, rules
from domain.decisions import RuleHit, Verdict
from evals.suites.gate import branches
from evals.suites.gate.forked_loop import FAILED, NOT_TRIED, ForkedLoop

ROOT = Path(__file__).resolve().parents[3]
TESTS = Path("tests") / "unit" / "autonomy" / "rules"
AT_ONCE = 2
TOGETHER = 40  # mutants that share one collection of a file's tests
LONGEST = 600.0
_SLOW = (
    "pytest",
    "hypothesis",
    "sqlalchemy.ext.asyncio",
    "alembic",
    "aiosqlite",
    "aiosmtpd.smtp",
    "autonomy.gate",
    "tools.execute",
)
_TABLES: dict[str, dict[str, Any]] = {
    "mail": rules.RULES,
    "act": act_rules.ACT_RULES,
    "call": call_rules.CALL_RULES,
    "page": notice_rules.NOTICE_RULES,
}
# functions whose every branch is a mutant of its own, and the rule whose tests must notice
BRANCHED = {
    "autonomy.gate/_candidate": "G1",
    "autonomy.rules/g1_recipient": "G1",
    "autonomy.rules/_answered_problem": "G1",
    "autonomy.rules/g9_offers": "G9",
    "autonomy.rules/g13_plan": "G13",
    "autonomy.rules/g14_once": "G14",
    "autonomy.rules/g15_budgets": "G15",
    "autonomy.act_rules/g2_suppressed": "G2",
    "autonomy.act_rules/_booking_problem": "G9",
    "autonomy.act_rules/_change_problem": "G9",
    "autonomy.act_rules/_slot_problem": "G9",
    "autonomy.act_rules/g10_field": "G10",
    "autonomy.deal_rules/deal_problem": "G10",
    "autonomy.deal_rules/_opening": "G10",
    "autonomy.deal_rules/_moving": "G10",
    "autonomy.deal_rules/_task": "G10",
    "autonomy.deal_rules/_proof": "G10",
    "autonomy.deal_rules/_words": "G10",
    "autonomy.deal_rules/_next_step": "G10",
    "autonomy.notice_rules/g3_plain": "G3",
    "autonomy.notice_rules/g4_links": "G4",
    "autonomy.notice_rules/g5_secrets": "G5",
    "domain.deals/move_problem": "G10",
    "domain.deals/missing": "G10",
}
_TELLS_TEXT = frozenset({"mail", "page"})  # rules of mail answer with a message, the others with a hit


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule, or one branch of it, changed. `table` is a table of rules, or where the branch stands."""

    table: str
    rule: str
    change: Literal["silent", "inverted"]
    branch: int = -1

    @property
    def name(self) -> str:
        """As it is handed to the child."""
        return f"{self.table}:{self.rule}:{self.change}:{self.branch}"

    @property
    def tests(self) -> Path:
        """The rule's own tests."""
        return TESTS / f"test_g{int(self.rule[1:]):02d}.py"


def all_mutants() -> list[Mutant]:
    """Two for each rule of each table, and two for each branch of the rules that have branches of their own."""
    changes: tuple[Literal["silent", "inverted"], ...] = ("silent", "inverted")
    whole = [
        Mutant(table, rule, change) for table in _TABLES for rule in _TABLES[table] for change in changes
    ]
    parts = [
        Mutant(place, rule, change, number)
        for place, rule in BRANCHED.items()
        for number in range(branches.count(place))
        for change in changes
    ]
    return whole + parts


def put_in_place(name: str) -> None:
    """Exchange the rule in its table, or the branch in its function."""
    table, rule, change, branch = name.split(":")
    if table in BRANCHED:
        branches.put_in_place(table, int(branch), turned=change == "inverted")
        return
    changed = _silent if change == "silent" else partial(_inverted, _TABLES[table][rule], table, rule)
    _TABLES[table][rule] = changed


def _silent(*_: Any) -> None:
    """A rule with nothing to say."""


def _inverted(rule: Callable[..., Any], table: str, name: str, *args: Any) -> Any:
    """Speaks where the rule is silent, and the other way round."""
    if rule(*args):
        return None
    if table in _TELLS_TEXT:
        return "turned round"
    return RuleHit(rule=name, verdict=Verdict.REFUSE, message="turned round")


def can_run() -> bool:
    """True where the tools that run tests are installed."""
    return all(importlib.util.find_spec(name) for name in ("pytest", "hypothesis"))


def survivors(mutants: Sequence[Mutant]) -> list[Mutant]:
    """Those that no test noticed, or that could not be tried."""
    by_file: dict[str, list[str]] = {}
    for mutant in mutants:
        by_file.setdefault(str(mutant.tests), []).append(mutant.name)
    codes = _run([(file, part) for file, names in by_file.items() for part in _parts(names)])
    return [mutant for mutant in mutants if codes[str(mutant.tests), mutant.name] != FAILED]


def failing_unbroken(mutants: Sequence[Mutant]) -> set[Path]:
    """Test files that fail as they are; a mutant they "notice" would prove nothing."""
    files = sorted({mutant.tests for mutant in mutants})
    codes = _run([(str(file), [""]) for file in files])
    return {file for file in files if codes[str(file), ""]}


def _parts(names: list[str]) -> list[list[str]]:
    return [names[start : start + TOGETHER] for start in range(0, len(names), TOGETHER)]


def _run(jobs: Sequence[tuple[str, list[str]]]) -> dict[tuple[str, str], int]:
    """Exit code of the tests of a file with a mutant, for each pair; in a process of its own, which forks."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(jobs),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=LONGEST,
        check=True,
    )
    return {(file, name): code for file, name, code in json.loads(done.stdout)}


def main() -> None:
    """Jobs on stdin, exit codes of their tests on stdout. What is slow to import is imported once, before forking."""
    for name in _SLOW:
        importlib.import_module(name)
    jobs = json.load(sys.stdin)
    context = multiprocessing.get_context("fork")
    with context.Pool(AT_ONCE, maxtasksperchild=1) as pool:
        found = pool.starmap(_tested, jobs, chunksize=1)
    sys.stdout.write(json.dumps([one for part in found for one in part]))


def _tested(file: str, mutants: list[str]) -> list[tuple[str, str, int]]:
    """Exit codes of a file's tests, collected once, with each mutant; in a child that is used once."""
    _do_not_shrink()
    loop = ForkedLoop(mutants, put_in_place)
    with Path(os.devnull).open("w") as quiet, contextlib.redirect_stdout(quiet):
        importlib.import_module("pytest").main(
            ["-x", "-q", "-p", "no:cacheprovider", "--capture=no", file], plugins=[loop]
        )
    return [(file, name, loop.codes.get(name, NOT_TRIED)) for name in mutants]


def _do_not_shrink() -> None:
    """The first failing example is enough; a smaller one would cost most of the time."""
    hypothesis = importlib.import_module("hypothesis")
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None)
    hypothesis.settings.load_profile("mutants")


if __name__ == "__main__":
    main()
