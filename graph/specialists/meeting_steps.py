"""A word after a meeting: thanks and the next step when it was held, other times when they did not come.

One mail a meeting, in its thread, as the one answer to their last mail; nothing when they wrote since.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.mail import ANSWERABLE
from domain.meetings import MeetingState
from domain.replies import ReplyKind, ReplyReading
from graph.desk import Desk
from graph.specialists.reply_case import Case, answer_to, case_of, free_times
from graph.state import StepResult
from language.port import ReplyBrief
from runtime.store import answers, inbound, meetings
from runtime.store.inbound import answer_key
from tools.catalog import Args, tool

_AFTER: dict[str, Literal["held", "no_show"]] = {MeetingState.HELD: "held", MeetingState.NO_SHOW: "no_show"}
_REASONS = {
    "held": "The meeting was held; we thank them and ask for the next step.",
    "no_show": "They did not come to the meeting; we offer other times.",
}


class MeetingArgs(Args):
    """Which meeting."""

    meeting_id: str = Field(pattern=r"^mtg_[0-9a-z_]{1,36}$", description="Id of a meeting of ours.")


@tool(
    "relationship",
    MeetingArgs,
    effect="propose",
    undo="an answer can be cancelled until it is sent",
    cost="1 mail",
)
async def write_after_meeting(desk: Desk, args: MeetingArgs) -> StepResult:
    """Propose the one mail after a meeting that was held or missed; none when they wrote since, thanks for it aside."""
    async with desk.database.read() as tx:
        row = await meetings.one(tx, args.meeting_id)
        after = _AFTER.get(row["state"]) if row else None
        if row is None or after is None:
            return _nothing("Nobody said yet what came of this meeting.")
        mails = await _mails(tx, row)
        last = next((one for one in reversed(mails) if one["kind"] in ANSWERABLE), None)
        since = [one for one in mails if one["came_at"] > row["starts_at"]]
        if any(after == "no_show" or not _only_thanks(one) for one in since):
            return _nothing("They wrote since the meeting.")
        if last is None or await answers.answered(tx, row["contact_id"], {answer_key(last)}):
            return _nothing("There is no mail of theirs left to answer.")
    case = await case_of(desk, last["id"])
    slots = await free_times(desk, case) if after == "no_show" else ()
    if case.lead.meeting_at is not None:
        return _nothing("Another meeting stands already.")
    if after == "no_show" and not slots:
        return _nothing("No free time was found to offer.")
    draft = await desk.language.write_reply(_brief(desk, case, after, row["starts_at"], slots))
    if draft.mail is None:
        return _nothing(draft.reason)
    wanted = answer_to(desk, case, draft.mail, slots, _REASONS[after])
    who = case.contact.name or case.contact.email
    return StepResult(
        text=f"{who}: {_REASONS[after]}",
        wanted=(wanted,),
        summary=f"Write to {who} after the meeting: {_REASONS[after]}",
        cause=args.meeting_id,
    )


def _only_thanks(row: dict[str, Any]) -> bool:
    """True for a mail that was read and asks for nothing; it got no answer, so it ends no talk."""
    return bool(row["reading"]) and {one["kind"] for one in row["reading"]["findings"]} == {ReplyKind.NEUTRAL}


def _nothing(why: str) -> StepResult:
    return StepResult(text=why)


async def _mails(tx: AsyncConnection, meeting: dict[str, Any]) -> list[dict[str, Any]]:
    """What the person of a meeting wrote in its thread, oldest first."""
    rows = await inbound.of_thread(tx, meeting["thread_id"])
    return [one for one in rows if one["contact_id"] == meeting["contact_id"]]


def _brief(
    desk: Desk,
    case: Case,
    after: Literal["held", "no_show"],
    met_at: datetime,
    slots: tuple[datetime, ...],
) -> ReplyBrief:
    return ReplyBrief(
        reading=ReplyReading.model_validate(
            {"findings": [{"kind": "neutral", "confidence": 0.0, "quote": ""}], "language": case.language}
        ),
        said="",
        subject=case.thread["subject"] or case.mail.subject,
        seller_name=case.seller,
        sender_name=desk.terms.sender_name,
        contact_name=case.contact.name,
        contact_title=case.contact.title,
        account_name=case.account.name if case.account else "",
        slots=slots,
        zone=case.zone,
        at=case.lead.now,
        meeting_at=met_at,
        after=after,
        said_before=case.said_before,
        seed=f"{case.row['id']}:{after}",
    )


TOOLS = (write_after_meeting,)
