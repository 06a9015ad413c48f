"""Keeps what was known of each mail of a campaign at the moment it was decided: what numbers are learnt from."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import SendEmail
from domain.decisions import Decision, Verdict
from domain.experience import MadeTouch
from domain.experiments import Assigned
from learning.features import of_moment, of_person
from runtime.store import experience, experiments
from runtime.store.acquainted import Acquaintance, acquainted, variants


async def note_touches(tx: AsyncConnection, decided: Sequence[Decision], now: datetime) -> None:
    """Keep a touch for every mail of a campaign that was not refused; one that was kept before stays as it was."""
    mails = [
        (one, one.proposal.action)
        for one in decided
        if isinstance(one.proposal.action, SendEmail) and one.judgement.verdict is not Verdict.REFUSE
    ]
    if not mails:
        return
    people = await acquainted(tx, [action.contact_id for _, action in mails])
    arms = await variants(tx, [action.draft_id for _, action in mails])
    drawn = await _drawn(tx, [action for _, action in mails])
    for decision, action in mails:
        person = people.get(action.contact_id)
        if person is not None:
            touch = _touch(decision, action, person, arms.get(action.draft_id, ""), now)
            one = drawn.get(action.contact_id)
            if one is not None and one.arm == touch.arm:  # a person may have had it written otherwise
                touch = touch.model_copy(update={"chance": one.chance})
            await experience.note(tx, touch)


async def _drawn(tx: AsyncConnection, mails: Sequence[SendEmail]) -> dict[str, Assigned]:
    """The arm of the letter's angle that each person was drawn for."""
    found: dict[str, Assigned] = {}
    for campaign_id in {one.campaign_id for one in mails}:
        people = [one.contact_id for one in mails if one.campaign_id == campaign_id]
        found |= (await experiments.arms_of(tx, campaign_id, people)).get("angle", {})
    return found


def _touch(decision: Decision, action: SendEmail, person: Acquaintance, arm: str, now: datetime) -> MadeTouch:
    known = of_person(person.contact, person.account, person.prospect)
    return MadeTouch(
        key=action.key,
        at=now,
        decision_id=decision.id,
        campaign_id=action.campaign_id,
        contact_id=action.contact_id,
        account_id=person.contact.account_id,
        step=action.step,
        arm=arm,
        icp_id=person.prospect.icp_id if person.prospect else "",
        features=known | of_moment(now, person.contact.zones),
    )
