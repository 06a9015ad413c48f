"""What a calendar sent back, as a reading: another time wanted, or a time turned down. Pure.

Whether it may be believed was checked before, against the meeting it speaks of.
"""

from domain.mail import InboundMail
from domain.meetings import AnswerMethod, CalendarProblem, InviteAnswer, Partstat
from domain.replies import Finding, ProposedTime, ReplyKind, ReplyReading
from tools.read.calendar.answers import read_answer

_SURE = 0.99  # a calendar does not speak in riddles


def read_invite_answer(mail: InboundMail) -> ReplyReading:
    """The reading of a mail with a calendar answer; unsure where it asks for nothing we know."""
    sender = mail.sender.address.lower() if mail.sender else ""
    for part in mail.calendar[:1]:
        answer = read_answer(part.text, sender=sender, method=part.method)
        if not isinstance(answer, CalendarProblem):
            return _reading(answer, mail.subject)
    return ReplyReading(findings=(Finding(kind=ReplyKind.UNSURE, confidence=0.0, quote=mail.subject),))


def _reading(answer: InviteAnswer, subject: str) -> ReplyReading:
    quote = answer.comment or subject
    if answer.method is AnswerMethod.COUNTER and answer.start is not None:
        times = (ProposedTime(start=answer.start, quote=quote),)
        return ReplyReading(findings=(_finding(ReplyKind.MEETING_COUNTER, quote),), times=times)
    if answer.method is AnswerMethod.REPLY and answer.partstat is Partstat.DECLINED:
        return ReplyReading(findings=(_finding(ReplyKind.MEETING_COUNTER, quote),))
    return ReplyReading(findings=(_finding(ReplyKind.NEUTRAL, quote),))


def _finding(kind: ReplyKind, quote: str) -> Finding:
    return Finding(kind=kind, confidence=_SURE, quote=quote)
