"""What the gate looks at: plain facts gathered from the store before a judgement. No behaviour."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from domain.deals import DealFact, DealStage
from domain.decisions import RuleHit
from domain.experiments import Experiment


class AnsweredFacts(BaseModel):
    """Facts about the mail that an answer answers. Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    exists: bool = False
    same_thread: bool = False  # it lies in the thread that the answer names, and the thread is this contact's
    from_contact: bool = False  # its sender's address is the contact's
    authenticated: bool | None = None  # what the receiving server said; None: nothing
    by_person: bool = (
        False  # no automatic mail, bounce or complaint; an answer to an invitation is a person's click
    )
    to_contact_today: int = 99  # answers this person got within a day
    subjects: tuple[str, ...] = ()  # of that mail and of its thread, as they stand there


class DealFacts(BaseModel):
    """Facts about the deal that would be opened or moved. Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    account_known: bool = False
    contact_fits: bool = False  # of an opening: the contact, if any is named, belongs to the account
    open_already: bool = True  # this account has an open deal, or this deal was opened before
    stage: DealStage | None = None  # None: there is no such deal
    known: tuple[DealFact, ...] = ()  # shown before, or by proof of this act that was found in its source
    unfounded: tuple[str, ...] = ()  # quotes of this act that do not stand in their source


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
    lead_state: str = ""  # of the person in this campaign (domain.leads); "" before the first mail
    allowed_links: tuple[str, ...] = ()
    known_names: tuple[str, ...] = ()
    unknown_evidence: tuple[str, ...] = ()  # claims whose quote is not in the store for us or this account
    disclosure: str = ""
    postal_address: str = ""
    sender: str = ""
    can_unsubscribe: bool = False
    own_addresses: tuple[str, ...] = ()
    secrets: tuple[str, ...] = Field((), exclude=True, repr=False)  # must never leave, so never stored either
    novel_account: bool = True  # nobody there was written to before
    batch_size: int = 1
    answered: AnsweredFacts | None = None  # of an answer: the mail it answers


class CallFacts(BaseModel):
    """Facts about one call of a connected tool. Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    in_plan: bool = False  # the tool is in the plan that was frozen before untrusted text was read
    owner_words: str = ""  # what the signed-in person wrote; a destination or link named there is theirs
    known: tuple[str, ...] = ()  # destinations the workspace trusts: its own people, approved contacts
    allowed_links: tuple[str, ...] = ()
    spent: Decimal = Decimal(0)  # of the period's budget for such calls
    budget: Decimal | None = None  # None: no budget was set, so every amount asks
    secrets: tuple[str, ...] = Field((), exclude=True, repr=False)  # must never leave


class MeetingFacts(BaseModel):
    """Facts about one meeting to book or change (G9). Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    contact_known: bool = False
    contact_answered: bool = (
        False  # the contact wrote to us in this thread, or a person asked for the meeting
    )
    slot_offered: bool = False  # we offered exactly this start and it is still free
    made_by_us: bool = False  # of a change: the event is one we made
    thread_contacts: tuple[str, ...] = ()  # who may be invited besides the owner
    suppressed: str | None = "unknown"  # why nobody may contact one of the attendees
    allowed_links: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    secrets: tuple[str, ...] = Field((), exclude=True, repr=False)


class NoticeFacts(BaseModel):
    """Facts about one morning page to one of our own people. Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    to_our_own: bool = False  # an active owner or manager with an address, or our own mailbox in place of all
    sender: str = ""
    already: str | None = "unknown"  # state of an intent for the same person and day
    lately: int = 99  # pages of other days that this person got, or gets, within hours
    allowed_links: tuple[str, ...] = ()
    secrets: tuple[str, ...] = Field((), exclude=True, repr=False)


class RecordFacts(BaseModel):
    """Facts about one field of a CRM record that would be set (G10). Defaults are the worst case."""

    model_config = ConfigDict(frozen=True)

    exists: bool = False
    empty: bool = False  # nothing stands in the field yet


class UsageFacts(BaseModel):
    """How often this agent did this kind of act. Defaults are the worst case: never before."""

    model_config = ConfigDict(frozen=True)

    done_before: int = 0  # on earlier days, refused ones left out
    usual: float = 0.0  # on a usual day with any
    last_hour: int = 0


class CalibrationFacts(BaseModel):
    """By how much outcomes raise the points of this kind of act. It can only raise."""

    model_config = ConfigDict(frozen=True)

    number: int = 0  # version of the calibration
    raises: tuple[int, ...] = ()  # by points 0–10
    decisions: int = 0  # earlier decisions of this kind with a known outcome


class Snapshot(BaseModel):
    """Everything a judgement rests on, so that it can be repeated."""

    model_config = ConfigDict(frozen=True)

    now: datetime
    stopped_sends: str | None = None
    stopped_effects: str | None = None
    at_least: RuleHit | None = None  # what a text that replaces an asked one must ask for, whoever edits it
    mail: MailFacts | None = None
    call: CallFacts | None = None
    meeting: MeetingFacts | None = None
    notice: NoticeFacts | None = None
    record: RecordFacts | None = None
    deal: DealFacts | None = None
    experiment: Experiment | None = None  # of an act on one, as it stands
    previous_exists: bool = True  # what the action changes does exist
    rows: int = 0  # size of a batch
    past_decisions: int = 1000  # decisions a new policy can be replayed over, counted up to 1,000
    earned_level: int = 0  # what this agent earned for this kind of action: 0 asks, 1 notifies, 2 acts alone
    usage: UsageFacts | None = None
    calibration: CalibrationFacts | None = None


def restored(stored: object, secrets: tuple[str, ...]) -> Snapshot:
    """A stored snapshot as it was judged: secrets are never written down, so they are put back from the settings."""
    snapshot = Snapshot.model_validate(stored)
    parts = {name: getattr(snapshot, name) for name in ("mail", "call", "meeting", "notice")}
    known = {name: part.model_copy(update={"secrets": secrets}) for name, part in parts.items() if part}
    return snapshot.model_copy(update=known)
