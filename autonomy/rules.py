"""The hard rules for mail: each a small function with an id and a message a person understands.

No score overrides them. A rule answers None when it has nothing against the mail.
"""

import re
from collections.abc import Callable

from autonomy.claims import check_claims, text_problems
from autonomy.facts import AnsweredFacts, MailFacts, Snapshot
from autonomy.limits import ANSWERS_PER_DAY, PER_SEQUENCE, known_zones
from autonomy.links import has_image_or_html, link_problem, links_in
from autonomy.outbound_scan import scan
from autonomy.text_problems import has_unsafe
from domain.actions import AnswerMail, Mail, SendEmail
from domain.decisions import RuleHit, Verdict
from domain.labels import PUBLIC, SECRET, WORKSPACE, Label, contact_reader
from domain.leads import LeadState

Rule = Callable[[Mail, MailFacts, Snapshot], str | None]
SEQUENCE_GOES_ON = (LeadState.CONTACTED, LeadState.PAUSED)
LIVE_STATES = ("planned", "asked", "running")
MOST_OFFERED = 20  # times in one answer
MAX_BODY = 6_000  # characters; a longer text is refused unread, so that no pattern works on it for long
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[BbQq]\?")
_READ_TEXT = ("G4", "G5", "G7")  # rules whose patterns run over the whole text


def g1_recipient(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """The recipient is a contact of the campaign's audience, or the person who wrote the mail that is answered."""
    if not facts.contact_known:
        return "The recipient is not in the CRM."
    if facts.contact_erased:
        return "The recipient was erased."
    if not facts.has_address:
        return "The recipient has no e-mail address."
    if isinstance(action, AnswerMail):
        return _answered_problem(facts.answered or AnsweredFacts())
    if not facts.in_audience or not facts.draft_matches:
        return "The recipient is not in this campaign's audience."
    return None


def _answered_problem(answered: AnsweredFacts) -> str | None:
    """An answer goes to the sender of the mail it answers, in its thread, and never to a machine."""
    if not answered.exists or not answered.same_thread:
        return "The mail that this answers is not in this thread."
    if not answered.from_contact:
        return "The mail that this answers came from somebody else."
    if answered.authenticated is False:
        return "The sender of the mail that this answers is forged."
    return None if answered.by_person else "No person wrote this mail; automatic mail is never answered."


def g2_suppression(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Nobody who is suppressed is written to."""
    if facts.suppressed is None:
        return None
    return f"The recipient must not be contacted ({facts.suppressed or 'no reason kept'})."


def g3_headers(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """The model gives a subject and a body, nothing that reaches a header."""
    if not facts.sender:
        return "No sender address is set (RAINMAKER_MAIL_FROM)."
    if len(action.subject) > 150:
        return "The subject is longer than 150 characters."
    if len(action.body) > MAX_BODY:
        return f"The text is longer than {MAX_BODY:,} characters."
    if has_unsafe(action.subject, allowed=""):
        return "The subject holds control or invisible characters."
    if _ENCODED_WORD.search(action.subject):
        return "The subject holds an encoded word, which mail programs would decode."
    if has_unsafe(action.body, allowed="\n\t"):
        return "The text holds control or invisible characters."
    return None


def _oversized(action: Mail) -> bool:
    return len(action.subject) > MAX_BODY or len(action.body) > MAX_BODY


def g4_links(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Only links on the allow-list, no images, no HTML."""
    if has_image_or_html(action.body):
        return "The text holds HTML or an image."
    for link in links_in(action.subject) + links_in(action.body):
        problem = link_problem(link, facts.allowed_links)
        if problem:
            return problem[0].upper() + problem[1:] + "."
    return None


def g5_readers(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Nothing in the text that this recipient may not read."""
    text = f"{action.subject}\n{action.body}"
    found = scan(text, secrets=facts.secrets, allowed_addresses=facts.own_addresses)
    foreign = [one.text for one in found if one.kind == "address"]
    if foreign:
        return f"The text holds somebody's e-mail address ({foreign[0]})."
    return "The text holds a secret." if found else None


def g5_label(label: Label, contact_id: str) -> str | None:
    """Why the recipient may not read what a text rests on, or None. WORKSPACE covers its own drafts."""
    if SECRET in label.readers:
        return "The text rests on a secret."
    may_read = {PUBLIC, WORKSPACE, contact_reader(contact_id)}
    if SECRET in label.readers or not label.readers & may_read:
        return "The text rests on something that this recipient may not read."
    return None


def g6_attachments(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Attachments come from approved collateral; there is none yet."""
    return "The attachment is not approved collateral." if action.attachments else None


def g7_claims(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Every factual claim has a stored source."""
    problems = text_problems(action.subject, action.body, answers=isinstance(action, AnswerMail))
    if problems:
        return problems[0]
    if facts.unknown_evidence:
        return f"No stored source supports: “{facts.unknown_evidence[0]}”."
    subject = "" if _repeated(action.subject, facts) else action.subject
    unsupported = check_claims(subject, action.body, action.claims, known_names=frozenset(facts.known_names))
    return unsupported[0] if unsupported else None


def _repeated(subject: str, facts: MailFacts) -> bool:
    """Whether an answer only repeats the subject it answers, with or without the marks before it."""
    said = facts.answered.subjects if facts.answered else ()
    return any(one.strip().endswith(subject.strip()) for one in said)


def g9_offers(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Times that an answer offers lie ahead, name their zone and are few."""
    slots = action.slots if isinstance(action, AnswerMail) else ()
    if len(slots) > MOST_OFFERED:
        return f"The text offers more than {MOST_OFFERED} times."
    if any(slot.tzinfo is None for slot in slots):
        return "A time that the text offers has no time zone."
    return "A time that the text offers has passed." if any(slot < snapshot.now for slot in slots) else None


def g14_once(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """One mail per campaign, step, contact and plan version; one answer per mail."""
    if not facts.already:
        return None
    what = "step for this person" if isinstance(action, SendEmail) else "answer"
    return f"This {what} is already {facts.already}."


def g15_budgets(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """At most four mails a sequence, three answers a day; spacing and daily caps are kept at the claim."""
    if isinstance(action, AnswerMail):
        today = (facts.answered or AnsweredFacts()).to_contact_today
        return f"This person already got {today} answers today." if today >= ANSWERS_PER_DAY else None
    if facts.sent_to_contact >= PER_SEQUENCE:
        return f"This person already got {facts.sent_to_contact} mails of this sequence."
    return None


def g16_window(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """A mail needs a known local time; the window itself is kept when the mail is claimed."""
    if not facts.zones or len(known_zones(facts.zones)) != len(facts.zones):
        return "The recipient's time zone is unknown, so no send window can be kept."
    return None


def g17_disclosure(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """The first mail to each person says that an AI wrote it, and who we are."""
    if not facts.disclosure.strip():
        return "The AI disclosure sentence is empty."
    if not facts.postal_address.strip():
        return "No postal address is set (RAINMAKER_POSTAL_ADDRESS)."
    if not facts.can_unsubscribe:
        return "No public address for one-click unsubscribe is set (RAINMAKER_PUBLIC_URL)."
    return None


def g18_switch(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """Nothing is queued while sending is stopped."""
    return snapshot.stopped_sends or snapshot.stopped_effects


def g13_plan(action: Mail, facts: MailFacts, snapshot: Snapshot) -> str | None:
    """The step is in the plan that was frozen when the campaign was made."""
    if not isinstance(action, SendEmail):
        return None  # an answer belongs to no plan; G1 and G14 bind it to the mail it answers
    if facts.campaign_state not in LIVE_STATES:
        return f"The campaign is {facts.campaign_state or 'unknown'}."
    if not facts.touch_known or action.plan_version != facts.plan_version:
        return "This step is not in the campaign's plan."
    if facts.lead_state and facts.lead_state not in SEQUENCE_GOES_ON:
        return f"The sequence has ended for this person ({facts.lead_state})."
    return None


RULES: dict[str, Rule] = {
    "G1": g1_recipient,
    "G2": g2_suppression,
    "G3": g3_headers,
    "G4": g4_links,
    "G5": g5_readers,
    "G6": g6_attachments,
    "G7": g7_claims,
    "G9": g9_offers,
    "G13": g13_plan,
    "G14": g14_once,
    "G15": g15_budgets,
    "G16": g16_window,
    "G17": g17_disclosure,
    "G18": g18_switch,
}


def mail_hits(action: Mail, snapshot: Snapshot, label: Label) -> list[RuleHit]:
    """Every hard rule that is against this mail; `label` is of all that its text rests on."""
    facts = snapshot.mail or MailFacts()
    unreadable = g5_label(label, action.contact_id)
    hits = [RuleHit(rule="G5", verdict=Verdict.REFUSE, message=unreadable)] if unreadable else []
    unread = _READ_TEXT if _oversized(action) else ()
    for name, rule in RULES.items():
        if name in unread:
            continue
        message = rule(action, facts, snapshot)
        if message:
            hits.append(RuleHit(rule=name, verdict=Verdict.REFUSE, message=message))
    return hits
