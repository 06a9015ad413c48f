"""One JSON document on stdout, logs on stderr, and exit codes 0, 2, 3, 1 that mean what the contract says."""

import json
import os
import socket
import subprocess
import sys

import pytest

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
input()
"""


def test_init_never_asks_and_prints_the_first_password_once(cli):
    first = cli.json("init")
    assert first["home"] == str(cli.home)
    assert first["user"] == "owner"
    assert len(first["password"]) >= 12
    assert cli.json("init")["password"] is None


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["onboard"], "bad_arguments"),
        (["prospects", "--nonsense"], "bad_arguments"),
        (["prospects", "--limit", "ten"], "bad_arguments"),
        (["prospects", "--limit", "-1"], "bad_arguments"),
        (["prospects", "--limit", "1000000000"], "bad_arguments"),
        (["prospects", "--country", "Germany"], "bad_arguments"),
        (["no-such-command"], "bad_arguments"),
        (["pause", "--scope", "campain:1"], "bad_arguments"),
        (["why", "nothing-like-this"], "unknown_id"),
        (["undo", "nothing-like-this"], "unknown_id"),
        (["campaign", "report"], "no_campaign"),
        (["campaign", "launch"], "no_campaign"),
        (["campaign", "pause", "cmp_nobody"], "unknown_campaign"),
        (["campaign", "plan"], "no_profile"),
        (["prospects", "find"], "no_icp"),
        (["approvals", "approve", "app_nobody"], "unknown_approval"),
        (["import", "there-is-no-such-file.csv"], "file_not_found"),
        (["chat", "  "], "empty_message"),
        (["chat", "x" * 20_001], "message_too_long"),
        (["chat", "half \udcff character"], "bad_text"),
    ],
    ids=lambda value: " ".join(map(str, value))[:40] if isinstance(value, list) else value,
)
def test_wrong_input_is_one_document_with_a_code_and_exit_2(cli, args, code):
    done = cli.run(*args, "--json")
    assert (done.code, done.error["code"]) == (2, code), done.out + done.err
    assert set(done.error) == {"code", "message", "where", "hint"}
    assert done.error["message"].endswith((".", "?", "…"))
    assert "Traceback" not in done.out + done.err


def test_wrong_input_for_people_is_a_sentence_on_stderr(cli):
    done = cli.run("prospects", "--limit", "ten")
    assert (done.code, done.out) == (2, "")
    assert "--limit" in done.err
    assert "Traceback" not in done.err


def test_no_command_at_all_shows_the_help(cli):
    done = cli.run()
    assert (done.code, done.err) == (2, "")
    assert "Usage" in done.out


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("RAINMAKER_SMPT_URL", "smtp://localhost", "unknown_setting"),
        ("RAINMAKER_PORT", "eighty", "bad_setting"),
        ("RAINMAKER_SEND_GRACE", "-1", "bad_setting"),
        ("RAINMAKER_SENT_COPY", "maybe", "bad_setting"),
        ("RAINMAKER_MAIL_FROM", "no address", "bad_setting"),
        ("RAINMAKER_SECRET_KEY", "short", "short_secret_key"),
        ("RAINMAKER_DATABASE_URL", "not a url", "bad_database_url"),
        ("RAINMAKER_POLICY_FILE", "no-such-policy.yaml", "bad_policy"),
    ],
)
def test_a_wrong_setting_is_named(cli, name, value, code):
    done = cli.with_settings(**{name: value}).run("prospects", "--json")
    assert (done.code, done.error["code"]) == (2, code), done.out + done.err
    assert name in f"{done.error['where']} {done.error['message']}" or code == "bad_policy"


def test_a_misspelt_setting_is_answered_with_the_right_one(cli):
    done = cli.with_settings(RAINMAKER_SMPT_URL="x").run("prospects", "--json")
    assert done.error["hint"] == "Did you mean RAINMAKER_SMTP_URL?"


def test_pause_and_resume_answer_and_are_recorded(cli):
    assert cli.json("pause", "holiday")["paused"] is True
    assert cli.json("resume")["paused"] is False
    assert cli.json("audit", "verify") == {"ok": True, "records": 6, "first_bad": None}
    kinds = [row["kind"] for row in cli.json("audit", "export")["records"]]
    assert kinds == ["user_added", "policy_installed"] + ["decision", "done"] * 2


def test_an_empty_home_answers_reads_with_nothing(cli):
    assert cli.json("prospects") == []
    assert cli.json("approvals", "list") == []
    turn = cli.json("tick", "--until-idle")
    wanted = {"signals", "decisions", "asked", "refused", "sent", "failed", "in_doubt", "idle"}
    assert wanted <= set(turn)
    assert turn["idle"] is True


def test_a_fresh_interpreter_behaves_the_same(cli):
    done = cli.run_cold("why", "nothing-like-this", "--json")
    assert (done.code, done.error["code"]) == (2, "unknown_id")
    assert cli.run_cold("prospects", "--json").json == []


def test_logs_go_to_stderr_even_when_verbose(cli):
    done = cli.run("--verbose", "audit", "verify", "--json")
    assert done.code == 0
    assert done.json["ok"] is True


def test_a_home_in_use_by_another_process_is_refused_and_reads_still_work(cli):
    cli.json("init")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cli.home / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        done = cli.run("pause", "--json")
        assert (done.code, done.error["code"]) == (1, "home_in_use")
        assert cli.json("prospects") == []
        holder.communicate("\n")


def test_a_home_that_cannot_be_made_is_named(cli):
    cli.home.parent.mkdir(exist_ok=True)
    cli.home.write_text("a file, not a folder")
    done = cli.run("pause", "--json")
    assert (done.code, done.error["code"]) == (2, "home_not_writable")
    assert done.error["where"] == str(cli.home)


def test_a_port_that_is_taken_is_named_with_what_to_do(cli):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = cli.with_settings(RAINMAKER_PORT=str(port)).run("serve", "--json")
    assert (done.code, done.error["code"]) == (2, "port_taken")
    assert "RAINMAKER_PORT" in done.error["hint"]


def test_what_a_dead_service_left_behind_does_not_mislead(cli):
    cli.json("init")
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = {"url": "http://127.0.0.1:9", "token": "x", "pid": gone.pid}
    (cli.home / "service.json").write_text(json.dumps(left))
    assert cli.json("pause")["paused"] is True


def test_a_stale_file_naming_somebody_elses_process_does_not_mislead(cli):
    cli.json("init")
    left = {"url": "http://127.0.0.1:9", "token": "x", "pid": os.getpid()}
    (cli.home / "service.json").write_text(json.dumps(left))
    assert cli.json("pause")["paused"] is True


def test_a_password_is_given_and_names_an_unknown_user(cli):
    assert len(cli.json("password")["password"]) >= 12
    done = cli.run("password", "nobody", "--json")
    assert (done.code, done.error["code"]) == (2, "unknown_user")


def test_eval_lists_its_suites(cli):
    listed = cli.json("eval", "list")
    assert listed
