"""The generalist of the market suite: plain, honest texts that pass the gate, a few words read, else the owner."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest

from autonomy.claims import check_claims
from domain.icp import CompanyProfile, Icp
from domain.knowledge import Block, Page
from domain.labels import web_label
from domain.replies import ReplyKind
from evals.suites.market import plain_mail, plain_site
from evals.suites.market.generalist import OUTREACH, RELATIONSHIP, RESEARCH, SKILLS, Generalist, Mixed
from language.offline.brain import OfflineLanguage
from language.port import Language, MailBrief, ReplyBrief, ReplyContext
from learning.fit import score
from tests.fixtures.builders import quote

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
ENGLISH = "We count the returns of online shops."
GERMAN = "Wir zählen die Rücksendungen von Onlineshops."
SLOTS = (NOON + timedelta(days=1), NOON + timedelta(days=2, hours=2))


def page(*texts: str, title: str = "Northwind – Returns made easy", url: str = "https://northwind.example/"):
    blocks = tuple(Block(kind="p", text=text) for text in texts)
    return Page(url=url, title=title, lang="en", blocks=blocks, fetched_at=NOON, label=web_label(url))


def brief(step: int = 1, language: str = "en", offers=(ENGLISH, GERMAN)) -> MailBrief:
    return MailBrief(
        seller_name="Northwind",
        sender_name="Robin Weber",
        seller=tuple(("offer", text, quote(text)) for text in offers),
        account_name="Shoes & More",
        contact_name="Anna Weiss",
        language=language,
        step=step,
    )


def read(text: str, **context):
    return plain_mail.read_reply(
        text, subject="Re: Northwind", at=NOON, zone="UTC", context=ReplyContext(**context)
    )


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_its_mails_say_nothing_without_a_source(step: int, language: str) -> None:
    mail = plain_mail.write_mail(brief(step, language))
    names = frozenset({"Northwind", "Robin Weber", "Shoes & More", "Anna Weiss"})
    assert check_claims(mail.subject, mail.body, mail.claims, known_names=names) == ()
    assert "Anna Weiss" in mail.body and "Shoes & More" in mail.body + mail.subject
    assert (GERMAN in mail.body) == (language == "de" and step < 3)


def test_it_keeps_to_the_language_our_own_sentences_are_in() -> None:
    assert "writing to you" in plain_mail.write_mail(brief(language="de", offers=(ENGLISH,))).body


def test_it_knows_a_company_by_title_paragraph_country_and_address() -> None:
    site = page(
        ENGLISH, "Northwind, Main Street 1, Leeds, United Kingdom", "Write to hello@northwind.example"
    )
    facts = plain_site.read_company("northwind.example", [site])
    assert (facts.name, facts.country and facts.country.value) == ("Northwind", "GB")
    assert [one.value for one in facts.emails] == ["hello@northwind.example"]
    assert facts.summary and site.shows(facts.summary.evidence.quote)
    assert not facts.industries and facts.staff_min is None and not facts.technologies and not facts.people


def test_its_profile_is_our_first_sentences_and_its_customers_are_who_speaks_alike() -> None:
    site = page(ENGLISH, "Lovely weather today is what everybody wants to have here.")
    profile: CompanyProfile = plain_site.read_profile("https://northwind.example/", [site])
    assert [fact.value for fact in profile.values("offer")] == [ENGLISH]
    readable, alike = plain_site.propose_icp(profile, [site])
    assert "returns" in alike.match and alike.evidence[0].quote == ENGLISH
    lines = Icp(id="icp_1", version=1, lines=(readable, alike), made_at=NOON, made_by="", reason="")
    ours = score(lines, plain_site.read_company("northwind.example", [site]))
    other = score(lines, plain_site.read_company("other.example", [page("Nothing like it.")]))
    assert ours.qualified and other.qualified and ours.value > other.value, (
        "everybody is taken, the like first"
    )


def test_a_page_without_anything_gives_no_facts_and_no_line() -> None:
    profile = plain_site.read_profile("https://northwind.example/", [page()])
    assert plain_site.propose_icp(profile, [page()]) == ()
    assert plain_site.read_company("northwind.example", []).summary is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sounds interesting, tell me more.", "positive"),
        ("Das ist interessant, gerne mehr dazu.", "positive"),
        ("Does it work with our shop system?", "question"),
        ("We are not interested.", "not_interested"),
        ("Not now, maybe next quarter.", "not_now"),
        ("My colleague Jane does this.", "unsure"),
        ("Hm, der Preis.", "unsure"),
        ("Nous verrons bien.", "unsure"),
        ("Please remove me from your list.", "unsubscribe"),
        ("Are you a bot?", "bot_question"),
    ],
)
def test_it_reads_a_few_plain_words_and_leaves_the_rest_to_the_owner(text: str, kind: str) -> None:
    assert read(text).kind == ReplyKind(kind)


def test_a_machine_is_known_by_its_headers() -> None:
    assert read("I am happy to talk when I am back.", auto_submitted=True).automated


@pytest.mark.parametrize("text", ["Wednesday 12:00 is good.", "Ok, Wednesday then.", "Mittwoch um 12 Uhr."])
def test_an_offered_time_is_taken_by_its_day(text: str) -> None:
    reading = read(text, offered=SLOTS)
    assert reading.kind is ReplyKind.MEETING_ACCEPT
    assert [one.start for one in reading.times] == [SLOTS[0]]


def answered(reading, **given) -> ReplyBrief:
    values = {"said": "", "at": NOON, "seller_name": "Northwind", "sender_name": "Robin Weber"}
    return ReplyBrief(reading=reading, contact_name="Anna Weiss", **{**values, **given})


def test_it_answers_with_a_sentence_of_ours_and_with_times() -> None:
    reading = read("Sounds good. Does it count returns?")
    draft = plain_mail.write_reply(answered(reading, sources=(quote(ENGLISH),), slots=SLOTS))
    assert draft.mail and ENGLISH in draft.mail.body and "Wednesday 25 November, 12:00" in draft.mail.body
    names = frozenset({"Northwind", "Robin Weber", "Anna Weiss"})
    assert check_claims("", draft.mail.body, draft.mail.claims, known_names=names) == ()


def test_what_our_pages_do_not_say_it_does_not_answer() -> None:
    reading = read("Who founded it?")
    assert plain_mail.write_reply(answered(reading, sources=(quote(ENGLISH),))).mail is None
    assert plain_mail.write_reply(answered(read("Hm."))).mail is None


@pytest.mark.parametrize("after", ["held", "no_show"])
def test_it_has_a_word_after_a_meeting(after: str) -> None:
    draft = plain_mail.write_reply(answered(read("Hm."), after=after, meeting_at=NOON, slots=SLOTS[:1]))
    assert draft.mail and check_claims("", draft.mail.body, (), known_names=frozenset({"Anna Weiss"})) == ()


class Spy:
    """A brain that says which of its functions were used."""

    def __init__(self) -> None:
        self.used: list[str] = []
        self._rules = OfflineLanguage()

    def __getattr__(self, name: str):
        self.used.append(name)
        return getattr(self._rules, name)


FUNCTIONS = {
    RESEARCH: {"read_profile", "propose_icp", "read_company", "search_queries", "answer"},
    OUTREACH: {"write_mail", "revise_mail"},
    RELATIONSHIP: {"read_reply", "write_reply"},
}


async def _everything(brain: Language) -> None:
    site = page(ENGLISH)
    profile = await brain.read_profile(site.url, [site])
    await brain.propose_icp(profile, [site])
    await brain.read_company("northwind.example", [site])
    await brain.answer("What is it?", ())
    await brain.write_mail(brief())
    reading = await brain.read_reply("Hm.", subject="", at=NOON, zone="UTC", context=ReplyContext())
    await brain.write_reply(answered(reading))


@pytest.mark.parametrize("skill", sorted(SKILLS))
async def test_one_specialist_is_replaced_and_the_others_stay(skill: str) -> None:
    spy = Spy()
    await _everything(Mixed(spy, {skill}))  # type: ignore[arg-type]
    assert not FUNCTIONS[skill] & set(spy.used)
    assert all(FUNCTIONS[other] & set(spy.used) for other in SKILLS - {skill})


async def test_the_generalist_asks_no_specialist_anything() -> None:
    spy = Spy()
    await _everything(Generalist(spy))  # type: ignore[arg-type]
    assert spy.used == []


def test_every_function_of_the_port_belongs_to_a_skill_or_to_the_supervisor() -> None:
    functions = {
        name for name, one in inspect.getmembers(Language, inspect.isfunction) if not name.startswith("_")
    }
    assert functions == set().union(*FUNCTIONS.values(), {"plan"})
