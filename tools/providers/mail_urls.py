"""Reading mail server addresses such as smtp://user:password@host:port."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from domain.errors import Correctable

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "imap": 143, "imaps": 993}


@dataclass(frozen=True)
class MailServer:
    """Where and how to log in."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(url: str, setting: str) -> MailServer:
    """A server from its address.

    Raises:
        Correctable: bad_mail_url.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Correctable(
            f"{setting} is not a mail server address.",
            code="bad_mail_url",
            where=setting,
            hint="For example smtp://user:password@host:587 or imaps://user:password@host.",
        )
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
