"""Scripted failures of the SMTP sink: whom they hit, how often, and what happens."""

from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatch


class FaultKind(StrEnum):
    """What goes wrong."""

    REJECT_RECIPIENT = "reject_recipient"
    REJECT_MESSAGE = "reject_message"
    DROP_AFTER_DATA = "drop_after_data"
    DROP_BEFORE_STORE = "drop_before_store"
    SLOW = "slow"


_TEXTS = {
    421: "4.3.2 Service shutting down, try again later",
    450: "4.2.1 Mailbox temporarily unavailable",
    451: "4.3.0 Local error in processing",
    452: "4.2.2 Mailbox full",
    550: "5.1.1 No such user here",
    552: "5.2.2 Mailbox over quota",
    554: "5.7.1 Message refused by policy",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted failure; `times` left is None for ever."""

    kind: FaultKind
    recipient: str = "*"
    code: int = 550
    seconds: float = 0.0
    times: int | None = 1

    def reply(self) -> str:
        """Return the SMTP reply line."""
        return f"{self.code} {_TEXTS.get(self.code, 'Refused')}"


class FaultScript:
    """The failures still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Append a failure."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Forget all failures."""
        self._faults.clear()

    def pending(self) -> tuple[Fault, ...]:
        """Return the failures still to happen."""
        return tuple(self._faults)

    def take(self, kinds: frozenset[FaultKind], recipients: tuple[str, ...]) -> Fault | None:
        """Return the first failure of these kinds that hits a recipient, and count it down."""
        for index, fault in enumerate(self._faults):
            if fault.kind in kinds and any(fnmatch(r.lower(), fault.recipient.lower()) for r in recipients):
                self._count_down(index)
                return fault
        return None

    def _count_down(self, index: int) -> None:
        """Use one occurrence of a failure."""
        fault = self._faults[index]
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._faults[index]
        else:
            self._faults[index] = replace(fault, times=fault.times - 1)
