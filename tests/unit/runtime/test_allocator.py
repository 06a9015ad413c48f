"""Freed memory goes back to the system."""

import platform
import subprocess
import sys

import pytest

_RESIDENT = """
import os
from runtime import allocator

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

settled = allocator.give_back() if {settle} else False
bytearray(30_000_000)  # freed at once: by itself the C library now keeps pieces up to this size
before = resident()
large, pins = [], []
for _ in range(200):
    large.append(bytearray(b"x") * 200_000)
    pins.append(bytearray(b"y") * 600)  # small pieces between them stay
del large
print(settled, resident() - before)
"""


def _kept(*, settle: bool) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _RESIDENT.format(settle=settle)], capture_output=True, text=True, check=True
    )
    settled, kept = done.stdout.split()
    assert settled == str(settle)
    return int(kept)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has this setting")
def test_a_process_that_freed_forty_megabytes_between_small_pieces_does_not_keep_them():
    assert _kept(settle=False) > 30_000_000
    assert _kept(settle=True) < 5_000_000
