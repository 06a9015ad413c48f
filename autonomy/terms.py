"""The owner's terms the gate needs: sender, disclosure, links, salt. Made once from the settings."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from autonomy.budgets import Budgets

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
    asks_per_day: int = 20  # asks put before people a day; what is beyond and of low risk waits a day
    stop_file: Path | None = None  # while it exists, nothing has an effect
    budgets: Budgets = field(default_factory=Budgets)  # of the whole workspace
    secrets: tuple[str, ...] = field(default=(), repr=False)
