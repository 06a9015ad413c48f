"""Reads the contact list a person exports from any CRM or spreadsheet. Reports, never repairs in silence."""

from tools.read.contact_file.model import (
    ColumnGuess,
    ContactField,
    ContactRow,
    Limits,
    RowError,
)
from tools.read.contact_file.names import safe_name
from tools.read.contact_file.read import ContactFile, read_contact_file

__all__ = [
    "ColumnGuess",
    "ContactField",
    "ContactFile",
    "ContactRow",
    "Limits",
    "RowError",
    "read_contact_file",
    "safe_name",
]
