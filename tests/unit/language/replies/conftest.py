"""Replies as they come in: a clock time to resolve dates against, and a model brain whose rules are the real ones."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from autonomy.claims import check_claims, text_problems
from domain.replies import ReplyReading
from language.offline.brain import OfflineLanguage
from language.port import ReplyBrief, ReplyContext, ReplyDraft

AT = datetime(2026, 6, 10, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday
Reader = Callable[..., Awaitable[ReplyReading]]
Answer = Callable[..., Awaitable[ReplyDraft]]
NAMES = frozenset({"Tidewater", "Maria Lindt", "Tom Baker", "Fernway"})


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


@pytest.fixture
def answer(read: Reader, rules: OfflineLanguage) -> Answer:
    """Tidewater's answer to a mail of Tom Baker at Fernway; `facts` are what our own pages say."""

    async def written(text: str, **more: Any) -> ReplyDraft:
        brief = ReplyBrief(
            **{"reading": await read(text), **more},
            said=text,
            at=AT,
            subject="Re: A question for Fernway",
            seller_name="Tidewater",
            sender_name="Maria Lindt",
            contact_name="Tom Baker",
            account_name="Fernway",
            seed="con_1",
        )
        return await rules.write_reply(brief)

    return written


def body_of(draft: ReplyDraft) -> str:
    """The text, once the gate's own reading of it has found nothing without a source."""
    assert draft.mail is not None, draft.reason
    mail = draft.mail
    assert not check_claims(mail.subject, mail.body, mail.claims, known_names=NAMES), mail.body
    assert not text_problems(mail.subject, mail.body, answers=True)
    return mail.body
