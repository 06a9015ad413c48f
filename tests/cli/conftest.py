"""The command line as other programs use it: sub-processes with a home of their own and a clean environment."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from evals.market.process import MarketEndpoints
from runtime.settings import Settings
from runtime.store.tables import contacts as contacts_table
from service.bootstrap import open_house
from service.unsubscribing import unsubscribe
from tools.act.unsubscribe import token_for

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 240.0  # seconds for one command on a busy machine


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be exactly one JSON document."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The failure's shape."""
        return self.json["error"]


@dataclass(frozen=True)
class Cli:
    """Runs commands in one home."""

    home: Path
    settings: Mapping[str, str]
    warm: "Warm"

    @property
    def environment(self) -> dict[str, str]:
        """What a command sees: nothing of this process but the path."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "RAINMAKER_HOME": str(self.home), "PYTHONPATH": str(ROOT), **self.settings}

    def run(self, *args: str, text: str | None = None) -> Done:
        """One command from start to end, from a working directory that is not the project's."""
        request = {"args": args, "cwd": str(self.home.parent), "environment": self.environment, "text": text}
        return self.warm.run(request)

    def run_cold(self, *args: str) -> Done:
        """The same in a fresh interpreter, as a person starts it."""
        done = subprocess.run(
            [sys.executable, "-m", "channels.cli", *args],
            cwd=self.home.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *args: str) -> Any:
        """The document of a command that must work."""
        done = self.run(*args, "--json")
        assert done.code == 0, done.out + done.err
        return done.json

    def start(self, *args: str) -> subprocess.Popen[str]:
        """A command that goes on running."""
        return subprocess.Popen(
            [sys.executable, "-m", "channels.cli", *args],
            cwd=self.home.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def with_settings(self, **more: str) -> "Cli":
        """The same home with other settings."""
        return Cli(self.home, {**self.settings, **more}, self.warm)


class Warm:
    """The loaded process that forks once per command."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, request: Mapping[str, Any]) -> Done:
        """Send a request and wait for how it ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Done(**json.loads(self._process.stdout.readline()))


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    command = [sys.executable, str(Path(__file__).with_name("warm_cli.py"))]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Warm(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def cli(tmp_path: Path, warm: Warm) -> Cli:
    return Cli(tmp_path / "home", {}, warm)


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketEndpoints]:
    command = [
        *(sys.executable, "-m", "evals.market", "--companies", "60", "--clock", "stepped"),
        *("--start", "2026-11-24T10:00:00+00:00", "--mail-user", "robin@pitchloom.example"),
        *("--parent-pid", str(os.getpid())),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield MarketEndpoints.parse(process.stdout.readline())
        process.terminate()


@pytest.fixture(scope="session")
def sandbox_settings(market: MarketEndpoints) -> dict[str, str]:
    return {
        **market.settings(),
        "RAINMAKER_MAIL_FROM": f"Robin Weber <{market.mail_user}>",
        "RAINMAKER_POSTAL_ADDRESS": "Example Street 1, Tallinn",
        "RAINMAKER_MAILBOX_STARTED": "2020-01-01",
        "RAINMAKER_SEND_GRACE": "0.2",
    }


@pytest.fixture(scope="session")
def cli_at(warm: Warm) -> Callable[[Path, Mapping[str, str]], Cli]:
    return lambda home, settings: Cli(home, settings, warm)


CONTACTS = """Company,Website,First name,Last name,Title,E-mail,Country,City,Employees,Industry
Nordlicht Praxis,https://nordlicht-praxis.example,Anna,Weiss,Praxisleitung,anna@nordlicht-praxis.example,Germany,Berlin,12,Dental
Blue Door Ltd,bluedoor.example,Tom,Baker,Founder,tom@bluedoor.example,United Kingdom,London,30,Marketing agency
Atelier Lune,atelier-lune.example,Claire,Petit,CEO,claire@atelier-lune.example,France,Lyon,8,Fashion
"""


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS)
    return path


@pytest.fixture
def suppress() -> Callable[[Path, str], None]:
    """Opting somebody out, as the one-click link does."""

    def opt_out(home: Path, address: str) -> None:
        asyncio.run(_opt_out(home, address))

    return opt_out


async def _opt_out(home: Path, address: str) -> None:
    async with open_house(Settings(home=home)) as house:
        async with house.database.read() as tx:
            query = select(contacts_table.c.id).where(contacts_table.c.email == address)
            contact_id = (await tx.execute(query)).scalar_one()
        await unsubscribe(house, token_for(house.terms.salt, contact_id))
