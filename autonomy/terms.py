"""The owner's terms the gate needs: sender, disclosure, links, salt. Made once from the settings."""

from dataclasses import dataclass, field
from datetime import date

DEFAULT_DISCLOSURE = "This mail was written with the help of an AI assistant."


@dataclass(frozen=True)
class Terms:
    """What holds for every mail of this workspace."""

    sender: str = ""  # address only
    sender_name: str = ""
    disclosure: str = DEFAULT_DISCLOSURE
    postal_address: str = ""
    public_url: str = ""
    allowed_links: tuple[str, ...] = ()
    mailbox_started: date | None = None
    salt: bytes = field(default=b"", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
