"""`python -m evals SUITE`: runs one suite and prints its figures; `report` and `diff` show runs that were kept.

Measures nothing itself.
"""

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
from evals.suites import html
from evals.suites.catalog import SUITES, Suite
from evals.suites.differences import differences, told
from evals.suites.figures import SuiteResult
from evals.suites.options import Options, say_on_stderr
from evals.suites.records import BASELINES, Record, keep, kept, read_record, record
from evals.suites.report import table

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
    parser.add_argument("suite", help="`list`, a suite's name, `report` or `diff`")
    parser.add_argument(
        "name",
        nargs="?",
        default="",
        help="scenario name, or `list`, for `scenario`; suite for `report` and `diff`",
    )
    parser.add_argument("file", nargs="?", help="result of a run, for `diff`; without one the suite is run")
    parser.add_argument("--seeds", type=int, help="number of seeds")
    parser.add_argument("--days", type=int, help="simulated days, for suites that simulate")
    parser.add_argument("--companies", type=int, help="sandbox companies, for `prospecting` (200 in CI)")
    parser.add_argument("--people", type=int, help="people that may be written to, for `market`")
    parser.add_argument(
        "--policies", help="names with commas, or `all`: what ours is compared with in `market`"
    )
    parser.add_argument("--ablations", help="names with commas, or `all`: parts replaced or off, in `market`")
    parser.add_argument("--repeat", action="store_true", help="only: does a seed give `market` one ledger")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), help="database, for `durability`")
    parser.add_argument("--workers", type=int, help="worker processes on Postgres, for `durability`")
    parser.add_argument("--kills", type=int, help="how often a worker is killed, for `durability`")
    parser.add_argument("--full", action="store_true", help="the long run; its result is kept")
    parser.add_argument("--explain", action="store_true", help="show what went wrong, with examples")
    parser.add_argument("--data", help="data folder")
    parser.add_argument("--report", help="also write a page for people, one file of HTML")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--from", dest="start", default=".", help="folder that relative paths start from")
    return parser


def _dispatch(given: argparse.Namespace) -> int:
    if given.suite == "list":
        return _list(given.json)
    if (given.suite, given.name) == ("scenario", "list"):
        return _list_scenarios(given.json)
    if given.suite == "report":
        return _draw_kept(_known(given.name), given)
    if given.suite == "diff":
        return _diff(_known(given.name), given)
    path = html.writable(given.report, Path(given.start)) if given.report else None
    name, options = _known(given.suite), _options(given, given.name)
    _show(_measured(name, options), given.json, options.full, path)
    return 0


def _known(suite: str) -> str:
    if suite not in SUITES:
        raise Correctable(
            f"There is no suite {suite!r}.",
            code="unknown_suite",
            where=suite,
            hint=f"The suites are: {', '.join(SUITES)}.",
        )
    return suite


def _list(as_json: bool) -> int:
    runs = {name: _kept_if_readable(name) for name in SUITES}
    if as_json:
        _print({"suites": [_listed(suite, runs[suite.name]) for suite in SUITES.values()]})
        return 0
    width = max(map(len, SUITES))
    for suite in SUITES.values():
        run = runs[suite.name]
        when = f"kept {run.at}" if run else "not kept"
        sys.stdout.write(f"{suite.name.ljust(width)}  {when.ljust(15)}  {suite.line}\n")
    return 0


def _listed(suite: Suite, run: Record | None) -> dict[str, object]:
    return {
        "name": suite.name,
        "line": suite.line,
        "kept": {"at": run.at, "commit": run.commit} if run else None,
    }


def _kept_if_readable(suite: str) -> Record | None:
    """A broken file of an earlier run must not cost the new one."""
    try:
        return kept(suite, BASELINES)
    except Correctable as error:
        log.warning("kept_run_unreadable", extra={"suite": suite, "why": error.message})
        return None


def _kept_for_sure(suite: str) -> Record:
    run = kept(suite, BASELINES)
    if run is None:
        raise Correctable(
            f"No full run of {suite} is kept.",
            code="nothing_kept",
            where=suite,
            hint=f"`rainmaker eval {suite} --full` makes one.",
        )
    return run


def _draw_kept(suite: str, given: argparse.Namespace) -> int:
    path = html.writable(given.report or f"{suite}.html", Path(given.start))
    html.write_page(path, _kept_for_sure(suite))
    if given.json:
        _print({"suite": suite, "report": str(path)})
    else:
        sys.stderr.write(f"Report: {path}\n")
    return 0


def _diff(suite: str, given: argparse.Namespace) -> int:
    before = _kept_for_sure(suite)
    file = Path(given.start) / given.file if given.file else None
    now = read_record(file) if file else record(_measured(suite, _options(given)))
    if now.result.suite != suite:
        raise Correctable(
            f"The result is one of {now.result.suite!r}, not of {suite}.",
            code="wrong_suite",
            where=given.file,
        )
    if given.json:
        found = [one.as_json() for one in differences(now, before)]
        _print({"suite": suite, "kept": {"at": before.at, "commit": before.commit}, "differences": found})
    else:
        sys.stdout.write(told(now, before) + "\n")
    return 0


def _list_scenarios(as_json: bool) -> int:
    from evals.suites.scenario.loader import load, names

    stories = [load(name) for name in names()]
    if as_json:
        _print({"scenarios": [{"name": one.name, "promise": one.promise} for one in stories]})
    else:
        sys.stdout.write(f"The scenarios are: {', '.join(one.name for one in stories)}.\n")
    return 0


def _options(given: argparse.Namespace, name: str = "") -> Options:
    for option in ("seeds", "days", "companies", "people", "workers", "kills"):
        number = getattr(given, option)
        if number is not None and number < 1:
            raise Correctable(f"--{option} must be at least 1.", code="bad_arguments", where=f"--{option}")
    if given.repeat and given.full:
        raise Correctable("--repeat keeps nothing.", code="bad_arguments", where="--full")
    return Options(
        name=name,
        seeds=given.seeds,
        days=given.days,
        full=given.full,
        data=data_folder(given.data, Path(given.start)),
        companies=given.companies,
        engine=given.engine,
        workers=given.workers,
        kills=given.kills,
        explain=given.explain,
        people=given.people,
        policies=None if given.policies is None else _names(given.policies),
        ablations=_names(given.ablations or ""),
        repeat=given.repeat,
        say=say_on_stderr,
    )


def _names(given: str) -> tuple[str, ...]:
    """Names between commas; a hyphen stands for a space."""
    return tuple(name.strip().replace("-", " ") for name in given.split(",") if name.strip())


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
    _forget_settings()
    started = time.monotonic()
    result = asyncio.run(SUITES[name].load()(options))
    return replace(result, seconds=time.monotonic() - started)


def _show(result: SuiteResult, as_json: bool, full: bool, report: Path | None) -> None:
    done, before = record(result), _kept_if_readable(result.suite)
    if as_json:
        _print(done.as_json())
    else:
        sys.stdout.write(table(result, before.result if before else None) + "\n")
    if full:
        path = keep(done, BASELINES)
        sys.stderr.write(f"Kept in {path.relative_to(ROOT)}.\n")
    if report:
        html.write_page(report, done, before)
        sys.stderr.write(f"Report: {report}\n")


def _print(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _fail(error: RainmakerError, as_json: bool) -> None:
    if as_json:
        _print({"error": error.as_dict()})
        return
    sys.stderr.write(f"{error.message}\n{error.hint + chr(10) if error.hint else ''}")


if __name__ == "__main__":
    sys.exit(main())
