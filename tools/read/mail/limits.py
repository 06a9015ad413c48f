"""How much a mail may ask of us before it is put aside unread. Numbers and the reasons given; no parsing."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one mail and of the process that reads it."""

    size: int = 25 * _MEGABYTE
    header_bytes: int = 2 * _MEGABYTE  # all headers of one part; 16,000 recipients are 0.6 MB
    header_lines: int = 20_000
    depth: int = 50
    parts: int = 500
    recipients: int = 1_000  # kept; the rest is counted, not read
    text: int = 400_000  # characters kept of what a reader sees
    cpu_seconds: int = 10
    wall_seconds: int = 20
    memory: int = 1024 * _MEGABYTE

    def as_json(self) -> dict[str, int]:
        """For the way into the child process."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Limits":
        """The other way."""
        return cls(**{name: int(value) for name, value in given.items()})


class PutAside(Exception):
    """This mail stays unread, for the reason named. Never leaves `tools.read.mail`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


_REASONS: dict[str, Callable[[Limits], str]] = {
    "mail_too_large": lambda limits: f"The mail is larger than {limits.size // _MEGABYTE} MB.",
    "mail_headers_too_large": lambda limits: (
        f"The headers of the mail are larger than {limits.header_bytes // _MEGABYTE} MB "
        f"or longer than {limits.header_lines} lines."
    ),
    "mail_too_deep": lambda limits: f"The mail is nested deeper than {limits.depth} levels.",
    "mail_too_many_parts": lambda limits: f"The mail has more than {limits.parts} parts.",
    "mail_too_slow": lambda limits: f"The mail took more than {limits.cpu_seconds} s to read.",
    "mail_too_much_memory": lambda limits: (
        f"Reading the mail took more than {limits.memory // _MEGABYTE} MB of memory."
    ),
    "mail_reader_died": lambda limits: "The process that read the mail died over it.",
    "mail_unreadable": lambda limits: (
        "The mail could not be read; this is our mistake, and its copy is kept."
    ),
}


def put_aside(code: str, limits: Limits) -> PutAside:
    """The reason with its sentence."""
    return PutAside(code, _REASONS[code](limits))
