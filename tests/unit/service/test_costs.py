"""One ledger: what a turn took is booked under its campaign and company, mails besides, and prices make it money."""

import pytest

from domain.errors import Correctable
from language.usage import Usage
from runtime.telemetry import Family, Measures, Requests, exposition, requested, requests_counted
from service import costs
from tests.unit.service.conftest import Home


async def test_a_campaigns_model_calls_and_mails_are_in_one_line(lived_in: Home) -> None:
    await lived_in.workspace.approved_mails(2)
    for row in await lived_in.workspace.outbox():
        await lived_in.workspace.tamper("outbox", row["id"], state="sent", sent_at=lived_in.clock.at)
    usage, requests = Usage(3, 1_000_000, 500_000), Requests(10, 4)
    for turn, named in (("trn_1", ["cam_1"]), ("trn_2", [None, 7, "con_1"]), ("trn_3", ["nothing of ours"])):
        await costs.keep_turn(lived_in.house, turn, "campaign_wanted", named, usage, requests, lost=False)
    await costs.keep_turn(lived_in.house, "trn_4", "x", [], Usage(), Requests(), lost=True)
    settings = lived_in.house.settings.model_copy(update={"prices": "prompt=0.25; answer=2; mail=0.001"})
    from dataclasses import replace

    told = await costs.ledger(replace(lived_in.house, settings=settings))
    line = told["campaigns"][0]
    assert (line["id"], line["model_calls"], line["prompt_tokens"], line["mails"]) == (
        "cam_1",
        3,
        1_000_000,
        2,
    )
    assert (line["searches"], line["money"], told["currency"]) == (4, "1.2520", "EUR")
    assert (told["total"]["model_calls"], told["total"]["money"]) == (9, "3.7520")
    assert (await lived_in.do("costs"))["campaigns"][0]["money"] is None


@pytest.mark.parametrize(
    "text", ["prompt", "prompt=x", "prompt=-1", "prompt=NaN", "gold=1", "prompt=Infinity"]
)
def test_a_wrong_price_is_named(text: str) -> None:
    with pytest.raises(Correctable) as caught:
        costs.prices_of(text)
    assert (caught.value.code, caught.value.where) == ("bad_setting", "RAINMAKER_PRICES")


async def test_requests_are_counted_for_the_work_they_belong_to() -> None:
    with requests_counted() as outer:
        requested()
        with requests_counted() as inner:
            requested(search=True)
            requested()
    requested()
    assert (outer.made, outer.searches, inner.made, inner.searches) == (2, 1, 1, 1)


def test_numbers_are_written_as_prometheus_reads_them() -> None:
    measures = Measures()
    measures.count("calls", 2, said='a "b"\n\\')
    measures.count("calls", 1, said='a "b"\n\\')
    measures.lasted("seconds", 0.3)
    text = exposition(
        [
            Family("calls", "counter", "Calls.", measures.counted("calls")),
            Family("seconds", "histogram", "Time.", measures.durations("seconds")),
        ]
    )
    assert 'calls{said="a \\"b\\"\\n\\\\"} 3\n' in text
    assert 'seconds_bucket{le="0.25"} 0\nseconds_bucket{le="0.5"} 1\n' in text
    assert 'seconds_bucket{le="+Inf"} 1\nseconds_sum 0.3\nseconds_count 1\n' in text
