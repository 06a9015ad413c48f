"""Schema answers of the stub: facts, lines and mails made from the data in the prompt, truly quoted."""

import json
import re
from typing import Any

from evals.stub_model.arguments import fill

_PAGE = re.compile(r"^Page (\d+) ")
_FACT = re.compile(r'^(\d+) ("(?:[^"\\]|\\.)*") source ("(?:[^"\\]|\\.)*")$', re.M)
_ROW = re.compile(r'^([a-z ]+): ("(?:[^"\\]|\\.)*")$', re.M | re.I)
_PROFILE = (
    ("offer", r"\b(?:is an?|platform|software|services?|we (?:make|build|offer|help)|your)\b"),
    ("pricing", r"[€$£]\s?\d|\d+\s?(?:€|eur|usd)|free trial"),
    ("audience", r"\bfor ([a-z][\w-]+(?: [\w-]+){0,3})"),
    ("proof", r"\d[\d,.]*\+?\s?(?:customers|users|companies|subscribers|years|%|sites)"),
    ("competitor", r"\b(?:alternative to|compared to|vs\.?) ([A-Z]\w+(?: [A-Z]\w+)?)"),
)
_INDUSTRY = (
    r"\b(e-?commerce|retail(?:ers)?|software|saas|agencies|restaurants?|hotels?|dental|dentists?|manufactur\w+"
    r"|logistics|healthcare|law firms?|education|banks?|insurance|construction|startups?)\b"
)
_PLACE = r"\b(Germany|Austria|Switzerland|France|Spain|Italy|United Kingdom|United States|Europe)\b"
_ROLE = r"\b(marketers|developers?|founders?|owners?|managers?|head of \w+|directors?|agency owners?)\b"
_LINES = (
    ("soft", "industry", _INDUSTRY),
    ("soft", "geography", _PLACE),
    ("soft", "size", r"\b(\d+\s?(?:to|-|–|\+)?\s?\d*\s?(?:employees|people|staff))\b"),
    ("role", "role", _ROLE),
    ("pain", "pain", r"\b((?:without|no more|tired of|hard to|complex|slow|waste)\b[^.]{3,60})"),
)
Block = tuple[int, str]


def structured_answer(schema: dict[str, Any], text: str) -> Any:
    """A value of the schema, made from the request's own data where its shape is known."""
    parts = (schema.get("properties") or {}).keys()
    if "facts" in parts:
        return {"facts": _facts(_blocks(text))}
    if "lines" in parts:
        return {"lines": _lines(_blocks(text))}
    if {"subject", "body"} <= parts:
        return _mail(text)
    return fill(schema, schema, "", text, text)


def _blocks(text: str) -> list[Block]:
    """(page number, block text) of the quoted page data."""
    blocks: list[Block] = []
    page = 0
    for line in text.splitlines():
        heading = _PAGE.match(line)
        if heading:
            page = int(heading[1])
        elif page and line.startswith('"'):
            try:
                blocks.append((page, json.loads(line)))
            except ValueError:
                continue
    return blocks


def _item(value: str, block: Block) -> dict[str, Any]:
    quote = block[1] if len(block[1]) <= 240 else block[1][:240].rsplit(" ", 1)[0]
    return {"value": value if value in quote else quote, "page": block[0], "quote": quote}


def _facts(blocks: list[Block]) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = []
    name = _frequent_name(blocks)
    shown = next((block for block in blocks if re.search(rf"\b{re.escape(name)}\b", block[1])), None)
    if name and shown:
        start = shown[1].index(name)
        facts.append(
            {"field": "name", "value": name, "page": shown[0], "quote": shown[1][start : start + 200]}
        )
    for field, pattern in _PROFILE:
        matching = [(block, re.search(pattern, block[1])) for block in blocks if len(block[1]) > 12]
        hits = [(block, found) for block, found in matching if found is not None]
        for block, found in hits[:3]:
            value = found[1] if found.re.groups else block[1][:180]
            facts.append({"field": field, **_item(value, block)})
    long = next((block for block in blocks if len(block[1]) > 60), None)
    if long:
        facts.append({"field": "language", **_item(long[1], long), "value": "en"})
    return facts


def _frequent_name(blocks: list[Block]) -> str:
    words = re.findall(r"\b[A-Z][a-z]{2,}\b", " ".join(text for _, text in blocks))
    common = {"The", "Our", "Your", "And", "For", "With", "How", "Why", "What", "All", "You", "Get", "This"}
    counted = {word: words.count(word) for word in dict.fromkeys(words) if word not in common}
    return max(counted, key=lambda word: counted[word], default="")


def _lines(blocks: list[Block]) -> list[dict[str, Any]]:
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, field, pattern in _LINES:
        for block in blocks:
            for found in re.finditer(pattern, block[1][:240], re.I if field != "geography" else 0):
                value = found[1].strip()
                lines.setdefault(
                    (field, value.lower()), {"kind": kind, "field": field, **_item(value, block)}
                )
    return list(lines.values())[:20]


def _mail(text: str) -> dict[str, Any]:
    rows = {name.lower(): json.loads(value) for name, value in _ROW.findall(text)}
    facts = [
        (int(number), json.loads(fact), json.loads(quote)) for number, fact, quote in _FACT.findall(text)
    ]
    asked = re.search(r'^The owner asks: (".*")$', text, re.M)
    if asked and "body" in rows:
        return _revised(rows, facts, json.loads(asked[1]).lower())
    theirs = next((fact for fact in facts if fact[1].startswith("they,")), None)
    ours = next((fact for fact in facts if fact[1].startswith(("we, offer", "we, proof", "we,"))), None)
    sentences = [_sentence(fact) for fact in (theirs, ours) if fact]
    greeting = f"Hello {rows['recipient']}," if rows.get("recipient") else "Hello,"
    goal = f"Would {rows.get('goal', 'a short call')} next week suit you?"
    signed = rows.get("sender") or rows.get("our company", "")
    return {
        "problem": "",
        "subject": f"A thought for {rows.get('their company', 'you')}"[:80],
        "body": "\n\n".join([greeting, " ".join(sentence for sentence, _ in sentences), goal, signed]),
        "claims": [{"text": sentence, "fact": number} for sentence, number in sentences],
    }


def _sentence(fact: tuple[int, str, str]) -> tuple[str, int]:
    number, said, _ = fact
    who, _, value = said.partition(": ")
    words = " ".join(value.rstrip(".").split()[:25])
    return (f"On your site I read: {words}." if who.startswith("they") else f"What we do: {words}."), number


def _revised(rows: dict[str, str], facts: list[tuple[int, str, str]], asked: str) -> dict[str, Any]:
    parts = rows["body"].split("\n\n")
    if "short" in asked and len(parts) > 2:
        parts[1] = re.split(r"(?<=[.!?]) ", parts[1])[-1]
    elif "short" not in asked and len(parts) > 2:
        parts[-2] = f"{parts[-2]} I am glad to adapt to what suits you."
    body = "\n\n".join(parts)
    sentences = [_sentence(fact) for fact in facts]
    claims = [{"text": sentence, "fact": number} for sentence, number in sentences if sentence in body]
    return {"problem": "", "subject": rows.get("subject", "A thought"), "body": body, "claims": claims}
