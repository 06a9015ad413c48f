"""Hard rules for the morning page: who gets it, what it may hold, once a day. Pure.

It may hold whatever our own people may read, and goes to nobody else. Missing facts are the worst case.
"""

import re
from collections.abc import Callable

from autonomy.facts import NoticeFacts
from autonomy.links import has_image_or_html, link_problem, links_in
from autonomy.outbound_scan import scan
from autonomy.text_problems import has_unsafe
from domain.actions import NotifyOwner
from domain.decisions import RuleHit, Verdict
from domain.labels import PUBLIC, SECRET, WORKSPACE, Label

NoticeRule = Callable[[NotifyOwner, NoticeFacts, Label], str | None]
MAX_SUBJECT = 150
MAX_TEXT = 30_000  # characters; a longer text is refused unread, so that no pattern works on it for long
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[BbQq]\?")


def notice_hits(action: NotifyOwner, facts: NoticeFacts | None, label: Label) -> list[RuleHit]:
    """Every hard rule that is against this page."""
    said = {name: rule(action, facts or NoticeFacts(), label) for name, rule in NOTICE_RULES.items()}
    return [RuleHit(rule=name, verdict=Verdict.REFUSE, message=text) for name, text in said.items() if text]


def g1_our_own(action: NotifyOwner, facts: NoticeFacts, label: Label) -> str | None:
    """It goes to our own people and to nobody else."""
    return None if facts.to_our_own else "The morning page goes only to our own owners and managers."


def g3_plain(action: NotifyOwner, facts: NoticeFacts, label: Label) -> str | None:
    """A subject and a text of a sane size in which nothing hides."""
    if not facts.sender:
        return "No sender address is set (RAINMAKER_MAIL_FROM)."
    if _oversized(action):
        return f"The page is longer than {MAX_SUBJECT} characters of subject or {MAX_TEXT:,} of text."
    if not action.subject.strip() or not action.text.strip():
        return "The page is empty."
    if has_unsafe(action.subject, allowed="") or _ENCODED_WORD.search(action.subject):
        return "The subject holds control or invisible characters, or an encoded word."
    return (
        "The text holds control or invisible characters." if has_unsafe(action.text, allowed="\n") else None
    )


def _oversized(action: NotifyOwner) -> bool:
    return len(action.subject) > MAX_SUBJECT or len(action.text) > MAX_TEXT


def g4_links(action: NotifyOwner, facts: NoticeFacts, label: Label) -> str | None:
    """The page quotes strangers, so it holds no link of theirs, no image and no HTML."""
    if _oversized(action):
        return None
    text = f"{action.subject}\n{action.text}"
    if has_image_or_html(text):
        return "The page holds HTML or an image."
    problems = (link_problem(link, facts.allowed_links) for link in links_in(text))
    return next((problem[0].upper() + problem[1:] + "." for problem in problems if problem), None)


def g5_secrets(action: NotifyOwner, facts: NoticeFacts, label: Label) -> str | None:
    """Our own people may read our records and people's addresses; no secret leaves, not even to them."""
    if SECRET in label.readers or not label.readers & {PUBLIC, WORKSPACE}:
        return "The page rests on something that may not leave."
    if _oversized(action):
        return None
    found = scan(f"{action.subject}\n{action.text}", secrets=facts.secrets)
    return "The page holds a secret." if any(one.kind == "secret" for one in found) else None


def g14_once(action: NotifyOwner, facts: NoticeFacts, label: Label) -> str | None:
    """One page for each person and day."""
    return f"The page of this day is already {facts.already} for this person." if facts.already else None


def g15_daily(action: NotifyOwner, facts: NoticeFacts, label: Label) -> str | None:
    """One page a morning, whatever day it says it is for."""
    return "This person got a morning page a short while ago." if facts.lately else None


NOTICE_RULES: dict[str, NoticeRule] = {
    "G1": g1_our_own,
    "G3": g3_plain,
    "G4": g4_links,
    "G5": g5_secrets,
    "G14": g14_once,
    "G15": g15_daily,
}
