"""Records of changes in companies: what happened, what it is seen by, and the company after it. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evals.market.sites.stories import NewsItem
from evals.market.world.records import Company


class ChangeKind(StrEnum):
    """What can happen in a company."""

    NEW_HEAD = "new_head"
    JOB_SIGNAL = "job_signal"
    FUNDING = "funding"
    OFFICE_MOVE = "office_move"
    MERGER = "merger"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Change:
    """One dated change: the company from then on, its news about it, and an advert that is up for a while."""

    id: str
    at: datetime
    kind: ChangeKind
    after: Company
    facts: Mapping[str, str]
    news: NewsItem | None = None
    told_at: datetime | None = None
    job: tuple[str, str] | None = None
    ends_at: datetime | None = None

    def moments(self) -> set[datetime]:
        """Return when the company's site changes because of it."""
        return {at for at in (self.at, self.told_at, self.ends_at) if at is not None}
