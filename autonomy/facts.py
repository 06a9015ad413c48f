"""What the gate looks at: plain facts gathered from the store before a judgement. No behaviour."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class MailFacts(BaseModel):
    """Facts about one proposed e-mail. Defaults are the worst case: a missing fact refuses."""

    model_config = ConfigDict(frozen=True)

    contact_known: bool = False
    contact_erased: bool = False
    contact_candidate: bool = True  # found, not yet approved by a person
    has_address: bool = False
    in_audience: bool = False  # the contact has a live draft in this campaign
    draft_matches: bool = False  # the draft belongs to this campaign, touch and contact
    campaign_state: str = ""
    plan_version: int = 0
    touch_known: bool = False
    country: str = ""
    zones: tuple[str, ...] = ()
    suppressed: str | None = "unknown"
    already: str | None = None  # state of an intent with the same business key
    sent_to_contact: int = 0  # in this sequence
    allowed_links: tuple[str, ...] = ()
    known_names: tuple[str, ...] = ()
    unknown_evidence: tuple[str, ...] = ()  # claims whose quote is not in the store for us or this account
    disclosure: str = ""
    postal_address: str = ""
    sender: str = ""
    can_unsubscribe: bool = False
    own_addresses: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()  # hashes are compared elsewhere; canary texts that must never leave
    novel_account: bool = True  # nobody there was written to before
    batch_size: int = 1


class CallFacts(BaseModel):
    """Facts about one call of a connected tool. Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    in_plan: bool = False  # the tool is in the plan that was frozen before untrusted text was read
    owner_words: str = ""  # what the signed-in person wrote; a destination or link named there is theirs
    known: tuple[str, ...] = ()  # destinations the workspace trusts: its own people, approved contacts
    allowed_links: tuple[str, ...] = ()
    spent: Decimal = Decimal(0)  # of the period's budget for such calls
    budget: Decimal | None = None  # None: no budget was set, so every amount asks


class MeetingFacts(BaseModel):
    """Facts about one meeting to book or change (G9). Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    contact_known: bool = False
    contact_answered: bool = False  # the contact wrote to us in this thread, or a person asked for the meeting
    slot_offered: bool = False  # we offered exactly this start and it is still free
    made_by_us: bool = False  # of a change: the event is one we made
    thread_contacts: tuple[str, ...] = ()  # who may be invited besides the owner


class RecordFacts(BaseModel):
    """Facts about one field of a CRM record that would be set (G10). Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    exists: bool = False
    empty: bool = False  # nothing stands in the field yet


class Snapshot(BaseModel):
    """Everything a judgement rests on, so that it can be repeated."""

    model_config = ConfigDict(frozen=True)

    now: datetime
    stopped_sends: str | None = None
    stopped_effects: str | None = None
    mail: MailFacts | None = None
    call: CallFacts | None = None
    meeting: MeetingFacts | None = None
    record: RecordFacts | None = None
    previous_exists: bool = True  # what the action changes does exist
    rows: int = 0  # size of a batch
    earned_level: int = 0  # what this agent earned for this kind of action: 0 asks, 1 notifies, 2 acts alone
