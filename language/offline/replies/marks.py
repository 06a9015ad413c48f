"""What a subject line gives away: an automatic answer, or a command of the writer's own. Reads no body."""

import re

OURS = 0.97  # how sure a rule of opting out is
_ANSWERED = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|vs|fw|fwd|wg|tr|rv|r|rif|odp|res|enc|vl)\s*(?:\[\d+\])?\s*:\s*)+", re.I
)
_AUTOMATIC = re.compile(
    r"\b(?:automatic reply|auto(?:matic|mated)?[- ]?(?:reply|response|responder|answer)|"
    r"out of (?:the )?office|away from|"
    r"on (?:vacation|holiday|leave)|abwesenheit\w*|abwesend|"
    r"nicht im (?:büro|haus)|automatische (?:antwort|eingangs\w*)|"
    r"réponse automatique|absence du bureau|absent|respuesta automática|fuera de (?:la )?oficina|risposta automatica|"
    r"fuori (?:sede|ufficio)|automatisch (?:antwoord|bericht)|afwezig\w*|resposta automática|ausência|autoodpowiedź|"
    r"automatyczna odpowiedź|nieobecność|autosvar|automatiskt svar|automatisk svar|frånvaro|fravær|automaattinen|"
    r"poissaolo|automatická odpověď|automatikus válasz|răspuns automat|otomatik yanıt)\b|^\s*auto\s*:",
    re.I,
)
_OF_ABSENCE = re.compile(
    r"office|büro|vacation|holiday|leave|away|abwesen|absen|oficina|ufficio|sede|afwezig|ausên|nieobec|frånv|fravær|poissa",
    re.I,
)


def automatic_subject(subject: str) -> bool:
    """True when the subject says that a machine answers."""
    return _AUTOMATIC.search(subject) is not None


def subject_of_their_own(subject: str) -> str:
    """The subject when they wrote it themselves; "" for an answer, which repeats ours."""
    return "" if _ANSWERED.match(subject) else subject.strip()


def without_answer_marks(subject: str) -> str:
    """The subject without "Re:" and its like, on one line."""
    return " ".join(_ANSWERED.sub("", subject).split())[:150]
