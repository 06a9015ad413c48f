"""From bytes to lines of text: size, true type and encoding of a file. Knows nothing about columns."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from domain.errors import Correctable

HEAD = 65_536
_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook (.xlsx)"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "an RTF document"),
    (b"PAR1", "a Parquet file"),
)
_MARKUP = re.compile(rb"\s*(?:<!doctype|<html|<\?xml|<table)", re.IGNORECASE)
_JSON = re.compile(rb"\s*(?:\{\s*\"|\[\s*\{)")
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


class TextFile(NamedTuple):
    """A file known to be text, with its encoding; `damaged` when some bytes do not fit it."""

    source: Path | bytes
    name: str
    encoding: str
    damaged: bool

    @contextmanager
    def lines(self) -> Iterator[TextIO]:
        """A fresh stream from the start; line ends are kept as they are."""
        with _open(self.source) as raw:
            stream = io.TextIOWrapper(raw, encoding=self.encoding, errors="replace", newline="")
            try:
                yield stream
            finally:
                stream.detach()


def open_text(source: Path | bytes, name: str, max_bytes: int) -> TextFile:
    """Check what the file really is before reading it.

    Raises:
        Correctable: missing, empty, too large, or not text.
    """
    _check_size(source, name, max_bytes)
    with _open(source) as raw:
        head = raw.read(HEAD)
        _check_type(head, name)
        encoding, damaged = _encoding(raw, head)
    if not head.decode(encoding, "replace").strip("\ufeff\x00 \t\r\n"):
        raise Correctable(f"{name} is empty.", code="empty_file", where=name, hint="Export the list again.")
    return TextFile(source, name, encoding, damaged)


def _check_size(source: Path | bytes, name: str, max_bytes: int) -> None:
    try:
        if isinstance(source, Path) and not source.is_file():
            missing = not source.exists()
            raise Correctable(
                f"There is no file {name}." if missing else f"{name} is not a file.",
                code="file_not_found" if missing else "not_a_file",
                where=name,
            )
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
    except OSError as error:
        raise _unreadable(name, error) from error
    if size > max_bytes:
        raise Correctable(
            f"{name} has {size / 1e6:,.0f} MB; at most {max_bytes / 1e6:,.0f} MB can be read at once.",
            code="file_too_large",
            where=name,
            hint="Split the file into parts.",
        )


def _check_type(head: bytes, name: str) -> None:
    kind = next((what for magic, what in _MAGIC if head.startswith(magic)), "")
    if not kind and _MARKUP.match(head):
        kind = "a web page or XML"
    if not kind and _JSON.match(head):
        kind = "JSON"
    if not kind and not _has_bom(head) and _is_binary(head):
        kind = "binary data"
    if kind:
        raise Correctable(
            f"{name} is {kind}, not a CSV file.",
            code="not_a_csv_file",
            where=name,
            hint="Open it in a spreadsheet, save it as CSV (UTF-8) and give that file.",
        )


def _has_bom(head: bytes) -> bool:
    return any(head.startswith(bom) for bom, _ in _BOMS)


def _is_binary(head: bytes) -> bool:
    if not head:
        return False
    zeros = head.count(0)
    if zeros > 0.2 * len(head):
        return not _bare_utf16(head)
    return len(_CONTROL.findall(head)) > 0.02 * len(head)


def _bare_utf16(head: bytes) -> str:
    """The UTF-16 flavour of mostly Latin text without a mark at its start, "" when it is not that."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _encoding(raw: BinaryIO, head: bytes) -> tuple[str, bool]:
    """The encoding and whether some bytes will be unreadable in it."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, not _decodes(raw, encoding)
    if bare := _bare_utf16(head):
        return bare, False
    if _decodes(raw, "utf-8"):
        return "utf-8", False
    return _legacy(raw)


def _decodes(raw: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    raw.seek(0)
    try:
        while block := raw.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _legacy(raw: BinaryIO) -> tuple[str, bool]:
    """Not clean UTF-8: either UTF-8 with a few damaged bytes, or one of the one-byte encodings."""
    raw.seek(0)
    good = bad = 0
    undefined = False
    while block := raw.read(_BLOCK):
        text = block.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        bad += broken
        good += sum(1 for letter in text if letter > "\x7f") - broken
        undefined = undefined or bool(_UNDEFINED_IN_1252.search(block))
    if good > 2 * bad:
        return "utf-8", True
    return ("latin-1", False) if undefined else ("cp1252", False)


@contextmanager
def _open(source: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        raw = source.open("rb")
    except OSError as error:
        raise _unreadable(source.name, error) from error
    with raw:
        yield raw


def _unreadable(name: str, error: OSError) -> Correctable:
    return Correctable(
        f"{name} cannot be read: {error.strerror or type(error).__name__}.",
        code="file_not_readable",
        where=name,
    )
