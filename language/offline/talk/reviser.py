"""Changes a written mail as a person asks: length, tone, parts, words, language, signature.

Knows a fixed set of changes and says which when an instruction fits none; adds only facts of the brief.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.campaigns import MAX_WORDS, Claim, WrittenMail
from domain.errors import Correctable
from language.offline.talk import greeting, wording
from language.offline.talk.material import Chooser, Sentence, about_account, offers, phrases, proofs
from language.offline.talk.writer import write_mail
from language.port import MailBrief

ABILITIES = (
    "I can make it shorter or longer, more formal or more casual, leave something out, mention a fact I have a source for, "
    "change the subject, remove or replace words or a line, ask for something else, write it in English or German, or sign as somebody else."
)
_SPLIT = re.compile(r"\s*(?:,\s*(?:and\s+)?|;\s*|\s+and\s+(?:also\s+)?|\s+but\s+|\.\s+)(?=(?:please\s+)?(?:make|mention|do(?:n['’]t| not)|remove|delete|drop|cut|change|replace|"
    r"ask|offer|sign|add|write|shorten|keep|use|set|less|more|shorter|longer|be|never|avoid|include|leave|translate|propose|suggest|in (?:german|english)|take|skip|say)\b)", re.I)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")
_ABBREVIATED = re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|e\.g|i\.e|approx|No|Nr|Inc|Ltd|z\.B|bzw)\.$")


@dataclass(frozen=True)
class Draft:
    """A mail taken apart: greeting line, paragraphs of sentences, closing lines."""

    subject: str
    hello: str
    paragraphs: tuple[tuple[str, ...], ...]
    closing: str
    claims: tuple[Claim, ...]
    lang: str


def revise_mail(mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
    """The mail with every asked change made, in order.

    Raises:
        Correctable: `instruction_not_understood`, or `no_source` for a fact the brief does not hold.
    """
    draft = _taken_apart(mail)
    asked = [part.strip(" .!") for part in _SPLIT.split(instruction.strip()) if part.strip(" .!")]
    if not asked:
        raise _not_understood(instruction)
    for part in asked:
        draft = _changed(draft, _bare(part), brief)
    return _put_together(draft, mail.variant)


def _bare(part: str) -> str:
    text = re.sub(r"^(?:please|pls|can you|could you|would you|and|but|also|just|then|it should|they should)\s+", "", part, flags=re.I)
    return re.sub(r"\s+(?:please|thanks)$", "", text, flags=re.I).strip()


def _changed(draft: Draft, part: str, brief: MailBrief) -> Draft:
    for pattern, change in _CHANGES:
        if match := pattern.search(part):
            return change(draft, match, brief)
    raise _not_understood(part)


def _not_understood(part: str) -> Correctable:
    return Correctable(f"I do not understand “{part[:80]}” as a change. {ABILITIES}", code="instruction_not_understood", hint=ABILITIES)


def _taken_apart(mail: WrittenMail) -> Draft:
    blocks = [block.strip() for block in re.split(r"\n\s*\n", mail.body.strip()) if block.strip()]
    hello = blocks.pop(0) if blocks and re.match(r"(?:hi|hello|dear|hey|guten|hallo|liebe|sehr|moin)\b", blocks[0], re.I) and len(blocks[0]) < 70 else ""
    closing = ""
    if len(blocks) > 1 and (len(blocks[-1].splitlines()) > 1 or re.match(r"(?:best|kind|regards|viele|freundliche|cheers|mit )", blocks[-1], re.I)):
        closing = blocks.pop()
    paragraphs = tuple(tuple(_sentences(block)) for block in blocks)
    lang = "de" if wording.language_of(" ".join(blocks)) == "de" else "en"
    return Draft(mail.subject, hello, paragraphs, closing, mail.claims, lang)


def _sentences(block: str) -> list[str]:
    pieces: list[str] = []
    for piece in _SENTENCE.split(re.sub(r"\s*\n\s*", " ", block)):
        if pieces and _ABBREVIATED.search(pieces[-1]):
            pieces[-1] += " " + piece
        else:
            pieces.append(piece)
    return pieces


def _put_together(draft: Draft, variant: str) -> WrittenMail:
    lines = [" ".join(paragraph) for paragraph in draft.paragraphs if paragraph]
    body = "\n\n".join(part for part in (draft.hello, *lines, draft.closing) if part)
    claims = tuple(claim for claim in draft.claims if claim.text in body)
    return WrittenMail(subject=draft.subject, body=body, claims=claims, variant=variant)


def _with(draft: Draft, **changes: object) -> Draft:
    return Draft(**{**draft.__dict__, **changes})  # type: ignore[arg-type]


def _words(draft: Draft) -> int:
    return sum(len(sentence.split()) for paragraph in draft.paragraphs for sentence in paragraph)


# -- length


def _shorter(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    """Drop what carries least: courtesies, then second facts; opening, offer and question stay."""
    target = max(12, int(_words(draft) * 0.7))
    weights = _weights(draft, brief)
    gone: set[tuple[int, int]] = set()
    for place in sorted(weights, key=lambda place: (weights[place], -place[0], -place[1])):
        if _words(_without(draft, gone)) <= target or len(weights) - len(gone) <= 2 or weights[place] > 6:
            break
        gone.add(place)
    if not gone:
        raise Correctable("It is already as short as it can be without losing the offer or the question.", code="cannot_shorten")
    return _without(draft, gone)


def _weights(draft: Draft, brief: MailBrief) -> dict[tuple[int, int], int]:
    """How much each sentence matters; above 6 it stays."""
    offer_quotes = {evidence.quote for field, _, evidence in brief.seller if field == "offer"}
    their_quotes = {evidence.quote for _, _, evidence in brief.account}
    weights: dict[tuple[int, int], int] = {}
    kept: set[str] = set()
    for place in reversed(_places(draft)):
        text = draft.paragraphs[place[0]][place[1]]
        if text.endswith("?") and "question" not in kept:
            kept.add("question")
            weights[place] = 9
    for place in _places(draft):
        if place in weights:
            continue
        text = draft.paragraphs[place[0]][place[1]]
        quotes = {claim.evidence.quote for claim in draft.claims if claim.text in text or text in claim.text}
        kind = "offer" if quotes & offer_quotes else "opening" if quotes & their_quotes else ""
        weights[place] = {"offer": 8, "opening": 7}[kind] if kind and kind not in kept else 3 if quotes else 1
        kept.add(kind)
    return weights


def _places(draft: Draft) -> list[tuple[int, int]]:
    return [(p, s) for p, paragraph in enumerate(draft.paragraphs) for s in range(len(paragraph))]


def _without(draft: Draft, gone: set[tuple[int, int]]) -> Draft:
    kept = tuple(tuple(text for s, text in enumerate(paragraph) if (p, s) not in gone) for p, paragraph in enumerate(draft.paragraphs))
    return _with(draft, paragraphs=kept)


def _longer(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    choose = Chooser(brief, draft.lang)
    unused = [s for s in [*offers(brief, draft.lang)[1:], *proofs(brief, draft.lang, choose), *about_account(brief, draft.lang, choose)[1:]] if not _holds(draft, s)]
    if not unused:
        raise Correctable("I have no further fact with a source to make it longer.", code="no_source", hint="Tell me which fact of the profile to mention.")
    return _add(draft, unused[0])


def _holds(draft: Draft, sentence: Sentence) -> bool:
    core = sentence.text.rstrip(".").casefold()
    body = " ".join(text for paragraph in draft.paragraphs for text in paragraph).casefold()
    return core in body or any(source.quote in {claim.evidence.quote for claim in draft.claims} for source in sentence.sources)


def _add(draft: Draft, sentence: Sentence) -> Draft:
    """Put a sourced sentence before the closing question."""
    paragraphs = [list(paragraph) for paragraph in draft.paragraphs if paragraph] or [[]]
    at = max(0, len(paragraphs) - 2)
    paragraphs[at].append(sentence.text)
    claims = (*draft.claims, *(Claim(text=sentence.text, evidence=source) for source in sentence.sources))
    grown = _with(draft, paragraphs=tuple(tuple(p) for p in paragraphs), claims=claims)
    if _words(grown) > MAX_WORDS - 20:
        raise Correctable(f"With that the mail would be longer than {MAX_WORDS} words.", code="too_long")
    return grown


# -- tone


_CASUAL_FORMAL = (
    ("I've", "I have"), ("I'm", "I am"), ("don't", "do not"), ("can't", "cannot"), ("it's", "it is"), ("It's", "It is"), ("isn't", "is not"),
    ("A plain no is a good answer too.", "If it is not relevant, I would be grateful for a short reply."),
    ("A one-line answer is enough.", "A short reply would be sufficient."),
    ("or should I leave you in peace?", "or is the subject not relevant to you at present?"),
    ("or is this not a topic right now?", "or is the subject not relevant to you at present?"),
    ("Is this a topic for you at all?", "Would this be of interest to you?"), ("Perhaps you know ", "You may be familiar with "),
)  # fmt: skip
_FORMAL_CASUAL = (
    ("I am ", "I'm "), ("I have ", "I've "), ("It is ", "It's "), ("is not ", "isn't "), ("do not ", "don't "), ("or is this not a topic", "or isn't this a topic"),
    ("would be worth your time", "would be worth it"), ("May I ask how", "How come I ask: how"),
)  # fmt: skip


def _formal(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    hello = greeting.salutation(brief.contact_name, brief.contact_title, draft.lang)
    if draft.lang == "de":
        hello = hello.replace("Guten Tag Frau", "Sehr geehrte Frau").replace("Guten Tag Herr", "Sehr geehrter Herr")
    else:
        name = re.sub(r"^(?:Hi|Hello) ", "", hello).rstrip(",")
        hello = f"Dear {brief.contact_name.strip()}," if hello.startswith(("Hi ", "Hello ")) and name and brief.contact_name.strip() else hello.replace("Hello,", "Dear Sir or Madam,")
    closing = _closed(draft, "Mit freundlichen Grüßen" if draft.lang == "de" else "Kind regards,")
    return _reworded(_with(draft, hello=hello, closing=closing), _CASUAL_FORMAL)


def _casual(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    hello = greeting.salutation(re.sub(r"^(?:Dr|Prof|Mr|Mrs|Ms)\.?\s+", "", brief.contact_name), brief.contact_title, draft.lang, seed=0)
    if draft.lang == "de":
        hello = hello.replace("Guten Tag", "Hallo", 1)
    closing = _closed(draft, "Viele Grüße" if draft.lang == "de" else "Best,")
    swaps = tuple(pair for pair in _FORMAL_CASUAL if pair[0] != "May I ask how")
    return _reworded(_with(draft, hello=hello, closing=closing), swaps)


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

    return _with(draft, paragraphs=tuple(tuple(swap(text) for text in paragraph) for paragraph in draft.paragraphs))


# -- content


def _leave_out(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    wanted = _topic_words(match["what"])
    gone = {(p, s) for p, paragraph in enumerate(draft.paragraphs) for s, text in enumerate(paragraph) if _speaks_of(text, wanted)}
    if not gone:
        raise Correctable(f"The mail does not mention “{match['what'].strip()}”.", code="not_in_mail")
    return _checked_rest(_without(draft, gone))


def _topic_words(what: str) -> list[str]:
    words = re.findall(r"[\w&%€$.-]+", re.sub(r"\b(?:the|their|our|your|his|her|a|an|any|that|this|about|of|anything|it|in|mail|email|part|sentence|bit|thing|they|are|is|we|have|new|recent|latest|own|recently)\b", " ", what.lower()))
    return [word.strip(".") for word in words if word.strip(".")]


def _speaks_of(text: str, wanted: list[str]) -> bool:
    found = [word.strip(".") for word in re.findall(r"[\w&%€$.-]+", text.lower())]
    return bool(wanted) and all(any(_alike(want, word) for word in found) for want in wanted)


def _alike(want: str, word: str) -> bool:
    if want in _GROUPS:
        return word in _GROUPS[want]
    return word == want or (len(want) > 3 and word[: max(4, len(want) - 2)] == want[: max(4, len(want) - 2)])


_GROUPS = {
    "hiring": {"hiring", "recruiting", "positions", "looking", "stellen", "verstärkung", "colleagues"},
    "office": {"office", "location", "branch", "site", "studio", "shop", "store", "warehouse", "standort", "filiale"},
    "customers": {"customers", "customer", "kunden", "kunde", "trusted"},
}


def _checked_rest(draft: Draft) -> Draft:
    if not any(draft.paragraphs):
        raise Correctable("Nothing would be left of the mail.", code="nothing_left")
    return draft


def _mention(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    wanted = _topic_words(match["what"])
    choose = Chooser(brief, draft.lang)
    stock = [*about_account(brief, draft.lang, choose), *offers(brief, draft.lang), *proofs(brief, draft.lang, choose)]
    fitting = [s for s in stock if _speaks_of(s.text, wanted) or any(_speaks_of(source.quote, wanted) for source in s.sources)]
    fresh = [s for s in fitting if not _holds(draft, s)]
    if fresh:
        return _add(draft, fresh[0])
    if fitting:
        return draft  # it is already there
    raise Correctable(
        f"I have no source for “{match['what'].strip()}”, so I do not write it.", code="no_source", hint="Only facts with a page behind them can be mentioned."
    )


_PLACES = {"first": 0, "opening": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "final": -1, "closing": -1}


def _remove_line(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    which, unit = (match["which"] or "last").lower(), match["unit"].lower()
    if unit == "paragraph":
        blocks = list(draft.paragraphs)
        index = _PLACES[which]
        if not -len(blocks) <= index < len(blocks):
            raise Correctable(f"The mail has no {which} paragraph.", code="not_in_mail")
        del blocks[index]
        return _checked_rest(_with(draft, paragraphs=tuple(blocks)))
    flat = [(p, s) for p, paragraph in enumerate(draft.paragraphs) for s in range(len(paragraph))]
    index = _PLACES[which]
    if not -len(flat) <= index < len(flat):
        raise Correctable(f"The mail has no {which} sentence.", code="not_in_mail")
    return _checked_rest(_without(draft, {flat[index]}))


def _remove_part(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    part = match["part"].lower()
    if part in ("greeting", "salutation"):
        return _with(draft, hello="")
    if part in ("signature", "sign-off"):
        return _with(draft, closing="")
    flat = [(p, s, text) for p, paragraph in enumerate(draft.paragraphs) for s, text in enumerate(paragraph)]
    tests: dict[str, Callable[[str], bool]] = {
        "question": lambda text: text.endswith("?"),
        "call to action": lambda text: text.endswith("?"),
        "cta": lambda text: text.endswith("?"),
        "link": lambda text: "http" in text,
        "number": lambda text: bool(re.search(r"\d", text)),
        "numbers": lambda text: bool(re.search(r"\d", text)),
        "proof": lambda text: bool(re.search(r"\b(?:customers?|trusted|certified|kunden?|nutzen)\b|\d", text)),
    }
    gone = {(p, s) for p, s, text in flat if tests[part](text)}
    if not gone:
        raise Correctable(f"The mail has no {part}.", code="not_in_mail")
    return _checked_rest(_without(draft, gone))


def _replace(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    old, new = _unquoted(match["old"]), _unquoted(match["new"])
    pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.I)
    whole = "\n".join([draft.subject, draft.hello, *(t for p in draft.paragraphs for t in p), draft.closing])
    if not old or not pattern.search(whole):
        raise Correctable(f"The mail does not contain “{old}”.", code="not_in_mail")

    def swap(text: str) -> str:
        return pattern.sub(lambda hit: new[:1].upper() + new[1:] if hit.group()[:1].isupper() and new else new, text)

    # a claim keeps its quote; whether the new words still follow from it is for the check to say
    claims = tuple(claim.model_copy(update={"text": swap(claim.text)}) for claim in draft.claims)
    paragraphs = tuple(tuple(swap(text) for text in paragraph) for paragraph in draft.paragraphs)
    return _with(draft, subject=swap(draft.subject), hello=swap(draft.hello), closing=swap(draft.closing), paragraphs=paragraphs, claims=claims)


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'“”„‘’«»").strip()


def _subject(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    text = re.sub(r"\s+", " ", _unquoted(match["new"]))
    if not text or len(text) > 150 or re.match(r"(?:re|aw|fwd?)\s*:", text, re.I):
        raise Correctable("A subject has 1 to 150 characters and does not pretend to be a reply.", code="bad_subject")
    return _with(draft, subject=text)


def _ask_for(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    goal = re.sub(r"\s+(?:instead|rather)$", "", _unquoted(match["goal"]), flags=re.I)
    said = goal if re.match(r"(?:an?|the|ein\w*)\s", goal, re.I) else f"a {goal}"
    slot = "cta_reply" if re.search(r"\breply|answer|antwort", goal, re.I) else "cta_call"
    cta = Chooser(brief, draft.lang).pick(slot, goal=_german_goal(said) if draft.lang == "de" else said)
    blocks = [list(paragraph) for paragraph in draft.paragraphs if paragraph]
    places = [(p, s) for p, paragraph in enumerate(blocks) for s, text in enumerate(paragraph) if text.endswith("?")]
    if places:
        p, s = places[-1]
        blocks[p][s] = cta
    else:
        blocks.append([cta])
    return _with(draft, paragraphs=tuple(tuple(paragraph) for paragraph in blocks))


def _german_goal(goal: str) -> str:
    minutes = re.search(r"\d+", goal)
    if re.search(r"demo", goal, re.I):
        return f"eine Vorführung von {minutes.group()} Minuten" if minutes else "eine kurze Vorführung"
    return f"ein Gespräch von {minutes.group()} Minuten" if minutes else "ein kurzes Gespräch"


def _in_language(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    wanted = match["lang"].lower()
    code = {"german": "de", "deutsch": "de", "english": "en", "englisch": "en"}.get(wanted)
    if code is None:
        raise Correctable(f"Without a language model I write English and German, not {wanted.title()}.", code="language_not_supported")
    if code == draft.lang:
        return draft
    if not offers(brief, code):
        raise Correctable(
            f"I have no sentence in {wanted.title()} that says what {brief.seller_name} offers, and I do not translate facts.", code="no_source"
        )
    return _taken_apart(write_mail(brief.model_copy(update={"language": code})))


def _sign_as(draft: Draft, match: re.Match[str], brief: MailBrief) -> Draft:
    name = re.sub(r"\s+", " ", _unquoted(match["name"]))
    if not re.fullmatch(r"[^\W\d_][\w .'’&-]{0,60}(?:, [\w .&-]{2,40})?", name):
        raise Correctable(f"“{name[:40]}” does not look like a name to sign with.", code="bad_name")
    lines = draft.closing.splitlines() or [phrases_closing(draft.lang)]
    rest = [line for line in lines[1:] if line.strip() and line.strip() != brief.sender_name.strip()]
    keeps = [line for line in rest if line.strip() == brief.seller_name.strip()]
    return _with(draft, closing="\n".join([lines[0], name, *keeps]))


def phrases_closing(lang: str) -> str:
    """A closing phrase when the mail has none."""
    return greeting.signature("", "", lang)


_LANGUAGES = "german|deutsch|english|englisch|french|spanish|italian|dutch|polish|portuguese|swedish|danish"
_WHAT = r"(?P<what>[^.;]{2,80}?)(?: (?:anymore|at all|in it|in the mail|too|as well|again))?$"
_RULES: tuple[tuple[str, Callable[[Draft, re.Match[str], MailBrief], Draft]], ...] = (
    (r"\bsubject(?: line)?\b.*?\b(?:to|be|read|is|as|with)\b:?\s*(?P<new>.+)$|^(?:set |use )?(?:the )?subject:\s*(?P<new2>.+)$", _subject),
    (r"\bsign(?: it| this| them| the \w+| off)*(?: off)? (?:as|with|from|by) (?P<name>.+)$", _sign_as),
    (rf"^(?:(?:write|put|say|translate|do|make|redo|rewrite|switch|turn)(?: it| this| that| the (?:mail|text|draft)| everything)?\s+)?(?:in|into|to)\s+(?P<lang>{_LANGUAGES})\b", _in_language),
    (r"\b(?:replace|swap|substitute|change|exchange)\s+(?P<old>.+?)\s+(?:with|by|for|to|into)\s+(?P<new>.+)$", _replace),
    (
        r"\b(?:ask for|offer|propose|suggest|ask them for|ask her for|ask him for)\s+(?P<goal>(?:an?|the|some)?\s*[\w\s-]{3,40}?(?:call|demo|meeting|chat|coffee|reply|answer|"
        r"visit|trial|conversation|walkthrough|slot)\b(?:\s+(?:instead|rather))?)",
        _ask_for,
    ),
    (
        r"\b(?:drop|delete|remove|cut|take out|leave out|lose|skip|strike|without)\s+(?:the\s+|its\s+|that\s+)?(?:very\s+)?(?P<which>first|second|third|fourth|last|final|"
        r"opening|closing)\s+(?P<unit>line|sentence|paragraph)",
        _remove_line,
    ),
    (
        r"\b(?:drop|delete|remove|cut|take out|leave out|lose|skip|strike|without)\s+(?:the\s+|its\s+|that\s+|all\s+)?(?P<part>greeting|salutation|signature|sign-off|question|"
        r"call to action|cta|link|numbers?|proof)\b",
        _remove_part,
    ),
    (
        r"\b(?:do(?:n['’]t| not)|never|stop|avoid|no longer|not)\s+(?:mention(?:ing)?|talk(?:ing)? about|bring(?:ing)? up|refer(?:ring)? to|say(?:ing)?|writ(?:e|ing) about|includ(?:e|ing)|"
        r"us(?:e|ing))\s+" + _WHAT + r"|\b(?:leave out|remove|delete|drop|cut|take out|omit|skip)\s+(?:the (?:part|sentence|bit|line) (?:about|on|with)\s+)?(?P<what2>[^.;]{2,80})$",
        _leave_out,
    ),
    (r"^(?!.*\b(?:less|not)\b).*\b(?:mention|include|add|bring up|refer to|talk about|work in|say something about)\s+(?:that\s+|the fact that\s+|something about\s+)?" + _WHAT, _mention),
    (r"\b(?:shorter|shorten|briefer|brief|concise|tighter|trim|condense|crisper|snappier|punchier|half as long|too long|less text|fewer words|less wordy|too wordy|cut it down)\b", _shorter),
    (r"\b(?:longer|lengthen|more detail(?:s|ed)?|expand|too short|elaborate|more text|flesh)\b", _longer),
    (
        r"\bless (?:casual|informal|chatty|relaxed|friendly)\b|\btoo (?:casual|informal|chatty|relaxed)\b|\bmore (?:formal|professional|polite|serious)\b|(?<!less )(?<!too )\b(?:formal|formally|"
        r"politer|professional)\b",
        _formal,
    ),
    (
        r"\bless (?:formal|stiff|professional|serious)\b|\btoo (?:formal|stiff|serious)\b|\b(?:casual|friendlier|friendly|warmer|informal|relaxed|looser|more human|more personal)\b",
        _casual,
    ),
)  # fmt: skip


class _Renamed:
    """A match whose second spelling of a group answers under the first name."""

    def __init__(self, match: re.Match[str]) -> None:
        self._match = match

    def __getitem__(self, name: str) -> str:
        groups = self._match.groupdict()
        return groups.get(name) or groups.get(f"{name}2") or ""


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


_CHANGES = tuple((_compiled(pattern), lambda draft, match, brief, change=change: change(draft, _Renamed(match), brief)) for pattern, change in _RULES)
