"""Answers a question from numbered passages, streaming; citations of passages that do not exist are removed.

In the text, [n] is the n-th of `Answer.cited`.
"""

import logging
import re
from collections.abc import Sequence

from language.port import Answer, Passage, TokenSink
from language.prompt_files import load_prompt
from language.usage import estimated_tokens
from language.wire import guard, strict
from language.wire.client import ModelClient, Reply
from language.wire.retry import ContextTooLong
from language.wire.strict import Unusable

log = logging.getLogger(__name__)
NOT_KNOWN = "What I have read does not answer that."
UNKNOWN = "UNKNOWN"
MAX_ANSWER_CHARS = 4_000
_MARK = re.compile(r"\s?\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_OPEN = re.compile(r"\s?\[[\d,\s]{0,16}\Z|\s\Z")


class Citations:
    """Renumbers citation marks in the order of their first use and drops unknown ones."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._used: list[int] = []

    @property
    def cited(self) -> tuple[str, ...]:
        """Ids of the passages cited so far."""
        return tuple(self._passages[number - 1].id for number in self._used)

    def renumbered(self, text: str) -> str:
        """Text whose marks refer to `cited`."""
        return _MARK.sub(self._mark, text)

    def _mark(self, match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[1].split(",")]
        known = [number for number in numbers if 1 <= number <= len(self._passages)]
        for number in known:
            if number not in self._used:
                self._used.append(number)
        marks = "".join(f"[{self._used.index(number) + 1}]" for number in dict.fromkeys(known))
        return f" {marks}" if marks and match[0][0] != "[" else marks


class LiveText:
    """Passes streamed text on, holding back what may become a citation mark or the word UNKNOWN."""

    def __init__(self, citations: Citations, on_token: TokenSink) -> None:
        self._citations = citations
        self._on_token: TokenSink | None = on_token
        self._held = ""
        self._begun = False

    async def feed(self, piece: str) -> None:
        """Take the next piece of the stream."""
        self._held += piece
        if not self._begun and UNKNOWN.startswith(self._held.strip()[: len(UNKNOWN)]):
            return
        self._begun = True
        open_mark = _OPEN.search(self._held)
        ready = self._held[: open_mark.start()] if open_mark else self._held
        self._held = self._held[len(ready) :]
        await self._say(ready)

    async def finish(self) -> None:
        """Pass on what was held back."""
        if self._begun:
            await self._say(self._held.rstrip())
        self._held = ""

    async def _say(self, text: str) -> None:
        text = strict.without_control(self._citations.renumbered(text))
        if not text or self._on_token is None:
            return
        try:
            await self._on_token(text)
        except Exception:  # the listener is gone; the answer itself is still wanted
            log.warning("answer_listener_failed", exc_info=True)
            self._on_token = None


async def answer(
    client: ModelClient,
    question: str,
    passages: Sequence[Passage],
    on_token: TokenSink | None,
    max_tokens: int,
) -> Answer:
    """An answer with the passages it cites; without passages none is asked for."""
    if not passages:
        return Answer(text=NOT_KNOWN, known=False)
    try:
        return await _answered(client, question, passages, on_token, max_tokens)
    except ContextTooLong:
        return await _answered(client, question, passages, on_token, max_tokens // 4)


async def _answered(
    client: ModelClient,
    question: str,
    passages: Sequence[Passage],
    on_token: TokenSink | None,
    max_tokens: int,
) -> Answer:
    prompt = load_prompt("answer")
    request = prompt.fill(passages=_numbered(passages, max_tokens), question=strict.quoted(question, 2_000))
    streamed = False

    async def ask(user: str) -> Reply:
        nonlocal streamed
        if on_token is None or streamed:
            return await client.ask(prompt.system, user)
        streamed = True
        live = LiveText(Citations(passages), on_token)
        reply = await client.stream(prompt.system, user, live.feed)
        await live.finish()
        return reply

    insisted = False

    def read(reply: Reply) -> Answer:
        nonlocal insisted
        found = _answer_from(reply, passages)
        if found is not None:
            return found
        if insisted:
            return Answer(text=NOT_KNOWN, known=False)
        insisted = True
        raise Unusable("no statement carries the number of a passage; cite like [1], or reply UNKNOWN")

    return await guard.usable(ask, request, read)


def _answer_from(reply: Reply, passages: Sequence[Passage]) -> Answer | None:
    """The answer, or None when it cites nothing: such a statement rests on no passage."""
    if _declined(reply):
        return Answer(text="The language model declined to answer that.", known=False)
    guard.require_finished(reply, ("stop",))
    text = strict.clean_text(reply.text, MAX_ANSWER_CHARS)
    if not text or text.strip(".! ").upper() == UNKNOWN:
        return Answer(text=NOT_KNOWN, known=False)
    citations = Citations(passages)
    text = citations.renumbered(text)
    return Answer(text=text, cited=citations.cited) if citations.cited else None


def _declined(reply: Reply) -> bool:
    return bool(reply.refusal) or reply.finish == "content_filter"


def _numbered(passages: Sequence[Passage], max_tokens: int) -> str:
    lines: list[str] = []
    left = max_tokens
    for number, passage in enumerate(passages, start=1):
        line = f"[{number}] {passage.age_days:.0f} days old {strict.quoted(passage.text, 2_000)}"
        left -= estimated_tokens(len(line))
        if left < 0 and lines:
            break
        lines.append(line)
    return "\n".join(lines)
