"""Webhooks out: signed, in order, tried again with pauses, dead letters seen; stops and guards hold. Kept answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import pytest_asyncio

from domain.errors import Correctable, RainmakerError
from service import kept_answers, proposing, signatures, timetable, webhooks
from service.due_kinds import KINDS
from service.timetable import run_due
from tests.fixtures import builders
from tests.unit.service.conftest import Home

MINUTE = timedelta(minutes=1)


@dataclass
class Receiver:
    """Somebody's endpoint on loopback: keeps what it gets and answers as told."""

    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
        headers = {name.lower(): value for name, value in lines}
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(f"HTTP/1.1 {self.status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    server = await asyncio.start_server(one.answer, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


@pytest.fixture
def told(lived_in: Home, receiver: Receiver) -> Home:
    """A home whose owner lists the receiver."""
    listed = {"webhook_hosts": f"127.0.0.1:{receiver.port}"}
    settings = lived_in.house.settings.model_copy(update=listed)
    return replace(lived_in, house=replace(lived_in.house, settings=settings))


async def subscribed(home: Home, receiver: Receiver, **more: object) -> dict[str, str]:
    url = f"http://127.0.0.1:{receiver.port}/in"
    return await home.do("webhook_add", url=url, **more)


async def turned(home: Home) -> None:
    home.house.watch.failing_hosts.clear()
    ours = ("webhooks", "webhook_delivery", "hook_call")
    others = [one.name for one in KINDS if one.name not in ours]
    await run_due(home.house, timetable.of_house(home.house), skip=others)


async def test_events_arrive_signed_once_and_in_order(told: Home, receiver: Receiver) -> None:
    made = await subscribed(told, receiver, events=["hook_added", "decision"])
    await told.do("hook_add", name="rita", takes="stop")
    await told.do("pause", scope="campaign:cmp_1")
    await told.do("hook_add", name="rob", takes="stop")
    await turned(told)
    await turned(told)
    kinds = [headers["x-rainmaker-event"] for headers, _ in receiver.got]
    assert kinds == ["hook_added", "decision", "hook_added"]
    for headers, body in receiver.got:
        stamp, given = headers["x-rainmaker-timestamp"], headers["x-rainmaker-signature"]
        signatures.check(made["secret"], stamp, given, body, told.clock.at)
        assert json.loads(body)["type"] == headers["x-rainmaker-event"] and b"@" not in body
    listed = (await told.do("webhooks"))[0]
    assert listed["deliveries"] == {"done": 3} and "secret" not in listed


async def test_what_is_not_taken_is_tried_again_and_ends_as_a_dead_letter_that_can_be_sent(
    told: Home, receiver: Receiver
) -> None:
    made = await subscribed(told, receiver, events=["hook_added"])
    receiver.status = 503
    await told.do("hook_add", name="rita", takes="stop")
    waits = []
    for _ in range(8):
        await turned(told)
        row = (await told.do("webhook_deliveries", id=made["id"]))[0]
        waits.append(row["due_at"])
        told.clock.at += timedelta(hours=2)
    assert row["state"] == "failed" and "503" in row["detail"]
    assert len(receiver.got) == 6 and len(set(waits)) == 5  # the last try plans no other
    receiver.status = 204
    await told.do("webhook_again", id=row["id"])
    await turned(told)
    assert (await told.do("webhook_deliveries", id=made["id"]))[0]["state"] == "done"
    assert (await told.fails("webhook_again", id=row["id"])).code == "delivery_not_failed"


async def test_a_host_that_is_down_costs_one_time_out_a_turn(told: Home, receiver: Receiver) -> None:
    await subscribed(told, receiver, events=["hook_added"])
    receiver.status = 500
    for name in ("a1", "a2", "a3"):
        await told.do("hook_add", name=name, takes="stop")
    await turned(told)
    assert len(receiver.got) == 1


async def test_a_stop_of_every_effect_holds_back_webhooks_too(told: Home, receiver: Receiver) -> None:
    await subscribed(told, receiver, events=["hook_added"])
    await told.do("hook_add", name="rita", takes="stop")
    await told.do("pause", level="effects")
    await turned(told)
    assert receiver.got == []
    await told.do("resume")
    told.clock.at += 2 * MINUTE
    await turned(told)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url", ["http://acme.example/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/", "file:///x",
            "https://2130706433/x", "https://acme.example:8443/x", "http://127.0.0.1:1/x"]
)  # fmt: skip
async def test_nobody_can_make_us_call_a_private_place(told: Home, url: str) -> None:
    assert (await told.fails("webhook_add", url=url)).exit_code in (2, 3)
    assert await told.do("webhooks") == []


async def test_in_the_sandbox_nothing_is_told_outside(told: Home) -> None:
    settings = told.house.settings.model_copy(update={"sandbox": True})
    inside = replace(told, house=replace(told.house, settings=settings))
    assert (await inside.fails("webhook_add", url="https://acme.example/x")).code == "sandbox_stays_here"


async def test_a_foreign_proposal_never_happens_without_a_person(lived_in: Home) -> None:
    wanted = proposing.WantedStop(reason="I saw bounces")
    made = await proposing.propose(lived_in.house, wanted, by="mcp")
    assert made["verdict"] == "ask"
    assert (await lived_in.do("status"))["stopped"] == []
    await lived_in.do("approve", id=made["approval"])
    assert [one["scope"] for one in (await lived_in.do("status"))["stopped"]] == ["workspace"]


async def test_a_kept_answer_lives_a_day_of_business_time_and_is_not_readable_in_the_database(
    lived_in: Home,
) -> None:
    house, key = lived_in.house, kept_answers.key_of("olga", "k")
    assert await kept_answers.begin(house, key, "f") is None
    with pytest.raises(Correctable) as caught:
        await kept_answers.begin(house, key, "f")
    assert caught.value.code == "idempotency_in_flight"
    await kept_answers.keep(house, key, 200, {"token": "plain secret"})
    kept = await kept_answers.begin(house, key, "f")
    assert kept is not None and kept.body == {"token": "plain secret"}
    for path in house.settings.home.glob("*.db*"):
        assert b"plain secret" not in path.read_bytes()
    lived_in.clock.at += timedelta(hours=24)
    assert await kept_answers.begin(house, key, "other") is None


async def test_work_of_a_process_that_died_is_begun_anew(lived_in: Home) -> None:
    from runtime.durable.lease import Alone

    key = kept_answers.key_of("olga", "k")
    assert await kept_answers.begin(replace(lived_in.house, standing=Alone()), key, "f") is None
    assert await kept_answers.begin(lived_in.house, key, "f") is None


@pytest.mark.parametrize(
    ("change", "code"),
    [({"secret": "wrong"}, "bad_signature"), ({"timestamp": "x"}, "bad_signature"), ({"later": 301}, "stale_signature"),
     ({"later": -301}, "stale_signature"), ({"body": b"{}"}, "bad_signature"), ({"timestamp": ""}, "bad_signature"),
     ({"given": ""}, "bad_signature"), ({"given": "v1=é"}, "bad_signature")],
)  # fmt: skip
def test_a_bad_expired_or_future_signature_is_refused(change: dict, code: str) -> None:
    stamp = str(int(builders.MONDAY.timestamp()))
    given = signatures.signature("secret", stamp, b"body")
    moment = builders.MONDAY + timedelta(seconds=change.get("later", 0))
    with pytest.raises(RainmakerError) as caught:
        signatures.check(
            change.get("secret", "secret"),
            change.get("timestamp", stamp),
            change.get("given", given),
            change.get("body", b"body"),
            moment,
        )
    assert caught.value.code == code


async def test_webhooks_of_a_house_are_few(lived_in: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_WEBHOOKS", 0)
    assert (await lived_in.fails("webhook_add", url="https://acme.example/x")).code == "too_many_webhooks"
