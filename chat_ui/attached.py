"""Which house the chat serves. Chainlit loads its entry file by path, so the two meet here."""

from domain.errors import Bug
from service.bootstrap import House

_attached: list[House] = []


def attach(house: House) -> None:
    """Serve this house from now on; one per process."""
    _attached[:] = [house]


def house() -> House:
    """The house of this process.

    Raises:
        Bug: the chat runs without being mounted.
    """
    if not _attached:
        raise Bug("The chat was used before it was mounted.", code="chat_not_mounted")
    return _attached[0]
