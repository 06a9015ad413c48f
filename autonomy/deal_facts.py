"""Facts about a deal that would be opened or moved, read from the store. Judges nothing."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.facts import DealFacts
from autonomy.mail_facts import authenticated
from domain.actions import AnyAction, MoveDeal, OpenDeal
from domain.deals import DealFact, DealStage, Proof
from runtime.store import crm, deals, inbound, meetings, talks

_OF_A_PERSON = ("user",)  # roles of chat messages that a person wrote


async def deal_facts(tx: AsyncConnection, action: AnyAction) -> DealFacts | None:
    """What is known about the deal, and whether the proof given stands where it says; None for other acts."""
    if isinstance(action, OpenDeal):
        return await _opened(tx, action)
    return await _moved(tx, action) if isinstance(action, MoveDeal) else None


async def _opened(tx: AsyncConnection, action: OpenDeal) -> DealFacts:
    founded, unfounded = await _sorted(tx, action.proof, action.account_id)
    contact = await crm.contact(tx, action.contact_id)
    there = await deals.open_of(tx, action.account_id) or await deals.one(tx, action.deal_id)
    return DealFacts(
        account_known=await crm.account(tx, action.account_id) is not None,
        contact_fits=not action.contact_id
        or (contact is not None and contact.account_id == action.account_id),
        open_already=there is not None,
        known=tuple(sorted(founded)),
        unfounded=unfounded,
    )


async def _moved(tx: AsyncConnection, action: MoveDeal) -> DealFacts:
    row = await deals.one(tx, action.deal_id)
    founded, unfounded = await _sorted(tx, action.proof, row["account_id"] if row else "")
    if row is None:
        return DealFacts(unfounded=unfounded)
    before = {proof.fact for proof in await deals.proofs(tx, action.deal_id)}
    return DealFacts(
        account_known=True,
        contact_fits=True,
        stage=DealStage(row["stage"]),
        known=tuple(sorted(before | founded)),
        unfounded=unfounded,
    )


async def _sorted(
    tx: AsyncConnection, proofs: tuple[Proof, ...], account_id: str
) -> tuple[set[DealFact], tuple[str, ...]]:
    """The facts that are shown, and what of the proof does not stand where it says."""
    unfounded = [proof for proof in proofs if not await _stands(tx, proof, account_id)]
    founded = {proof.fact for proof in proofs} - {proof.fact for proof in unfounded}
    return founded, tuple(proof.quote or f"{proof.fact}: {proof.source}" for proof in unfounded)


async def _stands(tx: AsyncConnection, proof: Proof, account_id: str) -> bool:
    """A quote stands in what somebody of this account wrote, or a person in the chat; a meeting was held with them."""
    mail = await inbound.one(tx, proof.source)
    if mail is not None:
        theirs = mail["account_id"] == account_id and authenticated(mail) is not False
        return theirs and mail["kind"] == "human" and _says(_own_words(mail), proof.quote)
    message = await talks.message(tx, proof.source)
    if message is not None:
        return message["role"] in _OF_A_PERSON and _says(message["text"], proof.quote)
    meeting = await meetings.one(tx, proof.source)
    held = meeting is not None and (meeting["account_id"], meeting["state"]) == (account_id, "held")
    return held and proof.fact is DealFact.MEETING_HELD


def _own_words(mail: dict[str, Any]) -> str:
    """What the sender wrote this time: never our own mail that is quoted below it."""
    body = mail["body"] if isinstance(mail["body"], dict) else {}
    return f"{body.get('new_text', '')}\n{body.get('signature', '')}"


def _says(text: str, quote: str) -> bool:
    """True when a quote of at least one word stands in a text; spaces and capitals do not count."""
    wanted = " ".join(quote.split()).casefold()
    return any(char.isalnum() for char in wanted) and wanted in " ".join(text.split()).casefold()
