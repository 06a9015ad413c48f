"""With the service running, commands find it and work through it; it ends cleanly and leaves nothing behind."""

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

READY = 120.0  # seconds


@dataclass(frozen=True)
class Service:
    """A running service and what it said at its start."""

    cli: Any
    process: Any
    greeting: dict[str, Any]
    announced: dict[str, Any]


@pytest.fixture(scope="module")
def service(cli_at, tmp_path_factory) -> Iterator[Service]:
    cli = cli_at(tmp_path_factory.mktemp("served") / "home", {"RAINMAKER_PORT": "0"})
    process = cli.start("serve", "--json")
    guard = threading.Timer(READY, process.kill)
    guard.start()
    line = process.stdout.readline()
    guard.cancel()
    assert line, process.stderr.read()
    yield Service(cli, process, json.loads(line), json.loads((cli.home / "service.json").read_text()))
    if process.poll() is None:
        process.kill()
    process.wait()


def test_it_says_where_it_is_and_the_first_password(service):
    assert service.greeting["url"] == f"{service.announced['url']}/chat/"
    assert not service.announced["url"].endswith(":0")
    assert service.greeting["user"] == "owner"
    assert service.greeting["password"]


def test_its_address_and_token_are_for_this_user_only(service):
    assert (service.cli.home / "service.json").stat().st_mode & 0o077 == 0
    assert (service.cli.home / "first-password").stat().st_mode & 0o077 == 0


def test_commands_go_to_the_service_and_work(service, contacts):
    cli = service.cli
    done = cli.json("import", str(contacts))
    assert done["created"] == 3
    assert cli.json("undo", done["batch_id"])["undone"] is True
    assert cli.json("pause", "lunch")["paused"] is True
    assert cli.json("resume")["paused"] is False
    assert "answer" in cli.json("chat", "what is waiting for me?")
    assert cli.json("tick")["idle"] is True


def test_reads_look_into_the_database_themselves(service):
    assert service.cli.json("prospects") == []
    assert service.cli.json("audit", "verify")["ok"] is True


@pytest.mark.parametrize(
    ("args", "exit_code", "code"),
    [
        (["undo", "nobody"], 2, "unknown_id"),
        (["approvals", "approve", "app_nobody"], 2, "unknown_approval"),
        (["chat", "x" * 20_001], 2, "message_too_long"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else str(value),
)
def test_errors_of_the_service_keep_their_exit_code(service, args, exit_code, code):
    done = service.cli.run(*args, "--json")
    assert done.code == exit_code, done.out + done.err
    assert done.error["code"] == code


def test_a_second_service_on_the_same_home_is_refused(service):
    done = service.cli.run("serve", "--json")
    assert (done.code, done.error["code"]) == (1, "home_in_use")


def test_its_pages_answer_with_safe_headers(service):
    answer = httpx2.get(service.announced["url"] + "/health", trust_env=False)
    assert answer.json()["ok"] is True
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_asked_to_end_it_ends_and_withdraws_its_address(cli_at, tmp_path):
    cli = cli_at(tmp_path / "home", {"RAINMAKER_PORT": "0"})
    process = cli.start("serve")
    guard = threading.Timer(READY, process.kill)
    guard.start()
    lines = [process.stdout.readline(), process.stdout.readline()]
    assert lines[0].startswith("Login: owner / ")
    assert lines[1].startswith("http://127.0.0.1:") and lines[1].endswith("/chat/\n")
    assert (cli.home / "service.json").exists()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    guard.cancel()
    assert process.returncode == 0
    assert not (cli.home / "service.json").exists()
    assert cli.json("pause")["paused"] is True
