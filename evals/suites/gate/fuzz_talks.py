"""Ways to break a sound answer, meeting, deal or task. Each changes one thing in place."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from evals.suites.gate.fuzz_breaks import HIDDEN, MAIL, Break, set_argument, set_fact, set_snapshot, untrusted
from evals.suites.gate.fuzz_parts import HELD, LATER, NEED, NOW, SLOT, Draft

_NAIVE = datetime(2026, 11, 9, 9, 0)
_PAST = NOW - timedelta(days=1)
_TIMES = (_NAIVE, _PAST, NOW - timedelta(seconds=1))
_BLANK = ("", "   ", "\n")
_STAGES = ("discovery", "evaluation", "proposal", "negotiation", "won", "lost")
_FACTS = ("need", "meeting_held", "authority", "timing", "proposal_sent", "terms_agreed", "signed")


def set_answered(**given: tuple[Any, ...]) -> Break:
    """A break of one fact about the mail that is answered."""
    [(name, values)] = given.items()

    def broken(draft: Draft, rng: Random) -> None:
        draft.facts["answered"] = {**(draft.facts.get("answered") or {}), name: rng.choice(values)}

    return broken


def hidden_in(*arguments: str) -> Break:
    """A break that hides a character in one of these arguments."""

    def broken(draft: Draft, rng: Random) -> None:
        name = rng.choice(arguments)
        draft.action[name] = f"{draft.action[name]}{rng.choice(HIDDEN)}."

    return broken


def nobody_vouches(draft: Draft, rng: Random) -> None:
    """A stranger nobody approved, whose sender nobody confirms."""
    draft.facts["contact_candidate"] = True
    set_answered(authenticated=(None, False))(draft, rng)


def proof_without(draft: Draft, rng: Random) -> None:
    """An opening whose proof is missing or of something else."""
    draft.action["proof"] = rng.choice(((), (HELD,), (NEED,), ({**HELD, "fact": "budget"},)))


def undated_proof(draft: Draft, rng: Random) -> None:
    """A proof whose date has no zone."""
    draft.action["proof"] = ({**NEED, "at": _NAIVE},)


def known_without(draft: Draft, rng: Random) -> None:
    """Something is not shown, perhaps everything."""
    known = tuple(draft.facts.get("known", ()))
    draft.facts["known"] = tuple(rng.sample(known, rng.randrange(len(known)))) if known else ()


def won_from_mail(draft: Draft, rng: Random) -> None:
    """A mail or page would close the deal."""
    untrusted(draft, rng)
    draft.action |= {"before": "negotiation", "after": "won"}
    draft.facts |= {"stage": "negotiation", "known": ("terms_agreed", "signed")}


_STEP: tuple[Break, ...] = (
    set_argument(next_step=(*_BLANK, "x" * 301)),
    set_argument(next_step_at=_TIMES),
    set_fact(unfounded=(("we will buy",), ("signed: con_9",))),
    undated_proof,
)
OF: dict[str, tuple[Break, ...]] = {
    "answer_mail": (
        *MAIL,
        *(
            set_answered(**{name: (False,)})
            for name in ("exists", "same_thread", "from_contact", "by_person", "authenticated")
        ),
        set_answered(authenticated=(None,)),
        set_answered(to_contact_today=(2, 3, 4, 99)),
        set_fact(answered=(None,)),
        nobody_vouches,
        set_argument(slots=((_NAIVE,), (_PAST, SLOT), (LATER,) * 21, (SLOT, _NAIVE))),
    ),
    "book_meeting": (
        set_fact(suppressed=("opted out", "unknown", "")),
        set_argument(contact_id=("con_9", "con_2", "")),
        set_argument(starts_at=_TIMES),
    ),
    "change_meeting": (
        set_fact(suppressed=("opted out", "unknown", "")),
        set_argument(contact_id=("con_9", "evil@evil.example")),
        set_argument(starts_at=_TIMES),
    ),
    "open_deal": (
        *_STEP,
        *(set_fact(**{name: (False,)}) for name in ("account_known", "contact_fits")),
        set_fact(open_already=(True,)),
        set_argument(cause=("person", "intent", "meeting_held")),
        proof_without,
        proof_without,
        set_argument(name=(*_BLANK, "x" * 301)),
        hidden_in("name", "next_step"),
    ),
    "move_deal": (
        *_STEP,
        set_fact(stage=(None, *_STAGES)),
        set_argument(before=_STAGES),
        set_argument(after=_STAGES),
        set_argument(after=_STAGES),
        set_argument(next_step_at=(None,)),
        set_argument(reason=_BLANK),
        set_fact(known=((), *((one,) for one in _FACTS), _FACTS)),
        known_without,
        known_without,
        won_from_mail,
        hidden_in("next_step", "reason"),
        set_snapshot(previous_exists=(False,)),
    ),
    "add_task": (
        set_argument(title=(*_BLANK, "x" * 301)),
        set_argument(due_at=(_NAIVE,)),
        set_argument(why=("x" * 2_001,)),
        hidden_in("title", "why"),
    ),
}
