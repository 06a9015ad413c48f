"""Feedback reports: RFC 5965 parts, and what providers send in place of them."""

import re

from domain.mail import Complaint, FeedbackType
from tools.read.mail.addresses import plain_address
from tools.read.mail.charset import decode_text
from tools.read.mail.headers import decoded, split_fields
from tools.read.mail.limits import Limits
from tools.read.mail.mime import Part

_REPORT = "message/feedback-report"
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_ADDRESS = re.compile(r"[^\s<>\",;:()]{1,128}@[^\s<>\",;:()]{1,190}")
_SENDERS = re.compile(
    r"^(?:fbl|feedback|feedback-?loop|abuse|abuse-report|arf|complaints?|staff|scomp|jmrp|spamreport)\b[^@]*@",
    re.I,
)  # fmt: skip
_SUBJECT = re.compile(
    r"complaint about (?:message|mail)|(?:abuse|spam|fbl|feedback|complaint) (?:report|notification|loop)"
    r"|abuse complaint|reported as (?:spam|junk)|client tos notification|^fbl\b", re.I
)  # fmt: skip
_BUTTON_WORDS = re.compile(
    r"(?:please )?unsubscribe(?: me)?[.!]?|(?:this (?:message|e?-?mail) was |\S{1,30} (?:mail )?sent this e?-?mail )"
    r"(?:sent |automatically |generated |by [\w. ]{1,30} )*to unsubscribe.{0,200}", re.I
)  # fmt: skip
_FIELDS_IN_TEXT = re.compile(rb"^feedback-type:\s*[\w-]+", re.I | re.M)


def read_complaint(root: Part, carried: list[Part], text: str) -> Complaint | None:
    """The complaint this mail is, None when it is none."""
    part = next((one for one in root.walk(into_mails=False) if one.type == _REPORT), None)
    fields = _fields(part.data) if part else _loose_fields(root, carried)
    if fields is None:
        return _from_notice(text) or _from_button(root, text)
    return Complaint(
        type=_type(fields.get("feedback-type", "")),
        original_recipient=_recipient(fields, root, carried),
        original_message_id=_original_id(carried),
    )


def _fields(data: bytes) -> dict[str, str]:
    fields, _ = split_fields(data.replace(b"\r\n", b"\n").strip(b"\n"), Limits())
    return {name: decoded(value) for name, value in reversed(fields)}


def _loose_fields(root: Part, carried: list[Part]) -> dict[str, str] | None:
    """Reports without the right parts: the type says so, the fields stand in a text part, or sender and subject do."""
    if root.parameters.get("report-type") == "feedback-report":
        return _fields_anywhere(root) or {}
    if root.first("x-hmxmroriginalrecipient"):
        return {"original-rcpt-to": root.text("x-hmxmroriginalrecipient")}
    if not carried:
        return None
    if found := _fields_anywhere(root):
        return found
    sender = next(iter(_ADDRESS.findall(root.text("from"))), "")
    return {} if _SENDERS.match(sender) and _SUBJECT.search(root.text("subject")) else None


def _fields_anywhere(root: Part) -> dict[str, str] | None:
    for part in root.walk(into_mails=False):
        if not part.children and (found := _FIELDS_IN_TEXT.search(data := part.data)):
            return _fields(data[found.start() :])
    return None


def _from_notice(text: str) -> Complaint | None:
    """The JSON notices of a large sending service, delivered as mail."""
    if '"complainedRecipients"' not in text:
        return None
    found = re.search(r'"complainedRecipients".{0,200}?"emailAddress"\s*:\s*"([^"]{3,320})"', text, re.S)
    kind = re.search(r'"complaintFeedbackType"\s*:\s*"([\w-]{1,40})"', text)
    return Complaint(
        type=_type(kind.group(1) if kind else "abuse"),
        original_recipient=plain_address(found.group(1)) if found else "",
    )


def _from_button(root: Part, text: str) -> Complaint | None:
    """The mail a mail program sends when its reader presses "unsubscribe" (RFC 2369): nobody wrote words in it."""
    if root.text("subject").strip().lower() != "unsubscribe":
        return None
    words = " ".join(text.split())
    submitted = root.text("auto-submitted").lower()
    if words and submitted in ("", "no") and not _BUTTON_WORDS.fullmatch(words):
        return None
    sender = next((plain_address(one) for one in _ADDRESS.findall(root.text("from"))), "")
    return Complaint(type=FeedbackType.OPT_OUT, original_recipient=sender)


def _type(given: str) -> FeedbackType:
    plain = given.strip().lower().replace("_", "-").partition(" ")[0]
    plain = {"opt-out-list": "opt-out", "optout": "opt-out", "": "abuse"}.get(plain, plain)
    return FeedbackType(plain) if plain in set(FeedbackType) else FeedbackType.OTHER


def _recipient(fields: dict[str, str], root: Part, carried: list[Part]) -> str:
    named = [fields.get(name, "") for name in ("original-rcpt-to", "removal-recipient")]
    named.append(root.text("x-hmxmroriginalrecipient"))
    named += [child.text("to") for carrier in carried for child in carrier.children]
    for value in named:
        for one in _ADDRESS.findall(value):
            if address := plain_address(one):
                return address
    return ""


def _original_id(carried: list[Part]) -> str:
    for carrier in carried:
        for child in carrier.children:
            if found := _MESSAGE_ID.search(decode_text(child.first("message-id"), "utf-8")):
                return found.group()
    return ""
