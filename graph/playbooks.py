"""Known work as data: which steps a typed signal starts. No model call routes it."""

PLAYBOOKS: dict[str, tuple[str, ...]] = {
    "onboarding_wanted": ("onboard",),
    "icp_edited": ("edit_icp",),
    "prospects_wanted": ("find_prospects",),
    "prospects_listed": ("list_prospects",),
    "campaign_wanted": ("plan_campaign",),
    "launch_wanted": ("launch_campaign",),
    "stop_wanted": ("pause",),
    "go_on_wanted": ("resume",),
    "verdict_overruled": ("qualify_prospects",),
    "question_asked": ("ask",),
    "reply_came": ("handle_reply",),
    "person_named": ("introduce",),
    "follow_up_due": ("follow_up",),
    "deal_signal": ("consider_deal", "follow_deal"),
    "meeting_settled": ("write_after_meeting",),
    "meeting_held": ("consider_deal", "follow_deal"),
    "deal_reviewed": ("follow_deal",),
    "deals_listed": ("list_deals",),
    "deal_moved": ("move_deal",),
    "task_done": ("finish_task",),
}
