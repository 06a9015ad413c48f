"""Fills any JSON schema with values picked from the request by the names of its fields."""

import re
from typing import Any

_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.I)
_ID = re.compile(r"\b[a-z]{2,5}_[0-9a-z]{4,}\b")
_SHOWN = re.compile(r"^(\d+)\. \w+ (\S+) ", re.M)
_FOCUS = re.compile(r"^focus: \w+ (\S+)", re.M)
_PRONOUN = re.compile(r"\b(?:her|him|it|them|this|that)\b", re.I)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_WORDY = {"question", "instruction", "text", "message", "query", "reason", "value", "prompt", "input"}
_SIZE = re.compile(r"\d+\s*(?:\+|-|to)?\s*\d*\s*(?:people|employees|staff)", re.I)
_PLACE = re.compile(r"\bin ([A-Z]\w+)")


def fill(schema: dict[str, Any], root: dict[str, Any], name: str, text: str, message: str) -> Any:
    """A value that fits the schema.

    Args:
        root: the outermost schema, where references point into.
        text: the whole request, searched for ids.
        message: the person's words, searched for everything else.
    """
    if "$ref" in schema:
        return fill(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root, name, text, message)
    if "enum" in schema:
        return _of_enum(schema["enum"], name, message)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return _of_options(options, root, name, text, message)
    match schema.get("type"):
        case "object":
            parts = (schema.get("properties") or {}).items()
            return {key: fill(part, root, key, text, message) for key, part in parts if _wanted(schema, key)}
        case "array":
            return _of_array(schema, root, name, text, message)
        case "string":
            return picked(name, text, message) or ("" if name not in _WORDY else message)
        case "integer":
            return int(_number(message) or 10)
        case "number":
            return _number(message) or 0.5
        case "boolean":
            return not re.search(r"\b(?:dis|not|un)", message.lower())
        case _:
            return None


def _wanted(schema: dict[str, Any], key: str) -> bool:
    return key in (schema.get("required") or ())


def _of_enum(values: list[Any], name: str, message: str) -> Any:
    lowered = message.lower()
    if name == "field" and "size" in values and _SIZE.search(message):
        return "size"
    if name == "field" and "geography" in values and _PLACE.search(message):
        return "geography"
    return next((value for value in values if str(value).lower() in lowered), values[0])


def _of_options(
    options: list[dict[str, Any]], root: dict[str, Any], name: str, text: str, message: str
) -> Any:
    solid = [option for option in options if option.get("type") != "null"]
    if len(solid) == len(options):
        return fill(solid[0], root, name, text, message)
    if solid and solid[0].get("type") == "string":
        return picked(name, text, message) or None
    if name == "limit" and _number(message):
        return fill(solid[0], root, name, text, message)
    return None


def _of_array(schema: dict[str, Any], root: dict[str, Any], name: str, text: str, message: str) -> list[Any]:
    items = schema.get("items") or {}
    if name == "ids":
        found = picked("id", text, message) if _ORDINALS.keys() & set(message.lower().split()) else ""
        return [found] if found else []
    if items.get("type") == "object" or "$ref" in items:
        return [fill(items, root, name, text, message)]
    return []


def picked(name: str, text: str, message: str) -> str:
    """The string for a field of that name, "" when the request does not hold one."""
    if name in {"url", "site", "website"}:
        found = _URL.search(message)
        return found[0].rstrip(".,)") if found else ""
    if name == "id" or name.endswith("_id"):
        return _an_id(text, message)
    if name == "value":
        found = _SIZE.search(message) or _PLACE.search(message)
        return (found[1] if found.re is _PLACE else found[0]) if found else message
    return message if name in _WORDY else ""


def _an_id(text: str, message: str) -> str:
    shown = dict(_SHOWN.findall(text))
    for word, position in _ORDINALS.items():
        if word in message.lower().split() and str(position) in shown:
            return shown[str(position)]
    focus = _FOCUS.search(text)
    if focus and _PRONOUN.search(message):
        return focus[1]
    found = _ID.findall(message) or list(shown.values()) or _ID.findall(text)
    return found[0] if found else ""


def _number(message: str) -> float | None:
    found = re.search(r"\d+(?:\.\d+)?", message)
    return float(found[0]) if found else None
