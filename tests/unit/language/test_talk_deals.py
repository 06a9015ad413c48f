"""Talk about deals, tasks and meetings: understood offline, and never taken for something else."""

import pytest

from language.offline.talk.deal_talk import read_deals
from language.offline.talk.message import take_apart
from language.port import Shown, Situation


def understood(text: str, situation: Situation | None = None):
    """Tool calls of a message, or its question back; None when it speaks of something else."""
    (clause,) = take_apart(text).clauses
    outcome = read_deals(clause, situation or Situation())
    if outcome is None:
        return None
    return [(step.name, step.args) for step in outcome.steps] or outcome.reply


@pytest.mark.parametrize(
    "text",
    ["show my deals", "Show me the deals please", "deals", "list all deals", "how are my deals doing?",
     "which deals do we have?", "pipeline", "show the open deals"],
)  # fmt: skip
def test_the_list_of_deals(text):
    assert understood(text) == [("list_deals", {})]


def test_closed_deals_are_listed_when_asked_for():
    assert understood("show lost deals") == [("list_deals", {"closed": True})]


@pytest.mark.parametrize(
    "text",
    [
        "what is the forecast?",
        "How does our forecast look?",
        "show me the sales forecast for this quarter",
        "how much will we close this quarter?",
        "what has changed in the forecast since last week?",
    ],
)
def test_the_forecast_of_our_deals(text):
    assert understood(text) == [("show_forecast", {})]


@pytest.mark.parametrize("text", ["what do we sell?", "What can we sell?", "what do we win with this?"])
def test_what_we_sell_is_no_forecast(text):
    assert understood(text) is None


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("how is the deal with Northwind?", "Northwind"),
        ("How's the Northwind deal going?", "Northwind"),
        ("where do we stand with the Blue Door deal?", "Blue Door"),
        ("show me the deal with Zahnärzte am Ring", "Zahnärzte am Ring"),
        ("what about the deal with Anna Weiss?", "Anna Weiss"),
    ],
)
def test_one_deal_by_the_name_of_its_company_or_person(text, who):
    assert understood(text) == [("show_deal", {"id": who})]


def test_this_deal_is_the_one_just_shown():
    focus = Shown(kind="deal", id="dea_1", label="Northwind", position=1)
    assert understood("how is this deal going?", Situation(focus=focus)) == [("show_deal", {"id": "dea_1"})]
    assert "Which deal" in str(understood("how is the deal?"))


@pytest.mark.parametrize(
    "text",
    ["what should I do today?", "What do I have to do today?", "my tasks", "show my tasks", "what's on my list?",
     "what is there to do?", "what should I do next?"],
)  # fmt: skip
def test_what_is_to_be_done(text):
    assert understood(text) == [("list_tasks", {})]


@pytest.mark.parametrize(
    ("text", "who", "result"),
    [
        ("the meeting with Anna Weiss took place", "Anna Weiss", "held"),
        ("The meeting with Northwind was held.", "Northwind", "held"),
        ("the demo with Nordlicht Praxis went well", "Nordlicht Praxis", "held"),
        ("I met with Anna yesterday", "Anna", "held"),
        ("nobody came to the meeting with Blue Door", "Blue Door", "no-show"),
        ("Anna didn't show up to our meeting", "Anna", "no-show"),
        ("the meeting with Northwind was cancelled", "Northwind", "cancelled"),
    ],
)
def test_what_came_of_a_meeting(text, who, result):
    assert understood(text) == [("finish_task", {"about": who, "result": result})]


@pytest.mark.parametrize(
    "text", ["the meeting did not take place", "the meeting with Anna was postponed", "the meeting was held"]
)
def test_an_unclear_outcome_is_asked_back(text):
    assert str(understood(text)).endswith((".", "?")) and isinstance(understood(text), str)


@pytest.mark.parametrize(
    "text",
    ["what can you do?", "what is waiting for me?", "who is in Germany?", "write a campaign", "show the best ten",
     "don't mention the deal", "which companies had a meeting with us?", "was the meeting with Anna held?",
     "deal with it", "ask for a meeting next week", "make it a better deal", "what about the ones in France?"],
)  # fmt: skip
def test_other_talk_is_left_alone(text):
    assert understood(text) is None
