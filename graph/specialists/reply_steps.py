"""Relationship steps: read a mail that came in, decide the one next thing, and propose it; answer a due booking.

The mail's words are data. What is proposed follows from typed findings, never from free text of a model.
"""

from datetime import datetime, timedelta

from pydantic import Field

from domain.actions import AddTask, AnyAction, BookMeeting, ChangeMeeting
from domain.decisions import OutboxState
from domain.icp import ProfileFact
from domain.ids import derived
from domain.knowledge import Evidence
from domain.leads import LeadState, NextAction, NextStep
from domain.mail import ANSWERABLE, MailKind
from domain.replies import ProposedTime, ReplyKind, ReplyReading
from graph.desk import Desk
from graph.specialists.comparisons import compared, named_rivals
from graph.specialists.invite_reading import read_invite_answer
from graph.specialists.listed_prices import quotable
from graph.specialists.named_times import MEETING, looked_up
from graph.specialists.next_step import next_step
from graph.specialists.passages import speaking_of
from graph.specialists.reply_case import Case, answer_to, case_of, free_times
from graph.specialists.showing import when
from graph.state import StepResult, Wanted
from language.port import ReplyBrief, ReplyContext, ReplyDraft
from runtime.store import knowledge, meetings, outbox
from tools.catalog import Args, tool

SOURCES = 12  # passages an answer may use
TASK_HOURS = 4  # until a person should have looked


class ReplyArgs(Args):
    """Which mail."""

    inbound_id: str = Field(pattern=r"^inb_[0-9a-z]{1,36}$", description="Id of a mail that came in.")


@tool(
    "relationship",
    ReplyArgs,
    effect="propose",
    undo="an answer can be cancelled until it is sent",
    cost="1 mail",
)
async def handle_reply(desk: Desk, args: ReplyArgs) -> StepResult:
    """Read one mail that came in and propose the next step: answer, book, wait, hand over or stop."""
    case = await case_of(desk, args.inbound_id)
    reading = await _read(desk, case)
    case = await looked_up(desk, case, reading)
    step = next_step(reading, case.lead)
    if step.offer_times and case.lead.gone is not None:
        reading = _taking(reading, case.lead.gone)
    if case.mail.kind not in ANSWERABLE and step.action is NextAction.ANSWER:
        step = NextStep(
            action=NextAction.NOTHING, state=step.state, reason="A machine wrote this; nobody answers it."
        )
    wanted, step = await _wanted(desk, case, reading, step)
    left = _left(case, reading, step)
    wanted = tuple(one.model_copy(update={"alternatives": left}) for one in wanted)
    return StepResult(
        text=f"{case.contact.name or case.contact.email}: {step.reason}",
        wanted=wanted,
        summary=f"{_summary(step)} {case.contact.name or case.contact.email}: {step.reason}",
        cause=args.inbound_id,
        data={
            "reading": reading.model_dump(mode="json"),
            "next": step.model_dump(mode="json"),
            "inbound": args.inbound_id,
        },
    )


def _left(case: Case, reading: ReplyReading, step: NextStep) -> tuple[str, ...]:
    """The other readings of the mail and the other times we had offered."""
    others = (f"read as {one.kind}: {one.confidence:.2f}" for one in reading.findings[1:])
    times = (f"{at.isoformat()}: offered, not taken" for at in case.lead.offered if at != step.slot)
    return (*others, *(times if step.slot else ()))


_SUMMARIES = {
    NextAction.ANSWER: "Answer",
    NextAction.BOOK: "Invite",
    NextAction.MOVE: "Move the meeting with",
    NextAction.CALL_OFF: "Call off the meeting with",
}


def _summary(step: NextStep) -> str:
    return _SUMMARIES.get(step.action, "About")


async def _read(desk: Desk, case: Case) -> ReplyReading:
    if case.mail.kind is MailKind.CALENDAR:
        return read_invite_answer(case.mail)
    context = ReplyContext(
        language=case.language,
        seller_name=case.seller,
        account_name=case.account.name if case.account else "",
        contact_name=case.contact.name,
        offered=case.choices,
        meeting_at=case.lead.meeting_at,
        auto_submitted=case.mail.kind is MailKind.AUTO,
    )
    words = case.mail.new_text or case.mail.text
    at = case.mail.sent_at or case.row["came_at"]
    return await desk.language.read_reply(
        words, subject=case.mail.subject, at=at, zone=case.zone, context=context
    )


def _taking(reading: ReplyReading, slot: datetime) -> ReplyReading:
    """The reading with the time they took said outright: it is what the answer must speak of."""
    taken = next((one for one in reading.findings if one.kind in MEETING), reading.findings[0])
    accepts = taken.model_copy(update={"kind": ReplyKind.MEETING_ACCEPT})
    rest = [one for one in reading.findings if one.kind not in (taken.kind, ReplyKind.MEETING_ACCEPT)]
    times = (ProposedTime(start=slot, quote=taken.quote),)
    return reading.model_copy(update={"findings": (accepts, *rest), "times": times})


async def _wanted(
    desk: Desk, case: Case, reading: ReplyReading, step: NextStep
) -> tuple[tuple[Wanted, ...], NextStep]:
    """The proposals of a step; a step that cannot be taken becomes a person's."""
    if step.action is NextAction.ANSWER:
        return await _answer(desk, case, reading, step)
    if step.action in _MEETINGS:
        wanted = await _of_meeting(desk, case, reading, step)
        if step.action is NextAction.BOOK and await _failed(desk, wanted[0].action):
            return await _hand_over(desk, case, step, "It could not be booked before; somebody should look.")
        return wanted, step
    if step.action is NextAction.HAND_OVER:
        return (await _task(desk, case, f"{step.reason}{_named(reading)}"),), step
    return (), step


def _named(reading: ReplyReading) -> str:
    """Whom they point to, for the person who looks at it; nobody is written to for being named."""
    people = [" ".join(part for part in (one.name, one.email) if part) for one in reading.referrals]
    return f" They name {', '.join(people)}."[:300] if people else ""


_CAME_TO_NOTHING = (OutboxState.FAILED, OutboxState.CANCELLED)
_MEETINGS = frozenset({NextAction.BOOK, NextAction.MOVE, NextAction.CALL_OFF})


async def _of_meeting(desk: Desk, case: Case, reading: ReplyReading, step: NextStep) -> tuple[Wanted, ...]:
    """The meeting made or changed; what they ask beside it is put before a person."""
    if step.slot is not None:
        await _keep_open(desk, case, step.slot)
    if step.action is NextAction.BOOK and step.slot is not None:
        wanted = _booking(case, step.slot, step.reason, desk.meeting_minutes)
    else:
        wanted = await _change(desk, case, step)
    if not reading.questions:
        return (wanted,)
    return wanted, await _task(desk, case, f"They also ask: “{reading.questions[0][:200]}”")


async def _keep_open(desk: Desk, case: Case, slot: datetime) -> None:
    """A time they named and we found free is theirs to take, like one that we offered."""
    if slot in case.choices:
        return
    row = {
        "id": derived("ofr", case.thread["id"], slot.isoformat()),
        "thread_id": case.thread["id"],
        "contact_id": case.contact.id,
        "starts_at": slot,
        "minutes": desk.meeting_minutes,
        "sent": True,
        "made_at": case.lead.now,
    }
    async with desk.database.write() as tx:
        if slot not in {one["starts_at"] for one in await meetings.offered(tx, case.contact.id)}:
            await meetings.offer(tx, [row])


async def _change(desk: Desk, case: Case, step: NextStep) -> Wanted:
    assert case.meeting is not None
    action = ChangeMeeting(
        meeting_id=case.meeting.id,
        contact_id=case.contact.id,
        starts_at=step.slot,
        attendees=(case.contact.id,),
        sequence=case.meeting.sequence + 1,
    )
    while await _number_is_used(desk, action):
        action = action.model_copy(update={"sequence": action.sequence + 1})
    return Wanted(action=action, reason=step.reason, label=case.label)


async def _number_is_used(desk: Desk, action: ChangeMeeting) -> bool:
    """True when an invitation of this number came to nothing, or says another time and still waits to leave."""
    async with desk.database.read() as tx:
        row = await outbox.by_key(tx, action.key)
    if row is None:
        return False
    return row["state"] in _CAME_TO_NOTHING or row["action"] != action.model_dump(mode="json")


async def _failed(desk: Desk, action: AnyAction) -> bool:
    """True when the very same was tried before and came to nothing."""
    if not isinstance(action, BookMeeting | ChangeMeeting):
        return False
    async with desk.database.read() as tx:
        row = await outbox.by_key(tx, action.key)
    return row is not None and row["state"] in _CAME_TO_NOTHING


async def _answer(
    desk: Desk, case: Case, reading: ReplyReading, step: NextStep
) -> tuple[tuple[Wanted, ...], NextStep]:
    slots = await free_times(desk, case, reading.times) if step.offer_times else ()
    if step.offer_times and not slots and reading.times and not reading.questions:
        return await _hand_over(desk, case, step, "They named a time, and no free one was found.")
    draft = await _written(desk, case, reading, slots)
    if draft.mail is None:
        return await _hand_over(desk, case, step, draft.reason or "Nothing we know answers this.")
    return (answer_to(desk, case, draft.mail, slots, step.reason),), step


async def _hand_over(desk: Desk, case: Case, step: NextStep, why: str) -> tuple[tuple[Wanted, ...], NextStep]:
    changed = step.model_copy(
        update={"action": NextAction.HAND_OVER, "reason": f"{step.reason} {why}", "state": LeadState.HANDED}
    )
    return (await _task(desk, case, why),), NextStep.model_validate(changed.model_dump())


async def _written(desk: Desk, case: Case, reading: ReplyReading, slots: tuple[datetime, ...]) -> ReplyDraft:
    said = case.mail.new_text or case.mail.text
    brief = ReplyBrief(
        reading=reading,
        said=said,
        subject=case.mail.subject,
        seller_name=case.seller,
        sender_name=desk.terms.sender_name,
        contact_name=case.contact.name,
        contact_title=case.contact.title,
        account_name=case.account.name if case.account else "",
        sources=await _sources(desk, case, reading),
        facts=await _told(desk, case, reading),
        said_before=case.said_before,
        slots=slots,
        zone=case.zone,
        at=case.row["came_at"],
        seed=case.row["id"],
    )
    return await desk.language.write_reply(brief)


async def _told(desk: Desk, case: Case, reading: ReplyReading) -> tuple[ProfileFact, ...]:
    """What our site lists, for a mail that asks something, and what it says of the rivals a mail names."""
    rivals = named_rivals(case.mail.new_text or case.mail.text, reading, case.facts)
    if not reading.questions and not rivals:
        return ()
    async with desk.database.write() as tx:
        listed = await quotable(tx, case.facts) if reading.questions else ()
        return (*listed, *await compared(tx, rivals, case.seller))


async def _sources(desk: Desk, case: Case, reading: ReplyReading) -> tuple[Evidence, ...]:
    """Stored facts of our own site, and passages of it that speak about what they ask."""
    question = " ".join(reading.questions) or " ".join(one.quote for one in reading.objections)
    ours = tuple(fact.evidence[0] for fact in case.facts)
    if not question:
        return ours
    async with desk.database.write() as tx:
        found = speaking_of(question, await knowledge.page_texts(tx, [knowledge.SELLER]), SOURCES)
        await knowledge.keep_evidence(tx, knowledge.SELLER, found)
    return (*found, *ours)


def _booking(case: Case, slot: datetime, reason: str, minutes: int) -> Wanted:
    meeting_id = derived("mtg", case.thread["id"], slot.isoformat())
    account = case.account.name if case.account else case.contact.name
    action = BookMeeting(
        contact_id=case.contact.id,
        starts_at=slot,
        minutes=minutes,
        attendees=(case.contact.id,),
        subject=f"{case.seller} and {account}"[:150],
        body=f"As agreed: {when(slot, case.zone)}.\n\nThe invitation is attached.",
        meeting_id=meeting_id,
        thread_id=case.thread["id"],
    )
    return Wanted(action=action, reason=reason, label=case.label)


async def _task(desk: Desk, case: Case, why: str) -> Wanted:
    now = await desk.clock.now()
    action = AddTask(
        task_id=derived("tsk", case.row["id"], "reply"),
        about=case.thread["id"],
        title=f"Look at the mail of {case.contact.name or case.contact.email}: “{case.mail.subject[:80]}”",
        due_at=now + timedelta(hours=TASK_HOURS),
        why=why,
    )
    return Wanted(action=action, reason=why, label=case.label)


TOOLS = (handle_reply,)
