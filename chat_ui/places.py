"""Where the chat keeps its things inside the home."""

from pathlib import Path

from chat_ui.storage import LocalFiles
from service.bootstrap import House


def history_of(house: House) -> Path:
    """The file of the stored conversations."""
    return house.settings.home / "chat.db"


def files_of(house: House) -> LocalFiles:
    """The stored elements."""
    return LocalFiles(house.settings.home / "chat" / "files")


def uploads_of(house: House) -> Path:
    """Contact files that wait for the person's word."""
    return house.settings.home / "chat" / "uploads"
