"""Variations of the product in the market suite: what each changes, the ledger's comparison, and the tables."""

import pickle
from types import SimpleNamespace

import pytest

from autonomy import gate
from domain.decisions import Verdict
from domain.errors import Correctable
from evals.__main__ import main
from evals.suites.market import ablations
from evals.suites.market.ablations import ABLATIONS, GENERAL, OURS, CountedFrom, Variation
from evals.suites.market.drill import Handled
from evals.suites.market.inside import INSIDE
from evals.suites.market.ledger import Ledger
from evals.suites.market.ours import Played
from evals.suites.market.repeating import first_difference, ledger_bytes
from evals.suites.market.run import Run, Varied, _policies
from evals.suites.market.scoring import Score
from evals.suites.market.shown import figures, skipped
from evals.suites.market.shown_ablations import ablation_tables
from evals.suites.options import Options
from graph.specialists import mail_check
from tests.fixtures.builders import answer, mail, proposal, snapshot


def test_every_variation_can_be_handed_to_the_products_process() -> None:
    for one in (Variation(), GENERAL, *ABLATIONS):
        assert pickle.loads(pickle.dumps(one)) == one
    assert len({one.name for one in (Variation(), GENERAL, *ABLATIONS)}) == len(ABLATIONS) + 2


def test_variations_are_asked_for_by_name() -> None:
    assert ablations.ablations(["all"]) == ABLATIONS
    assert [one.name for one in ablations.ablations(["gate off", "gate off"])] == ["gate off"]
    with pytest.raises(Correctable) as caught:
        ablations.ablations(["learning"])
    assert caught.value.code == "unknown_ablation"


def test_a_normal_run_hosts_the_product_once() -> None:
    assert _policies(Options()) == INSIDE
    assert "generalist" in _policies(Options(full=True))
    assert _policies(Options(policies=("oracle",))) == ("oracle",)
    assert "generalist" in _policies(Options(policies=("all",)))
    with pytest.raises(Correctable) as caught:
        _policies(Options(policies=("nobody",)))
    assert caught.value.code == "unknown_policy"


def test_a_wrong_name_ends_before_anything_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["market", "--ablations", "no-such-thing"]) == 2
    assert "no such thing" in capsys.readouterr().err
    assert main(["market", "--repeat", "--full"]) == 2


def test_without_a_gate_everything_passes_but_the_launch_is_still_the_owners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "decide", gate.decide)
    monkeypatch.setattr(mail_check, "decide", mail_check.decide)
    ablations._open_gate()
    for decide in (gate.decide, mail_check.decide):
        assert decide(proposal(answer()), snapshot(), None).verdict is Verdict.ALLOW
        assert decide(proposal(mail()), snapshot(), None).verdict is Verdict.ASK


def test_ids_are_the_same_in_equal_games_and_never_shared_by_two_starts(tmp_path) -> None:
    house = SimpleNamespace(settings=SimpleNamespace(home=tmp_path))
    first, second = ablations._counted(house), ablations._counted(house)  # type: ignore[arg-type]
    assert [first.new("con") for _ in range(3)] == [
        CountedFrom(1).new("con"),
        "con_000100000002",
        "con_000100000003",
    ]
    assert second.new("con") == "con_000200000001"


def lived(letters=(), replies=()):
    truth = SimpleNamespace(
        letters=list(letters), replies=list(replies), meetings=[], clicks=[{"url": "x", "at": 1}]
    )
    told = {"/truth/worth": [], "/truth/tasks": {"rows": []}, "/truth/harms": {"rows": []}}
    return SimpleNamespace(
        truth=truth,
        told=told,
        decided=(),
        plan=SimpleNamespace(days=5),
        seconds=9.0,
        seconds_set_up=3.0,
        rss_mb={},
    )


def test_ledgers_are_compared_to_the_byte_and_the_first_difference_is_told() -> None:
    one = ledger_bytes(lived([{"id": "1", "at": "09:00"}, {"id": "2", "at": "09:01"}]))
    other = ledger_bytes(lived([{"at": "09:00", "id": "1"}, {"id": "2", "at": "09:02"}]))
    assert first_difference(one, one) == ""
    assert "Line 2" in first_difference(one, other) and "09:02" in first_difference(one, other)
    assert "(nothing)" in first_difference(one, b"".join(one.splitlines(keepends=True)[:-1]))
    assert b"url" not in one, "it holds the port of one home"


def varied(variation: Variation, margins: dict[int, float], handled=Handled(4, 3), drilled=None) -> Varied:
    scores = [Score(variation.name, seed, 2, 2, 1, 0, value, 0.0, 0.0) for seed, value in margins.items()]
    return Varied(
        variation,
        tuple(Played(one, lived()) for one in scores),  # type: ignore[arg-type]
        Ledger((), (), 5),
        drilled,
        handled,
    )


@pytest.fixture
def run() -> Run:
    ours = varied(Variation(), {21: 10.0, 22: 12.0, 23: 14.0}, drilled=Ledger((), (), 7))
    general = varied(GENERAL, {21: 4.0, 22: 6.0, 23: 8.0}, drilled=Ledger((), (), 7))
    forgetful = varied(ABLATIONS[-1], {21: 10.0, 22: 12.0, 23: 14.0})
    days = tuple(one.lived for one in ours.played)
    return Run((21, 22, 23), ours.played, (), ours.ledger, ours.handled, days, (ours, general, forgetful))


def test_each_variation_stands_beside_ours_with_its_paired_difference(run: Run) -> None:
    table, seeds = ablation_tables(run, few=3)
    rows = {row[0]: dict(zip(table.heads, row, strict=True)) for row in table.rows}
    assert rows[OURS]["difference to ours"] is None
    assert rows["generalist"]["difference to ours"] == pytest.approx(-6)
    assert (rows["generalist"]["from"], rows["generalist"]["to"]) == pytest.approx((-6, -6))
    assert rows["generalist"]["replaced or off"] == "outreach, relationship, research"
    assert (rows["memory off"]["difference to ours"], rows["memory off"]["harms in busy days"]) == (0.0, "")
    assert list(seeds.rows[0]) == [21, 10.0, 4.0, 10.0]


def test_without_variations_there_is_no_table(run: Run) -> None:
    assert ablation_tables(Run(run.seeds, run.ours, (), run.ledger, run.handled, run.days), few=3) == ()


def test_figures_are_made_of_what_was_played(run: Run) -> None:
    found = figures(run)
    assert found["margin_vs_generalist"].value == pytest.approx(36 / 18)
    assert "margin_vs_fixed_cadence" not in found and "margin_vs_fixed_cadence" in skipped(run)
    assert "margin_vs_generalist" not in skipped(run)


def test_of_a_policy_that_earns_nothing_there_is_no_multiple(run: Run) -> None:
    poor = varied(GENERAL, {21: -1.0, 22: 0.5, 23: 0.0})
    found = figures(Run(run.seeds, run.ours, (), run.ledger, run.handled, run.days, (run.varied[0], poor)))
    assert found["margin_vs_generalist"].value is None
