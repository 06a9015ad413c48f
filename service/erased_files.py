"""Striking a person out of the home's files beside the business database: chat history, checkpoints, uploads.

Rows of SQLite files are changed in place, lines of text files are dropped, other files that hold them are deleted.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.errors import Retryable
from runtime.store.person_words import PersonWords

_SQLITE = b"SQLite format 3\x00"
_OURS = frozenset({"secret.key", "service.json", ".lock", "audit-head.json", "world", "first-password"})
_ENCODINGS = ("utf-8", "utf-16", "latin-1")
_SIDES = ("-wal", "-shm", "-journal")


def strike_files(home: Path, database: Path | None, words: PersonWords) -> list[str]:
    """Clean every file of the home; `database` is the business database, which is cleaned by its own act.

    Returns the names of the files that held something. Raises Retryable: file_busy.
    """
    if words.pattern is None:
        return []
    return [path.name for path in _files(home, database) if _strike(path, words)]


def blank_leftovers(folder: Path, words: PersonWords) -> int:
    """Overwrite a person's name in the vector library's files, which are padded with whatever lay in memory."""
    tokens = {token for name in words.names for token in name.split() if len(token) >= 4}
    locals_ = {address.partition("@")[0] for address in words.addresses}
    needles = [one.encode() for one in sorted({*words.addresses, *locals_, *tokens}, key=len, reverse=True)]
    found = 0
    for path in sorted(folder.rglob("*.bin")):
        content = path.read_bytes()
        blanked = content
        for needle in needles:
            blanked = re.sub(re.escape(needle), bytes(len(needle)), blanked, flags=re.IGNORECASE)
        if blanked != content:
            path.write_bytes(blanked)
            found += 1
    return found


def files_naming(home: Path, database: Path | None, words: PersonWords) -> list[str]:
    """Names of the files, beside the databases, that name the person."""
    named = []
    for path in _files(home, database):
        content = path.read_bytes()
        if words.found_in(_read(content)[0]) or words.found_in_bytes(content):
            named.append(str(path.relative_to(home)))
    return named


def _files(home: Path, database: Path | None) -> Iterator[Path]:
    index = home / "vectors"  # cleaned by its owner, from the cleaned pages
    for path in sorted(home.rglob("*")):
        own = path.name in _OURS or path.name.endswith(_SIDES) or index in path.parents
        if path.is_file() and not path.is_symlink() and not own and path != database:
            yield path


def _strike(path: Path, words: PersonWords) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    if head == _SQLITE:
        return _strike_rows(path, words)
    content = path.read_bytes()
    text, encoding = _read(content)
    if not words.found_in(text) and not words.found_in_bytes(content):
        return False
    if b"\x00" in content and encoding == "latin-1":
        path.unlink()  # some binary format: there is no safe way to take one person out
        return True
    kept = [line for line in text.splitlines(keepends=True) if not words.found_in(line)]
    left = "".join(kept)
    if not left.strip() or words.found_in(left):
        path.unlink()  # an empty file would only puzzle whoever reads it next
    else:
        path.write_bytes(left.encode(encoding))
    return True


def _read(content: bytes) -> tuple[str, str]:
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return "", "latin-1"


def _strike_rows(path: Path, words: PersonWords) -> bool:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        found = sum(_strike_table(connection, table, words) for table in _tables(connection))
        if found:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return found > 0
    except sqlite3.OperationalError as error:
        raise Retryable(
            f"The file {path.name} is in use; nothing is lost, erase again.",
            code="file_busy",
            where=path.name,
        ) from error
    finally:
        connection.close()


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    return [row[0] for row in connection.execute(query) if not row[0].startswith("sqlite_")]


def _strike_table(connection: sqlite3.Connection, table: str, words: PersonWords) -> int:
    name = '"' + table.replace('"', '""') + '"'
    try:
        cursor = connection.execute(f"SELECT rowid, * FROM {name}")
    except sqlite3.OperationalError:  # a table without row ids: none of ours, none of the chat's
        return 0
    columns = ['"' + one[0].replace('"', '""') + '"' for one in cursor.description][1:]
    hits = [(row[0], row[1:]) for row in cursor if any(_holds(value, words) for value in row[1:])]
    for rowid, values in hits:
        if any(isinstance(value, bytes) and _holds(value, words) for value in values):
            connection.execute(f"DELETE FROM {name} WHERE rowid = ?", (rowid,))
            continue
        changed = {
            column: words.struck(value)
            for column, value in zip(columns, values, strict=True)
            if _holds(value, words)
        }
        settings = ", ".join(f"{column} = ?" for column in changed)
        connection.execute(f"UPDATE {name} SET {settings} WHERE rowid = ?", (*changed.values(), rowid))
    return len(hits)


def _holds(value: Any, words: PersonWords) -> bool:
    if isinstance(value, bytes):
        return words.found_in_bytes(value)
    return isinstance(value, str) and words.found_in(value)
