"""Judges what was left by a story's checks: end state wanted, acts forbidden. All else does not matter."""

import re
from collections.abc import Mapping
from datetime import datetime

from evals.suites.scenario.play import Played
from evals.suites.scenario.seen import Line, Seen
from evals.suites.scenario.stage import Person
from evals.suites.scenario.story import Check, Story

_SHOWN = 4
_OF_PERSON = re.compile(r"\{([a-z_]+)\.([a-z]+)\}")


def judge(story: Story, people: Mapping[str, Person], played: Played, seen: Seen) -> list[str]:
    """What does not hold, one sentence each; empty when the scenario passes."""
    wrong = [] if seen.chain_ok else ["the audit chain does not verify"]
    for check in story.expect:
        wrong += _judged(check, ">= 1", "expected", people, played, seen)
    for check in story.forbid:
        wrong += _judged(check, "== 0", "forbidden", people, played, seen)
    broken = [row for row in seen.rows["violations"] if row.says["rule"] not in story.allow]
    return wrong + [f"a rule of the market is broken: {row}" for row in broken]


def checks_of(story: Story) -> int:
    """How many things are looked at, the two of every story included."""
    return len(story.expect) + len(story.forbid) + 2


def _judged(
    check: Check, otherwise: str, word: str, people: Mapping[str, Person], played: Played, seen: Seen
) -> list[str]:
    who = people[check.who].address if check.who in people else check.who.lower()
    after = played.began.get(check.after) if check.after else None
    about = [row for row in seen.rows[check.rows] if _is_about(row, who, after)]
    wanted = {name: _filled(pattern, people) for name, pattern in check.where.items()}
    fits = [row for row in about if _says(row, wanted)]
    if check.holds(len(fits), otherwise):
        return []
    shown = fits or about
    saw = "; ".join(map(str, shown[-_SHOWN:])) or "none at all"
    said = f"{word} {_in_words(check, otherwise)}: {len(fits)} of {len(about)} rows fit, among them {saw}"
    return [f"{said}{_their_last(who, seen) if check.rows == 'letters' else ''}"]


def _their_last(who: str, seen: Seen) -> str:
    """What became of the last mail of somebody who waits for a letter, or got one too many."""
    mails = [row for row in seen.rows["inbound"] if who and who in row.who.split(" ")]
    return f"; their last mail: {mails[-1].says['state']}, {mails[-1].says['detail']}" if mails else ""


def _is_about(row: Line, who: str, after: datetime | None) -> bool:
    later = after is None or (row.at is not None and row.at >= after)
    return later and (not who or who in row.who.split(" "))


def _filled(pattern: str, people: Mapping[str, Person]) -> str:
    """A pattern with what it says of people of the cast."""
    return _OF_PERSON.sub(
        lambda found: re.escape(str(getattr(people[found[1]], found[2]))) if found[1] in people else found[0],
        pattern,
    )


def _says(row: Line, where: Mapping[str, str]) -> bool:
    return all(
        re.search(pattern, row.says[name], re.IGNORECASE | re.DOTALL) for name, pattern in where.items()
    )


def _in_words(check: Check, otherwise: str) -> str:
    asked = [f"{name} ~ {pattern}" for name, pattern in check.where.items()]
    parts = [
        check.rows,
        f"of {check.who}" * bool(check.who),
        f"after {check.after}" * bool(check.after),
        *asked,
    ]
    return f"{' '.join(part for part in parts if part)} {check.count or otherwise}"
