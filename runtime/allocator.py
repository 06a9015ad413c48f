"""How the C library keeps what was freed: a service that runs for months gives it back. No effect outside glibc."""

import ctypes
import logging

log = logging.getLogger(__name__)
_LARGE = 64 * 1024  # bytes; a piece of this size goes back to the system at once when it is freed
# <malloc.h>. Left alone, glibc raises both thresholds by itself with the largest piece ever freed, up to 32 MB, and
# keeps an arena for each thread: a worker then held 14 KB more after every mail, most of it free (docs/evals.md).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def give_back() -> bool:
    """Hand freed memory back to the system from now on; False where the C library knows no such thing."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    done = [
        mallopt(option, value) == 1
        for option, value in ((_TRIM_THRESHOLD, _LARGE), (_MMAP_THRESHOLD, _LARGE), (_ARENA_MAX, 2))
    ]
    log.debug("allocator_set", extra={"done": all(done)})
    return all(done)
