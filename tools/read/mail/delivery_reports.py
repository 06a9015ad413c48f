"""Delivery reports: RFC 3464 parts, and the free texts of servers that never learned it. Judges no sender.

Whoever reads the result must check that the Message-ID named is one of ours: a report is easily forged.
"""

import json
import re
from dataclasses import dataclass, replace

from domain.mail import Bounce
from tools.read.mail.addresses import plain_address
from tools.read.mail.bounce_kind import bounce_kind, status_in
from tools.read.mail.bounce_words import COPY_BEGINS
from tools.read.mail.charset import decode_text
from tools.read.mail.headers import decoded, split_fields
from tools.read.mail.limits import Limits
from tools.read.mail.mime import Part

_STATUS_PARTS = frozenset(("message/delivery-status", "message/global-delivery-status"))
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_COPIED_ID = re.compile(r"^[\s>]*message-id:\s*(<[^<>\s]{1,900}>)", re.I | re.M)
_ADDRESS = re.compile(
    r"[A-Za-z0-9._%+=&'/!#$*?^{|}~-]{1,128}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,10}"
)
_SECTION = re.compile(
    r"^(?:[ \t]*|>>> )[<\"]?([^\s<>:\"]{1,200}@[^\s<>:\"]{1,200})[>\"]?"
    r"(?: <[^<>\s]{1,300}>)?[ \t]*(?::|\(|\.\.\.|$)", re.M
)  # fmt: skip
_MACHINE = re.compile(r"^(?:mailer-daemon|postmaster|post_master|mail-daemon)@", re.I)
_MOST_RECIPIENTS, _MOST_WORDS = 200, 8_000


@dataclass(frozen=True)
class _Said:
    """What a report says of one recipient, not yet judged."""

    recipient: str = ""
    action: str = ""
    status: str = ""
    diagnostic: str = ""


def status_part(root: Part) -> Part | None:
    """The machine-readable part, when there is one outside the returned mail."""
    return next((part for part in root.walk(into_mails=False) if part.type in _STATUS_PARTS), None)


def read_reports(root: Part, text: str, carried: list[Part]) -> tuple[Bounce, ...]:
    """What the report says, one entry for each recipient named.

    Args:
        text: what a reader sees.
        carried: mails, or their headers, that came with it.
    """
    text = _unquoted(text)
    words = _own_words(text)
    part = status_part(root) or _inner_status(carried)
    said = _from_status(part.data) if part is not None else []
    said = said or _from_status(_fields_in(text)) or _from_notice(text) or _from_text(root, words)
    sections = _sections(words)
    said = [
        one if one.diagnostic else replace(one, diagnostic=sections.get(one.recipient, "")) for one in said
    ]
    original = _original_id(carried, root, text)
    only = (
        replace(said[0], recipient=_recipient(root, words, carried))
        if len(said) == 1 and not said[0].recipient
        else None
    )
    return tuple(_bounce(one, words, original) for one in ([only] if only else said))


def _bounce(said: _Said, words: str, original: str) -> Bounce:
    kind = bounce_kind(said.action, said.status, said.diagnostic, words)
    status = said.status if said.status and not said.status.endswith(".0.0") else ""
    return Bounce(
        kind=kind,
        recipient=said.recipient,
        status=status or status_in(said.diagnostic) or said.status,
        diagnostic=(said.diagnostic or _first_line(words))[:500],
        original_message_id=original,
    )


def _unquoted(text: str) -> str:
    """A report passed on in a mail is quoted; one that came itself shows ">>> DATA" in its transcript."""
    marked = len(re.findall(r"^> ", text, re.M))
    return re.sub(r"^> ?", "", text, flags=re.M) if marked * 2 > text.count("\n") else text


def _inner_status(carried: list[Part]) -> Part | None:
    """The part of a report inside a report."""
    inner = [status_part(child) for carrier in carried for child in carrier.children]
    return next((part for part in inner if part is not None), None)


def _fields_in(text: str) -> bytes:
    """The fields where they stand in plain text, because some program took the parts apart."""
    found = re.search(r"^(?:reporting-mta|original-recipient|final-recipient):", text, re.I | re.M)
    return text[found.start() : found.start() + _MOST_WORDS].encode() if found else b""


def _from_status(data: bytes) -> list[_Said]:
    """Each group of fields after the first is one recipient (RFC 3464)."""
    blocks = re.split(rb"\n[ \t]*\n", data.replace(b"\r\n", b"\n"))[: _MOST_RECIPIENTS + 1]
    groups = [_group(block) for block in blocks]
    found: list[_Said] = []
    for group in groups:
        recipient = _typed(group.get("final-recipient", "")) or _typed(group.get("original-recipient", ""))
        if not (recipient or group.get("action") or group.get("status")):
            continue
        alias = _typed(group.get("original-recipient", "")) or _typed(group.get("x-actual-recipient", ""))
        found.append(
            _Said(
                recipient=plain_address(recipient.strip("<>")) or plain_address(alias.strip("<>")),
                action=group.get("action", "").lower().split(" ")[0].strip("."),
                status=status_in(group.get("status", "")),
                diagnostic=_diagnostic(group) or _comment(group.get("status", "")),
            )
        )
    return found


def _group(block: bytes) -> dict[str, str]:
    fields, _ = split_fields(block.strip(b"\n"), Limits())
    return {name: decoded(value) for name, value in reversed(fields)}


def _diagnostic(group: dict[str, str]) -> str:
    given = " ".join(group.get(name, "") for name in ("diagnostic-code", "x-powermta-bouncecategory")).strip()
    return re.sub(r"^\s*(?:smtp|x-[\w-]+|x400|unknown|local)\s*;\s*", "", given, flags=re.I)


def _comment(status: str) -> str:
    found = re.search(r"\((.{3,300})\)", status)
    return found.group(1) if found else ""


def _typed(value: str) -> str:
    return value.partition(";")[2].strip() if ";" in value else value.strip()


def _from_notice(text: str) -> list[_Said]:
    """The JSON notices of a large sending service, delivered as mail."""
    if '"bouncedRecipients"' not in text:
        return []
    try:
        given, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
        found = given.get("bounce", {}).get("bouncedRecipients", [])
        return [
            _Said(
                plain_address(str(one.get("emailAddress", ""))),
                str(one.get("action", "")).lower(),
                status_in(str(one.get("status", ""))),
                str(one.get("diagnosticCode", ""))[:1000],
            )
            for one in found[:_MOST_RECIPIENTS]
        ]
    except (ValueError, AttributeError, RecursionError):
        return []


def _from_text(root: Part, words: str) -> list[_Said]:
    """Sections that begin with an address on a line of its own; else the whole text is about one recipient."""
    failed = [plain_address(one.strip()) for one in root.text("x-failed-recipients").split(",")]
    failed = [one for one in failed if one]
    sections = _sections(words)
    if sections:
        return [_Said(recipient=address, diagnostic=said) for address, said in sections.items()]
    return [_Said(recipient=address) for address in failed] or [_Said()]


def _sections(words: str) -> dict[str, str]:
    """What is said below each address that begins a line."""
    starts = [
        found
        for found in _SECTION.finditer(words)
        if plain_address(found.group(1)) and not _MACHINE.match(found.group(1))
    ]
    said: dict[str, str] = {}
    for number, found in enumerate(starts[:_MOST_RECIPIENTS]):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(words)
        address = plain_address(found.group(1))
        said[address] = _flat(f"{said.get(address, '')} {words[found.start() : end]}")
    return said


def _recipient(root: Part, words: str, carried: list[Part]) -> str:
    """Whom a text without sections is about: the address it names, else the one the returned mail went to."""
    for carrier in carried:
        for child in carrier.children:
            found = [plain_address(one) for one in _ADDRESS.findall(child.text("to"))]
            if any(found):
                return next(one for one in found if one)
    own = {plain_address(one) for name in ("to", "from") for one in _ADDRESS.findall(root.text(name))}
    for one in _ADDRESS.findall(words):
        address = plain_address(one)
        if address and address not in own and not _MACHINE.match(address):
            return address
    return ""


def _own_words(text: str) -> str:
    """What the server itself says, without the copy of the mail below it."""
    head = text[:_MOST_WORDS]
    found = next((one for one in COPY_BEGINS.finditer(head) if head[: one.start()].strip()), None)
    return head[: found.start()] if found and len(head[: found.start()].strip()) > 40 else head


def _original_id(carried: list[Part], root: Part, text: str) -> str:
    for carrier in carried:
        for child in carrier.children:
            if found := _MESSAGE_ID.search(decode_text(child.first("message-id"), "utf-8")):
                return found.group()
    if copied := _COPIED_ID.search(text):
        return copied.group(1)
    for name in ("in-reply-to", "references"):
        if ids := _MESSAGE_ID.findall(decode_text(root.first(name), "utf-8")):
            return ids[-1]
    return ""


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _first_line(words: str) -> str:
    return next((line.strip() for line in words.split("\n") if line.strip()), "")
