"""Changes a written mail as a person asks, one instruction after the other.

Knows a fixed set of changes and says which when an instruction fits none.
"""

import re
from collections.abc import Callable

from domain.campaigns import WrittenMail
from domain.errors import Correctable
from language.offline.talk import revise_content as content
from language.offline.talk import revise_tone as tone
from language.offline.talk.mail_parts import Draft, Said, put_together, take_apart
from language.port import MailBrief

Change = Callable[[Draft, Said, MailBrief], Draft]

ABILITIES = (
    "I can make it shorter or longer, more formal or more casual, leave something out, mention a "
    "fact I have a source for, "
    "change the subject, remove or replace words or a line, ask for something else, write it in "
    "English or German, or sign as somebody else."
)
_SPLIT = re.compile(
    r"\s*(?:,\s*(?:and\s+)?|;\s*|\s+and\s+(?:also\s+)?|\s+but\s+|\.\s+)(?=(?:please\s+)?(?:make|mention|"
    r"do(?:n['’]t| not)|remove|delete|drop|cut|change|replace|"
    r"ask|offer|sign|add|write|shorten|keep|use|set|less|more|shorter|longer|be|never|avoid|include|"
    r"leave|translate|propose|suggest|in (?:german|english)|take|skip|say)\b)",
    re.I,
)


def revise_mail(mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
    """The mail with every asked change made, in order.

    Raises:
        Correctable: `instruction_not_understood`, or `no_source` for a fact the brief does not hold.
    """
    draft = take_apart(mail)
    asked = [part.strip(" .!") for part in _SPLIT.split(instruction.strip()) if part.strip(" .!")]
    if not asked:
        raise _not_understood(instruction)
    for part in asked:
        draft = _changed(draft, _bare(part), brief)
    return put_together(draft, mail.variant)


def _bare(part: str) -> str:
    text = re.sub(
        r"^(?:please|pls|can you|could you|would you|and|but|also|just|then|it should|they should)\s+",
        "",
        part,
        flags=re.I,
    )
    return re.sub(r"\s+(?:please|thanks)$", "", text, flags=re.I).strip()


def _changed(draft: Draft, part: str, brief: MailBrief) -> Draft:
    for pattern, change in _CHANGES:
        if match := pattern.search(part):
            return change(draft, Said(match.groupdict()), brief)
    raise _not_understood(part)


def _not_understood(part: str) -> Correctable:
    return Correctable(
        f"I do not understand “{part[:80]}” as a change. {ABILITIES}",
        code="instruction_not_understood",
        hint=ABILITIES,
    )


_LANGUAGES = "german|deutsch|english|englisch|french|spanish|italian|dutch|polish|portuguese|swedish|danish"
_WHAT = r"(?P<what>[^.;]{2,80}?)(?: (?:anymore|at all|in it|in the mail|too|as well|again))?$"
_RULES: tuple[tuple[str, Change], ...] = (
    (
        r"\bsubject(?: line)?\b.*?\b(?:to|be|read|is|as|with)\b:?\s*(?P<new>.+)$|^(?:set |use )?(?:the "
        r")?subject:\s*(?P<new2>.+)$",
        content.change_subject,
    ),
    (r"\bsign(?: it| this| them| the \w+| off)*(?: off)? (?:as|with|from|by) (?P<name>.+)$", content.sign_as),
    (
        r"^(?:(?:write|put|say|translate|do|make|redo|rewrite|switch|turn)(?: it| this| that| the "
        r"(?:mail|text|draft)|"
        rf" everything)?\s+)?(?:in|into|to)\s+(?P<lang>{_LANGUAGES})\b",
        content.in_language,
    ),
    (
        r"\b(?:replace|swap|substitute|change|exchange)\s+(?P<old>.+?)\s+(?:with|by|for|to|"
        r"into)\s+(?P<new>.+)$",
        content.replace_words,
    ),
    (
        r"\b(?:ask for|offer|propose|suggest|ask them for|ask her for|ask him "
        r"for)\s+(?P<goal>(?:an?|the|some)?\s*[\w\s-]{3,40}?(?:call|demo|meeting|chat|coffee|reply|"
        r"answer|"
        r"visit|trial|conversation|walkthrough|slot)\b(?:\s+(?:instead|rather))?)",
        content.ask_for,
    ),
    (
        r"\b(?:drop|delete|remove|cut|take out|leave out|lose|skip|strike|without)\s+(?:the\s+|"
        r"its\s+|that\s+)?(?:very\s+)?(?P<which>first|second|third|fourth|last|final|"
        r"opening|closing)\s+(?P<unit>line|sentence|paragraph)",
        content.remove_line,
    ),
    (
        r"\b(?:drop|delete|remove|cut|take out|leave out|lose|skip|strike|without)\s+(?:the\s+|"
        r"its\s+|that\s+|all\s+)?(?P<part>greeting|salutation|signature|sign-off|question|"
        r"call to action|cta|link|numbers?|proof)\b",
        content.remove_part,
    ),
    (
        r"\b(?:do(?:n['’]t| not)|never|stop|avoid|no longer|not)\s+(?:mention(?:ing)?|talk(?:ing)? "
        r"about|bring(?:ing)? up|refer(?:ring)? to|say(?:ing)?|writ(?:e|ing) about|includ(?:e|ing)|"
        r"us(?:e|ing))\s+"
        + _WHAT
        + r"|\b(?:leave out|remove|delete|drop|cut|take out|omit|skip)\s+(?:the (?:part|sentence|bit|"
        r"line) (?:about|on|with)\s+)?(?P<what2>[^.;]{2,80})$",
        content.leave_out,
    ),
    (
        r"^(?!.*\b(?:less|not)\b).*\b(?:mention|include|add|bring up|refer to|talk about|work in|say "
        r"something about)\s+(?:that\s+|the fact that\s+|something about\s+)?" + _WHAT,
        content.mention,
    ),
    (
        r"\b(?:shorter|shorten|briefer|brief|concise|tighter|trim|condense|crisper|snappier|punchier|"
        r"half as long|too long|less text|fewer words|less wordy|too wordy|cut it down)\b",
        tone.shorter,
    ),
    (r"\b(?:longer|lengthen|more detail(?:s|ed)?|expand|too short|elaborate|more text|flesh)\b", tone.longer),
    (
        r"\bless (?:casual|informal|chatty|relaxed|friendly)\b|\btoo (?:casual|informal|chatty|"
        r"relaxed)\b|\bmore (?:formal|professional|polite|serious)\b|(?<!less )(?<!too )\b(?:formal|"
        r"formally|"
        r"politer|professional)\b",
        tone.formal,
    ),
    (
        r"\bless (?:formal|stiff|professional|serious)\b|\btoo (?:formal|stiff|serious)\b|"
        r"\b(?:casual|friendlier|friendly|warmer|informal|relaxed|looser|more human|more personal)\b",
        tone.casual,
    ),
)

_CHANGES = tuple((re.compile(pattern, re.IGNORECASE), change) for pattern, change in _RULES)
