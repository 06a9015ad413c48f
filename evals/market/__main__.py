"""`python -m evals.market`: reads the options and runs one market."""

import argparse
import asyncio
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.market.clock import ClockMode
from evals.market.people.script import OFF
from evals.market.people.words import profiles
from evals.market.run import MOVING, STILL, MarketOptions, run_market
from evals.market.sites.sellers import load_sellers


def read_options(arguments: list[str]) -> MarketOptions:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.market", description="The sandbox market.")
    parser.add_argument("--seed", type=int, default=7, help="which world (default 7)")
    parser.add_argument("--companies", type=int, default=2400, help="how many company domains (default 2400)")
    parser.add_argument(
        "--sites", type=Path, action="append", default=[], help="folder whose sub-folders are hosts"
    )
    parser.add_argument("--home", type=Path, help="folder that keeps mails and the clock between runs")
    parser.add_argument("--clock", type=ClockMode, choices=list(ClockMode), default=ClockMode.REAL)
    parser.add_argument(
        "--speed", type=float, default=60.0, help="sandbox seconds per second of a fast clock"
    )
    parser.add_argument("--start", type=_moment, help="sandbox time to start at, ISO 8601")
    parser.add_argument(
        "--people",
        choices=[OFF, *profiles()],
        default="calibrated",
        help="how people answer mails: published rates, everything at once, or not at all",
    )
    parser.add_argument(
        "--world",
        choices=[MOVING, STILL],
        default=MOVING,
        help="whether rivals, sources and companies change with time, or nothing but the clock does",
    )
    parser.add_argument("--ports-file", type=Path, help="where to write the endpoints as JSON")
    parser.add_argument(
        "--board-link",
        default="",
        help="serve the board and write its one-time link to this file (- = the terminal); the ports file then "
        "holds no control token",
    )
    parser.add_argument("--parent-pid", type=int, help="end when this process ends")
    parser.add_argument(
        "--mail-user", action="append", default=[], help="mailbox to open (default: the sellers')"
    )
    parser.add_argument(
        "--seller",
        choices=[one.host for one in load_sellers()],
        help="whose mailbox and calendar are given out (default: the first seller's)",
    )
    parser.add_argument("--mail-password", help="password of all mailboxes (default: a fresh one)")
    for name in ("proxy", "smtp", "imap", "caldav", "control"):
        parser.add_argument(f"--{name}-port", type=int, default=0)
    given: dict[str, Any] = vars(parser.parse_args(arguments))
    given["mail_users"] = tuple(given.pop("mail_user"))
    given["sites"] = tuple(given["sites"])
    return MarketOptions(**given)


def main() -> int:
    """Run until stopped; wrong input is one sentence and exit code 2."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        asyncio.run(run_market(read_options(sys.argv[1:])))
    except (FileNotFoundError, OSError) as error:
        sys.stderr.write(f"the market could not start: {error}\n")
        return 2
    return 0


def _moment(text: str) -> datetime:
    """Read an ISO moment; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
