"""The little CSS we read: which declarations a page's own styles give an element.

Inline `style` and simple selectors of `<style>` blocks (type, class, id, descendants). Sheets behind
links are not fetched. Says nothing about what is visible; `visibility.py` does.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

Declarations = dict[str, str]

_READ = re.compile(
    r"(?:^|[;{\s\"'])(display|visibility|opacity|font-size|font|color|background-color|background-clip"
    r"|-webkit-background-clip|background|position|left|top|right|bottom|margin-left|margin-top|text-indent"
    r"|clip-path|clip|transform|scale|zoom|width|height|max-height|max-width|overflow|overflow-x|overflow-y|filter"
    r"|content-visibility)\s*:\s*([^;{}]+)",
    re.I,
)
_ALWAYS_MEDIA = re.compile(r"@media\s+(all|screen|only\s+screen)\s*\{", re.I)
_COMPOUND = re.compile(r"([a-z][\w-]*|\*)?((?:[.#](?:[\w-]|\\.)+)*)", re.I)
_PIECE = re.compile(r"([.#])((?:[\w-]|\\.)+)")
# Bounds, so that a hostile sheet costs milliseconds, not minutes.
_MAX_CSS = 400_000
_MAX_AT_BLOCKS = 2_000
_MAX_RULES = 5_000
_MAX_RULES_PER_KEY = 12
_MAX_SELECTORS = 100
_MAX_STYLE = 4_000
_MAX_VALUE = 200
_MAX_DEPTH = 30


@dataclass(frozen=True)
class _Compound:
    """One simple selector such as `p.note#x`."""

    tag: str
    classes: frozenset[str]
    ids: frozenset[str]

    def matches(self, element: HtmlElement) -> bool:
        if self.tag and element.tag != self.tag:
            return False
        if self.ids and not self.ids <= {element.get("id")}:
            return False
        return not self.classes or self.classes <= set((element.get("class") or "").split())


@dataclass(frozen=True)
class _Rule:
    last: _Compound
    ancestors: tuple[_Compound, ...]  # outermost first
    declarations: Declarations
    weight: tuple[int, int, int, int]

    def matches(self, element: HtmlElement) -> bool:
        if not self.last.matches(element):
            return False
        wanted = list(self.ancestors)
        for ancestor in islice(element.iterancestors(), _MAX_DEPTH):
            if wanted and wanted[-1].matches(ancestor):
                wanted.pop()
        return not wanted


class Styles:
    """The declarations of one page's own styles."""

    def __init__(self, root: HtmlElement) -> None:
        self._by_key: dict[str, list[_Rule]] = {}
        sheets = [(style.get("media") or "", style.text or "") for style in root.iter("style")]
        for media, text in sheets:
            if media.strip().lower() in ("", "all", "screen"):
                self._add_sheet(text)
        self.external = any(
            "stylesheet" in (link.get("rel") or "").lower().split() for link in root.iter("link")
        )

    @property
    def has_rules(self) -> bool:
        """False when only inline styles can say anything."""
        return bool(self._by_key)

    def of(self, element: HtmlElement) -> Declarations:
        """What inline style and matching rules declare for an element, cascaded."""
        found = self._from_rules(element) if self._by_key else {}
        inline = element.get("style")
        if inline:
            found = found | read_declarations(inline)
        return found

    def _from_rules(self, element: HtmlElement) -> Declarations:
        keys = [element.tag]
        if element.get("class"):
            keys += ["." + name for name in element.get("class").split()]
        if element.get("id"):
            keys.append("#" + element.get("id"))
        rules = [rule for key in keys for rule in self._by_key.get(key, ()) if rule.matches(element)]
        result: Declarations = {}
        for rule in sorted(rules, key=lambda rule: rule.weight):
            result.update(rule.declarations)
        return result

    def _add_sheet(self, text: str) -> None:
        for order, (selectors, body) in enumerate(_rules(text[:_MAX_CSS])):
            declarations = read_declarations(body)
            if not declarations or order > _MAX_RULES:
                continue
            for selector in selectors.split(",")[:_MAX_SELECTORS]:
                rule = _rule(selector.strip()[:_MAX_VALUE], declarations, order)
                if rule is None:
                    continue
                for key in _keys(rule.last):
                    self._by_key.setdefault(key, []).append(rule)
                    del self._by_key[key][:-_MAX_RULES_PER_KEY]


def read_declarations(text: str) -> Declarations:
    """The declarations we care about, lower case, without `!important`."""
    found = {
        name.lower(): value[:_MAX_VALUE].strip().lower() for name, value in _READ.findall(text[:_MAX_STYLE])
    }
    return {name: value.replace("!important", "").strip() for name, value in found.items()}


def _rules(text: str) -> Iterator[tuple[str, str]]:
    clean = _without_comments(text)
    clean = _without_at_blocks(clean) if "@" in clean else clean
    for chunk in clean.split("}"):
        selectors, brace, body = chunk.rpartition("{")
        if brace:
            yield selectors, body


def _without_comments(text: str) -> str:
    first, *rest = text.replace("<!--", " ").replace("-->", " ").split("/*")
    return first + " ".join(part.partition("*/")[2] for part in rest)


def _without_at_blocks(text: str) -> str:
    """Drop conditional blocks (media sizes, print, keyframes): nobody here knows whether they apply."""
    kept: list[str] = []
    position = 0
    for _ in range(_MAX_AT_BLOCKS):
        start = text.find("@", position)
        if start < 0:
            return "".join([*kept, text[position:]])
        kept.append(text[position:start])
        always = _ALWAYS_MEDIA.match(text, start)
        end = _block_end(text, start)
        if always:
            kept.append(text[always.end() : end - 1])
        position = end
    return "".join(kept)


def _block_end(text: str, start: int) -> int:
    semicolon, brace = text.find(";", start), text.find("{", start)
    if brace < 0 or 0 <= semicolon < brace:
        return semicolon + 1 if semicolon >= 0 else len(text)
    depth = 0
    for found in re.compile(r"[{}]").finditer(text, brace):
        depth += 1 if found.group() == "{" else -1
        if depth == 0:
            return found.end()
    return len(text)


def _rule(selector: str, declarations: Declarations, order: int) -> _Rule | None:
    compounds = [_compound(part) for part in selector.replace(">", " ").split()]
    if not compounds or None in compounds:
        return None
    parts: list[_Compound] = [part for part in compounds if part is not None]
    ids = sum(len(part.ids) for part in parts)
    classes = sum(len(part.classes) for part in parts)
    tags = sum(1 for part in parts if part.tag)
    return _Rule(parts[-1], tuple(parts[:-1]), declarations, (ids, classes, tags, order))


def _compound(text: str) -> _Compound | None:
    found = _COMPOUND.fullmatch(text)
    if not found or not text:
        return None
    pieces = [(mark, name.replace("\\", "")) for mark, name in _PIECE.findall(found.group(2))]
    tag = (found.group(1) or "").lower()
    return _Compound(
        tag="" if tag == "*" else tag,
        classes=frozenset(name for mark, name in pieces if mark == "."),
        ids=frozenset(name for mark, name in pieces if mark == "#"),
    )


def _keys(last: _Compound) -> Iterable[str]:
    """One index key is enough: the rule is checked in full when found."""
    if last.ids:
        return ["#" + min(last.ids)]
    if last.classes:
        return ["." + min(last.classes)]
    return [last.tag] if last.tag else []
