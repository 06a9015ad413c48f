"""`python -m evals SUITE`: runs one suite and prints its figures. Measures nothing itself."""

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from domain.errors import Correctable, RainmakerError, Retryable
from evals.suites.catalog import SUITES
from evals.suites.figures import SuiteResult
from evals.suites.options import Options, say_on_stderr
from evals.suites.report import BASELINES, keep, table

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints have the product's error shape."""

    def error(self, message: str) -> NoReturn:
        raise Correctable(f"{message[:1].upper()}{message[1:]}.", code="bad_arguments", where="eval")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for. Exit code 0 whenever a suite ran, missed goals included."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        return _dispatch(_parser().parse_args(words))
    except RainmakerError as error:
        _fail(error, as_json)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 1
    except Exception as error:  # the edge: a broken run ends with one clear sentence
        log.exception("suite_failed")
        _fail(Retryable(f"The run ended early: {error}", code="suite_failed", where=words[0]), as_json)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m evals", description="Measure the product.")
    parser.add_argument("suite", help="`list`, or a suite's name")
    parser.add_argument("name", nargs="?", default="", help="scenario name, or `list`, for `scenario`")
    parser.add_argument("--seeds", type=int, help="number of seeds")
    parser.add_argument("--days", type=int, help="simulated days, for suites that simulate")
    parser.add_argument("--companies", type=int, help="sandbox companies, for `prospecting` (200 in CI)")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), help="database, for `durability`")
    parser.add_argument("--workers", type=int, help="worker processes on Postgres, for `durability`")
    parser.add_argument("--kills", type=int, help="how often a worker is killed, for `durability`")
    parser.add_argument("--full", action="store_true", help="the long run; its result is kept")
    parser.add_argument("--explain", action="store_true", help="show what went wrong, with examples")
    parser.add_argument("--data", help="data folder")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--from", dest="start", default=".", help="folder that relative paths start from")
    return parser


def _dispatch(given: argparse.Namespace) -> int:
    if given.suite == "list":
        return _list(given.json)
    if (given.suite, given.name) == ("scenario", "list"):
        return _list_scenarios(given.json)
    if given.suite not in SUITES:
        raise Correctable(
            f"There is no suite {given.suite!r}.",
            code="unknown_suite",
            where=given.suite,
            hint=f"The suites are: {', '.join(SUITES)}.",
        )
    options = _options(given)
    _forget_settings()
    _show(_measured(given.suite, options), given.json, options.full)
    return 0


def _list(as_json: bool) -> int:
    if as_json:
        _print({"suites": [{"name": suite.name, "line": suite.line} for suite in SUITES.values()]})
    else:
        width = max(map(len, SUITES))
        sys.stdout.write("".join(f"{suite.name.ljust(width)}  {suite.line}\n" for suite in SUITES.values()))
    return 0


def _list_scenarios(as_json: bool) -> int:
    from evals.suites.scenario.loader import load, names

    stories = [load(name) for name in names()]
    if as_json:
        _print({"scenarios": [{"name": one.name, "promise": one.promise} for one in stories]})
    else:
        sys.stdout.write(f"The scenarios are: {', '.join(one.name for one in stories)}.\n")
    return 0


def _options(given: argparse.Namespace) -> Options:
    for name in ("seeds", "days", "companies", "workers", "kills"):
        number = getattr(given, name)
        if number is not None and number < 1:
            raise Correctable(f"--{name} must be at least 1.", code="bad_arguments", where=f"--{name}")
    return Options(
        name=given.name,
        seeds=given.seeds,
        days=given.days,
        full=given.full,
        data=data_folder(given.data, Path(given.start)),
        companies=given.companies,
        engine=given.engine,
        workers=given.workers,
        kills=given.kills,
        explain=given.explain,
        say=say_on_stderr,
    )


def data_folder(asked: str | None, start: Path) -> Path | None:
    """The folder of outside data: the one asked for, else the shared one where it exists.

    Raises:
        Correctable: no_data_folder, when the one asked for is not there.
    """
    if asked is None:
        return SHARED_DATA if SHARED_DATA.is_dir() else None
    path = (start / asked).resolve()
    if not path.is_dir():
        raise Correctable("The data folder does not exist.", code="no_data_folder", where=str(path))
    return path


def _forget_settings() -> None:
    """A measurement must not depend on the mailbox, model or threads somebody has set, nor spend their money."""
    for name in [name for name in os.environ if name.startswith(("RAINMAKER_", "OPENAI_"))]:
        del os.environ[name]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the product sets it when it starts


def _measured(name: str, options: Options) -> SuiteResult:
    started = time.monotonic()
    result = asyncio.run(SUITES[name].load()(options))
    return replace(result, seconds=time.monotonic() - started)


def _show(result: SuiteResult, as_json: bool, full: bool) -> None:
    if as_json:
        _print(result.as_json())
    else:
        sys.stdout.write(table(result) + "\n")
    if full:
        path = keep(result, BASELINES)
        sys.stderr.write(f"Kept in {path.relative_to(ROOT)}.\n")


def _print(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _fail(error: RainmakerError, as_json: bool) -> None:
    if as_json:
        _print({"error": error.as_dict()})
        return
    sys.stderr.write(f"{error.message}\n{error.hint + chr(10) if error.hint else ''}")


if __name__ == "__main__":
    sys.exit(main())
