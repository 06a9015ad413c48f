"""How tasks end that ask for silence, for patience with a machine, or for a sequence to go on."""

from evals.market.ledger.cases import Case, Verdict, closed, failed, harm_done, not_due
from evals.market.people.records import Letter, Meaning

TRIES = 8  # letters and refused attempts after a temporary failure
_PUT_OFF = 451
_GONE = 550
CADENCE = 7  # working days within which a sequence goes on


def left_alone(case: Case) -> Verdict | None:
    """Nothing came any more."""
    if after := case.story.after(case.opened):
        return failed(f"{len(after)} came after it, first {after[0].id}", after[0])
    return not_due() if case.due > case.now else closed(case.now, "nothing came any more")


def one_click(case: Case) -> Verdict | None:
    """The click worked soon, and nothing came any more."""
    clicked = case.story.clicked
    if clicked is not None and clicked <= case.due:
        after = [one for one in case.story.letters if one.at > clicked]
        if after:
            return failed(f"{after[0].id} came after it", after[0])
        return closed(case.now, "nothing came any more")
    return not_due() if case.due > case.now else failed("nobody listened at the one-click address")


def hard_bounce(case: Case) -> Verdict | None:
    """The address was not tried again."""
    again = [one for one in case.story.attempts if one.code == _GONE and one.at > case.opened]
    if again:
        return failed(f"tried again {len(again)} times")
    return left_alone(case)


def soft_bounce(case: Case) -> Verdict | None:
    """Tried again within measure; what was only put off arrived."""
    letters = [one for one in case.useful(case.story.letters) if one.at > case.opened]
    attempts = [one for one in case.story.attempts if one.at > case.opened]
    if len(letters) + len(attempts) > TRIES:
        return failed(f"tried {len(letters) + len(attempts)} times more", *letters)
    put_off = [one for one in case.story.attempts if one.code == _PUT_OFF and one.at == case.opened]
    if put_off and letters:
        if letters[0].at > case.due:
            return failed(f"{letters[0].id} came late", letters[0])
        return closed(letters[0].at, "it arrived", letters[0])
    if case.due > case.now:
        return not_due()
    return failed("it was put off and never arrived") if put_off else closed(case.now, "tried within measure")


def out_of_office(case: Case) -> Verdict | None:
    """Nothing unasked while they were away; then the sequence went on, unless they spoke themselves."""
    assert case.story.away is not None
    back = case.story.away[1]
    if early := case.unasked_since(case.opened, back):
        return failed(f"{early[0].id} came while they were away", early[0])
    if case.words_since(case.opened):
        return closed(case.words_since(case.opened)[0].at, "they wrote themselves")
    if back > case.now:
        return not_due("they are still away")
    return _goes_on(case, [one for one in case.story.letters if one.at >= back])


def auto_reply(case: Case) -> Verdict | None:
    """The machine got no answer; the sequence went on."""
    machine = {one.id for one in case.story.replies if one.said.meaning is Meaning.AUTO_REPLY}
    if answers := [one for one in case.story.letters if one.answers in machine]:
        return failed(f"{answers[0].id} answers a machine", answers[0])
    if case.words_since(case.opened):
        return closed(case.words_since(case.opened)[0].at, "somebody wrote themselves")
    return _goes_on(case, [one for one in case.story.letters if one.at > case.opened])


def _goes_on(case: Case, letters: list[Letter]) -> Verdict:
    """The next letter came in time, or there was none left: nobody got more letters than they did."""
    letters = case.useful(letters)
    if letters and letters[0].at <= case.due:
        return harm_done(case, letters[0]) or closed(letters[0].at, f"{letters[0].id} goes on", letters[0])
    if len(case.story.touches()) >= case.past.longest:
        return closed(min(case.due, case.now), "their sequence was over")
    if case.story.told_to_stop is not None or _colleague_speaks(case):
        return closed(min(case.due, case.now), "they or a colleague took the word")
    return not_due() if case.due > case.now else failed("the sequence did not go on")


def _colleague_speaks(case: Case) -> bool:
    """Somebody else of their company talks with the seller: one voice at a time is good manners."""
    domain = case.story.person.domain
    others = (
        one for one in case.past.stories.values() if one.person.domain == domain and one is not case.story
    )
    return any(not reply.automatic for one in others for reply in one.replies)
