"""A chunk: the piece of a page or note that memory embeds and recalls. It only points to the fact in SQL."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.labels import Label


class Chunk(BaseModel):
    """Contiguous text of one page or note.

    `subject` is what the text is about: an account id, a note's key, or the seller itself. `start` and
    `end` are character offsets in the page's `text`, so `page.text[start:end] == text`.
    """

    model_config = ConfigDict(frozen=True)

    id: str  # follows from subject, URL and text: the same text gives the same id
    subject: str
    url: str
    text: str
    heading: str = ""
    start: int = 0
    end: int = 0
    seen_at: datetime
    label: Label
