"""The error tree. Each family says what to do next.

RainmakerError
├── Retryable    transport trouble: the same call may work later
├── Correctable  the person or the model must change something first
├── Refused      policy or a rule said no; repeating will not help
└── Bug          our own mistake: fail loudly
"""


class RainmakerError(Exception):
    """Base of every error we raise on purpose.

    Args:
        message: one sentence for a person: what went wrong and where.
        code: stable, lower_snake_case; programs match on it.
        where: the line, row, field, URL or setting concerned, if any.
        hint: what to do next, if there is something to do.
    """

    exit_code = 1
    default_code = "failure"

    def __init__(
        self, message: str, *, code: str | None = None, where: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.where = where
        self.hint = hint

    def as_dict(self) -> dict[str, str | None]:
        """The public shape: code, message, where, hint."""
        return {"code": self.code, "message": self.message, "where": self.where, "hint": self.hint}


class Retryable(RainmakerError):
    """Transport trouble; `retry_after` (seconds) is set when the other side asked for it."""

    default_code = "try_again"

    def __init__(self, message: str, *, retry_after: float | None = None, **details: str | None) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class Correctable(RainmakerError):
    """Wrong input: tell the person or the model what to change."""

    exit_code = 2
    default_code = "wrong_input"


class Refused(RainmakerError):
    """Policy said no."""

    exit_code = 3
    default_code = "refused"


class BudgetSpent(Refused):
    """A budget of the day is used up: what needs more of it stops until tomorrow, or until the owner raises it."""

    default_code = "budget_spent"


class Bug(RainmakerError):
    """Our own mistake; never shown as the user's fault."""

    default_code = "bug"
