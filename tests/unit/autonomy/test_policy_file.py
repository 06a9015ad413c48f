"""A policy file that is wrong is refused with row and cell; a good one is named by its hash."""

from pathlib import Path

import pytest

from autonomy.policy_file import load_policy
from domain.errors import Correctable

ROW = "{{id: {id}, agents: {agents}, action: {action}, level: {level}, reason: why, owner: me}}"


def row(id: str = "A", agents: str = "[owner]", action: str = "edit_draft", level: str = "auto") -> str:
    return ROW.format(id=id, agents=agents, action=action, level=level)


def rows(*lines: str) -> str:
    return "rows:\n" + "".join(f"  - {line}\n" for line in lines)


BAD = {
    "no rows": ("rows: []", "holds no rows"),
    "empty file": ("", "holds no rows"),
    "a list": ("- 1", "holds no rows"),
    "broken yaml": ("rows: [", "not well-formed"),
    "unknown level": (rows(row(level="maybe")), "row 1: level"),
    "unknown action": (rows(row(), row(id="B", action="send_mail")), "row 2: send_mail"),
    "unknown agent": (rows(row(agents="[boss]")), "row 1: boss"),
    "empty agents": (rows(row(agents="[]")), "row 1: agents"),
    "agents not a list": (rows(row(agents="owner")), "row 1: agents"),
    "extra cell": (rows(row()[:-1] + ", limit: .nan}"), "row 1: limit"),
    "missing cell": (
        rows("{id: A, agents: [owner], action: edit_draft, level: auto, owner: me}"),
        "row 1: reason",
    ),
    "a bare word": (rows("hello"), "row 1: row"),
    "two of one name": (rows(row(), row()), "called 'A'"),
    "contradiction": (rows(row(), row(id="B", level="deny")), "'B' (deny) contradicts"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=list(BAD))
def test_a_bad_policy_is_refused_with_row_and_cell(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(Correctable) as caught:
        load_policy(path)
    told = f"{caught.value.where}: {caught.value.message}"
    assert caught.value.code == "bad_policy"
    assert str(path) in told
    row_part, _, cell = words.partition(": ")
    assert row_part in told
    assert cell in told
    assert caught.value.hint


def test_a_missing_or_binary_file_is_one_clear_sentence(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00rows")
    for path in (tmp_path / "none.yaml", tmp_path, binary):
        with pytest.raises(Correctable, match=r"cannot be read|not well-formed"):
            load_policy(path)


def test_the_version_names_the_rows_and_nothing_else(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(rows(row()))
    second.write_text("# a comment\n" + rows(row()))
    assert load_policy(first).version == load_policy(second).version
    second.write_text(rows(row(level="ask")))
    assert load_policy(first).version != load_policy(second).version
