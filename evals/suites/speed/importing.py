"""Import of a contact file through the use case, in a process of its own so that its memory can be seen.

`python -m evals.suites.speed.importing ROWS` prints what it measured as one line of JSON.
"""

import asyncio
import csv
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from evals.suites.figures import Figure, timing
from evals.suites.homes import OWNER, temporary_house
from evals.suites.speed.bare_agent import memory_mb
from service.commands import run_command

ROWS, FEW = 10_000, 1_000
HEADER = (
    "Company",
    "Website",
    "First name",
    "Last name",
    "E-mail",
    "Job title",
    "Country",
    "City",
    "Employees",
)
_COUNTRIES = ("Germany", "France", "United Kingdom", "Italy", "Spain", "Netherlands", "USA")
_TITLES = ("Head of Marketing", "CEO", "Office Manager", "Sales Director", "IT Manager", "Geschäftsführer")
_SYLLABLES = ("ba", "den", "for", "gal", "hel", "kor", "lin", "mar", "nor", "pel", "rin", "sol", "tor", "vin")


def import_figures(rounds: int) -> dict[str, Figure]:
    """Rows per second, peak memory, and how much of it depends on the file's length."""
    runs = [_measured(ROWS) for _ in range(rounds)]
    small = _measured(FEW)
    peak = max(run["peak_mb"] for run in runs)
    return {
        "import_rows_per_s": timing(
            [ROWS / run["seconds"] for run in runs],
            "rows/s",
            f"≥ {ROWS / 60:.0f}",
            [ROWS / run["bare_seconds"] for run in runs],
        ),
        "import_peak_mb": Figure(peak, "MB", n=rounds),
        "import_peak_growth_mb": Figure(peak - small["peak_mb"], "MB", n=rounds),
    }


def _measured(rows: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(rows)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def rows_of(count: int, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Made-up contacts: mostly good, some repeated, some with a broken address."""
    rng = Random(seed)
    before: tuple[str, ...] = ()
    for number in range(count):
        if before and rng.random() < 0.02:
            yield before
            continue
        company, first, last = _word(rng, 3), _word(rng, 2), _word(rng, 3)
        domain = f"{company.lower()}{number}.example"
        at = " at " if rng.random() < 0.01 else "@"
        before = (
            f"{company} {number}",
            f"https://www.{domain}",
            first,
            last,
            f"{first.lower()}.{last.lower()}{at}{domain}",
            rng.choice(_TITLES),
            rng.choice(_COUNTRIES),
            _word(rng, 3),
            str(rng.randint(1, 900)),
        )
        yield before


def _word(rng: Random, syllables: int) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(syllables)).capitalize()


async def _import(path: Path) -> float:
    async with temporary_house({}) as house:
        started = time.perf_counter()
        report = await run_command(house, "import", {"path": str(path)}, actor=OWNER)
        seconds = time.perf_counter() - started
    assert report["created"] > 0, "nothing was imported"
    return seconds


def _bare(path: Path, database: Path) -> float:
    """The same file into a table, as a script would do it: no checks, no merging, no undo."""
    started = time.perf_counter()
    with path.open(newline="") as file, sqlite3.connect(database) as connection:
        connection.execute(f"CREATE TABLE contacts ({', '.join(f'c{n}' for n in range(len(HEADER)))})")
        reader = csv.reader(file)
        next(reader)
        connection.executemany(f"INSERT INTO contacts VALUES ({','.join('?' * len(HEADER))})", reader)
    return time.perf_counter() - started


def main() -> None:
    """Measure one import."""
    with TemporaryDirectory(prefix="rainmaker-eval-") as folder:
        path = Path(folder) / "contacts.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(rows_of(int(sys.argv[1])))
        seconds = asyncio.run(_import(path))
        peak = memory_mb(peak=True)
        bare = _bare(path, Path(folder) / "bare.db")
    sys.stdout.write(json.dumps({"seconds": seconds, "bare_seconds": bare, "peak_mb": peak}) + "\n")


if __name__ == "__main__":
    main()
