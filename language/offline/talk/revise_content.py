"""Changes of content: leave out, mention, remove, replace, subject, ask, language, signature. Invents nothing."""

import re
from collections.abc import Callable

from domain.errors import Correctable
from language.offline.talk import greeting
from language.offline.talk.mail_parts import (
    Draft,
    Said,
    checked_rest,
    holds,
    take_apart,
    with_changes,
    with_sentence,
    without,
)
from language.offline.talk.material import Chooser, about_account, offers, proofs
from language.offline.talk.writer import write_mail
from language.port import MailBrief

_GROUPS = {
    "hiring": {"hiring", "recruiting", "positions", "looking", "stellen", "verstärkung", "colleagues"},
    "office": {
        "office",
        "location",
        "branch",
        "site",
        "studio",
        "shop",
        "store",
        "warehouse",
        "standort",
        "filiale",
    },
    "customers": {"customers", "customer", "kunden", "kunde", "trusted"},
}
_NTH = {
    "first": 0,
    "opening": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "last": -1,
    "final": -1,
    "closing": -1,
}


def leave_out(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Drop every sentence that speaks of something."""
    wanted = _topic_words(said["what"])
    gone = {
        (p, s)
        for p, paragraph in enumerate(draft.paragraphs)
        for s, text in enumerate(paragraph)
        if _speaks_of(text, wanted)
    }
    if not gone:
        raise Correctable(f"The mail does not mention “{said['what'].strip()}”.", code="not_in_mail")
    return checked_rest(without(draft, gone))


def _topic_words(what: str) -> list[str]:
    words = re.findall(
        r"[\w&%€$.-]+",
        re.sub(
            r"\b(?:the|their|our|your|his|her|a|an|any|that|this|about|of|anything|it|in|mail|email|part|"
            r"sentence|bit|thing|they|are|is|we|have|new|recent|latest|own|recently)\b",
            " ",
            what.lower(),
        ),
    )
    return [word.strip(".") for word in words if word.strip(".")]


def _speaks_of(text: str, wanted: list[str]) -> bool:
    found = [word.strip(".") for word in re.findall(r"[\w&%€$.-]+", text.lower())]
    return bool(wanted) and all(any(_alike(want, word) for word in found) for want in wanted)


def _alike(want: str, word: str) -> bool:
    if want in _GROUPS:
        return word in _GROUPS[want]
    return word == want or (len(want) > 3 and word[: max(4, len(want) - 2)] == want[: max(4, len(want) - 2)])


def mention(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Add the sourced sentence that speaks of something."""
    wanted = _topic_words(said["what"])
    choose = Chooser(brief, draft.lang)
    stock = [
        *about_account(brief, draft.lang, choose),
        *offers(brief, draft.lang),
        *proofs(brief, draft.lang, choose),
    ]
    fitting = [
        s
        for s in stock
        if _speaks_of(s.text, wanted) or any(_speaks_of(source.quote, wanted) for source in s.sources)
    ]
    fresh = [s for s in fitting if not holds(draft, s)]
    if fresh:
        return with_sentence(draft, fresh[0])
    if fitting:
        return draft  # it is already there
    raise Correctable(
        f"I have no source for “{said['what'].strip()}”, so I do not write it.",
        code="no_source",
        hint="Only facts with a page behind them can be mentioned.",
    )


def remove_line(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Drop a sentence or paragraph by its place."""
    which, unit = (said["which"] or "last").lower(), said["unit"].lower()
    if unit == "paragraph":
        blocks = list(draft.paragraphs)
        index = _NTH[which]
        if not -len(blocks) <= index < len(blocks):
            raise Correctable(f"The mail has no {which} paragraph.", code="not_in_mail")
        del blocks[index]
        return checked_rest(with_changes(draft, paragraphs=tuple(blocks)))
    flat = [(p, s) for p, paragraph in enumerate(draft.paragraphs) for s in range(len(paragraph))]
    index = _NTH[which]
    if not -len(flat) <= index < len(flat):
        raise Correctable(f"The mail has no {which} sentence.", code="not_in_mail")
    return checked_rest(without(draft, {flat[index]}))


def remove_part(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Drop the greeting, the question, the figures and the like."""
    part = said["part"].lower()
    if part in ("greeting", "salutation"):
        return with_changes(draft, hello="")
    if part in ("signature", "sign-off"):
        return with_changes(draft, closing="")
    flat = [(p, s, text) for p, paragraph in enumerate(draft.paragraphs) for s, text in enumerate(paragraph)]
    tests: dict[str, Callable[[str], bool]] = {
        "question": lambda text: text.endswith("?"),
        "call to action": lambda text: text.endswith("?"),
        "cta": lambda text: text.endswith("?"),
        "link": lambda text: "http" in text,
        "number": lambda text: bool(re.search(r"\d", text)),
        "numbers": lambda text: bool(re.search(r"\d", text)),
        "proof": lambda text: bool(
            re.search(r"\b(?:customers?|trusted|certified|kunden?|nutzen)\b|\d", text)
        ),
    }
    gone = {(p, s) for p, s, text in flat if tests[part](text)}
    if not gone:
        raise Correctable(f"The mail has no {part}.", code="not_in_mail")
    return checked_rest(without(draft, gone))


def replace_words(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Put other words in place of some; claims keep their quotes."""
    old, new = _unquoted(said["old"]), _unquoted(said["new"])
    pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.I)
    whole = "\n".join([draft.subject, draft.hello, *(t for p in draft.paragraphs for t in p), draft.closing])
    if not old or not pattern.search(whole):
        raise Correctable(f"The mail does not contain “{old}”.", code="not_in_mail")

    def swap(text: str) -> str:
        return pattern.sub(
            lambda hit: new[:1].upper() + new[1:] if hit.group()[:1].isupper() and new else new, text
        )

    # a claim keeps its quote; whether the new words still follow from it is for the check to say
    claims = tuple(claim.model_copy(update={"text": swap(claim.text)}) for claim in draft.claims)
    paragraphs = tuple(tuple(swap(text) for text in paragraph) for paragraph in draft.paragraphs)
    return with_changes(
        draft,
        subject=swap(draft.subject),
        hello=swap(draft.hello),
        closing=swap(draft.closing),
        paragraphs=paragraphs,
        claims=claims,
    )


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'“”„‘’«»").strip()


def change_subject(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Set another subject."""
    text = re.sub(r"\s+", " ", _unquoted(said["new"]))
    if not text or len(text) > 150 or re.match(r"(?:re|aw|fwd?)\s*:", text, re.I):
        raise Correctable(
            "A subject has 1 to 150 characters and does not pretend to be a reply.", code="bad_subject"
        )
    return with_changes(draft, subject=text)


def ask_for(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Ask for something else at the end."""
    goal = re.sub(r"\s+(?:instead|rather)$", "", _unquoted(said["goal"]), flags=re.I)
    asked = goal if re.match(r"(?:an?|the|ein\w*)\s", goal, re.I) else f"a {goal}"
    slot = "cta_reply" if re.search(r"\breply|answer|antwort", goal, re.I) else "cta_call"
    cta = Chooser(brief, draft.lang).pick(slot, goal=_german_goal(asked) if draft.lang == "de" else asked)
    blocks = [list(paragraph) for paragraph in draft.paragraphs if paragraph]
    questions = [
        (p, s) for p, paragraph in enumerate(blocks) for s, text in enumerate(paragraph) if text.endswith("?")
    ]
    if questions:
        p, s = questions[-1]
        blocks[p][s] = cta
    else:
        blocks.append([cta])
    return with_changes(draft, paragraphs=tuple(tuple(paragraph) for paragraph in blocks))


def _german_goal(goal: str) -> str:
    minutes = re.search(r"\d+", goal)
    if re.search(r"demo", goal, re.I):
        return f"eine Vorführung von {minutes.group()} Minuten" if minutes else "eine kurze Vorführung"
    return f"ein Gespräch von {minutes.group()} Minuten" if minutes else "ein kurzes Gespräch"


def in_language(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Write it anew in another language."""
    wanted = said["lang"].lower()
    code = {"german": "de", "deutsch": "de", "english": "en", "englisch": "en"}.get(wanted)
    if code is None:
        raise Correctable(
            f"Without a language model I write English and German, not {wanted.title()}.",
            code="language_not_supported",
        )
    if code == draft.lang:
        return draft
    if not offers(brief, code):
        raise Correctable(
            f"I have no sentence in {wanted.title()} that says what {brief.seller_name} offers, "
            "and I do not translate facts.",
            code="no_source",
        )
    return take_apart(write_mail(brief.model_copy(update={"language": code})))


def sign_as(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Sign with another name."""
    name = re.sub(r"\s+", " ", _unquoted(said["name"]))
    if not re.fullmatch(r"[^\W\d_][\w .'’&-]{0,60}(?:, [\w .&-]{2,40})?", name):
        raise Correctable(f"“{name[:40]}” does not look like a name to sign with.", code="bad_name")
    lines = draft.closing.splitlines() or [greeting.signature("", "", draft.lang)]
    rest = [line for line in lines[1:] if line.strip() and line.strip() != brief.sender_name.strip()]
    keeps = [line for line in rest if line.strip() == brief.seller_name.strip()]
    return with_changes(draft, closing="\n".join([lines[0], name, *keeps]))
