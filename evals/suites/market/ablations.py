"""The product with one part replaced or switched off, as the eval's own worker process builds it. Plays nothing.

A variation changes the house after the product's composition root has built it. No setting, command or page of the
product leads here, and the product imports nothing of this.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autonomy import gate
from autonomy.facts import Snapshot
from autonomy.policy import Policy
from domain.actions import SendEmail
from domain.decisions import Judgement, Proposal, RuleHit, Verdict
from domain.errors import Correctable
from domain.ids import Ids
from evals.suites.market.generalist import OUTREACH, RELATIONSHIP, RESEARCH, SKILLS, Mixed
from graph.specialists import campaign_steps, mail_check
from language.embeddings.hashed import HashedWords
from language.port import Passage
from service.bootstrap import House
from service.recall_desk import RecallDesk
from tools.read import discovery

OURS, GENERALIST = "ours", "generalist"
_STARTS = "starts.count"  # a file in the home: how often its product was started


@dataclass(frozen=True, slots=True)
class Variation:
    """A house to be compared with ours. Called in the worker with the house as it was built.

    Args:
        replaced: specialists whose skills the generalist's take the place of.
        in_turn: sites are read and texts written one after the other. Of several at once chance decides which is
            ready first, and with it who gets the last place of a list.
    """

    name: str = OURS
    replaced: frozenset[str] = frozenset()
    gate: bool = True
    memory: bool = True
    in_turn: bool = False

    @property
    def handles_otherwise(self) -> bool:
        """Whether wishes to talk may be handled otherwise than by ours."""
        return RELATIONSHIP in self.replaced or not self.gate

    def __call__(self, house: House) -> House:
        """The house, changed."""
        house = replace(house, ids=_counted(house))
        if not self.gate:
            _open_gate()
        if not self.memory:
            house = replace(house, recall=Forgetful(house))
        if self.replaced:
            house = replace(house, language=Mixed(house.language, self.replaced))
        if self.in_turn:
            _one_at_a_time()
        return house


GENERAL = Variation(GENERALIST, replaced=SKILLS)
ABLATIONS: tuple[Variation, ...] = (
    Variation("research", replaced=frozenset({RESEARCH})),
    Variation("outreach", replaced=frozenset({OUTREACH})),
    Variation("relationship", replaced=frozenset({RELATIONSHIP})),
    Variation("gate off", gate=False),
    Variation("memory off", memory=False),
)
WITHOUT_SKILL = "its steps are rules over what others read; no letter or meeting rests on them"


def ablations(names: Sequence[str]) -> tuple[Variation, ...]:
    """Variations by their names; `all` for every one.

    Raises:
        Correctable: unknown_ablation.
    """
    if "all" in names:
        return ABLATIONS
    known = {one.name: one for one in ABLATIONS}
    for name in names:
        if name not in known:
            raise Correctable(
                f"There is no ablation {name!r}.",
                code="unknown_ablation",
                where=name,
                hint=f"The ablations are: all, {', '.join(known)}.",
            )
    return tuple(known[name] for name in dict.fromkeys(names))


class CountedFrom:
    """Ids that count up from a start of the process, so that equal games get equal ids and no two starts share one."""

    def __init__(self, start: int) -> None:
        self._start, self._last = start, 0

    def new(self, prefix: str) -> str:
        """The next one."""
        self._last += 1
        return f"{prefix}_{self._start:04d}{self._last:08d}"


def _counted(house: House) -> Ids:
    path = house.settings.home / _STARTS
    start = int(path.read_text()) + 1 if path.is_file() else 1
    path.write_text(str(start))
    return CountedFrom(start)


class Forgetful(RecallDesk):
    """Recall that keeps nothing and finds nothing."""

    def __init__(self, house: House) -> None:
        super().__init__(house.settings.home / "nothing", HashedWords(), house.database, house.clock)

    async def passages(self, question: str, subjects: Sequence[str] | None, limit: int) -> Sequence[Passage]:
        """None."""
        return ()

    async def remember(self, subject: str) -> None:
        """Nothing."""


def _one_at_a_time() -> None:
    discovery.SITES_AT_ONCE = campaign_steps.WRITERS = 1  # type: ignore[assignment]


def _open_gate() -> None:
    """In this process, put a gate that lets everything pass in the place of the gate."""
    gate.decide = _passed
    mail_check.decide = _passed


def _passed(proposal: Proposal, snapshot: Snapshot, policy: Policy) -> Judgement:
    """Yes to everything; a campaign still begins with the owner's launch, as no sequence runs without one."""
    launch = isinstance(proposal.action, SendEmail) and proposal.action.step == 1
    verdict = Verdict.ASK if launch else Verdict.ALLOW
    hit = RuleHit(rule="off", verdict=verdict, message="The gate is off.")
    return Judgement(verdict=verdict, hits=(hit,), risk=())
