"""Exact new text of real-shaped answers, against the text a person would keep."""

from pathlib import Path

from evals.suites.figures import Figure, share
from tools.read.mail.new_text import trim

FOLDER = "email-reply-trimmer"


def measure(data: Path) -> dict[str, Figure]:
    """Share of answers cut exactly; the baseline is the library made for it."""
    folder = data / FOLDER
    pairs = [
        (path.read_text(encoding="utf-8"), _expected(folder, path.name))
        for path in sorted((folder / "emails").iterdir())
    ]
    ours = sum(_same(trim(text).new, wanted) for text, wanted in pairs)
    theirs = sum(_same(_by_library(text), wanted) for text, wanted in pairs)
    return {"reply_trim_exact": share(ours, len(pairs), "≥ 0.7", theirs / len(pairs))}


def _expected(folder: Path, name: str) -> str:
    path = folder / "trimmed" / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _same(one: str, other: str) -> bool:
    """Line ends and empty lines around a text are no difference."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def _by_library(text: str) -> str:
    from mailparser_reply import EmailReplyParser

    languages = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da"]
    return EmailReplyParser(languages=languages).read(text).latest_reply or ""
