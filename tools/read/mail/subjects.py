"""Subjects in comparable form: without the marks mail programs of any language put before them. No I/O."""

import re

_REPLY_MARKS = """
    re aw antw antwort sv vs vá va ref res rif odp ynt ynt. vl bls atb r 回复 回覆 答复 答覆 返信 re. ответ отв hה
    תגובה رد απ σχετ ad odpowiedź resp vast vastaus balas trả_lời 회신 đáp réf rép
"""
_FORWARD_MARKS = """
    fw fwd fwd. wg tr rv enc i doorst vb pd pd. vs továbbítás ilt przek trs vl 转发 轉寄 轉發 転送 전달 переслать
    пересл fw. הועבר προθ إعادة_توجيه videresendt vidarebefordrat weitergeleitet inoltra encaminhar reenv
    trans chuyển_tiếp terusan edasi
"""
_ANSWER_MARKS = """
    automatic_reply automatische_antwort réponse_automatique respuesta_automática resposta_automática
    risposta_automatica automatisch_antwoord autosvar accepted declined tentative tentatively_accepted
    zugesagt abgelehnt mit_vorbehalt accepté refusé aceptado rechazado aceito recusado accettato rifiutato
    updated_invitation invitation einladung canceled cancelled abgesagt undeliverable
"""


def _marks(words: str) -> str:
    given = sorted(words.split(), key=len, reverse=True)
    return "|".join(re.escape(word).replace("_", r"\s") for word in given)


_COUNT = r"(?:\s?[\[(]\d{1,3}[\])]|\s?\^\d{1,3}|\*\d{1,3})?"
_FORWARD = re.compile(rf"^(?:{_marks(_FORWARD_MARKS)}){_COUNT}\s{{0,3}}[:：]\s*", re.I)
_ANY = re.compile(
    rf"^(?:{_marks(_REPLY_MARKS + _FORWARD_MARKS + _ANSWER_MARKS)}){_COUNT}\s{{0,3}}[:：]\s*", re.I
)
# What filters and gateways add.
_TAG = re.compile(
    r"^(?:\[(?:ext|extern|external|externe|externo|spam|caution|warning)[^\]]{0,20}\]|\*{2,3}\s?spam\s?\*{2,3}|\(?external\)?:)\s*",
    re.I,
)
_MOST_MARKS = 30


def plain_subject(subject: str) -> str:
    """The subject without any mark, in lower case and single spaces. Two mails of one talk have the same."""
    text = " ".join(subject[:1000].split())
    for _ in range(_MOST_MARKS):
        shorter = _ANY.sub("", _TAG.sub("", text, count=1), count=1).lstrip()
        if shorter == text:
            break
        text = shorter
    return re.sub(r"\s*\((?:fwd|fw|was: .{1,200})\)$", "", text, flags=re.I).casefold().strip(" .-–")


def marked_as_forward(subject: str) -> bool:
    """True when the first mark says it was passed on."""
    return bool(_FORWARD.match(_TAG.sub("", " ".join(subject[:1000].split()))))
