"""What may be tuned by experiments, and within which bounds. Data and checks only.

A knob is a way of working. Policy, consent, budgets and what counts as success are no knobs and cannot become any:
whatever is not listed here is refused.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from domain.errors import Correctable, Refused


class Knob(BaseModel):
    """One thing to tune: either a few named choices or a whole number between two bounds.

    `usual` is the value while nothing is known. `always` tests it with every campaign, others when asked for or
    when there is enough to send.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    agent: str
    title: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    usual: str
    challenger: str  # tried first
    in_words: str = ""  # what the choices are, where their names do not say it
    always: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not (self.allows(self.usual) and self.allows(self.challenger)) or self.usual == self.challenger:
            raise ValueError(f"the values of {self.name} lie outside its own bounds")
        return self

    def allows(self, value: str) -> bool:
        """True inside the bounds."""
        if self.choices:
            return value in self.choices
        return (
            value.isascii()
            and value.isdigit()
            and str(int(value)) == value
            and self.low <= int(value) <= self.high
        )

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        if self.in_words:
            return self.in_words
        return ", ".join(self.choices) if self.choices else f"{self.low} to {self.high}"


KNOBS: tuple[Knob, ...] = (
    Knob(
        name="angle",
        agent="outreach",
        title="angle of the letter",
        choices=("a", "b"),
        usual="a",
        challenger="b",
        in_words="a (their situation first), b (the problem we solve first)",
        always=True,
    ),
    Knob(
        name="follow_up_days",
        agent="outreach",
        title="days from the first mail to the second",
        low=2,
        high=7,
        usual="4",
        challenger="6",
    ),
    Knob(
        name="follow_ups",
        agent="outreach",
        title="mails after the first one",
        low=1,
        high=2,  # as many as the writer has letters for
        usual="2",
        challenger="1",
    ),
    Knob(
        name="send_hours",
        agent="outreach",
        title="part of the recipient's working day",
        choices=("any", "morning", "afternoon"),
        usual="any",
        challenger="morning",
    ),
)
# Said by name, so that the answer to somebody who asks is a sentence and not "unknown".
NEVER = {
    "policy": "the policy",
    "risk_tolerance": "the policy",
    "consent": "consent and opt-outs",
    "suppression": "consent and opt-outs",
    "opt_out": "consent and opt-outs",
    "budget": "a budget",
    "budgets": "a budget",
    "mails_per_day": "a budget",
    "tokens_per_day": "a budget",
    "asks_per_day": "a budget",
    "spacing": "a limit on mails to one person",
    "window": "the hours in which writing is allowed",
    "metric": "what counts as success",
    "objective": "what counts as success",
    "guardrails": "what counts as harm",
    "alpha": "how sure a decision must be",
}


def knob(name: str) -> Knob:
    """A knob by name.

    Raises:
        Refused: not_a_knob – a limit, or the measure of success itself.
        Correctable: unknown_knob.
    """
    found = next((one for one in KNOBS if one.name == name), None)
    if found is not None:
        return found
    if name in NEVER:
        raise Refused(
            f"'{name}' is {NEVER[name]}; that is set by people and never tuned by results.",
            code="not_a_knob",
            where=name,
        )
    raise Correctable(
        f"There is nothing to tune called '{name[:40]}'.",
        code="unknown_knob",
        where=name[:40],
        hint=f"There are: {', '.join(one.name for one in KNOBS)}.",
    )


def value_for(name: str, value: str) -> str:
    """A value that lies inside a knob's bounds.

    Raises:
        Refused: not_a_knob, out_of_bounds. Correctable: unknown_knob.
    """
    one = knob(name)
    if not one.allows(value):
        raise Refused(
            f"{one.title[0].upper()}{one.title[1:]}: {value[:20]} lies outside what was declared ({one.bounds}).",
            code="out_of_bounds",
            where=name,
        )
    return value
