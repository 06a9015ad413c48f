"""The closed union of everything we may do. Effect, undo, cost and reach are fields of the classes.

An action names business facts only: ids and values. Addresses, headers and credentials are the
effector's business.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.campaigns import Claim
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


class SendEmail(_Action):
    """One e-mail to one contact. The recipient is an id; the effector resolves the address."""

    effect = "outside"
    cost = "1 mail"
    noun = "e-mail"

    kind: Literal["send_email"] = "send_email"
    contact_id: str
    campaign_id: str
    plan_version: int
    touch_id: str
    step: int
    draft_id: str
    subject: str
    body: str
    claims: tuple[Claim, ...] = ()
    attachments: tuple[str, ...] = ()  # approved collateral ids; none exist yet

    @property
    def key(self) -> str:
        """G14: the business fact, not the text – campaign, step, contact, plan version."""
        return digest(["touch", self.campaign_id, self.step, self.contact_id, self.plan_version])


class RecordProspects(_Action):
    """Write companies, people and their fit into the CRM as candidates."""

    undo = "reverts every field and row of the batch"
    noun = "CRM record"

    kind: Literal["record_prospects"] = "record_prospects"
    batch_id: str
    source: Literal["web", "import"]
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
    scope: str = "workspace"  # workspace, campaign:ID, mailbox:NAME, agent:NAME
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


AnyAction = (
    SendEmail
    | RecordProspects
    | ChangeIcp
    | QualifyProspects
    | EditDraft
    | PauseSending
    | ResumeSending
    | Suppress
)
ProposedAction = Annotated[AnyAction, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[AnyAction] = TypeAdapter(ProposedAction)
ACTION_KINDS: tuple[str, ...] = (
    "send_email",
    "record_prospects",
    "change_icp",
    "qualify_prospects",
    "edit_draft",
    "pause_sending",
    "resume_sending",
    "suppress",
)


def parse_action(value: object) -> AnyAction:
    """An action from its JSON form.

    Raises:
        pydantic.ValidationError: unknown kind or argument.
    """
    return _ADAPTER.validate_python(value)
