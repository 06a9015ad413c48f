"""The matrix on its page: every mistake at its cell, nothing typed is lost, and a version's way into force."""

import re

import pytest

from channels.console.differences import differences
from channels.console.grid import Grid, GridRow, grid_of, problems_of
from domain.errors import Correctable
from service.commands import run_command
from tests.fixtures import builders


def row(**given):
    values = {"id": "R-1", "agents": "outreach", "reason": "because", "owner": "sales", **given}
    return GridRow(**values)


def mistakes(*rows):
    from autonomy.policy_file import parse_policy

    grid = Grid(rows)
    with pytest.raises(Correctable) as caught:
        parse_policy(grid.text())
    return problems_of(grid, caught.value)


async def test_the_grid_of_the_matrix_in_force_says_the_same_as_the_matrix(console):
    from autonomy.policy_file import load_policy, parse_policy

    shown = await run_command(console.house, "policy_show", {}, actor=builders.OWNER)
    assert parse_policy(grid_of(shown).text()).version == load_policy(None).version


@pytest.mark.parametrize(
    ("given", "cell", "sentence"),
    [
        ({"agents": "menager"}, "agents", "no agent or role 'menager'"),
        ({"agents": " , "}, "agents", "speaks about nobody"),
        ({"min_amount": "500", "max_amount": "100"}, "max_amount", "smaller than “amount from”"),
        ({"max_amount": "a lot"}, "max_amount", "valid decimal"),
        ({"min_amount": "-1"}, "min_amount", "greater than or equal to 0"),
        ({"max_amount": "NaN"}, "max_amount", "finite number"),
        ({"action": "send_fax"}, "action", "no action 'send_fax'"),
        ({"level": "perhaps"}, "level", "should be"),
        ({"level": "deny", "approvers": "2"}, "approvers", "nobody approves"),
        ({"relationship": ("cousin",)}, "relationship", "should be"),
        ({"when": "batch <"}, "when", ""),
        ({"id": ""}, "id", "at least 1 character"),
    ],
)
def test_a_mistake_is_told_at_its_cell(given, cell, sentence):
    found, general = mistakes(
        row(id="R-0"), row(agents="deal", **given) if "agents" not in given else row(**given)
    )
    assert general == ""
    assert list(found) == [1]
    assert list(found[1]) == [cell]
    assert sentence.lower() in found[1][cell].lower()


def test_the_grid_knows_every_column_of_the_matrix():
    """A column the grid did not know would be lost by saving."""
    from dataclasses import fields

    from autonomy.policy import Policy, Row

    assert {one.name for one in fields(GridRow)} == set(Row.model_fields)
    assert set(Policy.model_fields) == {"rows", "otherwise", "risk_tolerance"}


def test_every_wrong_row_is_told_not_only_the_first():
    found, _ = mistakes(
        row(id="R-1", level="x"), row(id="R-2", agents="deal"), row(id="R-3", agents="nobody")
    )
    assert list(found) == [0, 2]


def test_rows_that_contradict_each_other_or_share_a_name_are_told_at_the_later_one():
    assert list(mistakes(row(id="R-1"), row(id="R-2", level="deny"))[0]) == [1]
    assert mistakes(row(id="R-1"), row(id="R-1", agents="deal"))[0][1]["id"].startswith("Two rows")


def test_a_matrix_without_rows_is_a_mistake_of_no_cell():
    assert mistakes() == ({}, "The policy holds no rows.")


def test_differences_name_rows_and_cells():
    def version(**row_1):
        first = {"id": "R-1", "agents": ["deal"], "level": "ask", **row_1}
        return {"rows": [first], "otherwise": "ask", "risk_tolerance": "balanced"}

    after = version(level="deny") | {"otherwise": "deny"}
    after["rows"] = [*after["rows"], {"id": "R-2"}]
    found = differences(version() | {"rows": [*version()["rows"], {"id": "R-0"}]}, after)
    assert found.head == (("otherwise", "ask", "deny"),)
    assert [(one.kind, one.row["id"]) for one in found.rows] == [
        ("changed", "R-1"),
        ("added", "R-2"),
        ("removed", "R-0"),
    ]
    assert found.rows[0].cells == (("level", "ask", "deny"),)
    assert not differences(version(), version())


async def test_a_wrong_cell_keeps_everything_that_was_typed(console):
    olga = await console.tab("olga")
    fields = await olga.grid()
    typed = {"row-0-agents": "owner, menager", "row-3-reason": "a <b>new</b> reason", "note": "my note"}
    answer = await olga.send("/console/policy", data={**fields, **typed})
    assert answer.status_code == 400
    assert re.search(
        r'aria-invalid="true" aria-describedby="wrong-0-agents"[^>]*>owner, menager<', answer.text
    )
    assert "a &lt;b&gt;new&lt;/b&gt; reason" in answer.text
    assert 'value="my note"' in answer.text


async def test_without_scripts_a_row_is_added_and_removed_by_the_form(console):
    olga = await console.tab("olga")
    fields = await olga.grid()
    more = (await olga.send("/console/policy", data={**fields, "do": "add"})).text
    rows = sum(name.endswith("-id") for name in fields)
    assert f'name="row-{rows}-id"' in more
    assert 'value="R-01"' in more
    saved = await olga.send("/console/policy", data={**fields, "row-30-remove": "on"})
    shown = await run_command(console.house, "policy_show", {"version": "2"}, actor=builders.OWNER)
    assert saved.headers["location"].startswith("/console/policy/versions/2")
    assert len(shown["rows"]) == rows - 1


async def test_a_version_is_tried_then_put_in_force_with_a_reason_then_rolled_back(console):
    olga, mark = await console.tab("olga"), await console.tab("mark")
    fields = await mark.grid()
    await mark.send("/console/policy", data={**fields, "row-0-level": "deny", "note": "no mails"})
    page = "/console/policy/versions/2"
    assert "asks first" in await mark.page(page)
    untried = await olga.send(f"{page}/activate", data={"reason": "we pause"})
    assert (untried.status_code, "was not tried" in untried.text) == (400, True)
    assert (await mark.send(f"{page}/simulate")).status_code == 303
    unasked = await olga.send(f"{page}/activate", data={"reason": " "})
    assert "Say in a sentence why" in unasked.text
    refused = await mark.send(f"{page}/activate", data={"reason": "me"})
    assert (refused.status_code, "may not policy_activate" in refused.text) == (403, True)
    assert (await olga.send(f"{page}/activate", data={"reason": "we pause"})).status_code == 303
    assert "in force" in await olga.page(page)
    back = await olga.send("/console/policy/rollback")
    assert back.headers["location"] == "/console/policy/versions/1?done=back"


async def test_yaml_goes_out_and_comes_back_as_a_version(console):
    olga = await console.tab("olga")
    text = (await olga.http.get("/console/policy.yaml")).text
    wrong = text.replace("level: ask", "level: often", 1)
    told = await olga.send("/console/policy/upload", files={"file": ("p.yaml", wrong)})
    assert told.status_code == 400
    assert "Cell &#39;level&#39; is wrong" in told.text
    right = text.replace("level: ask", "level: deny", 1)
    done = await olga.send("/console/policy/upload", files={"file": ("p.yaml", right)})
    assert done.headers["location"] == "/console/policy/versions/2?done=saved"
    empty = await olga.send("/console/policy/upload", data={"file": ""})
    assert "Choose a YAML file first" in empty.text


async def test_an_unknown_version_is_a_page_with_one_sentence(console):
    answer = await (await console.tab("olga")).http.get("/console/policy/versions/77")
    assert answer.status_code == 404
    assert "There is no policy version 77." in answer.text
