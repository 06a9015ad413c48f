"""The week's comparisons find what does not agree; rows are made up here, nothing runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from evals.suites.week import compare
from evals.suites.week.live import Lived, Plan
from evals.suites.week.market_side import Truth
from evals.suites.week.product_side import Records

END = datetime(2026, 11, 30, 7, tzinfo=UTC)
THEN = END - timedelta(days=2)
ANN = "ann@buyer.example"


def lived(**given: Any) -> Lived:
    truth = {
        "letters": [], "replies": [], "people": {}, "meetings": [], "clicks": [], "violations": [],
        "unanswered": [], "events": [], "message_ids": [],
    }  # fmt: skip
    records = {
        "outbox": [], "inbound": [], "threads": [], "meetings": [], "deals": [], "tasks": [], "approvals": [],
        "contacts": {}, "left_alone": frozenset(), "chain_ok": True, "now": END,
    }  # fmt: skip
    truth |= {name.removeprefix("true_"): value for name, value in given.items() if name.startswith("true_")}
    records |= {name: value for name, value in given.items() if name in records}
    digest = given.get("digest", {"did": [], "found": []})
    return Lived(Plan(1), Truth(**truth), Records(**records), digest, 0, 1, 1, 1, 1.0, (), END)  # type: ignore[arg-type]


def reply(meaning: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": "r1", "at": THEN.isoformat(), "person": ANN, "message_id": "<r1@b>", "meaning": meaning, "also": [],
        "facts": {}, "automatic": False, "language": "en", "style": "plain", "due": True,
    }  # fmt: skip
    return row | more


def filed(kind: str, *findings: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": "i1", "message_id": "<r1@b>", "kind": kind, "state": "handled", "from_address": ANN, "detail": "",
        "reading": {"findings": [{"kind": one} for one in findings]} if findings else None,
        "contact_id": "c1", "account_id": "a1", "thread_id": "t1",
    }  # fmt: skip
    return row | more


def test_a_mail_is_read_right_when_any_accepted_meaning_was_found():
    asked = reply("question", also=["positive"])
    for finding, right in (("question", 1), ("positive", 1), ("not_interested", 0)):
        week = lived(true_replies=[asked], inbound=[filed("human", finding)])
        assert compare.replies_read(week).right == right
    assert compare.replies_read(lived(true_replies=[asked])).right == 0


def test_a_bounce_counts_by_its_kind_and_a_forgery_not_at_all():
    assert compare.replies_read(lived(true_replies=[reply("bounce")], inbound=[filed("bounce")])).right == 1
    assert compare.replies_read(lived(true_replies=[reply("forged")], inbound=[filed("human")])).asked == 0


def test_what_came_in_the_last_minutes_need_not_be_handled():
    late = reply("question", at=(END - timedelta(minutes=5)).isoformat())
    assert compare.mails_filed(lived(true_replies=[late])).asked == 0
    assert len(compare.mails_filed(lived(true_replies=[reply("question")])).wrong) == 1


def test_a_forged_mail_that_was_handled_as_theirs_is_believed():
    believed = lived(true_replies=[reply("forged")], inbound=[filed("human", "positive")])
    put_aside = lived(true_replies=[reply("forged")], inbound=[filed("human", state="waiting")])
    assert len(compare.forgeries_believed(believed).wrong) == 1
    assert compare.forgeries_believed(put_aside).wrong == []


START = THEN + timedelta(days=3)
MET = {"uid": "u1", "person": ANN, "start": START.isoformat(), "state": "accepted"}
OURS = {"uid": "u1", "state": "accepted", "starts_at": START}
EVENT = {
    "uid": "u1",
    "start": START.isoformat(),
    "status": "CONFIRMED",
    "transparent": False,
    "attendees": [],
}


def test_a_meeting_agrees_only_when_market_records_and_calendar_say_the_same():
    both = {"true_meetings": [MET], "meetings": [OURS], "true_events": [EVENT]}
    assert compare.meetings_agree(lived(**both)).wrong == []
    moved = EVENT | {"start": (START + timedelta(hours=1)).isoformat()}
    for change in (
        {"true_events": []},
        {"true_events": [moved]},
        {"meetings": []},
        {"meetings": [OURS | {"state": "cancelled"}]},
        {"true_meetings": []},
        {"true_meetings": [MET | {"state": "cancelled"}]},
    ):
        assert len(compare.meetings_agree(lived(**(both | change))).wrong) == 1, change


def test_a_change_that_lies_before_a_person_is_no_disagreement():
    both = {"true_meetings": [MET | {"state": "countered"}], "meetings": [OURS], "true_events": [EVENT]}
    waits = filed("human", "meeting_counter", state="waiting")
    assert len(compare.meetings_agree(lived(**both)).wrong) == 1
    assert (
        compare.meetings_agree(lived(**both, true_replies=[reply("meeting_counter")], inbound=[waits])).wrong
        == []
    )


def test_whoever_opted_out_must_be_left_alone():
    said = [reply("unsubscribe")]
    assert len(compare.opt_outs_kept(lived(true_replies=said)).wrong) == 1
    assert compare.opt_outs_kept(lived(true_replies=said, left_alone=frozenset({ANN}))).wrong == []
    click = {"status": 200, "person": ANN, "at": THEN.isoformat()}
    assert len(compare.opt_outs_kept(lived(true_clicks=[click])).wrong) == 1
    assert compare.opt_outs_kept(lived(true_clicks=[click | {"status": 0}])).asked == 0


def test_a_word_that_lies_before_a_person_is_not_unanswered():
    waiting = [reply("question")]
    assert (
        len(
            compare.unanswered_due(lived(true_unanswered=waiting, inbound=[filed("human", "question")])).wrong
        )
        == 1
    )
    for change in (
        {"inbound": [filed("human", state="waiting")]},
        {"tasks": [{"about": "i1", "state": "open"}]},
    ):
        week = lived(**({"true_unanswered": waiting, "inbound": [filed("human")]} | change))
        assert compare.unanswered_due(week).wrong == []


def intent(state: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": "o1",
        "kind": "send_email",
        "state": state,
        "code": "",
        "due_at": THEN,
        "message_id": "<m@p>",
    }
    return row | more


def test_an_intent_is_lost_when_it_neither_arrived_nor_ended_nor_waits_for_its_time():
    assert len(compare.lost_intents(lived(outbox=[intent("sent")])).wrong) == 1
    assert len(compare.lost_intents(lived(outbox=[intent("queued")])).wrong) == 1
    assert compare.lost_intents(lived(outbox=[intent("queued", due_at=END + timedelta(days=1))])).wrong == []
    assert compare.lost_intents(lived(outbox=[intent("failed")])).wrong == []
    assert compare.lost_intents(lived(outbox=[intent("sent")], true_message_ids=["<m@p>"])).wrong == []
    assert len(compare.lost_intents(lived(true_message_ids=["<unknown@p>"])).wrong) == 1


def test_the_morning_page_must_count_what_arrived():
    letters = [{"kind": "touch"}, {"kind": "touch"}, {"kind": "answer"}, {"kind": "invite"}]
    said = ["2 campaign mails sent", "1 reply answered", "1 invitation sent"]
    heard = ["1 person wrote", "1 question"]
    week = {"true_letters": letters, "true_replies": [reply("question")]}
    assert compare.digest_agrees(lived(**week, digest={"did": said, "found": heard})).wrong == []
    wrong = compare.digest_agrees(lived(**week, digest={"did": ["3 campaign mails sent"], "found": []})).wrong
    assert len(wrong) == 4


def test_two_events_with_one_person_at_one_time_are_a_double_effect():
    guests = [{"email": ANN, "partstat": ""}]
    twice = [EVENT | {"attendees": guests}, EVENT | {"uid": "u2", "attendees": guests}]
    assert len(compare.double_effects(lived(true_events=twice))) == 1
    broken = [
        {"rule": "second_answer", "person": ANN, "because": ""},
        {"rule": "outside_window", "person": ANN},
    ]
    assert len(compare.double_effects(lived(true_violations=broken))) == 1
