"""The ledger of tasks: everything the market opened for a seller, each judged by its end state."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.market.ledger import dates, quiet, talk, world
from evals.market.ledger.cases import Case, Judge, Verdict
from evals.market.ledger.openings import cases_of
from evals.market.ledger.past import Past
from evals.market.ledger.records import Harm, State, Task, kinds

JUDGES: Mapping[str, Judge] = {
    "question": talk.answered,
    "interest": talk.answered,
    "forward": talk.answered,
    "wish_to_talk": talk.times_offered,
    "objection": talk.objection,
    "decline": talk.decline,
    "wrong_person": talk.stopped,
    "referral": talk.referral,
    "bot_question": talk.bot_question,
    "forgery": talk.forgery,
    "not_now": talk.not_now,
    "times_accepted": dates.times_accepted,
    "counter": dates.other_time,
    "move": dates.moved,
    "meeting_cancelled": dates.meeting_cancelled,
    "meeting_declined": dates.meeting_declined,
    "meeting_held": dates.meeting_held,
    "no_show": dates.no_show,
    "opt_out": quiet.left_alone,
    "complaint": quiet.left_alone,
    "one_click": quiet.one_click,
    "hard_bounce": quiet.hard_bounce,
    "soft_bounce": quiet.soft_bounce,
    "out_of_office": quiet.out_of_office,
    "auto_reply": quiet.auto_reply,
    "mailbox_outage": world.mailbox_outage,
    "world_event": world.world_event,
}


def find_tasks(past: Past, harms: Iterable[Harm]) -> list[Task]:
    """Every task, oldest first; one that a later word of the same person overtook is left out."""
    harmed: defaultdict[str, list[str]] = defaultdict(list)
    for one in harms:
        harmed[one.letter].append(one.rule)
    cases = [case for story in past.stories.values() for case in cases_of(past, story, harmed)]
    cases += world.world_cases(past, harmed)
    judged = ((case, JUDGES[case.kind](case)) for case in cases if case.opened <= past.now)
    found = [_task(case, verdict) for case, verdict in judged if verdict is not None]
    return sorted(found, key=lambda one: (one.opened, one.id))


def summary(tasks: Sequence[Task], actions: int) -> dict[str, Any]:
    """All rows, and how many of each kind stand how."""
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in tasks:
        by_kind[one.kind][one.state.value] += 1
    counted = {
        kind: {state.value: by_kind[kind][state.value] for state in State}
        | {"needs": list(kinds()[kind].needs), "claimed": kinds()[kind].claimed}
        for kind in sorted(by_kind)
    }
    states = Counter(one.state.value for one in tasks)
    return {
        "count": len(tasks),
        "states": {state.value: states[state.value] for state in State},
        "actions": actions,
        "by_kind": counted,
        "rows": [one.as_row() for one in tasks],
    }


def _task(case: Case, verdict: Verdict) -> Task:
    kind, person = kinds()[case.kind], case.story.person
    source = (
        case.reply.id
        if case.reply
        else case.meeting.uid
        if case.meeting
        else case.event.id
        if case.event
        else ""
    )
    letters = [one.id for one in verdict.letters]
    return Task(
        id="/".join(part for part in (case.kind, person.address, source) if part),
        kind=case.kind,
        person=person.address,
        company=person.company,
        opened=case.opened,
        due=case.due,
        needs=kind.needs,
        claimed=kind.claimed,
        state=verdict.state,
        closed=verdict.closed,
        because=verdict.because,
        messages=tuple([case.reply.id, *letters] if case.reply else letters),
        others=verdict.others,
    )
