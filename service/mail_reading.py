"""The process that reads mail, kept between two looks at the inbox: its start costs more than fifty mails."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.read.mail.read import Terms
    from tools.read.mail.reader import MailReader


class MailReading:
    """One reader for as long as our own addresses stay the same. Belongs to one event loop. Close it."""

    def __init__(self) -> None:
        self._terms: Terms | None = None
        self._reader: MailReader | None = None

    async def under(self, terms: "Terms") -> "MailReader":
        """The reader; its child starts with its first mail."""
        from tools.read.mail.reader import MailReader

        if self._reader is None or terms != self._terms:
            await self.close()
            self._terms, self._reader = terms, MailReader(terms)
        return self._reader

    async def close(self) -> None:
        """End the child."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.close()
