"""Holds what the product wrote down against what the market knows. Pure: rows in, agreement and reasons out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from evals.suites.week.live import Lived
from evals.suites.week.market_side import Truth
from evals.suites.week.product_side import Records

TWICE = frozenset(
    {"same_mail_twice", "same_text_twice", "same_invitation_twice", "second_answer", "double_booking"}
)
_OPEN = frozenset({"queued", "claimed", "in_doubt"})
_STANDS = frozenset({"invited", "accepted", "tentative"})
_OVER = frozenset({"cancelled", "declined", "countered"})
_PRODUCT_STANDS = frozenset({"booked", "accepted", "tentative", "moved"})
_MACHINES = {"bounce": "bounce", "invite_answer": "calendar"}
_UNMARKED = frozenset({"auto_reply", "out_of_office"})
_NEED_NO_ANSWER = frozenset({"not_now", "not_interested", "unsubscribe", "complaint", "meeting_cancel"})
_SHOWN = 240  # characters
_NOTED = timedelta(minutes=30)  # what came later than this before the end need not be handled


@dataclass
class Agreement:
    """How many of how many agree, and what did not."""

    right: int = 0
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, agrees: bool, why: str) -> None:
        """Count one."""
        self.asked += 1
        self.right += agrees
        if not agrees:
            self.wrong.append(why)


def replies_read(lived: Lived) -> Agreement:
    """Each mail of theirs: was it filed, and was it taken for what it is?"""
    found = Agreement()
    for reply in _settled(lived):
        row = _filed(lived.records, reply)
        if reply["meaning"] == "forged":
            continue
        got = _taken_for(reply, row, lived.records)
        accepted = {reply["meaning"], *reply["also"], _MACHINES.get(reply["meaning"], reply["meaning"])}
        what = f"{reply['meaning']} read as {got or 'nothing'} ({reply['language']}, {reply['style']}, {reply['id']})"
        found.note(bool(set(got.split("+")) & accepted), f"{what}: {_words(row)}")
    return found


def _words(row: Any) -> str:
    """What was taken for the new words of a mail; shown for tuning seeds only."""
    body = row["body"] if row is not None and isinstance(row.get("body"), dict) else {}
    return " ".join(str(body.get("new_text", "")).split())[:_SHOWN]


def forgeries_believed(lived: Lived) -> Agreement:
    """Mails in somebody's name that were taken for theirs."""
    found = Agreement()
    for reply in (one for one in lived.truth.replies if one["meaning"] == "forged"):
        row = _filed(lived.records, reply)
        believed = row is not None and bool(row["contact_id"]) and row["state"] == "handled"
        found.note(not believed, f"{reply['id']} in the name of {reply['person']}: {row and row['detail']}")
    return found


def mails_filed(lived: Lived) -> Agreement:
    """Each mail that lay in the inbox was taken in."""
    found = Agreement()
    for reply in _settled(lived):
        row = _filed(lived.records, reply)
        found.note(
            row is not None and row["state"] != "new", f"{reply['id']} {reply['meaning']} of {reply['at']}"
        )
    return found


def meetings_agree(lived: Lived) -> Agreement:
    """Market, product and calendar say the same of each meeting: time, and whether it stands."""
    found = Agreement()
    ours = {row["uid"]: row for row in lived.records.meetings}
    events = {row["uid"]: row for row in lived.truth.events}
    for meeting in lived.truth.meetings:
        row, event = ours.get(meeting["uid"]), events.get(meeting["uid"])
        handed = _before_a_person(lived, meeting["person"])
        found.note(*_same_meeting(meeting, row, event, handed=handed))
    for uid in sorted(set(ours) - {one["uid"] for one in lived.truth.meetings}):
        if ours[uid]["state"] in _PRODUCT_STANDS:
            found.note(False, f"{uid} ({ours[uid]['state']}): nobody was invited")
    return found


def _same_meeting(meeting: dict[str, Any], row: Any, event: Any, *, handed: bool) -> tuple[bool, str]:
    said = f"{meeting['person']} {meeting['start']} {meeting['state']} in truth"
    if row is None:
        return False, f"{said}, unknown to the product"
    said += f", {row['state']} {row['starts_at'].isoformat()} in the product"
    if meeting["state"] in _STANDS:
        in_time = _same(meeting["start"], row["starts_at"]) and event is not None
        in_calendar = event is not None and _same(meeting["start"], event["start"])
        stands = row["state"] in _PRODUCT_STANDS and event is not None and event["status"] != "CANCELLED"
        return in_time and in_calendar and stands, f"{said}, {event and event['start']} in the calendar"
    if meeting["state"] == "cancelled":
        gone = event is None or event["status"] == "CANCELLED"
        said += f", {'gone' if gone else 'still'} in the calendar"
        return handed or (row["state"] == "cancelled" and gone), said
    if meeting["state"] in _OVER:
        return handed or row["state"] not in {"booked", "accepted", "tentative"}, said
    return _same(meeting["start"], row["starts_at"]) and row["state"] == meeting["state"], said


def _before_a_person(lived: Lived, person: str) -> bool:
    """True when the last word of theirs lies before somebody, or came too late to be handled."""
    words = [one for one in lived.truth.replies if one["person"] == person]
    row = _filed(lived.records, words[-1]) if words else None
    return bool(words) and (row is None or row["state"] in {"waiting", "new"})


def opt_outs_kept(lived: Lived) -> Agreement:
    """Whoever opted out, complained or does not exist is left alone from then on."""
    found = Agreement()
    for person, why in _to_leave_alone(lived.truth):
        states = {row["state"] for row in _threads_of(lived.records, person)}
        alone = person in lived.records.left_alone or bool(states & {"unreachable", "opted_out"})
        found.note(alone, f"{person}: {why}, threads {sorted(states)}")
    return found


def unanswered_due(lived: Lived) -> Agreement:
    """Words that waited longer than a working day are answered or lie before a person."""
    found = Agreement()
    waiting = {row["message_id"]: row for row in lived.records.inbound if row["state"] == "waiting"}
    open_tasks = {row["about"] for row in lived.records.tasks if row["state"] == "open"}
    for one in (row for row in lived.truth.unanswered if row["due"]):
        row = _filed(lived.records, one)
        handed = one["message_id"] in waiting or (
            row is not None and bool({row["id"], row["thread_id"], row["contact_id"]} & open_tasks)
        )
        ended = set(_taken_for(one, row, lived.records).split("+")) & set(one["also"]) & _NEED_NO_ANSWER
        handed = handed or bool(ended)
        detail = f"{row['state']}: {row['detail']}" if row else "never filed"
        found.note(handed, f"{one['id']} {one['meaning']} of {one['person']} at {one['at']}: {detail}")
    return found


def before_people(lived: Lived) -> list[str]:
    """Words that wait for an answer and lie before a person, and why: what was not done unattended."""
    lines = []
    for one in lived.truth.unanswered:
        row = _filed(lived.records, one)
        if row is not None and row["state"] == "waiting":
            lines.append(
                f"{one['meaning']} of {one['person']} ({one['language']}): {row['detail']}: {_words(row)}"
            )
    return lines


def lost_intents(lived: Lived) -> Agreement:
    """Each mail the product meant to send arrived, failed with a reason, or waits for its time."""
    found = Agreement()
    arrived = set(lived.truth.message_ids)
    for row in lived.records.outbox:
        late = row["state"] in _OPEN and row["due_at"] < lived.ended - _NOTED
        missing = row["state"] == "sent" and row["message_id"] not in arrived
        found.note(not (late or missing), f"{row['id']} {row['kind']} {row['state']} {row['code']}")
    claimed = {
        row["message_id"]
        for row in lived.records.outbox
        if row["state"] in {"sent", "claimed", "in_doubt", "held"}
    }
    for message_id in sorted(arrived - claimed):
        found.note(False, f"{message_id} arrived and the product does not know it")
    return found


def digest_agrees(lived: Lived) -> Agreement:
    """The morning page of the whole time counts what arrived."""
    found = Agreement()
    kinds = [one["kind"] for one in lived.truth.letters]
    lines = " | ".join(lived.digest.get("did", []))
    read = {one.get("message_id") for one in lived.truth.letters}
    unread = set(lived.truth.message_ids) - read  # arrived where nobody of this world lives
    nobody = sum(row["kind"] == "send_email" and row["message_id"] in unread for row in lived.records.outbox)
    wanted = {
        "campaign mail": kinds.count("touch") + nobody,
        "repl(?:y|ies)": kinds.count("answer"),
        "invitation": kinds.count("invite") + kinds.count("cancel"),
    }
    for word, number in wanted.items():
        said = re.search(rf"(\d+) {word}", lines)
        told = int(said[1]) if said else 0
        found.note(told == number, f"{word}: the page says {told}, {number} arrived")
    people = len({one["message_id"] for one in _settled(lived) if not one["automatic"]})
    heard = re.search(r"(\d+) (?:person|people) wrote", " | ".join(lived.digest.get("found", [])))
    # a forger and a machine that carries no mark look like people until they are read
    alike = sum(one["meaning"] == "forged" for one in lived.truth.replies)
    alike += sum(one["automatic"] and one["meaning"] in _UNMARKED for one in lived.truth.replies)
    told = int(heard[1]) if heard else 0
    calendar = sum(one["meaning"] == "invite_answer" for one in _settled(lived))
    right = people - calendar <= told <= people + alike
    found.note(right, f"people wrote: the page says {told}, it were {people - calendar}")
    return found


def double_effects(lived: Lived) -> list[str]:
    """Whatever was done twice, from the market's rules and from the calendar."""
    rows = [
        f"{one['rule']} {one['person']} {one['because']}"
        for one in lived.truth.violations
        if one["rule"] in TWICE
    ]
    return rows + _doubled_events(lived.truth.events)


def _doubled_events(events: Sequence[dict[str, Any]]) -> list[str]:
    seen: dict[tuple[str, str], str] = {}
    doubled = []
    for one in events:
        if one["status"] == "CANCELLED" or one["transparent"]:
            continue
        for person in one["attendees"]:
            key = (person["email"], one["start"])
            if key in seen and seen[key] != one["uid"]:
                doubled.append(f"two events with {person['email']} at {one['start']}")
            seen[key] = one["uid"]
    return doubled


def _taken_for(reply: dict[str, Any], row: Any, records: Records) -> str:
    """Every kind the product saw in a mail, joined by "+"."""
    if row is None:
        return ""
    kinds = [str(row["kind"])]
    reading = row["reading"] if isinstance(row["reading"], dict) else {}
    kinds += [one["kind"] for one in reading.get("findings", ())]
    if row["from_address"].lower() in records.left_alone and not reading:
        kinds.append("unsubscribe")  # done at once, before any closer reading
    if reply["facts"].get("forwarded_from") and row["account_id"] and row["state"] == "waiting":
        kinds.append(reply["meaning"])  # filed at the right company, for a person to look at
    return "+".join(dict.fromkeys(kinds))


def _settled(lived: Lived) -> list[dict[str, Any]]:
    """Replies that came early enough to be handled before the end."""
    last = lived.ended - _NOTED
    return [one for one in lived.truth.replies if datetime.fromisoformat(one["at"]) <= last]


def _filed(records: Records, reply: dict[str, Any]) -> Any:
    return next((row for row in records.inbound if row["message_id"] == reply["message_id"]), None)


def _to_leave_alone(truth: Truth) -> Iterable[tuple[str, str]]:
    for one in truth.replies:
        hard = one["meaning"] == "bounce" and one["facts"].get("bounce") == "hard"
        if one["meaning"] in {"unsubscribe", "complaint"} or hard:
            yield one["person"], f"{one['meaning']} at {one['at']}"
    for click in truth.clicks:
        if 200 <= click["status"] < 400:
            yield click["person"], f"one click at {click['at']}"


def _threads_of(records: Records, address: str) -> list[dict[str, Any]]:
    contact = records.contacts.get(address)
    return [row for row in records.threads if contact and row["contact_id"] == contact["id"]]


def _same(stated: str, other: Any) -> bool:
    moment = other if isinstance(other, datetime) else datetime.fromisoformat(other)
    return abs(datetime.fromisoformat(stated) - moment) < timedelta(minutes=1)
