"""The register of the twenty hard rules: what each holds, how it answers and where the code enforces it. Data only.

No score, row or level overrides a hard rule. The checks themselves live where `enforced` says.
"""

from dataclasses import dataclass
from typing import Literal

Place = Literal["gate", "claim", "effector", "fetch", "store", "approvals", "graph", "catalog"]
Answer = Literal["refuse", "ask", "wait"]


@dataclass(frozen=True)
class HardRule:
    """One rule. `answers` are the kinds of message it gives, strictest first."""

    id: str
    title: str
    answers: tuple[Answer, ...]
    enforced: tuple[Place, ...]
    where: tuple[str, ...]  # modules that hold the check


_GATE_MAIL, _GATE_ACTS, _GATE_CALLS = "autonomy.rules", "autonomy.act_rules", "autonomy.call_rules"
_GATE_DEALS, _GATE_PAGE = "autonomy.deal_rules", "autonomy.notice_rules"

HARD_RULES: tuple[HardRule, ...] = (
    HardRule(
        "G1",
        "The recipient is a contact id of the approved audience, or the authenticated sender of the mail "
        "that is answered; an address found in mail or web is a candidate until a person approves it; a "
        "connected call reaches only who the owner named; the morning page reaches only our own people.",
        ("refuse", "ask"),
        ("gate", "claim"),
        (_GATE_MAIL, "autonomy.gate", _GATE_CALLS, _GATE_PAGE, "autonomy.mail_facts", "autonomy.own_people"),
    ),
    HardRule(
        "G2",
        "Nobody who is suppressed is contacted; looked at again in the transaction that claims the send.",
        ("refuse",),
        ("gate", "claim"),
        (_GATE_MAIL, _GATE_ACTS, "tools.act.recheck_mail"),
    ),
    HardRule(
        "G3",
        "Headers are the effector's; a model gives a subject and a body without control, bidi or "
        "zero-width characters.",
        ("refuse",),
        ("gate", "effector"),
        (_GATE_MAIL, _GATE_ACTS, _GATE_CALLS, _GATE_PAGE, "tools.act.mail_headers"),
    ),
    HardRule(
        "G4",
        "Links only to allow-listed scheme, host and path; no IP hosts, user names, shorteners, data: or "
        "remote images.",
        ("refuse",),
        ("gate", "claim"),
        (_GATE_MAIL, _GATE_ACTS, _GATE_CALLS, _GATE_PAGE),
    ),
    HardRule(
        "G5",
        "What leaves may be read by its recipient: no secrets, canaries or other people's addresses, "
        "encoded or not.",
        ("refuse", "ask"),
        ("gate", "claim"),
        (_GATE_MAIL, _GATE_ACTS, _GATE_CALLS, _GATE_PAGE),
    ),
    HardRule(
        "G6",
        "Attachments only from approved collateral, by id and hash; none exists yet.",
        ("refuse",),
        ("gate", "claim"),
        (_GATE_MAIL,),
    ),
    HardRule(
        "G7",
        "Every factual claim has a stored source; prices, discounts, terms and promises without one do "
        "not leave.",
        ("refuse",),
        ("gate", "claim"),
        (_GATE_MAIL, "autonomy.claims"),
    ),
    HardRule(
        "G8",
        "Fetches are guarded: public addresses only, pinned, few redirects, limited size and time.",
        ("refuse",),
        ("fetch",),
        ("tools.read.web",),
    ),
    HardRule(
        "G9",
        "Meetings: only the owner and the thread's contact, a slot we offered, changes only to events we "
        "made; an answer offers few times, and none that has passed.",
        ("refuse",),
        ("gate", "claim"),
        (_GATE_ACTS, _GATE_MAIL, "autonomy.act_facts"),
    ),
    HardRule(
        "G10",
        "The field table says who may set which field of a record; untrusted sources only fill empty "
        "observations; emptying asks, deleting does not exist. A deal moves one stage at a time, on proof "
        "that stands in its source, and no mail or page makes it won.",
        ("refuse", "ask"),
        ("gate",),
        (_GATE_ACTS, "autonomy.field_table", _GATE_DEALS, "autonomy.deal_facts"),
    ),
    HardRule(
        "G11",
        "What is recalled into a context that decides has the integrity of our own records or better.",
        ("refuse",),
        ("graph",),
        ("domain.labels", "graph.specialists.nodes"),
    ),
    HardRule(
        "G12",
        "Only the closed set of actions on things that exist; no shell, SQL, code or config tool.",
        ("refuse",),
        ("gate", "catalog"),
        (_GATE_ACTS, "domain.actions", "graph.specialists.table"),
    ),
    HardRule(
        "G13",
        "The step is in the plan that was frozen before untrusted text was read; an answer is bound to the "
        "mail it answers instead.",
        ("refuse", "ask"),
        ("gate", "graph", "claim"),
        (_GATE_MAIL, _GATE_CALLS, "autonomy.plans"),
    ),
    HardRule(
        "G14",
        "One mail per campaign, step, contact and plan version, one answer per mail, one invitation per "
        "meeting and sequence, one morning page per person and day; the key is unique in the database.",
        ("refuse",),
        ("gate", "store"),
        (_GATE_MAIL, _GATE_PAGE, "runtime.store.outbox"),
    ),
    HardRule(
        "G15",
        "Budgets are atomic counters: mails per contact, company, mailbox and workspace, three answers a day "
        "to one person, one morning page a day, web requests and model tokens a day; money without a budget "
        "asks; runs have a depth.",
        ("refuse", "ask", "wait"),
        ("gate", "claim", "graph"),
        (
            _GATE_MAIL,
            _GATE_CALLS,
            _GATE_PAGE,
            "runtime.store.counters",
            "autonomy.limits",
            "autonomy.budgets",
            "service.purse",
            "graph.supervisor",
        ),
    ),
    HardRule(
        "G16",
        "Mail leaves in the recipient's working hours; an unknown zone holds it.",
        ("refuse", "wait"),
        ("gate", "claim"),
        (_GATE_MAIL, "autonomy.limits"),
    ),
    HardRule(
        "G17",
        "The first mail to each person says that an AI wrote it, who we are and how to opt out.",
        ("refuse",),
        ("gate", "effector"),
        (_GATE_MAIL, "tools.act.compose_mail"),
    ),
    HardRule(
        "G18",
        "The kill switch is read in the transaction that claims the effect; only an owner clears it.",
        ("refuse", "wait"),
        ("gate", "claim"),
        (_GATE_MAIL, _GATE_ACTS, "tools.act.recheck_mail"),
    ),
    HardRule(
        "G19",
        "An approval binds to the exact proposal, one person, one use and a time; an edit is judged "
        "again; text is never an approval.",
        ("refuse",),
        ("approvals", "claim"),
        ("autonomy.approvals", "tools.act.recheck_mail"),
    ),
    HardRule(
        "G20",
        "Only a signed-in owner changes the policy, after it was replayed over past decisions; earned "
        "levels move one step.",
        ("refuse",),
        ("gate",),
        (_GATE_ACTS,),
    ),
)


def hard_rule(rule_id: str) -> HardRule:
    """One rule by id; raises KeyError for a rule that does not exist."""
    return {rule.id: rule for rule in HARD_RULES}[rule_id]
