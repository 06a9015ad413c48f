"""The suite `mail`: kinds and bounces on real mail, exact new text, what replies say, threading."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from evals.suites.figures import Figure, SuiteResult
from evals.suites.mail import bounces, reply_trim, threads
from evals.suites.options import Options
from evals.suites.replies import run as replies

# Measured on folders of the data folder: what they give, and how.
_ON_DATA: tuple[tuple[str, tuple[str, ...], Callable[[Path], dict[str, Figure]]], ...] = (
    (bounces.FOLDER, ("bounce_kind_accuracy", "hard_bounce_f1", "complaints_read_as_human"), bounces.measure),
    (reply_trim.FOLDER, ("reply_trim_exact",), reply_trim.measure),
)


async def run(options: Options) -> SuiteResult:
    """Measure what can be measured and name what cannot."""
    figures: dict[str, Figure] = {}
    skipped: dict[str, str] = {}
    for folder, names, measure in _ON_DATA:
        if options.data is None or not (options.data / folder).is_dir():
            skipped |= dict.fromkeys(names, f"the data folder has no {folder}: give one with --data")
            continue
        options.say(f"reading {folder}")
        figures |= await asyncio.to_thread(measure, options.data)
    options.say("reading labelled replies")
    figures |= await replies.for_mail()
    options.say(f"filing {threads.THREADS} mails into generated threads")
    figures |= await threads.measure()
    return SuiteResult("mail", (threads.SEED,), figures, skipped)
