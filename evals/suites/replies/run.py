"""The suite `replies`: a labelled set read by the offline brain, beside keywords.

The held-out half flatters: its totals were watched while the lists grew. What to expect of a mail nobody has seen
is in the figures that end in `_unseen`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.replies import ReplyKind, ReplyReading
from evals.suites.figures import Figure, SuiteResult, share
from evals.suites.options import Options
from evals.suites.replies.keywords import by_keyword
from evals.suites.replies.labelled import RECEIVED, ZONE, Labelled, labelled
from language.offline.brain import OfflineLanguage
from language.port import Language, ReplyContext

K = ReplyKind
MAIN = (
    "reply_class_accuracy",
    "unsubscribe_recall",
    "unsubscribe_stopped",
    "unsubscribe_precision",
    "ooo_recall",
    "reply_read_wrong",
)


@dataclass(frozen=True, slots=True)
class Read:
    """A row, what the brain read, and what a keyword list says."""

    row: Labelled
    reading: ReplyReading
    keyword: ReplyKind


Rows = Sequence[Read]


async def run(options: Options) -> SuiteResult:
    """Read every labelled reply once."""
    options.say(f"reading {len(labelled())} labelled replies")
    rows = await read_all(OfflineLanguage())
    held = [one for one in rows if one.row.held_out]
    return SuiteResult("replies", (), dict(figures(held)) | _other_rows(rows), explanation=_explained(held))


async def for_mail() -> dict[str, Figure]:
    """What the suite `mail` shows: the held-out half, and rows of wordings nobody looked at before."""
    rows = await read_all(OfflineLanguage())
    held = [one for one in rows if one.row.held_out]
    return dict(figures(held)) | _other_rows(rows)


async def read_all(brain: Language) -> list[Read]:
    """Every labelled reply as the brain reads it."""
    rows = []
    for row in labelled():
        reading = await brain.read_reply(
            row.text, subject=row.subject, at=RECEIVED, zone=ZONE, context=ReplyContext()
        )
        rows.append(Read(row, reading, by_keyword(row.text, row.subject)))
    return rows


def figures(rows: Rows) -> Mapping[str, Figure]:
    """The figures of some rows, for this suite and for the suite `mail`."""
    return {
        "reply_class_accuracy": _share(rows, _right, _keyword_right, "≥ 0.9"),
        "unsubscribe_recall": _share(
            _labelled(rows, K.UNSUBSCRIBE), _opts_out, _says(K.UNSUBSCRIBE), "≥ 0.99"
        ),
        "unsubscribe_stopped": _share(_labelled(rows, K.UNSUBSCRIBE), _stopped),
        "unsubscribe_precision": _precision(rows),
        "ooo_recall": _share(_labelled(rows, K.OUT_OF_OFFICE), _away, _says(K.OUT_OF_OFFICE), "≥ 0.97"),
        "until_date_right": _share([one for one in rows if one.row.until], _dated),
        "objection_right": _share([one for one in rows if one.row.objections], _objected),
        "competitor_named": _share([one for one in rows if one.row.competitor], _competed),
        "referral_right": _share([one for one in rows if one.row.person or one.row.email], _referred),
        "all_kinds_found": _share([one for one in rows if one.row.together], _together),
        "reply_asked_person": _share(rows, _unsure),
        "reply_read_wrong": _share(rows, _wrong, lambda one: not _keyword_right(one)),
    }


def _other_rows(rows: Rows) -> dict[str, Figure]:
    """Accuracy on the half the rules were tuned on, and the main figures on rows nobody looked at before.

    The first gap shows how far the rules fit by heart; the second how far the held-out half flatters them.
    """
    tuned = [one for one in rows if not one.row.held_out and not one.row.unseen]
    unseen = figures([one for one in rows if one.row.unseen])
    return {"reply_class_accuracy_tuned_on": _share(tuned, _right, _keyword_right)} | {
        f"{name}_unseen": replace(unseen[name], goal="") for name in MAIN
    }


Judge = Callable[[Read], bool]


def _share(rows: Rows, judge: Judge, keyword: Judge | None = None, goal: str = "") -> Figure:
    baseline = sum(map(keyword, rows)) / len(rows) if keyword is not None and rows else None
    return share(sum(map(judge, rows)), len(rows), goal, baseline)


def _precision(rows: Rows) -> Figure:
    said = [one for one in rows if _opts_out(one)]
    words = [one for one in rows if one.keyword is K.UNSUBSCRIBE]
    baseline = sum(map(_may_opt_out, words)) / len(words) if words else None
    return share(sum(map(_may_opt_out, said)), len(said), "≥ 0.95", baseline)


def _labelled(rows: Rows, kind: ReplyKind) -> list[Read]:
    return [one for one in rows if one.row.label is kind]


def _may_opt_out(one: Read) -> bool:
    """True when opting out is a right reading; of a complaint it often is."""
    return K.UNSUBSCRIBE in one.row.kinds


def _says(kind: ReplyKind) -> Judge:
    return lambda one: one.keyword is kind


def _right(one: Read) -> bool:
    return one.reading.kind in one.row.kinds


def _keyword_right(one: Read) -> bool:
    return one.keyword in one.row.kinds


def _opts_out(one: Read) -> bool:
    return one.reading.opts_out


def _stopped(one: Read) -> bool:
    """Suppressed at once, or held for a person: nothing more is sent either way."""
    return one.reading.opts_out or one.reading.needs_person


def _away(one: Read) -> bool:
    return K.OUT_OF_OFFICE in one.reading.kinds


def _dated(one: Read) -> bool:
    return one.reading.until is not None and one.reading.until.day == one.row.until


def _objected(one: Read) -> bool:
    return any(objection.kind in one.row.objections for objection in one.reading.objections)


def _competed(one: Read) -> bool:
    return any(objection.competitor == one.row.competitor for objection in one.reading.objections)


def _referred(one: Read) -> bool:
    return any(
        one.row.person in (who.name, "") and one.row.email in (who.email, "") for who in one.reading.referrals
    )


def _together(one: Read) -> bool:
    return set(one.row.together) <= set(one.reading.kinds)


def _unsure(one: Read) -> bool:
    return one.reading.kind is K.UNSURE and one.row.label is not K.UNSURE


def _wrong(one: Read) -> bool:
    """Taken for something it is not; being unsure is not wrong, a person then looks."""
    return not _right(one) and one.reading.kind is not K.UNSURE


def _explained(rows: Rows) -> str:
    """Accuracy by label, the weakest first."""
    lines = []
    for kind in ReplyKind:
        group = _labelled(rows, kind)
        if group:
            right = sum(map(_right, group))
            lines.append((right / len(group), f"{kind}: {right} of {len(group)} held-out replies right"))
    return "\n".join(line for _, line in sorted(lines))
