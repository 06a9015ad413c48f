"""Changes of length and tone: shorter, longer, more formal, more casual. Adds only sourced sentences."""

import re

from domain.errors import Correctable
from language.offline.talk import greeting
from language.offline.talk.mail_parts import (
    Draft,
    Said,
    holds,
    places,
    with_changes,
    with_sentence,
    without,
    word_count,
)
from language.offline.talk.material import Chooser, about_account, offers, proofs
from language.port import MailBrief

_CASUAL_FORMAL = (
    ("I've", "I have"),
    ("I'm", "I am"),
    ("don't", "do not"),
    ("can't", "cannot"),
    ("it's", "it is"),
    ("It's", "It is"),
    ("isn't", "is not"),
    ("A plain no is a good answer too.", "If it is not relevant, I would be grateful for a short reply."),
    ("A one-line answer is enough.", "A short reply would be sufficient."),
    ("or should I leave you in peace?", "or is the subject not relevant to you at present?"),
    ("or is this not a topic right now?", "or is the subject not relevant to you at present?"),
    ("Is this a topic for you at all?", "Would this be of interest to you?"),
    ("Perhaps you know ", "You may be familiar with "),
)
_FORMAL_CASUAL = (
    ("I am ", "I'm "),
    ("I have ", "I've "),
    ("It is ", "It's "),
    ("is not ", "isn't "),
    ("do not ", "don't "),
    ("or is this not a topic", "or isn't this a topic"),
    ("would be worth your time", "would be worth it"),
    ("May I ask how", "How come I ask: how"),
)


def shorter(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Drop what carries least: courtesies, then second facts; opening, offer and question stay."""
    target = max(12, int(word_count(draft) * 0.7))
    weights = _weights(draft, brief)
    gone: set[tuple[int, int]] = set()
    for place in sorted(weights, key=lambda place: (weights[place], -place[0], -place[1])):
        if word_count(without(draft, gone)) <= target or len(weights) - len(gone) <= 2 or weights[place] > 6:
            break
        gone.add(place)
    if not gone:
        raise Correctable(
            "It is already as short as it can be without losing the offer or the question.",
            code="cannot_shorten",
        )
    return without(draft, gone)


def _weights(draft: Draft, brief: MailBrief) -> dict[tuple[int, int], int]:
    """How much each sentence matters; above 6 it stays."""
    offer_quotes = {evidence.quote for field, _, evidence in brief.seller if field == "offer"}
    their_quotes = {evidence.quote for _, _, evidence in brief.account}
    weights: dict[tuple[int, int], int] = {}
    kept: set[str] = set()
    for place in reversed(places(draft)):
        text = draft.paragraphs[place[0]][place[1]]
        if text.endswith("?") and "question" not in kept:
            kept.add("question")
            weights[place] = 9
    for place in places(draft):
        if place in weights:
            continue
        text = draft.paragraphs[place[0]][place[1]]
        quotes = {claim.evidence.quote for claim in draft.claims if claim.text in text or text in claim.text}
        kind = "offer" if quotes & offer_quotes else "opening" if quotes & their_quotes else ""
        weights[place] = {"offer": 8, "opening": 7}[kind] if kind and kind not in kept else 3 if quotes else 1
        kept.add(kind)
    return weights


def longer(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Add the best fact not yet used."""
    choose = Chooser(brief, draft.lang)
    unused = [
        s
        for s in [
            *offers(brief, draft.lang)[1:],
            *proofs(brief, draft.lang, choose),
            *about_account(brief, draft.lang, choose)[1:],
        ]
        if not holds(draft, s)
    ]
    if not unused:
        raise Correctable(
            "I have no further fact with a source to make it longer.",
            code="no_source",
            hint="Tell me which fact of the profile to mention.",
        )
    return with_sentence(draft, unused[0])


def formal(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Formal greeting and closing, stiffer wording outside of claims."""
    hello = greeting.salutation(brief.contact_name, brief.contact_title, draft.lang)
    if draft.lang == "de":
        hello = hello.replace("Guten Tag Frau", "Sehr geehrte Frau").replace(
            "Guten Tag Herr", "Sehr geehrter Herr"
        )
    else:
        name = re.sub(r"^(?:Hi|Hello) ", "", hello).rstrip(",")
        hello = (
            f"Dear {brief.contact_name.strip()},"
            if hello.startswith(("Hi ", "Hello ")) and name and brief.contact_name.strip()
            else hello.replace("Hello,", "Dear Sir or Madam,")
        )
    closing = _closed(draft, "Mit freundlichen Grüßen" if draft.lang == "de" else "Kind regards,")
    return _reworded(with_changes(draft, hello=hello, closing=closing), _CASUAL_FORMAL)


def casual(draft: Draft, said: Said, brief: MailBrief) -> Draft:
    """Relaxed greeting and closing, lighter wording outside of claims."""
    hello = greeting.salutation(
        re.sub(r"^(?:Dr|Prof|Mr|Mrs|Ms)\.?\s+", "", brief.contact_name),
        brief.contact_title,
        draft.lang,
        seed=0,
    )
    if draft.lang == "de":
        hello = hello.replace("Guten Tag", "Hallo", 1)
    closing = _closed(draft, "Viele Grüße" if draft.lang == "de" else "Best,")
    swaps = tuple(pair for pair in _FORMAL_CASUAL if pair[0] != "May I ask how")
    return _reworded(with_changes(draft, hello=hello, closing=closing), swaps)


def _closed(draft: Draft, phrase: str) -> str:
    return "\n".join([phrase, *draft.closing.splitlines()[1:]]) if draft.closing else phrase


def _reworded(draft: Draft, swaps: tuple[tuple[str, str], ...]) -> Draft:
    """Swap wordings outside of claims: what a source supports keeps its words."""

    def swap(text: str) -> str:
        if any(claim.text in text for claim in draft.claims):
            return text
        for old, new in swaps:
            text = re.sub(rf"(?<!\w){re.escape(old)}", lambda _, new=new: new, text)
        return text

    return with_changes(
        draft, paragraphs=tuple(tuple(swap(text) for text in paragraph) for paragraph in draft.paragraphs)
    )
