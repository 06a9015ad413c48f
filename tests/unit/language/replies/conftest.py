"""Replies as they come in: a clock time to resolve dates against, and a model brain whose rules are the real ones."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.replies import ReplyReading
from language.offline.brain import OfflineLanguage
from language.port import ReplyContext

AT = datetime(2026, 6, 10, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday
Reader = Callable[..., Awaitable[ReplyReading]]


@pytest.fixture
def rules() -> OfflineLanguage:
    return OfflineLanguage()


@pytest.fixture
def read(rules: OfflineLanguage) -> Reader:
    async def reader(
        text: str, subject: str = "", zone: str = "Europe/Berlin", **known: object
    ) -> ReplyReading:
        context = ReplyContext(**known)  # type: ignore[arg-type]
        return await rules.read_reply(text, subject=subject, at=AT, zone=zone, context=context)

    return reader
