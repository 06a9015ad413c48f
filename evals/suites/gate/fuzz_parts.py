"""Sound actions and facts of every kind: what a gate should have nothing against. Breaks nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from domain.decisions import Actor
from domain.experiments import Declared
from domain.labels import PUBLIC, WORKSPACE, Integrity, Label

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
SLOT = datetime(2026, 11, 4, 14, 0, tzinfo=UTC)
AGENTS = ("research", "outreach", "relationship", "deal", "analytics", "supervisor", "system")
ACTORS = (
    *(Actor(kind="agent", name=name) for name in AGENTS),
    *(Actor(kind="user", name="olga", role=role) for role in ("owner", "owner", "manager", "rep")),
    Actor(kind="system", name="system"),
)
LABELS = tuple(
    Label(integrity=integrity, readers=frozenset(readers), origin="fuzz")
    for integrity in (Integrity.OWNER, Integrity.CRM, Integrity.CRM, Integrity.AGENT)
    for readers in ((PUBLIC,), ("CONTACT:con_1", WORKSPACE))
)
SECRET_WORD = "kestrel-9137-amber"
HOME = "https://acme.example/"
OWN_ADDRESS = "maria@acme.example"
OWNER_WORDS = (
    "Send 40 to GB29NWBK60161331926819 for Tom Reed, mail sarah.connor@mail.example about the trip to "
    "Blue Heron Inn and point her to https://news.example/today please."
)
NAMED = ("GB29NWBK60161331926819", "Tom Reed", "sarah.connor@mail.example", "Blue Heron Inn")
KNOWN = ("ops@acme.example", "channel-general")
LATER = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
SUBJECTS = ("A question for Northwind", "Would a call help?", "Anna, a short question")
BODIES = (
    "Hi Anna,\n\nWould a short call next week help?\n\nBest regards,\nMaria Lindt\nAcme Analytics",
    "Hi Anna,\n\nWould you like to see the plans at https://acme.example/plans?\n\nBest regards,\nMaria Lindt",
    "Hi Anna,\n\nIs this a question for you?\n\nWrite to maria@acme.example.\n\nBest regards,\nMaria Lindt",
)
ANSWERS = (
    "Hi Anna,\n\nThank you for your reply. Would one of the times below suit you?\n\nBest regards,\nMaria Lindt",
    "Hi Anna,\n\nWould you like to see the plans at https://acme.example/plans?\n\nBest regards,\nMaria Lindt",
    "Hi Anna,\n\nWhen would a short call suit you?\n\nBest regards,\nMaria Lindt\nAcme Analytics",
)
EVEN = ({"arm": "a", "share": 0.5}, {"arm": "b", "share": 0.5})
TEST = Declared(knob="angle", arms=("a", "b"))
NEED = {"fact": "need", "source": "inb_1", "quote": "we lose two days a month", "at": NOW}
HELD = {"fact": "meeting_held", "source": "mee_1", "at": NOW}
MOVES = (  # from, to, what is known
    ("discovery", "evaluation", ("need", "meeting_held")),
    ("evaluation", "proposal", ("authority", "timing", "need")),
    ("proposal", "negotiation", ("proposal_sent",)),
    ("negotiation", "won", ("terms_agreed", "signed")),
    ("proposal", "lost", ("lost_reason",)),
    ("proposal", "discovery", ("need",)),
)


@dataclass(slots=True)
class Draft:
    """A case under construction: plain values that can still be broken."""

    kind: str
    action: dict[str, Any]
    facts: dict[str, Any]
    label: Label
    actor: Actor
    snapshot: dict[str, Any]
    forced: dict[str, Any] = field(default_factory=dict)  # past the parser


def sound_action(kind: str, rng: Random) -> dict[str, Any]:
    """Arguments of one action without its kind."""
    if kind == "send_email":
        return {**_MAIL, "subject": rng.choice(SUBJECTS), "body": rng.choice(BODIES)}
    if kind == "answer_mail":
        return _answer(rng)
    if kind == "open_deal":
        cause, proof = rng.choice((("intent", (NEED,)), ("meeting_held", (HELD,)), ("intent", (NEED, HELD))))
        return {**_ACTIONS[kind], "cause": cause, "proof": proof}
    if kind == "move_deal":
        before, after, _ = rng.choice(MOVES)
        return {**_ACTIONS[kind], "before": before, "after": after}
    if kind == "connected_call":
        return _call(rng)
    return dict(_ACTIONS[kind])


def sound_facts(kind: str, action: dict[str, Any]) -> dict[str, Any]:
    """Facts that give no rule a reason against this action."""
    facts = dict(_FACTS.get(kind, {}))
    if kind == "move_deal":
        return facts | {"stage": action["before"], "known": _known(action["before"], action["after"])}
    return facts


def _known(before: str, after: str) -> tuple[str, ...]:
    return next(known for start, end, known in MOVES if (start, end) == (before, after))


def _answer(rng: Random) -> dict[str, Any]:
    return {
        "contact_id": "con_1",
        "inbound_id": "inb_1",
        "answers": "<1@northwind.example>",
        "thread_id": "thr_1",
        "subject": f"Re: {rng.choice(SUBJECTS)}",
        "body": rng.choice(ANSWERS),
        "slots": rng.choice(((), (SLOT,), (SLOT, LATER))),
    }


def _call(rng: Random) -> dict[str, Any]:
    return {
        "tool": rng.choice(("send_money", "send_message", "reserve_hotel")),
        "reach": rng.choice(("outside", "outside", "inside", "read")),
        "destinations": tuple(rng.sample((*NAMED, *KNOWN), rng.choice((0, 1, 2)))),
        "links": rng.choice(((), ("https://news.example/today",), (f"{HOME}plans",))),
        "amount": rng.choice(("0", "10.00", "40")),
        "content": rng.choice(("", "See you on Tuesday.", f"The plans: {HOME}plans")),
        "undoable": rng.random() < 0.3,
    }


_MAIL: dict[str, Any] = {
    "contact_id": "con_1",
    "campaign_id": "cam_1",
    "plan_version": 1,
    "touch_id": "tou_1",
    "step": 1,
    "draft_id": "dra_1",
}
_ACTIONS: dict[str, dict[str, Any]] = {
    "record_prospects": {"batch_id": "bat_1", "source": "web", "companies": 3, "people": 4},
    "change_icp": {"icp_id": "icp_2", "previous_id": "icp_1", "reason": "read"},
    "qualify_prospects": {"prospect_ids": ("pro_1",), "qualified": True, "reason": "said so"},
    "edit_draft": {"draft_id": "dra_1", "subject": SUBJECTS[0], "body": BODIES[0]},
    "pause_sending": {"reason": "complaints"},
    "resume_sending": {"reason": "solved"},
    "suppress": {"contact_id": "con_1", "reason": "asked"},
    "update_record": {"record": "contact", "record_id": "con_1", "field": "title", "value": "CTO"},
    "erase_person": {"contact_id": "con_1", "reason": "asked"},
    "change_policy": {
        "version_id": "pol_2",
        "previous_id": "pol_1",
        "loosened": 0,
        "simulated": 100,
        "reason": "cautious",
    },
    "change_autonomy": {
        "agent": "outreach",
        "action_kind": "send_email",
        "before": 0,
        "after": 1,
        "reason": "bound",
    },
    "book_meeting": {
        "contact_id": "con_1",
        "starts_at": SLOT,
        "minutes": 30,
        "attendees": ("con_1",),
        "subject": "Call with Acme",
        "body": "A short call.",
    },
    "change_meeting": {
        "meeting_id": "mee_1",
        "contact_id": "con_1",
        "starts_at": SLOT,
        "attendees": ("con_1",),
    },
    "open_deal": {
        "deal_id": "dea_1",
        "account_id": "acc_1",
        "contact_id": "con_1",
        "name": "Northwind",
        "next_step": "Agree on a date",
        "next_step_at": LATER,
    },
    "move_deal": {
        "deal_id": "dea_1",
        "next_step": "Send the plan",
        "next_step_at": LATER,
        "reason": "they said so",
    },
    "add_task": {
        "task_id": "tas_1",
        "about": "con_1",
        "title": "Call Anna",
        "due_at": LATER,
        "why": "she asked",
    },
    "switch_model": {
        "purpose": "reply",
        "model_id": "mdl_2",
        "previous_id": "mdl_1",
        "reason": "better on companies never learnt from",
    },
    "change_experiment": {
        "experiment_id": "exp_1",
        "change": "decide",
        "arm": "b",
        "version": 1,
        "before": EVEN,
        "reason": "b beats a",
    },
    "pace_campaign": {"campaign_id": "cam_1", "before": 20, "after": 5, "reason": "too many opt-outs"},
    "notify_owner": {
        "user_id": "usr_1",
        "day": NOW.date(),
        "subject": "Monday 2 November: 1 thing needs you",
        "text": "**Monday**\n\n**Needs you**\n- Look at: “Re: plans” from anna@northwind.example",
    },
}
_ANSWERED: dict[str, Any] = {
    "exists": True,
    "same_thread": True,
    "from_contact": True,
    "authenticated": True,
    "by_person": True,
    "to_contact_today": 0,
}
_MEETING: dict[str, Any] = {
    "contact_known": True,
    "contact_answered": True,
    "slot_offered": True,
    "made_by_us": True,
    "suppressed": None,
    "thread_contacts": ("con_1", "con_2"),
    "secrets": (SECRET_WORD,),
}
_MAILED: dict[str, Any] = {
    "contact_known": True,
    "contact_candidate": False,
    "has_address": True,
    "in_audience": True,
    "draft_matches": True,
    "campaign_state": "running",
    "plan_version": 1,
    "touch_known": True,
    "country": "GB",
    "zones": ("Europe/London",),
    "suppressed": None,
    "known_names": ("Acme Analytics", "Anna Weiss", "Maria Lindt", "Northwind"),
    "allowed_links": (HOME,),
    "disclosure": "Written by an AI assistant.",
    "postal_address": "Acme Analytics, 1 Main Street, Springfield",
    "sender": OWN_ADDRESS,
    "can_unsubscribe": True,
    "own_addresses": (OWN_ADDRESS,),
    "secrets": (SECRET_WORD,),
    "novel_account": False,
}
_FACTS: dict[str, dict[str, Any]] = {
    "send_email": {**_MAILED, "lead_state": "contacted"},
    "answer_mail": {
        **_MAILED,
        "lead_state": "replied",
        "in_audience": False,
        "draft_matches": False,
        "answered": _ANSWERED,
    },
    "open_deal": {"account_known": True, "contact_fits": True, "open_already": False},
    "move_deal": {"account_known": True, "contact_fits": True},
    "connected_call": {
        "in_plan": True,
        "owner_words": OWNER_WORDS,
        "known": KNOWN,
        "allowed_links": (HOME,),
        "spent": "10",
        "budget": "100",
        "secrets": (SECRET_WORD,),
    },
    "book_meeting": _MEETING,
    "change_meeting": _MEETING,
    "update_record": {"exists": True, "empty": True},
    "change_experiment": {
        "id": "exp_1",
        "declared": TEST,
        "fingerprint": TEST.fingerprint,
        "shares": EVEN,
        "begun_at": NOW,
    },
    "notify_owner": {
        "to_our_own": True,
        "sender": OWN_ADDRESS,
        "already": None,
        "lately": 0,
        "allowed_links": (HOME,),
        "secrets": (SECRET_WORD,),
    },
}
