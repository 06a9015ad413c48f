"""A trained model as plain values under a seal: its format and the digest of its content. Computes no numbers."""

from collections.abc import Mapping
from typing import Any

from domain.errors import Refused
from domain.ids import digest

FORMAT = 1  # of the body; another format is never guessed at
BASE_RATE = "base rate"  # what is in force while no model is


def seal(body: Mapping[str, Any]) -> str:
    """The digest a body is stored with."""
    return digest(dict(body))


def opened(row: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a stored model, once format and content are what they were.

    Raises:
        Refused: model_format – written by another release; model_edited – the content is not what was stored.
    """
    named = f"Model {row['id']}"
    if row["format"] != FORMAT:
        raise Refused(
            f"{named} has format {row['format']}; this release reads format {FORMAT}. It is not used.",
            code="model_format",
            where=row["id"],
            hint="Train again, or go back with `rainmaker models rollback`.",
        )
    body = row["body"]
    if not isinstance(body, Mapping) or seal(body) != row["digest"]:
        raise Refused(
            f"{named} was edited after it was trained: its content does not match its digest. It is not used.",
            code="model_edited",
            where=row["id"],
            hint="Go back with `rainmaker models rollback`; the next training makes a new one.",
        )
    return dict(body)
