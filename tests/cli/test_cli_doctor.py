"""The doctor says what is well, what is not, and what to do; it never shows a secret."""

import pytest

NAMES = [
    "versions",
    "home",
    "disk",
    "database",
    "engine",
    "timetable",
    "clock",
    "smtp",
    "imap",
    "model",
    "vectors",
    "web",
    "sender",
    "digest",
]


def states(report):
    return {check["name"]: check["state"] for check in report["checks"]}


def texts(report):
    return {check["name"]: check["text"] for check in report["checks"]}


def test_a_bare_home_is_well_with_warnings_that_name_the_settings(cli):
    report = cli.json("doctor")
    assert [check["name"] for check in report["checks"]] == NAMES
    assert report["ok"] is True
    assert states(report)["smtp"] == "warn"
    assert "RAINMAKER_SMTP_URL" in texts(report)["smtp"]
    assert "RAINMAKER_MAIL_FROM" in texts(report)["sender"]


def test_it_says_where_the_morning_page_goes(cli):
    assert "in the chat only" in texts(cli.json("doctor"))["digest"]
    settings = {
        "RAINMAKER_SMTP_URL": "smtp://127.0.0.1:9",
        "RAINMAKER_MAIL_FROM": "Maria <maria@acme.example>",
    }
    told = texts(cli.with_settings(**settings).run("doctor", "--json").json)["digest"]
    assert told.startswith("the morning page is mailed to maria@acme.example, because")


def test_a_home_in_the_sandbox_is_all_well(cli, sandbox_settings):
    report = cli.with_settings(**sandbox_settings).json("doctor")
    assert report["ok"] is True
    wanted = {"clock", "smtp", "imap", "sender"}
    assert {name for name, state in states(report).items() if state == "ok"} >= wanted
    assert "2026-11-24" in texts(report)["clock"]


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("RAINMAKER_SMTP_URL", "smtp://127.0.0.1:9", "smtp"),
        ("RAINMAKER_SMTP_URL", "gopher://127.0.0.1", "smtp"),
        ("RAINMAKER_IMAP_URL", "imap://127.0.0.1:9", "imap"),
        ("RAINMAKER_CLOCK_URL", "http://127.0.0.1:9/now", "clock"),
        ("RAINMAKER_DATABASE_URL", "sqlite+aiosqlite:////dev/null/x.db", "database"),
    ],
)
def test_what_does_not_answer_fails_with_a_sentence_and_exit_1(cli, name, value, check):
    done = cli.with_settings(**{name: value}).run("doctor", "--json")
    assert done.code == 1, done.out + done.err
    assert done.json["ok"] is False
    assert states(done.json)[check] == "fail"
    assert texts(done.json)[check].endswith(".")


def test_settings_are_shown_without_secrets(cli):
    report = cli.with_settings(
        RAINMAKER_SMTP_URL="smtp://robin:hunter2secret@127.0.0.1:9", OPENAI_API_KEY="sk-hunter3secret"
    ).run("doctor", "--json")
    assert "secret" not in report.out.replace("secret_key", "")
    assert report.json["settings"]["smtp_url"] == "***"


def test_for_people_each_check_is_one_line(cli):
    done = cli.run("doctor")
    assert done.code == 0
    assert len(done.out.splitlines()) == len(NAMES)
