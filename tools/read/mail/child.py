"""The process that reads mail: a keeper that forks a reader with limits and forks the next one when it dies.

Frames on stdin and stdout: eight bytes of length, then JSON terms and the raw mail, or a JSON answer.
Runs alone (`python -m tools.read.mail.child`); holds no secret, opens no file, knows no network.
"""

import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from datetime import datetime

from domain.mail import InboundMail, Quarantined
from tools.read.mail.limits import Limits, put_aside
from tools.read.mail.read import Terms, quarantined, read_mail

HEAD = struct.Struct("!II")  # length of the terms, length of the mail
ANSWER = struct.Struct("!I")
_TOO_SLOW = {signal.SIGXCPU, signal.SIGALRM, signal.SIGPROF}
_CLOSED = 0


def main() -> None:
    """Keep one reader alive until the other side closes the pipe."""
    _warm()
    _write(b'{"ready":true}')
    while True:
        child = os.fork()
        if child == 0:
            os._exit(_serve())
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _CLOSED:
            return
        code = "mail_reader_died"
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TOO_SLOW:
            code = "mail_too_slow"
        _write(json.dumps({"died": code}).encode())


def _warm() -> None:
    """Load everything before the first fork, so that a new reader is there at once."""
    read_mail(b"From: a@b.example\nContent-Type: text/html\n\n<p>warm</p>", Terms())


def _serve() -> int:
    """Read mails until the pipe closes. The kernel ends this process when a mail costs too much."""
    while True:
        head = _read(HEAD.size)
        if len(head) < HEAD.size:
            return _CLOSED
        terms_length, mail_length = HEAD.unpack(head)
        given = json.loads(_read(terms_length))
        raw = _read(mail_length)
        if len(raw) < mail_length:
            return _CLOSED
        number = int(given["number"])
        # From here on a death is this mail's doing; before, it was nobody's.
        _write(f'{{"took":{number}}}'.encode())
        limits = Limits.from_json(given["limits"])
        _start_limits(limits)
        answer = _answer(raw, given, limits)
        _stop_timers()
        _write(f'{{"number":{number},'.encode() + answer + b"}")


def _answer(raw: bytes, given: dict, limits: Limits) -> bytes:
    try:
        read = read_mail(raw, _terms(given, limits))
    except MemoryError:
        read = quarantined(raw, put_aside("mail_too_much_memory", limits))
    except Exception as error:  # noqa: BLE001 - the edge of the process: no mail may end it
        sys.stderr.write(f"mail_unreadable {type(error).__name__}: {error}\n")
        read = quarantined(raw, put_aside("mail_unreadable", limits))
    return _encoded(read)


def _encoded(read: InboundMail | Quarantined) -> bytes:
    kind = "mail" if isinstance(read, InboundMail) else "quarantined"
    return f'"{kind}":{read.model_dump_json()}'.encode()


def _terms(given: dict, limits: Limits) -> Terms:
    received = given.get("received_at")
    return Terms(
        own_addresses=frozenset(given["own_addresses"]),
        trusted_servers=frozenset(given["trusted_servers"]),
        received_at=datetime.fromisoformat(received) if received else None,
        limits=limits,
    )


def _start_limits(limits: Limits) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds + 1
    _limit(resource.RLIMIT_CPU, spent)
    _limit(resource.RLIMIT_AS, limits.memory)
    _limit(resource.RLIMIT_CORE, 0)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)


def _stop_timers() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limit(which: int, value: int) -> None:
    """Not every system knows every limit; the timer remains."""
    try:
        resource.setrlimit(which, (value, resource.getrlimit(which)[1]))
    except (ValueError, OSError):
        return


def _read(length: int, source: Callable[[int, int], bytes] = os.read) -> bytes:
    """Exactly so many bytes, fewer only when the pipe is closed. Unbuffered: the next reader shares the pipe."""
    pieces: list[bytes] = []
    while length:
        piece = source(0, min(length, 1 << 20))
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _write(answer: bytes) -> None:
    data = memoryview(ANSWER.pack(len(answer)) + answer)
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # whoever wanted the answer is gone
        os._exit(0)
