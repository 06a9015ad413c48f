"""The simple alternative: the first keyword found decides. What most scripts do; knows no negation and no dates."""

from domain.replies import ReplyKind

K = ReplyKind
_WORDS: tuple[tuple[ReplyKind, tuple[str, ...]], ...] = (
    (
        K.OUT_OF_OFFICE,
        ("out of office", "vacation", "on leave", "urlaub", "abwesen", "congé", "vacaciones", "ferie"),
    ),
    (
        K.UNSUBSCRIBE,
        ("unsubscribe", "remove", "opt out", "opt-out", "stop", "abmelden", "désabonner", "baja", "afmelden"),
    ),
    (K.AUTO_REPLY, ("automatic", "auto-reply", "ticket", "do not reply", "automatisch")),
    (K.COMPLAINT, ("spam", "lawyer", "illegal", "anwalt", "report you")),
    (K.BOT_QUESTION, ("bot", "robot", "chatgpt")),
    (K.MEETING_CANCEL, ("cancel", "absagen", "annuler")),
    (K.MEETING_COUNTER, ("reschedule", "how about", "verschieben", "instead")),
    (K.MEETING_ACCEPT, ("works for me", "confirmed", "passt")),
    (K.REFERRAL, ("contact", "forward", "colleague", "kolleg", "@")),
    (K.WRONG_PERSON, ("wrong person", "not the right", "falsche")),
    (K.NOT_NOW, ("not now", "later", "next year", "next quarter", "später", "nächste")),
    (K.OBJECTION, ("expensive", "budget", "already", "teuer", "bereits", "trop cher", "caro")),
    (K.NOT_INTERESTED, ("not interested", "no thanks", "kein interesse", "nein", "pas intéress")),
    (K.QUESTION, ("?",)),
    (K.POSITIVE, ("interested", "sounds good", "yes", "tell me more", "gerne", "interess")),
    (K.NEUTRAL, ("thank", "danke", "merci")),
)


def by_keyword(text: str, subject: str = "") -> ReplyKind:
    """The kind of the first list with a word in the mail."""
    lowered = f"{subject}\n{text}".lower()
    return next((kind for kind, words in _WORDS if any(word in lowered for word in words)), K.UNSURE)
