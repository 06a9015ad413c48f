"""What a person cannot see on a page: hidden elements and invisible characters.

Text only a machine would read is where instructions to machines are planted, so it is dropped.
"""

import re
from itertools import islice

from lxml.html import HtmlElement

from domain.knowledge import squeeze
from tools.read.web.css import Declarations, Styles

# Zero-width, bidirectional and other invisible characters, tag characters, controls, lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CLASSES_THAT_HIDE = """
    hidden d-none sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only u-hidden
    is-hidden visually-hidden-focusable sr-only-focusable invisible opacity-0
"""
_HIDDEN_CLASSES = frozenset(_CLASSES_THAT_HIDE.split())
_SHOWN_AT_SOME_SIZE = re.compile(
    r"(?:^|\s)(?:[\w-]+:(?:block|inline|flex|grid|table|contents|inline-\w+|not-sr-only|visible|opacity-\d+)|d-\w+-\w+|not-sr-only)(?=\s|$)"
)
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|em|rem|pt|vw|vh|%|ch|cm|in|mm)?")
_UNITS = {"": 1.0, "px": 1.0, "em": 16.0, "rem": 16.0, "pt": 1.33, "vw": 12.8, "vh": 8.0, "ch": 8.0,
          "cm": 38.0, "in": 96.0, "mm": 3.8}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(r"rgba?\(\s*([\d.]+%?)[\s,]+([\d.]+%?)[\s,]+([\d.]+%?)(?:[\s,/]+([\d.]+%?))?\s*\)")
_ALPHA_NONE = re.compile(r"rgba\(.*[,/]\s*0*\.?0+%?\s*\)|#[0-9a-f]{6}00\b")
_NAMES = {"white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240),
          "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255)}  # fmt: skip
_FAR = -400.0
_TINY_FONT = 2.0
_CLIMB = 60
Colour = tuple[int, int, int]
_WHITE: Colour = (255, 255, 255)


def visible_text(words: str) -> str:
    """The text as seen: invisible characters gone, whitespace squeezed."""
    text = squeeze(words)
    if text.isascii() and text.isprintable():  # nearly all text; nothing to remove
        return text
    return squeeze(_INVISIBLE.sub("", words))


def is_hidden(element: HtmlElement, styles: Styles) -> bool:
    """True when a person looking at the page would not see this element."""
    attributes = element.attrib
    if not attributes and not styles.has_rules:
        return False
    if "hidden" in attributes or "popover" in attributes or _decorative(element):
        return True
    if element.tag == "dialog" and "open" not in attributes:
        return True
    if _hidden_by_class(attributes.get("class")):
        return True
    declared = styles.of(element)
    if "color" in attributes and element.tag == "font":
        declared = {"color": attributes["color"].lower()} | declared
    return bool(declared) and (_hidden_by_style(declared) or _same_as_background(element, declared, styles))


def _decorative(element: HtmlElement) -> bool:
    return element.get("aria-hidden") == "true" and element.tag not in ("html", "body", "main")


def _hidden_by_class(names: str | None) -> bool:
    if not names or _HIDDEN_CLASSES.isdisjoint(names.split()):
        return False
    return not _SHOWN_AT_SOME_SIZE.search(names)


def _hidden_by_style(declared: Declarations) -> bool:
    get = declared.get
    return (
        get("display") == "none"
        or get("visibility") in ("hidden", "collapse")
        or get("content-visibility") == "hidden"
        or _opacity(declared) < 0.05
        or _font_size(declared) < _TINY_FONT
        or _off_screen(declared)
        or _no_room(declared)
    )


def _opacity(declared: Declarations) -> float:
    value = declared.get("opacity", "1")
    hidden_by_filter = re.search(r"opacity\(\s*0*\.?0*%?\s*\)", declared.get("filter", ""))
    try:
        number = float(value.rstrip("%")) / (100.0 if value.endswith("%") else 1.0)
    except ValueError:
        return 1.0
    return 0.0 if hidden_by_filter else number


def _font_size(declared: Declarations) -> float:
    value = declared.get("font-size", "")
    if not value and declared.get("font"):
        found = re.search(r"(?:^|\s)(-?[\d.]+(?:px|em|rem|pt|%)|0(?=[\s/]))", declared["font"])
        value = found.group(1) if found else ""
    if value.endswith("%"):
        return _number(value) * 0.16
    return _pixels(value, 16.0)


def _off_screen(declared: Declarations) -> bool:
    moved = ("margin-left", "margin-top", "text-indent")
    if declared.get("position") in ("absolute", "fixed", "relative"):
        moved += ("left", "top", "right", "bottom")
    if any(_pixels(declared.get(name, ""), 0.0) <= _FAR for name in moved):
        return True
    return _transformed_away(declared)


def _transformed_away(declared: Declarations) -> bool:
    transform = declared.get("transform", "")
    if re.search(r"scale[xy3d]*\(\s*0*\.?0+\s*[,)]", transform):
        return True
    if declared.get("scale", "1").strip() in ("0", "0.0") or declared.get("zoom", "1") == "0":
        return True
    if "translate" not in transform:
        return False
    return any(_pixels(value, 0.0) <= _FAR for value in re.findall(r"-\d[\w.]*", transform))


def _no_room(declared: Declarations) -> bool:
    sizes = ("width", "height", "max-height", "max-width")
    cut = any(declared.get(name) in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y"))
    if cut and any(_pixels(declared.get(name, ""), 99.0) <= 1.0 for name in sizes):
        return True
    clip = re.sub(r"[\s,]+", " ", declared.get("clip", ""))
    if re.fullmatch(r"rect\( ?([01](px|%)? ?){4}\)", clip):
        return True
    shape = declared.get("clip-path", "")
    return bool(re.match(r"(inset\(\s*(5\d|[6-9]\d|100)%|circle\(\s*0|polygon\(\s*0\s+0\s*,\s*0\s+0)", shape))


def _same_as_background(element: HtmlElement, declared: Declarations, styles: Styles) -> bool:
    value = declared.get("color", "")
    if not value or "text" in (declared.get("background-clip"), declared.get("-webkit-background-clip")):
        return False
    if element.tag in ("html", "body"):
        return False
    if value == "transparent" or _ALPHA_NONE.search(value):
        return True
    colour = _colour(value)
    behind = _background(element, styles) if colour else None
    if colour is None or behind is None:
        return False
    return all(abs(a - b) <= 8 for a, b in zip(colour, behind, strict=True))


def _background(element: HtmlElement, styles: Styles) -> Colour | None:
    """The colour behind an element; None when nobody can tell without the linked sheets."""
    for node in (element, *islice(element.iterancestors(), _CLIMB)):
        declared = styles.of(node)
        value = (
            declared.get("background-color")
            or declared.get("background")
            or (node.get("bgcolor") or "").lower()
        )
        if value and value not in ("transparent", "none", "inherit", "initial"):
            return _colour(value)
        if styles.external and (node.get("class") or node.get("id")):
            return None
    return _WHITE


def _colour(value: str) -> Colour | None:
    if "gradient" in value or "url(" in value:
        return None
    found = _HEX.search(value)
    if found:
        return _from_hex(found.group(1))
    found = _RGB.search(value)
    if found:
        red, green, blue = (
            min(255, int(_number(part) * (2.55 if "%" in part else 1))) for part in found.groups()[:3]
        )
        return red, green, blue
    return next((_NAMES[word] for word in value.split() if word in _NAMES), None)


def _from_hex(digits: str) -> Colour | None:
    if len(digits) in (3, 4):
        digits = "".join(char * 2 for char in digits)
    return (
        (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)) if len(digits) in (6, 8) else None
    )


def _pixels(value: str, default: float) -> float:
    found = _LENGTH.match(value)
    if not found:
        return default
    return float(found.group(1)) * _UNITS.get(found.group(2) or "", 1.0)


def _number(value: str) -> float:
    found = _LENGTH.match(value)
    return float(found.group(1)) if found else 0.0
