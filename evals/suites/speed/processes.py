"""What processes cost: `--help`, the start of the service, its memory before and after a turn."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from evals.suites.figures import Figure, timing
from evals.suites.speed.bare_agent import memory_mb
from evals.suites.speed.job_model import STATUS, ModelClient

ROOT = Path(__file__).resolve().parents[3]
HELP_ROUNDS = 7
_START_LIMIT = 120.0  # seconds
_BARE_CLI = "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'])"


def help_figures() -> dict[str, Figure]:
    """Seconds until `--help` has answered; beside it, the smallest program of the same framework."""
    ours, theirs = [], []
    for _ in range(HELP_ROUNDS):
        ours.append(_seconds([sys.executable, "-m", "channels.cli", "--help"]))
        theirs.append(_seconds([sys.executable, "-c", _BARE_CLI]))
    return {"cli_help_s": timing(ours, "s", "≤ 1", theirs)}


def service_figures(model: ModelClient) -> dict[str, Figure]:
    """Memory of a running service with chat, console and worker, and how long it takes to answer."""
    with TemporaryDirectory(prefix="rainmaker-eval-") as folder:
        started = time.perf_counter()
        with _serving(Path(folder), model.url) as (process, url):
            start_s = time.perf_counter() - started
            before = memory_mb(process.pid)
            _turn(Path(folder), url)
            after = memory_mb(process.pid)
    bare = float(_output([sys.executable, "-m", "evals.suites.speed.bare_agent", model.url]))
    return {
        "rss_mb": Figure(after, "MB", "≤ 1500", bare),
        "rss_start_mb": Figure(before, "MB"),
        "serve_start_s": Figure(start_s, "s"),
    }


@contextmanager
def _serving(home: Path, model_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service on a free port, ended afterwards."""
    environment = {
        **os.environ,
        "RAINMAKER_HOME": str(home),
        "RAINMAKER_PORT": "0",
        "OPENAI_BASE_URL": model_url,
        "OPENAI_MODEL": "house",
    }
    command = [sys.executable, "-m", "channels.cli", "serve"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process, _answering(process, home)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _answering(process: subprocess.Popen[str], home: Path) -> str:
    """The address, once the service answers there."""
    deadline = time.monotonic() + _START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            url = str(json.loads((home / "service.json").read_text())["url"])
            httpx2.get(f"{url}/health", trust_env=False, timeout=5).raise_for_status()
        except (OSError, ValueError, KeyError, httpx2.HTTPError):
            time.sleep(0.05)
        else:
            return url
    if process.poll() is None:
        raise RuntimeError(f"the service did not answer within {_START_LIMIT:.0f} s")
    raise RuntimeError(f"the service ended: {(process.stderr.read() if process.stderr else '')[-500:]}")


def _turn(home: Path, url: str) -> None:
    token = json.loads((home / "service.json").read_text())["token"]
    answer = httpx2.post(
        f"{url}/api/v1/commands/chat",
        json={"text": STATUS},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
    )
    answer.raise_for_status()
    if '"result"' not in answer.text:
        raise RuntimeError(f"the turn failed: {answer.text[-300:]}")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    _output(command)
    return time.perf_counter() - started


def _output(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
