"""G6: attachments come from approved collateral; none exists, so none leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures.gate_cases import mailed, said, silent

pytestmark = pytest.mark.rule("G6")


def test_a_mail_without_attachments_passes() -> None:
    assert silent(mailed(), "G6")


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_any_attachment_is_refused(names: list[str]) -> None:
    judgement = mailed({"attachments": tuple(names)})
    assert judgement.verdict is Verdict.REFUSE
    assert "not approved collateral" in said(judgement, "G6")[0]
