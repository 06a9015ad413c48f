"""How the command line speaks: one JSON document or readable text on stdout, everything else on stderr."""

import json
import logging
import sys
from typing import Annotated, Any, NoReturn

import typer

from domain.errors import RainmakerError

JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def quiet_logs(verbose: bool = False) -> None:
    """Send logs to stderr; warnings and worse by default."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.ERROR,
        format="%(levelname)s %(name)s %(message)s",
    )


def say(text: str) -> None:
    """A line for people on stderr, so that stdout stays clean."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def show(result: Any, as_json: bool, text: str | None = None) -> None:
    """Print a result."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        sys.stdout.write((text if text is not None else _plain(result)) + "\n")
    sys.stdout.flush()


def fail(error: RainmakerError, as_json: bool) -> NoReturn:
    """Say what went wrong and leave with the family's exit code."""
    if as_json:
        show({"error": error.as_dict()}, True)
    else:
        where = f" ({error.where})" if error.where and error.where not in error.message else ""
        say(f"{error.message}{where}")
        if error.hint:
            say(error.hint)
    raise SystemExit(error.exit_code)


def keep_trace(error: BaseException) -> str:
    """Write a traceback to a file, for us; people get one sentence. Returns the file's path."""
    import tempfile
    import traceback

    handle = tempfile.NamedTemporaryFile("w", prefix="rainmaker-", suffix=".log", delete=False)  # noqa: SIM115
    with handle:
        traceback.print_exception(error, file=handle)
    return handle.name


def _plain(value: Any, depth: int = 0) -> str:
    pad = "  " * depth
    if isinstance(value, dict):
        lines = []
        for key, one in value.items():
            if isinstance(one, dict | list) and one:
                lines.append(f"{pad}{key}:")
                lines.append(_plain(one, depth + 1))
            elif not isinstance(one, dict | list):
                lines.append(f"{pad}{key}: {one}")
        return "\n".join(lines)
    if isinstance(value, list):
        return "\n".join(
            _plain(one, depth) if isinstance(one, dict | list) else f"{pad}- {one}" for one in value
        )
    return f"{pad}{value}"
