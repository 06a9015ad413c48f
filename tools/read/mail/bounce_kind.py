"""What a server's refusal means: from its words first, then from its codes. Pure; knows no mail format.

Words come first because codes are set carelessly: 5.1.1 is given for policy, 5.0.0 and 550 for everything.
"""

import re

from domain.mail import BounceKind
from tools.read.mail import bounce_words as words

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.:/-])([45][0-5]\d)(?![\d.:/])[ \-]")
_ADDRESS = re.compile(r"<?[^\s<>@]{1,200}@[^\s<>@]{1,200}>?")
_BY_STATUS = {
    "1.1": BounceKind.HARD, "1.2": BounceKind.HARD, "1.3": BounceKind.HARD, "1.6": BounceKind.HARD,
    "1.10": BounceKind.HARD, "1.0": BounceKind.HARD, "1.7": BounceKind.POLICY, "1.8": BounceKind.POLICY,
    "2.2": BounceKind.FULL, "2.3": BounceKind.POLICY, "3.4": BounceKind.POLICY, "4.7": BounceKind.DELAYED,
}  # fmt: skip
_SUCCESS = frozenset(("delivered", "relayed", "expanded"))


def bounce_kind(action: str, status: str, diagnostic: str, around: str) -> BounceKind:
    """The kind of one recipient's report.

    Args:
        action: the Action field, "" when there is none.
        status: the Status field.
        diagnostic: what the server said about this recipient.
        around: what the report says to a reader, used when the diagnostic says nothing.
    """
    if action in _SUCCESS or (status.startswith("2.") and action != "failed"):
        return BounceKind.DELIVERED
    if action == "delayed":
        return BounceKind.DELAYED
    lower = around.lower()
    said = _by_words(diagnostic.lower(), lower) or _by_code(status, diagnostic)
    if said is None:
        if not action and words.TRYING.search(lower):
            return BounceKind.DELAYED
        said = _by_words(lower, lower) or _by_code("", around)
    # A name server that failed to answer is not yet a domain that does not exist.
    transient = (
        said is BounceKind.HARD and status.startswith("4.") and not words.NO_USER.search(diagnostic.lower())
    )
    return BounceKind.SOFT if transient else said or BounceKind.SOFT


def status_in(text: str) -> str:
    """The first enhanced status code in a text, "" when there is none."""
    codes = STATUS.findall(text)
    telling = [code for code in codes if not code.endswith(".0.0")]
    return next(iter(telling or codes), "")


def _by_words(text: str, around: str) -> BounceKind | None:
    if not text.strip():
        return None
    text = _ADDRESS.sub("@", text)  # its dots would end a sentence
    about_sender = bool(words.ABOUT_SENDER.search(text))
    if words.NO_USER.search(text) and "5.1.1" not in text and _said_after_data(text + around):
        return BounceKind.POLICY
    for pattern, kind in (
        (words.NO_MAIL_THERE, BounceKind.HARD),
        (words.FULL, BounceKind.FULL),
        (words.NO_USER, BounceKind.HARD),
        (words.NO_DOMAIN, BounceKind.HARD),
        (words.POLICY, BounceKind.POLICY),
        (words.EXPIRED, BounceKind.DELAYED),
        (words.SOFT, BounceKind.SOFT),
        (words.NO_REASON, BounceKind.HARD),
    ):
        if pattern.search(text) and not (about_sender and kind is BounceKind.HARD):
            return kind
    return None


def _said_after_data(transcript: str) -> bool:
    """A pipelining server answers RCPT after DATA was sent: it then misses recipients."""
    return bool(words.AFTER_DATA.search(transcript)) and not words.NO_RECIPIENTS_LEFT.search(transcript)


def _by_code(status: str, diagnostic: str) -> BounceKind | None:
    for code in (status_in(diagnostic), status):
        level, _, detail = code.partition(".")
        if not code or detail == "0.0":
            continue
        if level == "4":
            return (
                BounceKind.FULL
                if detail == "2.2"
                else BounceKind.DELAYED
                if detail == "4.7"
                else BounceKind.SOFT
            )
        if detail.startswith("7."):
            return BounceKind.POLICY
        return _BY_STATUS.get(detail, BounceKind.SOFT)
    reply = _REPLY.search(diagnostic + " ")
    if reply is None:
        return None
    return {"552": BounceKind.FULL, "554": BounceKind.POLICY, "553": BounceKind.POLICY}.get(
        reply.group(1), BounceKind.SOFT
    )
