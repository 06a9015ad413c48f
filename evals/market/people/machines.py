"""Mails that machines of the people here send: absence notes, receipts, delivery reports, abuse reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from random import Random

from evals.market.people.pen import SERVER, authentication, envelope_headers, head, leaf, several
from evals.market.people.records import Bent, Correspondent, Letter
from evals.market.world.atlas import read_yaml


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says."""

    kind: str  # hard, soft, policy, full, delayed
    status: str
    action: str
    diagnostic: str
    human: str


@lru_cache(maxsize=1)
def bounces() -> Mapping[Bent, tuple[Bounce, ...]]:
    """The reports that servers send, by what they are about."""
    rows = read_yaml(Path(__file__).resolve().parent / "data" / "bounces.yaml")
    return {Bent(bent): tuple(Bounce(**row) for row in listed) for bent, listed in rows.items()}


@dataclass(frozen=True, slots=True)
class Slip:
    """All an automatic mail is made from."""

    owner: Correspondent
    mailbox: str
    letter: Letter
    at: datetime
    mail_id: str


def automatic(slip: Slip, subject: str, text: str, *, marked: bool, vacation: bool, rng: Random) -> bytes:
    """An absence note or a receipt; `marked` ones carry the fields of RFC 3834."""
    path = "" if marked and rng.random() < 0.7 else None
    headers = envelope_headers(slip.owner, slip.mailbox, slip.at, slip.mail_id, "pass", path=path)
    headers.append(("Subject", subject))
    if marked:
        headers.append(("Auto-Submitted", "auto-replied (vacation)" if vacation else "auto-replied"))
        more = rng.choice(
            (("X-Autoreply", "yes"), ("Precedence", "auto_reply"), ("X-Auto-Response-Suppress", "All"))
        )
        headers.append(more)
    if marked or rng.random() < 0.5:
        headers.append(("In-Reply-To", slip.letter.message_id))
    headers.append(("MIME-Version", "1.0"))
    coding = rng.choice(("quoted-printable", "base64"))
    return head(headers) + leaf("text/plain", f"{text}\n", "utf-8", coding)


def delivery_report(slip: Slip, bounce: Bounce, rng: Random) -> bytes:
    """A report in the form of RFC 3464."""
    address, domain = slip.owner.address, slip.owner.domain
    diagnostic = bounce.diagnostic.format(address=address, domain=domain)
    fields = [
        f"Reporting-MTA: dns; {SERVER}",
        f"Arrival-Date: {format_datetime(slip.letter.at)}",
        "",
        f"Original-Recipient: rfc822;{address}",
        f"Final-Recipient: rfc822; {address}",
        f"Action: {bounce.action}",
        f"Status: {bounce.status}",
        f"Remote-MTA: dns; mail.{domain}",
        f"Diagnostic-Code: smtp; {diagnostic}",
    ]
    if bounce.action == "delayed":
        fields.append(f"Will-Retry-Until: {format_datetime(slip.at + timedelta(days=3))}")
    human = f"This is the mail system at {SERVER}.\n\n{bounce.human}\n\n<{address}>: {diagnostic}\n"
    titles = {"delayed": "Delivery Status Notification (Delay)"}
    subject = titles.get(bounce.kind) or rng.choice(
        (
            "Undelivered Mail Returned to Sender",
            "Delivery Status Notification (Failure)",
            f"Undeliverable: {slip.letter.subject}",
        )
    )
    parts = [
        leaf("text/plain", human, "utf-8", "quoted-printable"),
        ("Content-Type: message/delivery-status\r\n\r\n" + "\r\n".join(fields) + "\r\n").encode("utf-8"),
        b"Content-Type: text/rfc822-headers\r\n\r\n" + original_headers(slip.letter),
    ]
    kind = 'report; report-type="delivery-status"'
    return _from_machine(slip, f"MAILER-DAEMON@{SERVER}", subject) + _report(kind, parts, rng)


def abuse_report(slip: Slip, rng: Random) -> bytes:
    """A feedback report in the form of RFC 5965; some hide whose mail it was."""
    hidden = rng.random() < 0.4
    fields = [
        "Feedback-Type: abuse",
        "User-Agent: Sandbox-FBL/1.0",
        "Version: 1",
        f"Original-Mail-From: <{slip.letter.sender}>",
        f"Arrival-Date: {format_datetime(slip.letter.at)}",
        *([] if hidden else [f"Original-Rcpt-To: <{slip.owner.address}>"]),
    ]
    said = "This is an abuse report for a mail that one of our users marked as spam.\n"
    parts = [
        leaf("text/plain", said, "us-ascii", "7bit"),
        ("Content-Type: message/feedback-report\r\n\r\n" + "\r\n".join(fields) + "\r\n").encode("ascii"),
        b"Content-Type: text/rfc822-headers\r\n\r\n" + original_headers(slip.letter),
    ]
    sender = f"feedback@fbl.{slip.owner.domain}"
    return _from_machine(slip, sender, f"FW: {slip.letter.subject}") + _report(
        'report; report-type="feedback-report"', parts, rng
    )


def original_headers(letter: Letter) -> bytes:
    """The headers of the mail a report is about."""
    rows = [
        ("From", letter.sender),
        ("To", letter.person),
        ("Subject", letter.subject),
        ("Date", format_datetime(letter.at)),
        ("Message-ID", letter.message_id),
    ]
    return head(rows)


def forgery(slip: Slip, text: str, rng: Random) -> bytes:
    """A mail in somebody's name from elsewhere; below the server's field it brings one of its own."""
    headers = envelope_headers(
        slip.owner, slip.mailbox, slip.at, slip.mail_id, "fail", path="x9@bulk.invalid"
    )
    index = [name for name, _ in headers].index("Authentication-Results") + 1
    headers.insert(index, ("Authentication-Results", authentication(slip.owner.address, "pass")))
    headers += [("Subject", f"Re: {slip.letter.subject}"), ("In-Reply-To", slip.letter.message_id)]
    headers.append(("MIME-Version", "1.0"))
    return head(headers) + leaf(
        "text/plain", f"{text}\n", "utf-8", rng.choice(("base64", "quoted-printable"))
    )


def _from_machine(slip: Slip, sender: str, subject: str) -> bytes:
    received = f"from {SERVER} by {SERVER} with LMTP; {format_datetime(slip.at)}"
    rows = [
        ("Return-Path", "<>"),
        ("Delivered-To", slip.mailbox),
        ("Received", received),
        ("From", f"Mail Delivery System <{sender}>"),
        ("To", slip.mailbox),
        ("Date", format_datetime(slip.at)),
        ("Message-ID", slip.mail_id),
        ("Subject", subject),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
    ]
    return head(rows)


def _report(kind: str, parts: list[bytes], rng: Random) -> bytes:
    return several(kind, parts, f"=_{rng.getrandbits(80):020x}")
