"""Turns criteria said in chat into edits of the ideal customer profile."""

import re
from typing import Any

from domain.icp import IcpEdit, LineField, LineKind
from language.offline.talk.criteria import Criterion, Mode, read_criteria

_KIND = {
    Mode.NOT: LineKind.DISQUALIFIER,
    Mode.ALLOW: LineKind.DISQUALIFIER,
    Mode.PREFER: LineKind.SOFT,
}
_PLACE_DROP = re.compile(r"^(?:drop|remove|take out|leave out|delete|scrap)\b")
_PAIN = re.compile(
    r"^(?:add |include |note )?(?:(?:a|another|the) )?(?:pain(?: point)?|problem)s?(?: is| are)?:? "
    r"(?P<pain>.{4,80})$|"
    r"(?:they|our customers|customers|these companies) (?:usually |often |mostly )?(?:suffer from|"
    r"struggle with|have trouble with|complain about) (?P<also>.{4,80})$"
)


def icp_edits(text: str, *, also: bool = False) -> list[dict[str, Any]]:
    """Edits a sentence asks for, as `edit_icp` takes them; empty when it names no criterion."""
    if match := _PAIN.search(text):
        pain = (match["pain"] or match["also"]).strip()
        return [_as_args(IcpEdit(op="add", kind=LineKind.PAIN, field=LineField.PAIN, value=pain))]
    criteria = read_criteria(text, Mode.ADD if also else Mode.PLAIN, keywords=True)
    dropped = bool(_PLACE_DROP.match(text))
    return [_as_args(_edit(item, dropped)) for item in criteria]


def _edit(item: Criterion, dropped: bool) -> IcpEdit:
    if item.mode is Mode.NOT and dropped and item.field is LineField.GEOGRAPHY:
        return IcpEdit(op="remove", kind=LineKind.HARD, field=item.field, value=item.value, match=item.match)
    kind = _kind(item)
    return IcpEdit(op=_op(item), kind=kind, field=item.field, value=item.value, match=item.match)


def _kind(item: Criterion) -> LineKind:
    if item.field is LineField.ROLE and item.mode is not Mode.NOT:
        return LineKind.ROLE
    if item.field in (LineField.SIGNAL, LineField.KEYWORD) and item.mode is Mode.PLAIN:
        return LineKind.SOFT
    return _KIND.get(item.mode, LineKind.HARD)


def _op(item: Criterion) -> Any:
    if item.mode in (Mode.FORGET, Mode.ALLOW):
        return "remove"
    if item.mode in (Mode.ADD, Mode.NOT, Mode.PREFER):
        return "add"
    # technologies, signals and keywords come on top; a place, trade, size or role said plainly is the new one
    return "add" if item.field in (LineField.TECHNOLOGY, LineField.SIGNAL, LineField.KEYWORD) else "replace"


def _as_args(edit: IcpEdit) -> dict[str, Any]:
    return edit.model_dump(mode="json")
