"""The closed union of everything we may do. Effect, undo, cost and reach are fields of the classes.

An action names business facts only: ids and values. Addresses, headers and credentials are the
effector's business.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.campaigns import Claim
from domain.deals import DealStage, Proof
from domain.experiments import ArmShare
from domain.ids import digest


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    effect: ClassVar[Literal["outside", "inside"]] = "inside"
    undo: ClassVar[str] = "irreversible"  # or how it is taken back
    cost: ClassVar[str] = "none"
    noun: ClassVar[str] = "action"

    @property
    def hash(self) -> str:
        """Hash of the exact action; permits and approvals bind to it."""
        return digest(self.model_dump(mode="json"))


class Mail(_Action):
    """A text to one contact. The recipient is an id; the effector resolves the address and sets every header."""

    effect = "outside"
    cost = "1 mail"

    kind: str
    contact_id: str
    subject: str
    body: str
    claims: tuple[Claim, ...] = ()
    attachments: tuple[str, ...] = ()  # approved collateral ids; none exist yet

    @property
    def key(self) -> str:
        """G14: the business fact that this mail is, not its text."""
        raise NotImplementedError


class SendEmail(Mail):
    """One touch of a campaign."""

    noun = "e-mail"

    kind: Literal["send_email"] = "send_email"
    campaign_id: str
    plan_version: int
    touch_id: str
    step: int
    draft_id: str

    @property
    def key(self) -> str:
        """Campaign, step, contact, plan version."""
        return digest(["touch", self.campaign_id, self.step, self.contact_id, self.plan_version])


class AnswerMail(Mail):
    """The one answer to one mail that a person wrote to us, in its thread."""

    noun = "answer"

    kind: Literal["answer_mail"] = "answer_mail"
    inbound_id: str
    answers: str  # Message-ID, or the hash of a mail that has none
    thread_id: str
    slots: tuple[datetime, ...] = ()  # times offered in the text; they are offered once it is sent
    minutes: int = 30  # how long a meeting at one of them would be

    @property
    def key(self) -> str:
        """The mail that is answered."""
        return digest(["answer", self.answers])


class RecordProspects(_Action):
    """Write companies, people and their fit into the CRM as candidates."""

    undo = "reverts every field and row of the batch"
    noun = "CRM record"

    kind: Literal["record_prospects"] = "record_prospects"
    batch_id: str
    source: Literal["web", "import", "mail"]  # mail: people named in a reply
    companies: int
    people: int


class ChangeIcp(_Action):
    """Make a version of the ideal customer profile the active one and re-score every prospect."""

    undo = "activates the version before"
    noun = "ideal customer profile"

    kind: Literal["change_icp"] = "change_icp"
    icp_id: str
    previous_id: str = ""
    reason: str


class QualifyProspects(_Action):
    """Overrule the verdict on prospects."""

    undo = "restores the verdict before"
    noun = "prospect"

    kind: Literal["qualify_prospects"] = "qualify_prospects"
    prospect_ids: tuple[str, ...]
    qualified: bool
    reason: str


class EditDraft(_Action):
    """Replace the text of a draft, or drop it."""

    undo = "restores the text before"
    noun = "draft"

    kind: Literal["edit_draft"] = "edit_draft"
    draft_id: str
    subject: str = ""
    body: str = ""
    claims: tuple[Claim, ...] = ()
    drop: bool = False


class PauseSending(_Action):
    """Stop sends, effects or everything."""

    undo = "resume (owner only)"
    noun = "kill switch"

    kind: Literal["pause_sending"] = "pause_sending"
    level: Literal["sends", "effects", "all"] = "sends"
    scope: str = "workspace"  # workspace, campaign:ID, mailbox:ADDRESS, agent:NAME, account:ID
    reason: str


class ResumeSending(_Action):
    """Clear a stop. Only an owner may."""

    undo = "pause"
    noun = "kill switch"

    kind: Literal["resume_sending"] = "resume_sending"
    scope: str = "workspace"
    reason: str = ""


class Suppress(_Action):
    """Never contact this person again, on any channel."""

    noun = "suppression"

    kind: Literal["suppress"] = "suppress"
    contact_id: str
    reason: str


class UpdateRecord(_Action):
    """Set one field of a CRM record; which fields who may set is the field table's business (G10)."""

    undo = "restores the value before"
    noun = "CRM field"

    kind: Literal["update_record"] = "update_record"
    record: Literal["account", "contact"]
    record_id: str
    field: str
    value: str | int | float | bool | None


class ErasePerson(_Action):
    """Erase a person everywhere; only the salted hash that keeps them uncontacted stays."""

    noun = "erasure"

    kind: Literal["erase_person"] = "erase_person"
    contact_id: str
    reason: str


class ChangePolicy(_Action):
    """Put a version of the authority matrix in force (G20)."""

    undo = "activates the version before"
    noun = "policy version"

    kind: Literal["change_policy"] = "change_policy"
    version_id: str
    previous_id: str
    loosened: int  # past decisions that the version would have judged less strictly
    simulated: int  # past decisions it was replayed over before
    reason: str


class ChangeAutonomy(_Action):
    """Move the earned level of one agent and kind of action up or down by one."""

    undo = "a move back"
    noun = "autonomy level"

    kind: Literal["change_autonomy"] = "change_autonomy"
    agent: str
    action_kind: str
    before: int
    after: int
    reason: str


class BookMeeting(_Action):
    """Put a meeting into our calendar and invite one contact to a slot we offered."""

    effect = "outside"
    undo = "cancels the event we made"
    noun = "meeting"

    kind: Literal["book_meeting"] = "book_meeting"
    contact_id: str
    starts_at: datetime
    minutes: int
    attendees: tuple[str, ...]  # contact ids; the owner is always there
    subject: str = ""
    body: str = ""
    meeting_id: str = ""
    thread_id: str = ""

    @property
    def key(self) -> str:
        """The meeting and its first invitation."""
        return digest(["invite", self.meeting_id, 0])


class ChangeMeeting(_Action):
    """Move or cancel a meeting that we made."""

    effect = "outside"
    undo = "moves it back or books it again"
    noun = "meeting"

    kind: Literal["change_meeting"] = "change_meeting"
    meeting_id: str
    contact_id: str = ""
    starts_at: datetime | None = None  # None: cancel
    attendees: tuple[str, ...] = ()
    sequence: int = 1  # of the invitation this makes

    @property
    def key(self) -> str:
        """The meeting and the number of this invitation."""
        return digest(["invite", self.meeting_id, self.sequence])


class OpenDeal(_Action):
    """Open a deal with an account: somebody there showed clear intent, or a meeting was held."""

    undo = "closes the deal as opened by mistake"
    noun = "deal"

    kind: Literal["open_deal"] = "open_deal"
    deal_id: str
    account_id: str
    contact_id: str
    name: str
    cause: Literal["intent", "meeting_held", "person"]
    proof: tuple[Proof, ...] = ()
    next_step: str
    next_step_at: datetime


class MoveDeal(_Action):
    """Move a deal to another stage. Its exit criteria are met or it stays (G10)."""

    undo = "moves it back"
    noun = "deal stage"

    kind: Literal["move_deal"] = "move_deal"
    deal_id: str
    before: DealStage
    after: DealStage
    proof: tuple[Proof, ...] = ()
    next_step: str = ""
    next_step_at: datetime | None = None
    reason: str


class AddTask(_Action):
    """Put a dated task before a person."""

    undo = "closes the task"
    noun = "task"

    kind: Literal["add_task"] = "add_task"
    task_id: str
    about: str  # id of a contact, thread, meeting or deal
    title: str
    due_at: datetime
    why: str


class ConnectedCall(_Action):
    """One call of a tool the owner connected. A mapping table says what its arguments are."""

    effect = "outside"
    noun = "call"

    kind: Literal["connected_call"] = "connected_call"
    tool: str
    reach: Literal["read", "inside", "outside"]
    destinations: tuple[str, ...] = ()  # who or what it reaches: addresses, accounts, channels, places
    links: tuple[str, ...] = ()
    amount: Decimal | None = None  # in the workspace's currency
    content: str = ""  # text that would leave
    undoable: bool = False


class NotifyOwner(_Action):
    """The morning page of one day to one of our own people. Code knows their address; an action never names one."""

    effect = "outside"
    noun = "morning page"

    kind: Literal["notify_owner"] = "notify_owner"
    user_id: str = ""  # an owner or manager; "": our own mailbox, when none of them has an address
    day: date  # in the owner's zone
    subject: str
    text: str

    @property
    def key(self) -> str:
        """The person and the day."""
        return digest(["morning page", self.user_id, self.day.isoformat()])


class SwitchModel(_Action):
    """Put a tested model in force for one purpose, or the base rate again (`model_id` "")."""

    undo = "the model before is in force again"
    noun = "model"

    kind: Literal["switch_model"] = "switch_model"
    purpose: str
    model_id: str
    previous_id: str
    reason: str


class ChangeExperiment(_Action):
    """Begin an experiment, or move its shares, close an arm, settle or end it. What it declared never changes."""

    undo = "restores the shares and the knob's value before"
    noun = "experiment"

    kind: Literal["change_experiment"] = "change_experiment"
    experiment_id: str
    change: Literal["begin", "shift", "stop_arm", "decide", "end"]
    arm: str = ""  # that is closed, or that everybody gets from now on
    version: int  # that this was decided on
    before: tuple[ArmShare, ...]
    after: tuple[ArmShare, ...] = ()  # open arms; empty when it is over
    settled_before: str = ""  # the knob's value that was in force, "" for the usual one
    reason: str


class PaceCampaign(_Action):
    """Let a running campaign send fewer or more first mails a day; 0 holds all of its mails."""

    undo = "restores the pace before"
    noun = "campaign's pace"

    kind: Literal["pace_campaign"] = "pace_campaign"
    campaign_id: str
    before: int | None = Field(None, ge=0)  # None: no limit of its own
    after: int | None = Field(None, ge=0)
    reason: str


AnyAction = (
    SendEmail
    | RecordProspects
    | ChangeIcp
    | QualifyProspects
    | EditDraft
    | PauseSending
    | ResumeSending
    | Suppress
    | UpdateRecord
    | ErasePerson
    | ChangePolicy
    | ChangeAutonomy
    | BookMeeting
    | ChangeMeeting
    | ConnectedCall
    | AnswerMail
    | OpenDeal
    | MoveDeal
    | AddTask
    | NotifyOwner
    | SwitchModel
    | ChangeExperiment
    | PaceCampaign
)
ProposedAction = Annotated[AnyAction, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[AnyAction] = TypeAdapter(ProposedAction)
# what leaves by mail: a text, an invitation, the morning page
Letter = Mail | BookMeeting | ChangeMeeting | NotifyOwner
ACTION_CLASSES: dict[str, type[_Action]] = {
    one.model_fields["kind"].default: one for one in get_args(AnyAction)
}
ACTION_KINDS: tuple[str, ...] = tuple(ACTION_CLASSES)


def addressee(action: Letter) -> str:
    """Id of the person a letter goes to: one of our own people, or else a contact."""
    return action.user_id if isinstance(action, NotifyOwner) else action.contact_id


def parse_action(value: object) -> AnyAction:
    """An action from its JSON form.

    Raises:
        pydantic.ValidationError: unknown kind or argument.
    """
    return _ADAPTER.validate_python(value)
