"""What the timetable holds: each kind of unattended work, when it comes, and the function that does it.

A kind stands here from the day its handler exists; the handler is named by its place, so this imports none of them.
Kinds run in this order within a turn. A handler is `async def handler(house, due_row) -> Worked`.
"""

from dataclasses import dataclass

EVERY_TURN = "every turn"
SINGLE = "single"


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    `when` is a cadence in words (service/cadence.py), EVERY_TURN for what is looked at whenever the worker
    wakes, or SINGLE for rows that other work plans with a time of their own. `quiet` work happens when it may;
    a simulation need not stop for it.
    """

    name: str
    when: str
    handler: str  # module:function
    quiet: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("asks", EVERY_TURN, "service.turn_work:close_asks"),
    Kind("guard", EVERY_TURN, "service.turn_work:guard"),
    Kind("earning", EVERY_TURN, "service.turn_work:review_levels"),
    Kind("calibration", EVERY_TURN, "service.turn_work:calibrate"),
    Kind("inbox", EVERY_TURN, "service.inbox:poll"),
    Kind("replies", EVERY_TURN, "service.replies:handle_new"),
    Kind("meetings_over", EVERY_TURN, "service.tasks:ask_whether_held"),
    Kind("meetings_ahead", "daily at 06:20", "service.tasks:ask_whether_it_stands"),
    Kind("after_meetings", EVERY_TURN, "service.after_meetings:plan_mails"),
    Kind("after_meeting", SINGLE, "service.after_meetings:write_mail"),
    Kind("deals", "daily at 06:30", "service.deals:review_deals"),
    Kind("experiments", "daily at 06:40", "service.experimenting:review", quiet=True),
    Kind("campaign_strategy", "daily at 06:50", "service.campaign_strategy:review", quiet=True),
    Kind("follow_ups", "weekdays at 07:15", "service.follow_ups:write_follow_ups"),
    Kind("digest", "daily at 07:45", "service.digest:mail_page"),
    Kind("drain", EVERY_TURN, "service.turn_work:drain"),
    Kind("campaigns", EVERY_TURN, "service.turn_work:finish_campaigns"),
    Kind("chances", EVERY_TURN, "service.model_scores:chances"),
    Kind("models", "daily at 04:10", "service.model_training:keep_models", quiet=True),
    Kind("pipeline_day", "daily at 06:40", "service.forecasts:keep_day", quiet=True),
    Kind("hook_call", SINGLE, "service.hooks:handle"),
    Kind("webhooks", EVERY_TURN, "service.webhooks:plan_deliveries"),
    Kind("webhook_delivery", SINGLE, "service.webhooks:deliver", quiet=True),
    Kind("kept_answers", "daily at 03:50", "service.kept_answers:forget_old", quiet=True),
    Kind("housekeeping", "daily at 03:30", "service.turn_work:keep_house", quiet=True),
)
