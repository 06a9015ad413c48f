"""Scripted failures of mail: single ones of the SMTP sink, and outages of whole mailboxes at their provider."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
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


class OutageKind(StrEnum):
    """How a provider fails one of its mailboxes."""

    LOGIN = "login"  # refuses the password
    PROVIDER = "provider"  # is down: answers every login with a temporary failure


@dataclass(frozen=True, slots=True)
class Outage:
    """One mailbox that does not work; without an end it stays so until it is mended."""

    mailbox: str
    kind: OutageKind
    until: datetime | None = None


class Outages:
    """The mailboxes that do not work now."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._out: dict[str, Outage] = {}
        self._listeners: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Call somebody whenever an outage begins, to drop connections that are open."""
        self._listeners.append(listener)

    def begin(self, outage: Outage) -> None:
        """Let a mailbox fail from now on."""
        self._out[outage.mailbox.lower()] = outage
        for listener in self._listeners:
            listener()

    def end(self, mailbox: str = "") -> None:
        """Mend one mailbox, or all."""
        for one in [mailbox.lower()] if mailbox else list(self._out):
            self._out.pop(one, None)

    def of(self, mailbox: str) -> Outage | None:
        """Return the outage of a mailbox, if it has one now."""
        outage = self._out.get(mailbox.strip().lower())
        return outage if outage and (outage.until is None or self._now() < outage.until) else None
