"""A process that has loaded the command line and forks once per command: real processes, real exit codes,
without paying for the imports each time. Reads one JSON request a line, answers with one JSON line.
"""

import json
import os
import sys
import tempfile
import traceback

import aiosqlite  # noqa: F401 – loaded once, before the forks
import argon2  # noqa: F401
import httpx2  # noqa: F401

import channels.cli
import graph.brain  # noqa: F401
import language.offline.brain  # noqa: F401
import service.bootstrap
import service.commands
import service.doctor
import service.running
import service.starting  # noqa: F401


def _child(request, out, err) -> None:
    os.setsid()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    with tempfile.TemporaryFile() as given:
        given.write((request["text"] or "").encode())
        given.seek(0)
        os.dup2(given.fileno(), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = ["rainmaker", *map(os.fsdecode, map(os.fsencode, request["args"]))]
    code = 0
    try:
        channels.cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 – the child's outermost edge: the test sees the trace
        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if pid == 0:
                _child(request, out, err)
            _, status = os.waitpid(pid, 0)
            out.seek(0)
            err.seek(0)
            answer = {
                "code": os.waitstatus_to_exitcode(status),
                "out": out.read().decode("utf-8", "replace"),
                "err": err.read().decode("utf-8", "replace"),
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
