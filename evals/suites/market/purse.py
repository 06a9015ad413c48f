"""What a person's time costs each policy, and how well a person handles answers. Assumptions, all in one place.

They stand in the report. Those who doubt one change it here and run again.
"""

from evals.suites.market.scoring import Score

WELL_HANDLED = 0.70  # of wishes to talk end in a meeting that is held, when all is done right (market/buyers)
HUMAN_HANDLES = 0.42 / WELL_HANDLED  # the field: 0.2 % of mails end in a meeting, 3.4 % × 14 % wish for one
READ_DRAFT_MINUTES = 0.25  # the owner reads each first mail before the campaign leaves
YES_MINUTES = 1.0  # each later question, however many follow-ups it lists: their facts were read before
ANSWER_MINUTES = 5.0  # somebody reads and answers a reply by hand
SEQUENCE_MINUTES = 30.0  # writing the four letters of a fixed sequence and loading a list


def by_hand(answers: int) -> float:
    """Minutes a person spends where only the sending is automatic."""
    return SEQUENCE_MINUTES + ANSWER_MINUTES * answers


def per_message(scores: list[Score]) -> float:
    """EUR of margin for each mail sent, over all seeds."""
    mails = sum(one.mails for one in scores)
    return sum(one.margin for one in scores) / mails if mails else 0.0
