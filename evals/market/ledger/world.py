"""How tasks end that the world opened: a mailbox that failed, and news that concern the seller."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from evals.market.buyers.appraisal import own_words
from evals.market.events.records import Event, Origin
from evals.market.ledger.cases import Case, Harmed, Verdict, closed, failed, not_due
from evals.market.ledger.hours import end_of_day
from evals.market.ledger.past import Past, Story
from evals.market.people.records import Correspondent, Letter

_UTC = ZoneInfo("UTC")
_MATTERS = 0.5  # relevance from which an event concerns a seller
_NEWS = frozenset({Origin.RIVAL, Origin.REGULATOR, Origin.COMPANY})
_TWICE = frozenset({"same_mail_twice", "same_text_twice", "same_invitation_twice"})
_SHORT, _LONG = 3, 60  # characters of a fact that a letter can be known by
_TELLING, _MOST = 6, 3  # letters of a telling word; so many of them make a headline known
_DAYS = 10
_FAR = datetime.max.replace(tzinfo=_UTC)


def world_cases(past: Past, harmed: Harmed) -> Iterator[Case]:
    """What the world asks of the sellers that wrote in it."""
    sellers = {one.sender.rpartition("@")[2] for one in past.letters}
    for event in past.events:
        if not past.letters or not past.letters[0].at <= event.at <= past.now:
            continue
        if event.kind == "mailbox_dies":
            mended = _mended(past, event) or _FAR
            due = end_of_day(mended, _UTC, 2) if mended is not _FAR else _FAR
            if any(one.mailbox == event.subject and one.at < event.at for one in past.letters):
                yield Case("mailbox_outage", past, harmed, _nobody(event), event.at, due, event=event)
        elif event.origin in _NEWS and event.decoy is None and _concerns(past, event, sellers):
            due = end_of_day(event.at, _UTC, _DAYS)
            yield Case("world_event", past, harmed, _nobody(event), event.at, due, event=event)


def mailbox_outage(case: Case) -> Verdict | None:
    """Mails left again after it was mended, none twice."""
    assert case.event is not None
    mended = _mended(case.past, case.event)
    if mended is None or mended > case.now:
        return not_due("the mailbox does not work yet")
    later = [one for one in _wanted(case.past) if one.mailbox == case.event.subject and one.at >= mended]
    twice = [one for one in later if one.at <= case.due and _TWICE & set(case.harmed.get(one.id, ()))]
    if twice:
        return failed(f"{twice[0].id} had arrived before", *twice)
    if later and later[0].at <= case.due:
        return closed(later[0].at, f"{later[0].id} left after it was mended", later[0])
    return not_due() if case.due > case.now else failed("nothing left after it was mended")


def world_event(case: Case) -> Verdict | None:
    """Somebody whom it concerns was written to about it."""
    assert case.event is not None
    for letter in _wanted(case.past):
        if case.opened < letter.at <= case.due and _speaks_of(letter, case.event, case.past):
            return closed(letter.at, f"{letter.id} speaks of it", letter)
    return not_due() if case.due > case.now else failed("no letter speaks of it")


def _mended(past: Past, event: Event) -> datetime | None:
    """When the mailbox worked again: as was said beforehand, or when somebody mended it."""
    times = [datetime.fromisoformat(event.facts["until"])] if event.facts.get("until") else []
    times += [
        one.at
        for one in past.events
        if one.kind == "mailbox_mended" and one.at >= event.at and one.facts["mailbox"] in {"", event.subject}
    ]
    return min(times, default=None)


def _concerns(past: Past, event: Event, sellers: set[str]) -> bool:
    """It matters to a seller here; what happens in a company only to one who is in touch with it."""
    if not any(event.relevance.get(one, 0.0) >= _MATTERS for one in sellers):
        return False
    if event.origin is not Origin.COMPANY:
        return True
    return any(one.person.domain == event.subject and one.letters for one in past.stories.values())


def _wanted(past: Past) -> list[Letter]:
    """Letters to people who still wanted mail."""
    stops = {address: story.told_to_stop for address, story in past.stories.items()}
    return [one for one in past.letters if (stop := stops[one.person]) is None or one.at <= stop]


def _speaks_of(letter: Letter, event: Event, past: Past) -> bool:
    """A letter that says what happened: a rival's name and a fact of it; else a fact, or most of the headline.

    What happens in a company counts only in a letter to that company.
    """
    if event.origin is Origin.COMPANY and past.stories[letter.person].person.domain != event.subject:
        return False
    text = own_words(letter.text).lower()
    rival = event.title.partition(":")[0].lower()
    if event.origin is Origin.RIVAL and rival not in text:
        return False
    facts = (one.lower() for one in event.facts.values() if _SHORT <= len(one) <= _LONG)
    headline = {one for one in re.findall(r"\w+", event.title.lower()) if len(one) >= _TELLING}
    told = event.origin is not Origin.RIVAL and sum(one in text for one in headline) >= _MOST
    return told or any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) for one in facts)


def _nobody(event: Event) -> Story:
    """The world has no person; its subject stands where one would."""
    return Story(Correspondent(event.subject, "", "", event.subject, event.subject, "", _UTC))
