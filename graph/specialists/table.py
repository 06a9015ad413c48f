"""Who the specialists are: mandate, own tools, acts they may propose. Data only."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from graph.specialists import (
    campaign_steps,
    deal_desk_steps,
    deal_steps,
    desk_steps,
    draft_steps,
    follow_up_steps,
    forecasting,
    icp_steps,
    introducing,
    meeting_steps,
    prospect_steps,
    reply_steps,
    task_steps,
)
from tools.catalog import Catalog

Node = Literal["research", "outreach", "relationship", "deal", "supervisor_tools"]


class Specialist(BaseModel):
    """One specialist as data. Every specialist ends a step on a `StepResult`."""

    model_config = ConfigDict(frozen=True)

    name: str
    mandate: str
    tools: tuple[str, ...]
    may_propose: tuple[str, ...]


CATALOG = Catalog(
    [
        *icp_steps.TOOLS,
        *prospect_steps.TOOLS,
        *campaign_steps.TOOLS,
        *draft_steps.TOOLS,
        *follow_up_steps.TOOLS,
        *introducing.TOOLS,
        *reply_steps.TOOLS,
        *meeting_steps.TOOLS,
        *deal_steps.TOOLS,
        *deal_desk_steps.TOOLS,
        *forecasting.TOOLS,
        *task_steps.TOOLS,
        *desk_steps.TOOLS,
    ]
)

SPECIALISTS: tuple[Specialist, ...] = (
    Specialist(
        name="research",
        mandate="Find out who we are, who should buy, and which companies and people those are – with sources.",
        tools=(
            "onboard",
            "show_icp",
            "edit_icp",
            "find_prospects",
            "list_prospects",
            "explain_prospect",
            "qualify_prospects",
            "ask",
        ),
        may_propose=("change_icp", "record_prospects", "qualify_prospects"),
    ),
    Specialist(
        name="outreach",
        mandate="Plan campaigns and write mails in which every claim has a source.",
        tools=(
            "plan_campaign",
            "show_campaign",
            "show_draft",
            "revise_drafts",
            "drop_drafts",
            "launch_campaign",
            "follow_up",
            "introduce",
        ),
        may_propose=("send_email", "edit_draft", "add_task"),
    ),
    Specialist(
        name="relationship",
        mandate="Read what people answer, answer what our own pages say, agree on a meeting, or fetch a person.",
        tools=("handle_reply", "write_after_meeting"),
        may_propose=("answer_mail", "book_meeting", "change_meeting", "add_task"),
    ),
    Specialist(
        name="deal",
        mandate="Open deals for clear intent or a held meeting, move them by proof, and say what is due.",
        tools=(
            "consider_deal",
            "follow_deal",
            "list_deals",
            "show_deal",
            "show_forecast",
            "move_deal",
            "list_tasks",
            "finish_task",
        ),
        may_propose=("open_deal", "move_deal", "add_task"),
    ),
    Specialist(
        name="supervisor",
        mandate="Keep the overview: what waits, why something was done, stop and go.",
        tools=("show_approvals", "why", "pause", "resume", "show_digest", "status", "help"),
        may_propose=("pause_sending", "resume_sending"),
    ),
)

NODES: dict[str, Node] = {
    "research": "research",
    "outreach": "outreach",
    "relationship": "relationship",
    "deal": "deal",
    "supervisor": "supervisor_tools",
}


def specialist(name: str) -> Specialist:
    """One specialist by name."""
    return next(one for one in SPECIALISTS if one.name == name)
