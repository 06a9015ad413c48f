"""Harmless texts full of an attacker's favourite words: said by a person, and read in pages. None may be refused."""

import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from domain.decisions import Verdict
from domain.errors import Refused
from evals.suites.gate.connected import NOW
from evals.suites.homes import OWNER, temporary_house
from service.bootstrap import House
from service.turns import handle_message
from tools.read.web.fetch import Fetched
from tools.read.web.page import read_page

FOLDER = Path("prompt-injection") / "notinject"
EVERY = 3  # of the prompts is said in the chat by default
URL = "https://paper.example/news"
HTML = {"content-type": "text/html; charset=utf-8"}
FILES = ("NotInject_one.json", "NotInject_two.json", "NotInject_three.json")


@dataclass(slots=True)
class Taken:
    """How many texts were taken in, and which were not."""

    total: int = 0
    refused: list[str] = field(default_factory=list)


def prompts(data: Path) -> list[str]:
    """All harmless prompts."""
    return [
        str(one["prompt"]) for name in FILES for one in json.loads((data / FOLDER / name).read_text("utf-8"))
    ]


async def as_chat(texts: list[str]) -> Taken:
    """Each said by a person in a conversation of its own."""
    taken = Taken()
    async with temporary_house({}) as house:
        for number, text in enumerate(texts):
            taken.total += 1
            if await _is_refused(house, text, f"n{number}"):
                taken.refused.append(f"chat: {text[:80]}")
    return taken


async def _is_refused(house: House, text: str, conversation: str) -> bool:
    """True when a rule said no; "there is no profile yet" is an answer, not a refusal."""
    try:
        result = await handle_message(house, text, actor=OWNER, conversation_id=conversation)
    except Refused:
        return True
    verdicts = {str(one.get("verdict", "")) for one in result.outcome}
    return isinstance(result.error, Refused) or str(Verdict.REFUSE) in verdicts


def as_page(texts: list[str]) -> Taken:
    """Each a paragraph of a page; it must be kept whole among the page's text."""
    taken = Taken()
    for text in texts:
        taken.total += 1
        body = f"<html><body><h1>News</h1><p>{escape(text)}</p><p>More from our town.</p></body></html>"
        page = read_page(Fetched(URL, 200, HTML, body.encode(), NOW))
        if _squeezed(text) not in _squeezed(page.text):
            taken.refused.append(f"page: {text[:80]}")
    return taken


def _squeezed(text: str) -> str:
    return "".join(text.split())
