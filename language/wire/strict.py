"""Strict reading of JSON a model wrote, and JSON schemas in both directions. Repairs nothing silently."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MAX_JSON_CHARS = 200_000
MAX_STRING_CHARS = 20_000
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_FENCED = re.compile(r"\A```(?:json)?\s*\n(.*?)\n?```\Z", re.S)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.S)
# Keywords the strict mode of the wire does not know; they are still checked here after the answer.
_CHECKED_HERE = ("default", "title", "examples", "format", "minLength", "maxLength", "pattern", "uniqueItems")


class Unusable(Exception):
    """An answer that must not be used; the text tells the model what to change."""


def loads(text: str) -> Any:
    """The value of exactly one strict JSON text: no NaN, no repeated keys, no lone surrogates.

    Raises:
        Unusable: it is not that, or absurdly large.
    """
    if len(text) > MAX_JSON_CHARS:
        raise Unusable(f"the answer is longer than {MAX_JSON_CHARS} characters")
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_repeats)
        _check_strings(value)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not valid JSON: {error}") from error
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key is repeated")
    return result


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise ValueError("a string holds half a character (lone surrogate)")
        if len(value) > MAX_STRING_CHARS:
            raise ValueError(f"a string is longer than {MAX_STRING_CHARS} characters")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_strings(key)
            _check_strings(item)
    elif isinstance(value, list):
        for item in value:
            _check_strings(item)


def bare_json(text: str) -> str:
    """The text without a code fence or a leading thought block, which some servers add."""
    text = _THOUGHT.sub("", text).strip()
    fenced = _FENCED.match(text)
    return fenced[1] if fenced else text


def clean_text(text: str, limit: int) -> str:
    """Text for people: no control, bidi or half characters, at most `limit` characters."""
    text = without_control(_THOUGHT.sub("", text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def without_control(text: str) -> str:
    """Text without control, bidi and half characters."""
    return _CONTROL.sub("", _SURROGATE.sub("", text))


def quoted(text: str, limit: int) -> str:
    """Text as a JSON string, so that nothing in it can end the quotation."""
    return json.dumps(clean_text(text, limit), ensure_ascii=False)


def check(value: Any, schema: Mapping[str, Any]) -> None:
    """Hold a value against a JSON schema; unknown arguments are refused.

    Raises:
        Unusable: naming the first difference and where it is.
    """
    error = next(iter(_validator(json.dumps(closed(schema), sort_keys=True)).iter_errors(value)), None)
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path) or "arguments"
        raise Unusable(f"{where}: {error.message[:200]}")


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with every object that lists its properties closed against others."""
    return _walk(schema, _close)


def strict(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema in the wire's strict form (all properties required, optional ones nullable).

    None when it holds free-form objects, which strict mode cannot express.
    """
    result = _walk(schema, _stricten)
    return None if _has_free_objects(result) else result


def without_nulls(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """Arguments with the nulls dropped that only strict mode demanded."""
    root = root if root is not None else schema
    schema = _resolved(schema, root)
    if isinstance(value, list):
        return [without_nulls(item, schema.get("items") or {}, root) for item in value]
    if not isinstance(value, dict):
        return value
    required, parts = set(schema.get("required") or ()), schema.get("properties") or {}
    return {
        key: without_nulls(item, parts.get(key) or {}, root)
        for key, item in value.items()
        if item is not None or key in required or key not in parts or _nullable(parts[key])
    }


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    return (root.get("$defs") or {}).get(name, schema) if name else schema


def _walk(schema: Any, change: Any) -> Any:
    if isinstance(schema, Mapping):
        return change({key: _inner(key, item, change) for key, item in schema.items()})
    if isinstance(schema, list):
        return [_walk(item, change) for item in schema]
    return schema


def _inner(key: str, item: Any, change: Any) -> Any:
    # Below these keys stand names or plain values, not schemas.
    if key in ("properties", "$defs") and isinstance(item, Mapping):
        return {name: _walk(part, change) for name, part in item.items()}
    if key in ("enum", "const", "default", "examples", "required"):
        return item
    return _walk(item, change)


def _is_object(node: dict[str, Any]) -> bool:
    return node.get("type") == "object" or "properties" in node


def _close(node: dict[str, Any]) -> dict[str, Any]:
    if _is_object(node) and "additionalProperties" not in node:
        return {**node, "additionalProperties": False}
    return node


def _stricten(node: dict[str, Any]) -> dict[str, Any]:
    node = {key: item for key, item in node.items() if key not in _CHECKED_HERE}
    if not _is_object(node) or node.get("additionalProperties"):
        return node
    required = set(node.get("required") or ())
    properties = {
        name: part if name in required or _nullable(part) else {"anyOf": [part, {"type": "null"}]}
        for name, part in (node.get("properties") or {}).items()
    }
    return {
        **node,
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _nullable(part: Mapping[str, Any]) -> bool:
    kind = part.get("type")
    if kind == "null" or (isinstance(kind, list) and "null" in kind):
        return True
    return any(_nullable(option) for option in (*(part.get("anyOf") or ()), *(part.get("oneOf") or ())))


def _has_free_objects(node: Any) -> bool:
    if isinstance(node, Mapping):
        if _is_object(dict(node)) and node.get("additionalProperties", True) is not False:
            return True
        return any(_has_free_objects(item) for item in node.values())
    return isinstance(node, list) and any(_has_free_objects(item) for item in node)
