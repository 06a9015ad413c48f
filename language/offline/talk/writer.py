"""Writes a first or follow-up mail from a brief's facts. What is not in the brief is not in the mail."""

import re
from dataclasses import dataclass, field

from domain.campaigns import MAX_WORDS, Claim, WrittenMail
from domain.errors import Correctable
from language.offline.talk import greeting, wording
from language.offline.talk.material import (
    Chooser,
    Sentence,
    about_account,
    area,
    features,
    fits_trade,
    offers,
    pain_sentences,
    phrases,
    proofs,
    size,
)
from language.port import MailBrief

_MAX_SUBJECT = 60
_GOALS = (
    ("demo", re.compile(r"\bdemo|vorführung|walk-?through", re.I)),
    ("trial", re.compile(r"\btrial|\btest\b|try|probe", re.I)),
    (
        "call",
        re.compile(r"\bcall|meeting|chat|talk|termin|gespräch|anruf|telefonat|coffee|visit|minute", re.I),
    ),
)
_GOAL_TEXT = {
    "en": {"demo": "a short demo", "call": "a short call", "trial": "a trial"},
    "de": {"demo": "eine kurze Vorführung", "call": "ein kurzes Gespräch", "trial": "ein Test"},
}
_WORDS_TO_SPARE = 30  # signature and greeting


@dataclass
class Parts:
    """Paragraphs of sentences; `optional` says which may go when the mail is too long, first to go first."""

    paragraphs: list[list[Sentence]] = field(default_factory=list)
    optional: list[Sentence] = field(default_factory=list)

    def words(self) -> int:
        """Words of all sentences."""
        return sum(len(s.text.split()) for paragraph in self.paragraphs for s in paragraph)

    def drop(self, sentence: Sentence) -> None:
        """Take a sentence out."""
        self.paragraphs = [[s for s in paragraph if s is not sentence] for paragraph in self.paragraphs]


@dataclass(frozen=True)
class Stock:
    """Everything sayable, sorted by use."""

    theirs: list[Sentence]
    ours: list[Sentence]
    fitting: list[Sentence]  # a further sentence about us that names their kind of company
    size: list[Sentence]  # their head count, where it is the kind we sell to
    features: list[Sentence]  # lists of the parts of our product
    proofs: list[Sentence]
    pains: list[Sentence]
    topic: str
    area: str
    cta: Sentence
    link: Sentence | None


def write_mail(brief: MailBrief) -> WrittenMail:
    """A mail of at most `brief.max_words` words whose every factual sentence is a claim.

    Raises:
        Correctable: `not_enough_facts` when the brief does not say what we sell, or to whom we write.
    """
    if not brief.account_name.strip():
        raise Correctable(
            "The mail needs the name of the company it goes to.",
            code="not_enough_facts",
            where="account_name",
        )
    lang = mail_language(brief)
    choose = Chooser(brief, lang)
    stock = _stock(brief, lang, choose)
    parts = _LAYOUTS[_layout(brief)](stock, choose, brief)
    _fit(parts, min(brief.max_words, MAX_WORDS) - _WORDS_TO_SPARE)
    return _finished(parts, stock, brief, lang, choose)


def mail_language(brief: MailBrief) -> str:
    """The language the mail can be written in: the wanted one when our own facts exist in it, else English.

    Raises:
        Correctable: `not_enough_facts` when no sentence about our offer exists in either.
    """
    wanted = "de" if brief.language.lower().startswith("de") else "en"
    for lang in dict.fromkeys((wanted, "en")):
        if offers(brief, lang):
            return lang
    raise Correctable(
        f"I have no sentence in {'German or English' if wanted == 'de' else 'English'} "
        f"that says what {brief.seller_name or 'the seller'} offers.",
        code="not_enough_facts",
        where="seller.offer",
        hint="Add one plain sentence about the offer to the profile, with the page it is on.",
    )


def _stock(brief: MailBrief, lang: str, choose: Chooser) -> Stock:
    ours = offers(brief, lang)
    topic = next((t for s in ours if (t := wording.topic_of(s.text, brief.seller_name))), "")
    asked = _layout(brief) == "b"
    pains = pain_sentences(brief, lang, choose, asked=asked)
    shown = Sentence(choose.pick("link", link=brief.link)) if brief.link else None
    return Stock(
        theirs=about_account(brief, lang, choose),
        ours=ours,
        fitting=[] if _layout(brief) == "c" else [s for s in ours[1:] if fits_trade(s, brief)][:1],
        size=size(brief, choose),
        features=features(brief, lang, choose),
        proofs=proofs(brief, lang, choose),
        pains=pains,
        topic=topic,
        area=area(brief, lang),
        cta=Sentence(
            _call_to_action(
                brief.goal, lang, choose, "soft" if asked and (topic or _questions(pains)) else "cta"
            )
        ),
        link=shown,
    )


def _call_to_action(goal: str, lang: str, choose: Chooser, tone: str) -> str:
    kind = next((name for name, rule in _GOALS if rule.search(goal)), "reply")
    words = wording.clean(goal)
    noun = re.match(r"(?:an?|ein|eine|einen)\s+[\w\s-]{3,40}$", words, re.I) or re.match(
        r"\d+[- ]minute \w+$", words, re.I
    )
    fits = noun and wording.language_of(words) in (lang, "")
    said = words if fits else _GOAL_TEXT[lang].get(kind, "")
    if fits and words[0].isdigit():
        said = f"a {words}"
    return choose.pick(f"{tone}_{kind}", goal=said[:1].lower() + said[1:])


def _layout(brief: MailBrief) -> str:
    if brief.step >= 3:
        return "last"
    if brief.step == 2:
        return "again"
    return (
        brief.variant.lower()
        if brief.variant.lower() in ("a", "b", "c")
        else "abc"[sum(map(ord, brief.variant)) % 3]
    )


def _opening(stock: Stock, choose: Chooser, brief: MailBrief) -> Sentence:
    return stock.theirs[0] if stock.theirs else Sentence(choose.pick("plain", account=brief.account_name))


def _offer(stock: Stock, choose: Chooser) -> list[Sentence]:
    """The offer, led in by what it is about, so that it does not fall from the sky, and what it consists of."""
    lead = choose.pick("bridge_topic", topic=stock.topic) if stock.topic else choose.pick("bridge")
    return [Sentence(lead.strip()), stock.ours[0], *stock.fitting, *stock.features[:1]]


def _role(stock: Stock, choose: Chooser) -> list[Sentence]:
    return [Sentence(choose.pick("role", area=stock.area))] if stock.area else []


def _observation_first(stock: Stock, choose: Chooser, brief: MailBrief) -> Parts:
    """a: what we saw at their place, what we do, one proof, one question."""
    pain, proof, role = stock.pains[:1], stock.proofs[:1], _role(stock, choose)
    return Parts(
        [
            [_opening(stock, choose, brief), *stock.size],
            [*_offer(stock, choose), *pain, *proof],
            [*role, stock.cta],
        ],
        [*role, *pain, *proof, *stock.features[:1], *stock.size],
    )


_PRODUCT = re.compile(r"(?:software|platform|system|app|portal|tools?)$", re.I)


def _questions(sentences: list[Sentence]) -> list[Sentence]:
    return [sentence for sentence in sentences if sentence.text.endswith("?")]


def _question_first(stock: Stock, choose: Chooser, brief: MailBrief) -> Parts:
    """b: the question comes first and is the only one; the end asks for nothing but an answer."""
    asked = _questions(stock.pains)[:1]
    if not asked and stock.topic:
        slot = "question_product" if _PRODUCT.search(stock.topic) else "question_topic"
        asked = [Sentence(choose.pick(slot, topic=stock.topic, account=brief.account_name))]
    if not asked:
        return _observation_first(stock, choose, brief)
    proof, link = stock.proofs[:1], [stock.link] if stock.link else []
    return Parts(
        [
            [_opening(stock, choose, brief), *stock.size, *asked],
            [stock.ours[0], *stock.fitting, *stock.features[:1], *proof],
            [stock.cta, *link],
        ],
        [*link, *proof, *stock.fitting, *stock.features[:1], *stock.size],
    )


def _briefly(stock: Stock, choose: Chooser, brief: MailBrief) -> Parts:
    """c: three short paragraphs, nothing else."""
    end = Sentence(choose.pick("soft_end"))
    opening = [_opening(stock, choose, brief), *stock.size, *_offer(stock, choose)]
    return Parts([opening, [stock.cta, end]], [end, *stock.size])


def _fresh(stock: Stock) -> list[Sentence]:
    """What the first mail did not say about us."""
    return [s for s in [*stock.features[1:], *stock.proofs[1:], *stock.ours[1:]] if s not in stock.fitting]


def _addition(stock: Stock, choose: Chooser, brief: MailBrief) -> Parts:
    """Step 2: something the first mail did not say, or an honest reminder when there is nothing new."""
    fresh = _fresh(stock)[:2]
    second = [s for s in stock.theirs[1:2] if s.kind not in ("trade", "technology")]
    link = [stock.link] if stock.link else []
    slot = "again" if fresh or second else "reminder"
    lead = Sentence(choose.pick(slot, account=brief.account_name))
    found = [s for s in stock.theirs[1:] if s.kind == "trade"][:1]  # how we came to them, not said so far
    reminder = [Sentence(choose.pick("short")), stock.ours[0]] if fresh else []
    return Parts(
        [[*found, lead, *second, *(fresh or stock.ours[:1])], reminder, [stock.cta, *link]],
        [*link, *second, *reminder, *found],
    )


def _farewell(stock: Stock, choose: Chooser, brief: MailBrief) -> Parts:
    """Step 3: the last one says so and asks one easy question."""
    subject = stock.area or stock.topic or _this(choose.lang)
    who = Sentence(choose.pick("other_person", account=brief.account_name, area=subject))
    topic = stock.topic or _this(choose.lang)
    last = Sentence(choose.pick("last", account=brief.account_name, topic=topic))
    reminder = [Sentence(choose.pick("short")), stock.ours[0], *stock.features[:1]]
    return Parts([[last, *_fresh(stock)[2:3]], reminder, [who]], reminder)


def _this(lang: str) -> str:
    return "das Thema" if lang == "de" else "this"


_LAYOUTS = {
    "a": _observation_first,
    "b": _question_first,
    "c": _briefly,
    "again": _addition,
    "last": _farewell,
}


def _fit(parts: Parts, limit: int) -> None:
    for sentence in parts.optional:
        if parts.words() <= limit:
            return
        parts.drop(sentence)


def _finished(parts: Parts, stock: Stock, brief: MailBrief, lang: str, choose: Chooser) -> WrittenMail:
    lines = [" ".join(s.text for s in paragraph) for paragraph in parts.paragraphs if paragraph]
    hello = greeting.salutation(brief.contact_name, brief.contact_title, lang, seed=choose.number("hello"))
    if lang == "de":
        # after the comma of a German greeting the sentence goes on in lower case
        lines[0] = _continued(lines[0], brief)
    end = greeting.signature(brief.sender_name, brief.seller_name, lang, seed=choose.number("bye"))
    body = "\n\n".join([hello, *lines, end])
    claims = [
        Claim(text=_as_in(body, sentence.text), evidence=source)
        for paragraph in parts.paragraphs
        for sentence in paragraph
        for source in sentence.sources
    ]
    return WrittenMail(
        subject=_subject(stock, brief, lang, choose), body=body, claims=tuple(claims), variant=brief.variant
    )


_KEEPS_CAPITAL = re.compile(r"^(?:Ihr|Ihre|Ihren|Ihrem|Ihrer|Sie|Ihnen)\b")
_GERMAN_STARTS = re.compile(
    r"^(?:Auf|Bei|Ich|Eine|Einen|Das|Danach|Ist|Wie|Wer|Beschäftigt|Kurz|Worum|Deshalb|Wir|Zu|Wäre|"
    r"Mehr|Über|Rund|Seit)\b"
)


def _continued(line: str, brief: MailBrief) -> str:
    if _KEEPS_CAPITAL.match(line) or line.startswith(brief.account_name) or not _GERMAN_STARTS.match(line):
        return line
    return line[0].lower() + line[1:]


def _as_in(body: str, text: str) -> str:
    """The sentence as the body has it (its first letter may have changed)."""
    return text if text in body else text[0].lower() + text[1:]


def _subject(stock: Stock, brief: MailBrief, lang: str, choose: Chooser) -> str:
    slots = {2: ["subject_again"], 3: ["subject_last"]}.get(min(brief.step, 3), [])
    if not slots:
        slots = (
            ["subject_topic", "subject_seller", "subject_plain"]
            if stock.topic
            else ["subject_plain", "subject_seller"]
        )
    words = {"topic": stock.topic, "account": _short_name(brief.account_name), "seller": brief.seller_name}
    options = [
        option.format(**words)
        for slot in slots
        for option in _rotated(phrases()[lang][slot], choose.number(slot))
        if stock.topic or "{topic}" not in option
    ]
    fitting = [option for option in options if len(option) <= _MAX_SUBJECT]
    chosen = (
        fitting[0]
        if fitting
        else phrases()[lang]["subject_plain"][0].format(account=words["account"])[:_MAX_SUBJECT]
    )
    return _subject_line(chosen)


def _rotated(options: list[str], number: int) -> list[str]:
    start = number % len(options)
    return [*options[start:], *options[:start]]


def _short_name(name: str) -> str:
    """The company without its legal form; long names end at a word."""
    bare = re.sub(
        r"[\s,]+(?:gmbh(?: & co\.? kg)?|ag|kg|ug(?: \(haftungsbeschränkt\))?|e\.? ?k\.?|ltd\.?|llc|"
        r"inc\.?|b\.?v\.?|s\.?a\.?(?:r\.?l\.?)?|s\.?r\.?l\.?|plc|oy|ab|a/s|mbb)$",
        "",
        name.strip(),
        flags=re.I,
    )
    bare = re.sub(r"[\r\n\t]", " ", bare)
    return bare if len(bare) <= 36 else bare[:37].rsplit(" ", 1)[0]


def _subject_line(text: str) -> str:
    flat = wording.clean(text)
    return flat[:1].upper() + flat[1:] if flat[1:2].islower() and not flat[:1].isupper() else flat
