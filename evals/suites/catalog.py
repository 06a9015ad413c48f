"""Which suites there are, one line each. Importing it loads none of them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from evals.suites.figures import SuiteResult
from evals.suites.options import Options

Run = Callable[[Options], Coroutine[Any, Any, SuiteResult]]


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite: its name, what it measures, and the module whose `run` does it."""

    name: str
    line: str
    module: str

    def load(self) -> Run:
        """The function that runs it."""
        return import_module(self.module).run


SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(
            "prospecting",
            "finds companies in the sandbox for several customer profiles, against the sandbox's truth",
            "evals.suites.prospecting.run",
        ),
        Suite(
            "speed",
            "cost of a chat turn, a draft, an import, a start – beside a plain LangGraph agent",
            "evals.suites.speed.run",
        ),
        Suite(
            "memory",
            "whether sales notes are recalled from a paraphrase or from keywords, and how fast",
            "evals.suites.memory.run",
        ),
        Suite(
            "gate",
            "attacks, harmless texts, an independent judge and broken rules against the gate, and how fast it is",
            "evals.suites.gate.run",
        ),
        Suite(
            "mail",
            "bounces, complaints and absence notes told apart, new text cut out exactly, mails filed in their thread",
            "evals.suites.mail.run",
        ),
        Suite(
            "durability",
            "workers killed, frozen and restarted while mails leave: what arrived twice or never, and how fast",
            "evals.suites.durability.run",
        ),
        Suite(
            "week",
            "seven days without a person, with crashes: mailbox, calendar, records and digest against the truth",
            "evals.suites.week.run",
        ),
        Suite(
            "learning",
            "what can be learnt from calls, experiments and series of the past – and that noise teaches nothing",
            "evals.suites.learning.run",
        ),
        Suite(
            "market",
            "the product in a calibrated market: tasks done alone, harms, margin beside other policies and an oracle",
            "evals.suites.market.run",
        ),
        Suite(
            "scenario",
            "one promise or complaint at a time (`eval scenario list`): end state and forbidden acts",
            "evals.suites.scenario.run",
        ),
    )
}
