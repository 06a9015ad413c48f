"""Real bounces, complaints and absence notes against the labels of their collector. Measures; tunes nothing."""

import csv
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from domain.mail import BounceKind, InboundMail, MailKind, Quarantined
from evals.suites.figures import Figure, share
from tools.read.mail.read import read_mail

FOLDER = "sisimai-bounces"
_KINDS = {"feedback": MailKind.COMPLAINT, "vacation": MailKind.AUTO}


@dataclass(frozen=True)
class Example:
    """One mail with what it should be read as."""

    name: str
    kind: MailKind | None  # None: anything but a bounce or a complaint
    hard: bool
    raw: bytes

    @property
    def held_out(self) -> bool:
        """True for the mails nobody opened while the rules were written: half of those of half the mail systems."""
        family = self.name.rpartition("-")[0]
        return _even(family) and _even(f"b{self.name}.eml")


@dataclass(frozen=True)
class _Read:
    example: Example
    mail: InboundMail | Quarantined

    @property
    def right(self) -> bool:
        got = self.mail.kind if isinstance(self.mail, InboundMail) else None
        if self.example.kind is None:
            return got not in (MailKind.BOUNCE, MailKind.COMPLAINT, None)
        return got is self.example.kind

    @property
    def said_hard(self) -> bool:
        return isinstance(self.mail, InboundMail) and any(
            one.kind is BounceKind.HARD for one in self.mail.bounces
        )


def _even(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0


def examples(data: Path) -> list[Example]:
    """Every labelled mail of the collection."""
    folder = data / FOLDER
    events: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            events[row["file"]].append(row)
    found = [
        Example(
            name.removesuffix(".eml"),
            _KINDS.get(rows[0]["reason"], MailKind.BOUNCE),
            any(row["hardbounce"] == "true" for row in rows),
            (folder / "eml" / name).read_bytes(),
        )
        for name, rows in sorted(events.items())
    ]
    others = sorted((folder / "not-bounce").glob("*.eml"))
    return found + [Example(path.stem, None, False, path.read_bytes()) for path in others]


def measure(data: Path) -> dict[str, Figure]:
    """Kind, hard bounces and complaints; each also on the mail systems kept apart."""
    read = [_Read(one, read_mail(one.raw)) for one in examples(data)]
    apart = [one for one in read if one.example.held_out and one.example.kind is not None]
    complaints = [one for one in read if one.example.kind is MailKind.COMPLAINT]
    as_human = sum(
        isinstance(one.mail, InboundMail) and one.mail.kind is MailKind.HUMAN for one in complaints
    )
    return {
        "bounce_kind_accuracy": share(
            sum(one.right for one in read), len(read), "≥ 0.97", _daemon_rule([one.example for one in read])
        ),
        "hard_bounce_f1": Figure(_f1(read), "F1", "≥ 0.85", _one_code_f1(read), _bounces(read)),
        "complaints_read_as_human": Figure(as_human, "mails", "0", len(complaints), len(complaints)),
        "bounce_kind_accuracy_held_out": share(sum(one.right for one in apart), len(apart)),
        "hard_bounce_f1_held_out": Figure(_f1(apart), "F1", "", _one_code_f1(apart), _bounces(apart)),
    }


def _bounces(read: list[_Read]) -> int:
    return sum(one.example.kind is MailKind.BOUNCE for one in read)


def _f1(read: list[_Read]) -> float:
    pairs = [(one.example.hard, one.said_hard) for one in read if one.example.kind is MailKind.BOUNCE]
    return _score(pairs)


def _one_code_f1(read: list[_Read]) -> float:
    """The baseline: hard when 5.1.1 or "unknown" stands anywhere."""
    pairs = [
        (one.example.hard, b"5.1.1" in one.example.raw or b"unknown" in one.example.raw.lower())
        for one in read
        if one.example.kind is MailKind.BOUNCE
    ]
    return _score(pairs)


def _score(pairs: list[tuple[bool, bool]]) -> float:
    both = sum(want and got for want, got in pairs)
    either = sum(want for want, _ in pairs) + sum(got for _, got in pairs)
    return 2 * both / either if either else 0.0


def _daemon_rule(given: list[Example]) -> float:
    """The baseline: a bounce is what a mailer-daemon sends, everything else is a person."""
    right = 0
    for one in given:
        head = one.raw[:4000].lower()
        bounce = b"mailer-daemon" in head or b"postmaster" in head
        right += one.kind is MailKind.BOUNCE if bounce else one.kind is None
    return right / len(given)
