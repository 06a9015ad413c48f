"""The table of resources: which address is which use case. One without a line gets a plain address of its name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from channels.rest import answers as a
from service.commands import COMMANDS

Method = Literal["GET", "POST", "DELETE"]


@dataclass(frozen=True)
class Resource:
    """One operation. `{name}` in the path is the argument of that name.

    `whole` says that the use case gives a whole list, which is cut into pages here. `fresh` names an argument
    that becomes a new id. `example` is a body that works.
    """

    method: Method
    path: str
    command: str
    summary: str
    returns: Any = dict[str, Any]
    whole: bool = False
    fresh: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)
    tag: str = ""

    @property
    def changes(self) -> bool:
        """True when it may change something."""
        return not COMMANDS[self.command].reads and self.method != "GET"


_R = Resource
_TABLE: dict[str, tuple[Resource, ...]] = {
    "Knowledge": (
        _R("POST", "/onboard", "onboard", "Read a company's website", a.Onboarded,
           example={"url": "https://acme.example"}),
        _R("GET", "/icp", "icp", "The ideal customer profile in force", a.Icp),
    ),
    "Prospects": (
        _R("GET", "/prospects", "prospects_page", "Prospects, the best fit first", a.Page[a.Prospect]),
        _R("GET", "/prospects/{id}", "prospect", "One prospect", a.Prospect),
        _R("POST", "/prospects/find", "prospects_find", "Find companies and people on the web",
           example={"limit": 50}),
        _R("POST", "/imports/rows", "import_rows", "Import rows", a.Imported,
           example={"rows": [{"Company": "Acme", "E-mail": "ann@acme.example", "Country": "DE"}], "dry_run": True}),
        _R("GET", "/companies", "companies", "Companies, the newest first", a.Page[a.Company]),
        _R("GET", "/companies/{id}", "company", "A company and its people", a.CompanyDetail),
        _R("GET", "/contacts", "contacts", "People, the newest first", a.Page[a.Contact]),
        _R("GET", "/contacts/{id}", "contact", "A person", a.Contact),
        _R("GET", "/contacts/{person}/export", "export_person", "Everything that is stored about a person"),
        _R("POST", "/contacts/{person}/erase", "erase", "Erase a person everywhere, for good",
           example={"reason": "they asked for it"}),
    ),
    "Campaigns": (
        _R("GET", "/campaigns", "campaigns", "Campaigns, the newest first", a.Page[a.CampaignRow]),
        _R("POST", "/campaigns", "campaign_plan", "Plan a campaign; nothing leaves", a.CampaignPlan,
           example={"country": "DE", "limit": 20}),
        _R("GET", "/campaigns/{id}", "campaign_report", "How a campaign stands", a.Campaign),
        _R("GET", "/campaigns/{id}/drafts", "campaign_drafts", "Its exact texts", a.Page[a.Draft]),
        _R("POST", "/campaigns/{id}/launch", "campaign_launch", "Ask for approval of every mail",
           a.Launched),
        _R("POST", "/campaigns/{id}/pause", "campaign_pause", "Keep its mails from leaving", a.Stopped),
    ),
    "Approvals": (
        _R("GET", "/approvals", "approvals", "What waits for a decision, riskiest first",
           a.Page[a.Approval], whole=True),
        _R("POST", "/approvals/approve", "approve_many", "Approve several", a.DecidedMany,
           example={"ids": ["app_…"]}),
        _R("POST", "/approvals/reject", "reject_many", "Reject several", a.DecidedMany,
           example={"ids": ["app_…"]}),
        _R("GET", "/approvals/{id}", "approval", "One with its exact texts, whatever its state",
           a.Approval),
        _R("POST", "/approvals/{id}/approve", "approve", "Approve all items, or some", a.Decided,
           example={"items": []}),
        _R("POST", "/approvals/{id}/reject", "reject", "Reject all items, or some", a.Decided,
           example={"items": []}),
        _R("POST", "/approvals/{id}/edit", "edit", "Replace a text; it is judged again", a.Decided,
           example={"item": "itm_…", "subject": "A better subject"}),
        _R("POST", "/approvals/{id}/always", "always", "Draft a policy row that asks no more",
           example={"level": "auto"}),
        _R("POST", "/proposals", "propose", "Propose something; a person decides", a.Proposed,
           example={"wanted": {"kind": "task", "title": "Call", "about": "con_…", "reason": "She asked"}, "by": "crm"}),
    ),
    "Decisions": (
        _R("GET", "/decisions", "decisions", "Decisions of the gate, the newest first", a.Page[a.Decision]),
        _R("GET", "/decisions/{id}", "decision", "One decision with rules and risk", a.Decision),
        _R("GET", "/decisions/{id}/replay", "replay", "Judge a past decision again"),
        _R("GET", "/why/{id}", "why", "Why something was done", a.Why),
        _R("POST", "/undo/{id}", "undo", "Take an act back", a.Undone),
        _R("GET", "/audit", "audit_records", "Records of the audit chain, the newest first",
           a.Page[a.Record]),
        _R("GET", "/audit/verify", "audit_verify", "Check the whole chain", a.Verified),
        _R("GET", "/audit/export", "audit_export", "The whole chain"),
        _R("GET", "/autonomy", "autonomy_report", "Earned autonomy, with its evidence"),
    ),
    "Deals": (
        _R("GET", "/deals", "deals", "Deals, the most urgent first", a.Page[a.Deal], whole=True),
        _R("GET", "/deals/{id}", "deals_show", "One deal with people, proofs and health", a.Deal),
        _R("POST", "/deals/{id}/move", "deals_move", "Move a deal", a.Moved,
           example={"stage": "proposal", "why": "They asked for an offer"}),
        _R("POST", "/deals/{id}/next-step", "deals_next", "Plan the next step",
           example={"step": "Call Ann", "at": "2030-01-07T09:00:00+00:00"}),
        _R("POST", "/deals/{id}/amount", "deals_amount", "Say what a deal is worth",
           example={"amount": "12000", "currency": "EUR"}),
        _R("GET", "/tasks", "tasks", "Open tasks, the most urgent first", a.Page[a.Task], whole=True),
        _R("POST", "/tasks/{id}/done", "tasks_done", "Close a task", example={"result": "held"}),
        _R("GET", "/meetings", "meetings", "Meetings, the newest invitation first", a.Page[a.Meeting]),
        _R("GET", "/meetings/{id}", "meeting", "One meeting", a.Meeting),
    ),
    "Conversations": (
        _R("GET", "/conversations", "conversations", "Your conversations, the newest first",
           a.Page[a.Conversation]),
        _R("POST", "/conversations", "chat", "Begin a conversation", a.Said, fresh="conversation",
           example={"text": "What needs me today?"}),
        _R("GET", "/conversations/{id}/messages", "conversation", "What was said", a.Page[a.Message]),
        _R("POST", "/conversations/{conversation}/messages", "chat", "Say something", a.Said,
           example={"text": "Only companies in Germany"}),
    ),
    "Control": (
        _R("GET", "/status", "status", "How things stand", a.Status),
        _R("GET", "/digest", "digest", "The morning page", a.Digest),
        _R("GET", "/costs", "costs", "What work cost, by campaign, meeting and deal", a.Costs),
        _R("POST", "/pause", "pause", "Stop", a.Stopped,
           example={"reason": "look first", "level": "sends"}),
        _R("POST", "/resume", "resume", "Let it go on; only an owner may", a.Stopped,
           example={"scope": "workspace"}),
        _R("POST", "/tick", "tick", "One unattended turn", a.Ticked, example={"until_idle": False}),
    ),
    "Policy": (
        _R("GET", "/policy", "policy_show", "The authority matrix in force, and its versions"),
        _R("GET", "/policy/versions/{version}", "policy_show", "One version"),
        _R("POST", "/policy/check", "policy_check", "Check a matrix", example={"text": "rows: []"}),
        _R("POST", "/policy/versions", "policy_edit", "Add a version; it is not in force yet",
           example={"text": "rows: []"}),
        _R("POST", "/policy/cells", "policy_set", "Change one cell, as a new version",
           example={"row": "R1", "column": "verdict", "value": "ask"}),
        _R("POST", "/policy/versions/{version}/simulate", "policy_simulate", "What it would have changed"),
        _R("POST", "/policy/versions/{version}/activate", "policy_activate", "Put it in force",
           example={"reason": "tried"}),
        _R("POST", "/policy/rollback", "policy_rollback", "Put the version before back in force"),
    ),
    "Learning": (
        _R("GET", "/experiments", "experiments", "Experiments, and what can be tried"),
        _R("POST", "/experiments", "experiments_begin", "Try a value against the one in force"),
        _R("GET", "/experiments/{id}", "experiments_show", "One experiment"),
        _R("POST", "/experiments/{id}/finish", "experiments_finish", "Settle or end an experiment"),
        _R("GET", "/models", "models", "Trained models, and which is in force"),
        _R("GET", "/models/{id}", "models_show", "One model"),
        _R("POST", "/models/{id}/activate", "models_activate", "Put a model in force", example={"reason": "better"}),
        _R("POST", "/models/rollback", "models_rollback", "Put the model before back in force"),
        _R("GET", "/forecast", "forecast", "What open deals will bring"),
        _R("POST", "/deals/{id}/expect", "deals_expect", "Say when a deal will close, and how firmly",
           example={"on": "2030-03-31", "call": "commit"}),
    ),
    "Tables": (
        _R("POST", "/tables/learn", "table_learn", "What a table of past outcomes teaches",
           example={"table": "won,size\nyes,10\nno,3", "outcome": "won"}),
        _R("POST", "/tables/experiment", "table_experiment", "Read an experiment",
           example={"table": "arm,n,replies\na,1000,30\nb,1000,45"}),
        _R("POST", "/tables/forecast", "table_forecast", "Forecast a dated series",
           example={"table": "month,value\n2026-01,10\n2026-02,12", "horizon": 3}),
    ),
    "People": (
        _R("GET", "/users", "users", "Who may sign in", a.Page[a.User], whole=True),
        _R("POST", "/users", "user_add", "Let somebody in", a.User,
           example={"name": "rita", "role": "rep"}),
        _R("POST", "/users/{name}/role", "user_role", "Give somebody another role", a.User,
           example={"role": "viewer"}),
        _R("POST", "/users/{name}/disable", "user_disable", "Lock somebody out"),
        _R("POST", "/users/{name}/enable", "user_enable", "Let them in again"),
        _R("POST", "/users/{name}/password", "user_password", "Set a password, or get a random one"),
        _R("GET", "/tokens", "tokens", "API tokens", a.Page[a.Token], whole=True),
        _R("POST", "/tokens", "token_add", "Make a token; its text is shown once", a.NewToken,
           example={"name": "crm sync", "role": "viewer", "days": 90}),
        _R("DELETE", "/tokens/{id}", "token_revoke", "End a token"),
    ),
    "Webhooks": (
        _R("GET", "/webhooks", "webhooks", "Who hears of events", a.Page[a.Webhook], whole=True),
        _R("POST", "/webhooks", "webhook_add", "Tell an address of events", a.NewWebhook,
           example={"url": "https://hooks.acme.example/rainmaker", "events": ["sent", "approved"]}),
        _R("DELETE", "/webhooks/{id}", "webhook_remove", "Forget a webhook"),
        _R("GET", "/webhooks/{id}/deliveries", "webhook_deliveries", "Deliveries; `failed` are dead letters",
           a.Page[a.Delivery], whole=True),
        _R("POST", "/deliveries/{id}/again", "webhook_again", "Send a dead letter once more", a.Delivery),
        _R("GET", "/hooks", "hooks", "Doors for calls from outside", a.Page[a.Hook], whole=True),
        _R("POST", "/hooks", "hook_add", "Open a door", a.NewHook,
           example={"name": "alerts", "takes": "stop"}),
        _R("DELETE", "/hooks/{name}", "hook_remove", "Close a door"),
    ),
}  # fmt: skip
_ELSEWHERE = frozenset({
    "import",  # names a file on this machine: /imports takes an upload instead
    "prospects",  # the whole list at once; /prospects has pages
})  # fmt: skip


def resources() -> tuple[Resource, ...]:
    """Every operation: the table, and a plain address for each use case it does not name."""
    named = [replace(one, tag=tag) for tag, several in _TABLE.items() for one in several]
    rest = sorted(set(COMMANDS) - {one.command for one in named} - _ELSEWHERE)
    return (*named, *(_plain(name) for name in rest))


def _plain(name: str) -> Resource:
    words = (COMMANDS[name].args.__doc__ or name).splitlines()[0].rstrip(".")
    method: Method = "GET" if COMMANDS[name].reads else "POST"
    summary = f"{name.replace('_', ' ').capitalize()}: {words}"
    return Resource(method, f"/{name.replace('_', '-')}", name, summary, Any, tag="More")
