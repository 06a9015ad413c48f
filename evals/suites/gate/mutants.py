"""Is every rule's test able to notice that the rule is gone or turned round? Runs only that rule's own tests.

One mutant is one entry of one table of rules, either silent or with its answer turned into the opposite.
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

from autonomy import act_rules, call_rules, rules
from domain.decisions import RuleHit, Verdict

ROOT = Path(__file__).resolve().parents[3]
TESTS = Path("tests") / "unit" / "autonomy" / "rules"
AT_ONCE = 2
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
}
_TELLS_TEXT = frozenset({"mail"})  # rules of mail answer with a message, the others with a hit


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule changed."""

    table: str
    rule: str
    change: Literal["silent", "inverted"]

    @property
    def name(self) -> str:
        """As it is handed to the child."""
        return f"{self.table}:{self.rule}:{self.change}"

    @property
    def tests(self) -> Path:
        """The rule's own tests."""
        return TESTS / f"test_g{int(self.rule[1:]):02d}.py"


def all_mutants() -> list[Mutant]:
    """Two for each rule of each table."""
    changes: tuple[Literal["silent", "inverted"], ...] = ("silent", "inverted")
    return [Mutant(table, rule, change) for table in _TABLES for rule in _TABLES[table] for change in changes]


def put_in_place(name: str) -> None:
    """Exchange the rule in its table."""
    table, rule, change = name.split(":")
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
    """Those that no test noticed."""
    passed = _run([(mutant.name, str(mutant.tests)) for mutant in mutants])
    return [mutant for mutant, quiet in zip(mutants, passed, strict=True) if quiet]


def failing_unbroken(mutants: Sequence[Mutant]) -> set[Path]:
    """Test files that fail as they are; a mutant they "notice" would prove nothing."""
    files = sorted({mutant.tests for mutant in mutants})
    passed = _run([("", str(file)) for file in files])
    return {file for file, quiet in zip(files, passed, strict=True) if not quiet}


def _run(jobs: Sequence[tuple[str, str]]) -> list[bool]:
    """Whether the tests of each job pass; in a process of its own, which forks one child for each job."""
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
    return [code == 0 for code in json.loads(done.stdout)]


def main() -> None:
    """Jobs on stdin, exit codes of their tests on stdout. What is slow to import is imported once, before forking."""
    for name in _SLOW:
        importlib.import_module(name)
    jobs = json.load(sys.stdin)
    context = multiprocessing.get_context("fork")
    with context.Pool(AT_ONCE, maxtasksperchild=1) as pool:
        codes = pool.starmap(_tested, jobs, chunksize=1)
    sys.stdout.write(json.dumps(codes))


def _tested(mutant: str, tests: str) -> int:
    """Exit code of the tests, in a child that is used once."""
    if mutant:
        put_in_place(mutant)
    _do_not_shrink()
    with Path(os.devnull).open("w") as quiet, contextlib.redirect_stdout(quiet):
        return int(
            importlib.import_module("pytest").main(
                ["-x", "-q", "-p", "no:cacheprovider", "--capture=no", tests]
            )
        )


def _do_not_shrink() -> None:
    """The first failing example is enough; a smaller one would cost most of the time."""
    hypothesis = importlib.import_module("hypothesis")
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None)
    hypothesis.settings.load_profile("mutants")


if __name__ == "__main__":
    main()
