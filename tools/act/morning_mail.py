"""The bytes of the morning page: plain text and a simple page of HTML. Made for our own people, so no way out of it.

The text is the page as it is shown everywhere else; nothing in it is read as HTML or becomes a link.
"""

import html
import re
from collections.abc import Iterator
from email.utils import format_datetime

from tools.act.compose_mail import DkimKey, Envelope, finished, to_text
from tools.act.mail_body import joined, text_part
from tools.act.mail_headers import address_line, plain_line, text_line

_TITLE = re.compile(r"\*\*(.+?)\*\*(.*)")
CALLS = "Needs you"  # the part that stands out
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_BODY = f"margin:0;padding:16px;background:#f4f5f7;color:#1f2328;{_FONT};font-size:15px;line-height:1.45"
_CARD = "max-width:600px;margin:0 auto;padding:20px 24px;background:#ffffff;border:1px solid #e3e6ea;border-radius:8px"
_SINCE = "margin:2px 0 0;font-size:13px;color:#57606a"
_HEAD = "margin:18px 0 4px;font-size:13px;font-weight:600;color:#57606a"
_CALLING = (
    "margin:18px 0 0;padding:10px 14px;background:#fff6e0;border-left:4px solid #d98e04;border-radius:4px"
)
_SMALL = "margin:22px 0 0;padding-top:12px;border-top:1px solid #e3e6ea;font-size:12px;color:#57606a"


def compose_page(
    subject: str, text: str, envelope: Envelope, public_url: str, dkim_key: DkimKey | None = None
) -> bytes:
    """The finished message.

    Raises:
        ValueError: the text or the address cannot be put into a mail.
        Correctable: bad_dkim_key.
    """
    chat = f"{public_url.rstrip('/')}/chat/" if public_url else ""
    texts = (text_part(_plain(text, chat), "plain"), text_part(_page(text, chat), "html"))
    return finished(_headers(subject, envelope), joined("alternative", texts), dkim_key)


def _headers(subject: str, envelope: Envelope) -> dict[str, bytes]:
    """Every header line by name; no machine answers what says that a machine made it (RFC 3834)."""
    return {
        "From": address_line("From", envelope.sender_name, envelope.sender),
        "To": address_line("To", envelope.recipient_name, envelope.recipient),
        "Subject": text_line("Subject", subject),
        "Date": plain_line("Date", format_datetime(envelope.at)),
        "Message-ID": plain_line("Message-ID", envelope.message_id),
        "Auto-Submitted": plain_line("Auto-Submitted", "auto-generated"),
        "X-Auto-Response-Suppress": plain_line("X-Auto-Response-Suppress", "All"),
    }


def _footer(chat: str) -> str:
    where = f"Answer and decide in the chat: {chat}\n" if chat else "Answer and decide in the chat.\n"
    return f"{where}Rainmaker sends this page to its owners and managers. Replies to this mail are not read."


def _plain(text: str, chat: str) -> str:
    return f"{to_text(text)}\n\n-- \n{_footer(chat)}\n"


def _page(text: str, chat: str) -> str:
    parts = "\n".join(_part(block) for block in re.split(r"\n\s*\n", text.strip()))
    small = html.escape(_footer("")).replace("\n", "<br>\n")
    if chat:
        small = small.replace(
            "the chat", f'<a href="{html.escape(chat)}" style="color:#0b5cad">the chat</a>', 1
        )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>\n'
        f'<body style="{_BODY}">\n'
        f'<div style="{_CARD}">\n{parts}\n<p style="{_SMALL}">{small}</p>\n</div>\n</body></html>\n'
    )


def _part(block: str) -> str:
    """A title with its lines; a block without a title is a paragraph."""
    first, *rest = block.split("\n")
    titled = _TITLE.fullmatch(first)
    if titled is None:
        return f"<p>{html.escape(block)}</p>"
    title, more = html.escape(titled[1]), html.escape(titled[2])
    if not rest:
        return f'<h1 style="margin:0;font-size:19px">{title}</h1>\n<p style="{_SINCE}">{more.strip(" –")}</p>'
    lines = "\n".join(_lines(rest))
    if title == CALLS and rest != ["- Nothing."]:
        return (
            f'<div style="{_CALLING}"><h2 style="margin:0 0 4px;font-size:15px">{title}</h2>\n{lines}</div>'
        )
    return f'<h2 style="{_HEAD}">{title}</h2>\n{lines}'


def _lines(rows: list[str]) -> Iterator[str]:
    if rows == ["- Nothing."]:
        yield '<p style="margin:0;color:#8b949e">Nothing.</p>'
        return
    yield '<ul style="margin:0;padding-left:20px">'
    yield from (f'<li style="margin:2px 0">{html.escape(row.removeprefix("- "))}</li>' for row in rows)
    yield "</ul>"
