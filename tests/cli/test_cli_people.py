"""Users, several approvals at once, erasing and exporting from the command line."""

import json


def test_users_come_and_go_and_the_last_owner_stays(cli):
    cli.json("init")
    made = cli.json("users", "add", "nina", "--role", "rep")
    assert made["name"] == "nina" and len(made["password"]) >= 10
    assert {row["name"]: row["role"] for row in cli.json("users", "list")} == {
        "owner": "owner",
        "nina": "rep",
    }
    assert cli.json("users", "role", "nina", "manager") == {"name": "nina", "role": "manager"}
    assert cli.json("users", "disable", "nina") == {"name": "nina", "disabled": True}
    assert cli.json("users", "enable", "nina") == {"name": "nina", "disabled": False}
    refused = cli.run("users", "disable", "owner", "--json")
    assert (refused.code, refused.error["code"]) == (3, "last_owner")


def test_wrong_input_leaves_with_two_and_one_sentence(cli):
    for args, code in (
        (("users", "add", "nina", "--role", "king"), "bad_arguments"),
        (("users", "role", "ghost", "rep"), "unknown_user"),
        (("erase", "nobody@x.example"), "unknown_contact"),
        (("export-person", "con_none"), "unknown_contact"),
        (("approvals", "always", "app_none"), "unknown_approval"),
    ):
        done = cli.run(*args, "--json")
        assert (done.code, done.error["code"]) == (2, code), args
        assert "Traceback" not in done.err


def test_a_person_is_exported_and_erased_and_no_file_names_them(cli, contacts):
    cli.json("import", str(contacts))
    told = cli.json("export-person", "tom@bluedoor.example")
    assert told["names"] == ["Tom Baker"]
    assert {"contacts", "crm_changes"} <= set(told["stored"])
    done = cli.json("erase", "tom@bluedoor.example")
    assert done["erased"] and done["suppressed"]
    for path in cli.home.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"tom@bluedoor.example" not in content and b"Tom Baker" not in content, path
    assert cli.json("audit", "verify")["ok"]
    again = cli.json("import", str(contacts))
    assert [one["code"] for one in again["errors"]] == ["suppressed"]


def test_of_several_approvals_each_has_its_own_result(cli):
    done = cli.run("approvals", "approve", "app_1", "app_2", "--json")
    assert done.code == 2
    results = json.loads(done.out)["results"]
    assert [one["error"]["code"] for one in results] == ["unknown_approval", "unknown_approval"]
