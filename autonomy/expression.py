"""One typed CEL condition over the circumstances. Wraps the young library in one place; an error is no answer."""

from functools import cache
from typing import Any

from autonomy.circumstances import Circumstances
from domain.errors import Correctable

UNKNOWN_AMOUNT = 1e15  # an unknown amount counts as large


class Condition:
    """A compiled condition.

    Raises:
        Correctable: bad_expression – a typo, an unknown name, a type error, or no yes/no answer.
    """

    def __init__(self, text: str) -> None:
        try:
            self._compiled = _environment().compile(text)
        except RuntimeError as error:
            raise Correctable(_plain(str(error)), code="bad_expression", where=text) from error
        if str(self._compiled.return_type()) != "BOOL":
            raise Correctable("The condition gives no yes or no.", code="bad_expression", where=text)

    def holds(self, seen: Circumstances) -> bool | None:
        """True or False; None when it could not be worked out."""
        value = self._compiled.eval(data=_values(seen)).value()
        return value if isinstance(value, bool) else None


def _values(seen: Circumstances) -> dict[str, Any]:
    amount = UNKNOWN_AMOUNT if seen.amount is None else float(seen.amount)
    return {**seen.model_dump(exclude={"amount"}), "amount": amount}


@cache
def _environment() -> Any:
    from cel_expr_python import cel  # a compiled library of 50 MB: loaded when a row needs it

    kind = cel.Type
    return cel.NewEnv(
        variables={
            "amount": kind.DOUBLE,
            "relationship": kind.STRING,
            "evidence": kind.STRING,
            "batch": kind.INT,
            "country": kind.STRING,
            "undoable": kind.BOOL,
            "tool": kind.STRING,
            "step": kind.INT,
        }
    )


def _plain(message: str) -> str:
    first = message.removeprefix("INVALID_ARGUMENT: ERROR: <input>:").splitlines()[0]
    place, _, what = first.partition(": ")
    column = place.rpartition(":")[2]
    return f"The condition is wrong at character {column}: {what.replace(chr(34), '')}." if what else first
