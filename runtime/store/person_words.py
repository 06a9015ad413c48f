"""Finding and striking a person's name and address in text and JSON. Pure; nothing is stored here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

STRUCK = "[erased]"
_BETWEEN = r"(?:[\W_]|%20){1,4}"  # "Anna Weiss", "anna-weiss", "Anna.Weiss", "Weiss, Anna"


@dataclass(frozen=True)
class PersonWords:
    """What gives a person away: whole addresses and full names. A name of one word is too common to search for."""

    addresses: tuple[str, ...]
    names: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """One expression over everything; None when there is nothing to look for."""
        parts = [_address(one) for one in self.addresses] + [
            _name(tokens) for one in self.names for tokens in _orders(one)
        ]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    @cached_property
    def loose(self) -> re.Pattern[str] | None:
        """Like `pattern`, but letters may stand directly beside: the length of a packed text can look like one."""
        parts = [re.escape(one).replace("@", "(?:@|%40)") for one in self.addresses]
        parts += [_BETWEEN.join(map(re.escape, tokens)) for one in self.names for tokens in _orders(one)]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def found_in_bytes(self, value: bytes) -> bool:
        """Whether packed data (a checkpoint) names the person; text lies in it as UTF-8."""
        return self.loose is not None and self.loose.search(value.decode("utf-8", "replace")) is not None

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Short pieces that every hit holds, in plain ASCII, for a first look in SQL."""
        words = [one.partition("@")[0] for one in self.addresses]
        words += [max(one.split(), key=len) for one in self.names if len(one.split()) > 1]
        runs: list[str] = [max(re.findall(r"[ -~]+", word) or [""], key=len) for word in words]
        return tuple(dict.fromkeys(run.lower() for run in runs))

    def found_in(self, value: Any) -> bool:
        """Whether a text, or JSON at any depth, names the person."""
        if isinstance(value, str):
            return self.pattern is not None and self.pattern.search(value) is not None
        if isinstance(value, dict):
            return any(self.found_in(one) for pair in value.items() for one in pair)
        return isinstance(value, list | tuple) and any(self.found_in(one) for one in value)

    def struck(self, value: Any) -> Any:
        """The same value without the person; entries of lists that are the person go entirely."""
        if isinstance(value, str):
            return self.pattern.sub(STRUCK, value) if self.pattern else value
        if isinstance(value, dict):
            return {self.struck(key): self.struck(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.struck(one) for one in value if not self._is_the_person(one)]
        return value

    def _is_the_person(self, entry: Any) -> bool:
        """A row about a person (found on a page or in a file), not a mere mention."""
        if not isinstance(entry, dict):
            return False
        own = [entry.get(key) for key in ("email", "name", "contact")]
        return any(isinstance(one, str) and self._is_exactly(one) for one in own)

    def _is_exactly(self, text: str) -> bool:
        return self.pattern is not None and self.pattern.fullmatch(text.strip()) is not None


def _address(address: str) -> str:
    local, _, domain = address.partition("@")
    at = r"(?:@|%40|\s?[\[(]\s?at\s?[\])]\s?)"
    return (
        rf"(?<![\w.+-]){re.escape(local)}{at}{re.escape(domain)}(?![\w-]|\.\w)"
        if domain
        else re.escape(local)
    )


def _orders(name: str) -> Sequence[list[str]]:
    tokens = name.split()
    return [tokens, [tokens[-1], *tokens[:-1]]] if len(tokens) > 1 else []


def _name(tokens: Sequence[str]) -> str:
    return r"(?<!\w)" + _BETWEEN.join(re.escape(token) for token in tokens) + r"(?!\w)"
