"""Words of people that wait for an answer, and since when they are overdue."""

from typing import Any

from evals.market.ledger.hours import end_of_day
from evals.market.ledger.past import Past, Story
from evals.market.people.records import Reply
from evals.market.people.truth import reply_row, wants_answer


def unanswered_rows(past: Past) -> list[dict[str, Any]]:
    """One row for each; `due` says that their next working day has passed."""
    rows = []
    for story in past.stories.values():
        for reply in story.replies:
            if wants_answer(reply) and not story.answers_to(reply) and not _overtaken(reply, story):
                due_by = end_of_day(reply.at, story.person.zone)
                rows.append({**reply_row(reply), "due_by": due_by.isoformat(), "due": due_by <= past.now})
    return sorted(rows, key=lambda row: row["at"])


def _overtaken(reply: Reply, story: Story) -> bool:
    """They wrote again since, and that word counts."""
    return any(other.at > reply.at and not other.automatic for other in story.replies)
