"""The demo: a sandbox world as a child process, and the whole product inside it. Nothing leaves the machine."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from channels.output import say
from domain.errors import Retryable
from runtime.settings import Settings, load

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 60.0  # seconds


def run_demo(
    settings: Settings,
    *,
    speed: float,
    companies: int,
    seed: int,
    sites: list[str],
    people: str,
    seller: str,
    open_browser: bool,
    as_json: bool = False,
) -> None:
    """Start the sandbox, point the settings at it, and serve until interrupted; the sandbox ends with us.

    The market prints the link of its own page itself: neither its key nor the control token passes through us.
    """
    from channels.serving import serve_forever

    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    ports = home / "sandbox.json"
    ports.unlink(missing_ok=True)
    market = _start(ports, home / "sandbox", speed, companies, seed, sites, people, seller)
    try:
        world = _endpoints(market, ports)
        inside = load(_environment(world))
        say(
            f"Sandbox: {companies} company sites – nothing leaves this machine. "
            f"From the first mail on time runs {speed:g}×."
        )
        say("Paste one of these as your company: " + ", ".join(world["sellers"]))
        serve_forever(inside, open_browser=open_browser, as_json=as_json)
    finally:
        _end(market)
        ports.unlink(missing_ok=True)


def _end(market: subprocess.Popen[bytes]) -> None:
    market.terminate()
    try:
        market.wait(10)
    except subprocess.TimeoutExpired:
        market.kill()
        market.wait()


def _start(
    ports: Path,
    world_home: Path,
    speed: float,
    companies: int,
    seed: int,
    sites: list[str],
    people: str,
    seller: str,
) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "evals.market",
        "--seed", str(seed), "--companies", str(companies),
        "--home", str(world_home), "--ports-file", str(ports),
        "--clock", "fast", "--speed", str(speed), "--parent-pid", str(os.getpid()),
        "--people", people, "--board-link", "-",
    ]  # fmt: skip
    if not (world_home / "clock.json").is_file():
        command += ["--start", _office_hours(datetime.now(UTC)).isoformat()]
    if seller:
        command += ["--seller", seller]
    for folder in sites:
        command += ["--sites", str(Path(folder).absolute())]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def _office_hours(now: datetime) -> datetime:
    """Now if it is a working morning, else the next one: mails leave in office hours only."""
    morning = now.replace(hour=7, minute=30, second=0, microsecond=0)
    if now.weekday() < 5 and morning <= now < morning + timedelta(hours=4):
        return now
    day = morning if now < morning else morning + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def _endpoints(market: subprocess.Popen[bytes], ports: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if market.poll() is not None:
            raise Retryable(
                "The sandbox ended at its start.", code="sandbox_failed", where=str(market.returncode)
            )
        try:
            return json.loads(ports.read_text())
        except (OSError, ValueError):
            time.sleep(0.05)
    raise Retryable("The sandbox did not start in time.", code="sandbox_failed")


def _environment(world: dict[str, Any]) -> dict[str, str]:
    """Settings of the sandbox, set for this process only; what the user set stays."""
    inside = {
        "RAINMAKER_SANDBOX": "true",
        "RAINMAKER_WEB_PROXY": world["web_proxy"],
        "RAINMAKER_SEARCH_URL": world["search_url"],
        "RAINMAKER_SMTP_URL": world["smtp_url"],
        "RAINMAKER_IMAP_URL": world["imap_url"],
        "RAINMAKER_CLOCK_URL": world["clock_url"],
        "RAINMAKER_CALDAV_URL": world["caldav_url"],
        "RAINMAKER_MAIL_SERVERS": world["mail_server"],
        "RAINMAKER_MAIL_FROM": f"Robin Example <{world['mail_user']}>",
        "RAINMAKER_POSTAL_ADDRESS": "Example Seller, 1 Sandbox Street, 00000 Nowhere",
        "RAINMAKER_MAILBOX_STARTED": "2020-01-01",
    }
    for name, value in inside.items():
        os.environ.setdefault(name, value)
    return dict(os.environ)
