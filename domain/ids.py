"""Typed ids and the port that makes new ones. An id tells its kind by its prefix."""

import hashlib
import json
from typing import Any, NewType, Protocol

AccountId = NewType("AccountId", str)
ContactId = NewType("ContactId", str)
EvidenceId = NewType("EvidenceId", str)
PageId = NewType("PageId", str)
IcpId = NewType("IcpId", str)
ProspectId = NewType("ProspectId", str)
CampaignId = NewType("CampaignId", str)
TouchId = NewType("TouchId", str)
DraftId = NewType("DraftId", str)
ProposalId = NewType("ProposalId", str)
DecisionId = NewType("DecisionId", str)
ApprovalId = NewType("ApprovalId", str)
PermitId = NewType("PermitId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
UserId = NewType("UserId", str)


class Ids(Protocol):
    """Makes new ids; a replay gives the same ones."""

    def new(self, prefix: str) -> str:
        """A fresh id such as `acc_01hz…`, sortable by time of making."""
        ...


def digest(value: Any) -> str:
    """sha256 hex of a JSON-able value, independent of key order and spacing."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def derived(prefix: str, *parts: object) -> str:
    """An id that follows from a business fact, so doing it twice gives the same id."""
    return f"{prefix}_{digest([str(part) for part in parts])[:26]}"
