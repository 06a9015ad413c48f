"""G11: what is recalled into a context that decides has the integrity of our own records or better."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.labels import SECRET, WORKSPACE, Integrity, Label, deciding, may_decide
from graph.specialists.nodes import DecidingRecall
from language.port import Passage

pytestmark = pytest.mark.rule("G11")
READERS = st.frozensets(st.sampled_from([WORKSPACE, SECRET, "PUBLIC"]), max_size=2)
LABELS = st.builds(Label, integrity=st.sampled_from(Integrity), readers=READERS)


@pytest.mark.parametrize("integrity", Integrity)
def test_only_own_records_and_owners_decide(integrity: Integrity) -> None:
    assert may_decide(Label(integrity=integrity)) == (integrity in (Integrity.CRM, Integrity.OWNER))


@given(st.lists(LABELS))
def test_nothing_below_and_no_secret_enters_and_nothing_else_is_lost(labels: list[Label]) -> None:
    kept = deciding(labels, lambda label: label)
    assert all(one.integrity >= Integrity.CRM and SECRET not in one.readers for one in kept)
    assert kept == tuple(one for one in labels if may_decide(one))


class TwoPassages:
    async def passages(self, question: str, subjects: object, limit: int) -> list[Passage]:
        return [Passage(id="1", url="", text="own", trusted=True), Passage(id="2", url="", text="web")]

    async def remember(self, subject: str) -> None:
        return None


async def test_a_step_that_proposes_recalls_trusted_passages_only() -> None:
    found = await DecidingRecall(TwoPassages()).passages("q", None, 5)
    assert [one.text for one in found] == ["own"]


def test_every_step_that_proposes_and_no_other_gets_that_recall() -> None:
    from types import SimpleNamespace

    from graph.desk import Desk
    from graph.specialists.nodes import _own_desk
    from graph.specialists.table import CATALOG

    desk = Desk(**dict.fromkeys(("database", "clock", "ids", "language", "web"), SimpleNamespace()),
                recall=TwoPassages(), policy=None, terms=None, actor=None)  # type: ignore[arg-type]  # fmt: skip
    for tool in CATALOG.all():
        filtered = isinstance(_own_desk(tool, desk).recall, DecidingRecall)
        assert filtered == (tool.effect == "propose"), tool.name
