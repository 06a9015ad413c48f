"""The mailboxes of the settings: the one that sends, with its Sent folder and its key, and those that are read."""

from dataclasses import dataclass
from email.utils import parseaddr

from domain.errors import Correctable
from runtime.settings import Settings
from tools.act.compose_mail import DkimKey
from tools.effector import Mailbox
from tools.providers.imap_inbox import ImapInbox
from tools.providers.mail_urls import mail_server
from tools.providers.sent_folder import ImapSentProbe
from tools.providers.smtp import SmtpSender


@dataclass(frozen=True)
class Inbox:
    """One mailbox that is read: whose it is, which folder, and how."""

    address: str
    folder: str
    reads: ImapInbox


def inboxes_of(settings: Settings) -> tuple[Inbox, ...]:
    """Every mailbox to read; none when none is set.

    Raises:
        Correctable: bad_mail_url.
    """
    urls = [settings.imap_url.get_secret_value(), *settings.more_imap_urls.get_secret_value().split()]
    return tuple(_inbox(url, settings) for url in dict.fromkeys(urls) if url)


def _inbox(url: str, settings: Settings) -> Inbox:
    server = mail_server(url, "RAINMAKER_IMAP_URL")
    own = parseaddr(settings.mail_from)[1]
    address = server.user if "@" in server.user else f"{server.user or own}@{server.host}"
    return Inbox(address=address, folder="INBOX", reads=ImapInbox(server))


def mailbox_of(settings: Settings) -> Mailbox:
    """The mailbox that sends.

    Raises:
        Correctable: no_mailbox, bad_mail_url, bad_setting.
    """
    smtp_url = settings.smtp_url.get_secret_value()
    if not smtp_url:
        raise Correctable(
            "No mail server is set.",
            code="no_mailbox",
            where="RAINMAKER_SMTP_URL",
            hint="For example smtp+tls://user:password@mail.example.org:587.",
        )
    imap_url = settings.imap_url.get_secret_value()
    return Mailbox(
        sender=SmtpSender(mail_server(smtp_url, "RAINMAKER_SMTP_URL")),
        probe=ImapSentProbe(mail_server(imap_url, "RAINMAKER_IMAP_URL")) if imap_url else None,
        sent_copy=settings.sent_copy,
        dkim=_dkim(settings),
        grace=settings.send_grace,
    )


def _dkim(settings: Settings) -> DkimKey | None:
    if settings.dkim_key_file is None or not settings.dkim_selector:
        return None
    try:
        pem = settings.dkim_key_file.read_bytes()
    except OSError as error:
        raise Correctable(
            f"The DKIM key cannot be read: {error.strerror}.",
            code="bad_setting",
            where="RAINMAKER_DKIM_KEY_FILE",
        ) from error
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    return DkimKey(selector=settings.dkim_selector, domain=domain, pem=pem)
