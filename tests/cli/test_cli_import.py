"""Importing a contact file: shown before it is written, undone as a batch, repeated without harm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

HEAD = "Company,Website,Name,Title,E-mail,Country\n"
REPORT = {"batch_id", "rows", "created", "updated", "duplicates", "errors"}


def rows(count: int) -> Iterator[str]:
    for number in range(count):
        domain = f"firm-{number}.example"
        yield f"Firm {number} Ltd,{domain},Pat Person{number},CEO,pat{number}@{domain},GB\n"


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str, name: str = "list.csv") -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_an_import_reports_in_the_shape_others_rely_on(cli, contacts):
    done = cli.json("import", str(contacts))
    assert set(done) >= REPORT
    assert (done["rows"], done["created"], done["updated"], done["duplicates"]) == (3, 3, 0, 0)
    assert done["errors"] == []
    mapping = {one["column"]: one["field"] for one in done["mapping"]}
    assert mapping["Company"] == "company"
    assert mapping["E-mail"] == "email"


def test_imported_companies_are_listed_with_person_and_verdict(cli, contacts):
    cli.json("import", str(contacts))
    listed = {row["account"]: row for row in cli.json("prospects")}
    assert set(listed) == {"Nordlicht Praxis", "Blue Door Ltd", "Atelier Lune"}
    assert listed["Nordlicht Praxis"]["contact"] == "Anna Weiss"
    assert listed["Nordlicht Praxis"]["email"] == "anna@nordlicht-praxis.example"
    assert [row["account"] for row in cli.json("prospects", "--country", "de")] == ["Nordlicht Praxis"]


def test_a_dry_run_shows_the_changes_and_writes_nothing(cli, contacts, written):
    cli.json("import", str(contacts))
    before = cli.json("prospects")
    changed = written(
        "Company,Website,City,E-mail,Name\n"
        "Nordlicht Praxis,nordlicht-praxis.example,Potsdam,,\nNew One,new-one.example,,,\n"
    )
    done = cli.json("import", changed, "--dry-run")
    assert done["dry_run"] is True
    assert done["created"] == 1
    assert cli.json("prospects") == before
    assert done["updated"] + done["duplicates"] == 1


def test_a_dry_run_shows_before_and_after_of_what_it_would_fill_in(cli, written):
    cli.json("import", written("Company,Website\nNordlicht Praxis,nordlicht-praxis.example\n"))
    more = written("Company,Website,City\nNordlicht Praxis,nordlicht-praxis.example,Berlin\n", "more.csv")
    diff = cli.json("import", more, "--dry-run")["diff"]
    assert [(one["record"], one["before"]["city"], one["after"]["city"]) for one in diff] == [
        ("accounts", "", "Berlin")
    ]


def test_a_repeated_import_changes_nothing(cli, contacts):
    cli.json("import", str(contacts))
    before = cli.json("prospects")
    again = cli.json("import", str(contacts))
    assert (again["created"], again["updated"], again["duplicates"]) == (0, 0, 3)
    assert cli.json("prospects") == before


def test_undoing_the_batch_leaves_nothing_of_it(cli, contacts, written):
    cli.json("import", written("Company,Website\nNordlicht Praxis,nordlicht-praxis.example\n", "first.csv"))
    before = cli.json("prospects")
    batch = cli.json("import", str(contacts))["batch_id"]
    assert len(cli.json("prospects")) == 3
    assert cli.json("undo", batch)["undone"] is True
    assert cli.json("prospects") == before
    again = cli.run("undo", batch, "--json")
    assert (again.code, again.error["code"]) == (3, "cannot_undo")


def test_a_batch_explains_itself(cli, contacts):
    batch = cli.json("import", str(contacts))["batch_id"]
    chain = cli.json("why", batch)["chain"]
    assert [link["kind"] for link in chain][:2] == ["proposal", "decision"]
    assert any(link["kind"] == "batch" and "import" in link["text"] for link in chain)


def test_each_wrong_row_is_named_and_the_others_are_taken(cli, written):
    done = cli.json(
        "import",
        written(
            HEAD
            + "Good Ltd,good.example,Ann Good,CEO,ann@good.example,GB\n"
            + "Bad Mail,bad.example,Bob Bad,CEO,bob@@bad.example,GB\n"
            + ",,,,,\n"
            + "Ragged,ragged.example\n"
            + "Late Ltd,late.example,Liz Late,CEO,liz@late.example,GB\n"
        ),
    )
    errors = {error["row"]: error for error in done["errors"]}
    assert set(errors) >= {3}
    for error in done["errors"]:
        assert {"row", "field", "code", "message"} <= set(error)
    listed = {row["account"] for row in cli.json("prospects")}
    assert {"Good Ltd", "Late Ltd"} <= listed


def test_the_same_company_twice_in_a_file_is_one_company(cli, written):
    done = cli.json(
        "import",
        written(
            HEAD
            + "Twice Ltd,twice.example,Ann One,CEO,ann@twice.example,GB\n"
            + "Twice Ltd,https://www.twice.example/,Ann One,CEO,ann@twice.example,GB\n"
        ),
    )
    assert (done["rows"], done["created"], done["duplicates"]) == (2, 1, 1)
    assert len(cli.json("prospects")) == 1


def test_somebody_who_opted_out_is_not_brought_back_by_an_import(cli, contacts, suppress):
    cli.json("import", str(contacts))
    suppress(cli.home, "tom@bluedoor.example")
    batch = cli.json("import", str(contacts), "--dry-run")
    assert [(error["field"], error["code"]) for error in batch["errors"]] == [("email", "suppressed")]
    assert "tom@bluedoor.example" not in str(batch["diff"])


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"Company,Website\n", "no_rows"), (b"\x00\x01\x02\x03", "not_a_csv_file")],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(cli, tmp_path, content, code):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    done = cli.run("import", str(path), "--json")
    assert (done.code, done.error["code"]) == (2, code), done.out
    assert cli.json("prospects") == []


def test_ten_thousand_rows_are_taken_completely(cli, tmp_path):
    path = tmp_path / "many.csv"
    with path.open("w") as handle:
        handle.write(HEAD)
        handle.writelines(rows(10_000))
    done = cli.json("import", str(path))
    assert (done["rows"], done["created"], done["people"]) == (10_000, 10_000, 10_000)
    assert done["errors"] == []
    assert len(cli.json("prospects", "--limit", "10000")) == 10_000
