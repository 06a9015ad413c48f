"""What a mail can be made of: sentences about them and about us, each with the evidence behind it."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from domain.knowledge import Evidence
from language.offline.lexicon import canonical
from language.offline.lexicon.matching import stem
from language.offline.talk import wording
from language.port import MailBrief

_ROLE_WANTED = {
    "en": re.compile(
        r"(?:hiring|looking for|seeking|searching for|recruiting)\s+(?:(?:an?|our next|the|new|"
        r"another|motivated|experienced)\s+)*"
        r"(?P<what>[A-Za-z][\w /&-]{3,45}?)(?=\s+(?:to|in|who|for|with|at|on|from|near|based|as|and "
        r"(?:offer|are|we))\b|\s*[.,;!(:–-]|\s*$)",
        re.I,
    ),
    "de": re.compile(
        r"(?:[Ss]uchen)\s+(?:wir\s+)?(?:(?:ab sofort|zurzeit|aktuell|derzeit|zum [\w.]+|zur "
        r"Verstärkung\b[\w ]{0,30}?)\s+)*"
        r"(?P<what>(?:eine[nm]?|"
        r"mehrere)\s+(?:[\w/*:-]+\s+){0,2}?[A-ZÄÖÜ][\w/*:-]+(?:\s+[A-ZÄÖÜ][\w/*:-]+)?)(?=\s+(?:\(|"
        r"in\b|für|zur|mit|als|ab|und|auf)|\s*[.,;!:–]|\s*$)",
    ),
}
_TITLE_WORDS = re.compile(
    r"\b(?:team|people|you|talent|talents|colleagues|work|opportunit\w*|job|jobs|new|someone|help)\b", re.I
)
_HIRING = re.compile(
    r"\b(?:hiring|open (?:position|role|job)s?|vacanc\w*|careers?|join (?:our|the) team|we(?:'re| "
    r"are) (?:looking for|growing)|recruit\w*|apply now|job openings?|"
    r"suchen|stellenangebot\w*|offene stellen|karriere|verstärkung|bewerb\w*|jobs|stellen)\b",
    re.I,
)
_SIGNALS = ("expansion", "new_office", "funding", "new_site", "launch", "news", "award")


@dataclass(frozen=True)
class Sentence:
    """A sentence ready for a mail, with its sources; no sources means it states no fact."""

    text: str
    sources: tuple[Evidence, ...] = ()
    kind: str = ""


@lru_cache(maxsize=1)
def phrases() -> dict[str, Any]:
    """The phrase book, read once."""
    return yaml.safe_load(files("language.offline.talk").joinpath("phrases.yaml").read_text("utf-8"))


class Chooser:
    """Picks wordings that differ from person to person and repeat exactly for the same one."""

    def __init__(self, brief: MailBrief, lang: str) -> None:
        """Bind to one mail."""
        self.lang = lang
        self._person = f"{brief.seed}|{brief.account_name}"
        self._seed = f"{self._person}|{brief.variant}|{brief.step}"

    def number(self, slot: str) -> int:
        """A stable number for a slot."""
        return int(
            hashlib.sha256(f"{self._seed}|{slot}".encode("utf-8", "surrogatepass")).hexdigest()[:8], 16
        )

    def number_of_person(self, slot: str) -> int:
        """A number that stays the same through all mails to one person."""
        return int(
            hashlib.sha256(f"{self._person}|{slot}".encode("utf-8", "surrogatepass")).hexdigest()[:8], 16
        )

    def pick(self, slot: str, **words: str) -> str:
        """One phrase of a slot, filled."""
        options = phrases()[self.lang][slot]
        return options[self.number(slot) % len(options)].format(**words)


def about_account(brief: MailBrief, lang: str, choose: Chooser) -> list[Sentence]:
    """Openings that are true of them, the most telling first."""
    found: list[tuple[int, Sentence]] = []
    for order, (kind, value, evidence) in enumerate(brief.account):
        made = _account_sentence(kind.split(":")[0], value, evidence, brief, lang, choose)
        if made:
            rank, sentence = made
            found.append((rank * 100 + order, sentence))
    found.sort(key=lambda pair: pair[0])
    unique = {sentence.text: sentence for _, sentence in found}
    sentences = [sentence for sentence in unique.values() if sentence.kind != "technology"]
    if trade := _trade(brief, lang, choose):
        sentences.append(trade)
    return sentences + [sentence for sentence in unique.values() if sentence.kind == "technology"]


def _account_sentence(
    kind: str, value: str, evidence: Evidence, brief: MailBrief, lang: str, choose: Chooser
) -> tuple[int, Sentence] | None:
    if kind in ("hiring", "signal") and (
        value in ("", "hiring") or _HIRING.search(f"{value} {evidence.quote}")
    ):
        return _hiring(evidence, lang, choose)
    if kind in ("signal", *_SIGNALS):
        clause = _exact(wording.about_them(evidence.quote, lang, brief.account_name))
        return (0, _read(clause, evidence, choose, "signal")) if clause else None
    if kind in ("summary", "offer", "about", "proof", "audience", "staff", "size", "news", "keyword"):
        clause = _exact(wording.about_them(evidence.quote, lang, brief.account_name))
        if clause:
            return (2 if kind == "summary" else 3, _read(clause, evidence, choose, kind))
        return _slogan(evidence, brief, lang, choose) if kind == "summary" else None
    if kind in ("technology", "tech"):
        return _technology(value, evidence, brief, choose)
    return None


def _exact(clause: str | None) -> str | None:
    """The clause, unless it tells a number that is none ("12+ people")."""
    return clause if clause and not re.search(r"\d\s?\+", clause) else None


_GREETS = re.compile(
    r"\b(?:welcome|hello|nice|thank|happy|contact|home|news|blog|about|since|willkommen|herzlich|startseite|kontakt)\b",
    re.I,
)


def _slogan(evidence: Evidence, brief: MailBrief, lang: str, choose: Chooser) -> tuple[int, Sentence] | None:
    """A short line of theirs that cannot be turned into a clause, in quotation marks as what it is."""
    line = wording.clean(evidence.quote).rstrip(".")
    fits = (
        3 <= len(line.split()) <= 9 and len(line) <= 60 and wording.usable(line) and not _GREETS.search(line)
    )
    foreign = (
        wording.language_of(line) != lang
        or re.match(r"(?:we|our|wir|unsere?)\b", line, re.I)
        or re.search(r"[\d,:;–]", line)
    )
    if not fits or foreign or brief.account_name.casefold() in line.casefold():
        return None
    return 4, Sentence(choose.pick("slogan", line=line), (evidence,), "slogan")


def _read(clause: str, evidence: Evidence, choose: Chooser, kind: str) -> Sentence:
    return Sentence(choose.pick("read", clause=clause.rstrip(".")), (evidence,), kind)


def _hiring(evidence: Evidence, lang: str, choose: Chooser) -> tuple[int, Sentence] | None:
    match = _ROLE_WANTED[lang].search(wording.clean(evidence.quote))
    what = match["what"].strip() if match else ""
    if what and not _TITLE_WORDS.search(what) and not what.isupper() and len(what.split()) <= 5:
        if lang == "en":
            what = ("" if re.search(r"s$", what) else "an " if what[0].lower() in "aeiou" else "a ") + what
        return 0, Sentence(choose.pick("hiring_for", clause=what), (evidence,), "hiring")
    if not _HIRING.search(evidence.quote) and wording.language_of(evidence.quote) != "other":
        return None
    return 1, Sentence(choose.pick("hiring"), (evidence,), "hiring")


def _technology(
    value: str, evidence: Evidence, brief: MailBrief, choose: Chooser
) -> tuple[int, Sentence] | None:
    match = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", evidence.quote, re.I)
    ours = any(
        re.search(rf"(?<!\w){re.escape(value)}(?!\w)", source.quote, re.I) for _, _, source in brief.seller
    )
    if not match or not ours:
        return None  # a tool of theirs is worth a word only when our offer has to do with it
    return 4, Sentence(choose.pick("uses", clause=match.group()), (evidence,), "technology")


def _trade(brief: MailBrief, lang: str, choose: Chooser) -> Sentence | None:
    """Their trade and town, when both are stated: true, if not thrilling."""
    facts = {kind: (value, evidence) for kind, value, evidence in reversed(brief.account)}
    if "industry" not in facts:
        return _place(facts, brief, choose)
    slug, source = facts["industry"]
    quote = source.quote.replace(brief.account_name, " ")
    parts = re.split(r" (?:and|und) ", canonical.industry_label(slug, lang))
    trade = next((part for part in parts if _says(part, quote, lang)), "")
    if not trade:
        return _place(facts, brief, choose)
    many = trade if _AGENTS[lang].search(trade) else _COMPANIES_IN[lang].format(trade=trade)
    place, town = facts.get("city", ("", None))
    if town and place and place.casefold() in town.quote.casefold():
        text = choose.pick("trade_in", trade=many, place=place, account=brief.account_name)
        return Sentence(text, (source, town), "trade")
    return Sentence(choose.pick("trade", trade=many, account=brief.account_name), (source,), "trade")


def _place(facts: dict[str, tuple[str, Evidence]], brief: MailBrief, choose: Chooser) -> Sentence | None:
    """Their town alone, where nothing says what they do in words of ours."""
    place, town = facts.get("city", ("", None))
    if not town or not place or place.casefold() not in town.quote.casefold():
        return None
    return Sentence(choose.pick("place", place=place, account=brief.account_name), (town,), "trade")


_RANGE = re.compile(
    r"(?P<low>\d+)\s?(?:to|bis|–|-)\s?(?P<high>\d+)\s(?:people|employees|staff|leute\w*|mitarbeit\w*|beschäftigt\w*|personen)",
    re.I,
)


_AT_LEAST = re.compile(
    r"\b(?:more than|over|at least|about|around|almost|nearly|mehr als|über|mindestens|rund|etwa|knapp|plus de|"
    r"environ|près de|más de|casi|unos|oltre|più di|circa|quasi|meer dan|ruim|bijna|mais de|cerca de)\b|\d\s?\+",
    re.I,
)


def size(brief: MailBrief, choose: Chooser) -> list[Sentence]:
    """Their head count, when our own page names a range of customers that it lies in."""
    told = next(((value, source) for kind, value, source in brief.account if kind == "staff"), None)
    ranges = [(found, source) for _, _, source in brief.seller if (found := _RANGE.search(source.quote))]
    if told is None or not ranges or not re.search(rf"(?<!\d){told[0]}(?![\d+])", told[1].quote):
        return []
    if _AT_LEAST.search(told[1].quote):
        return []  # "more than 30" is no head count
    found, ours = ranges[0]
    if not max(5, int(found["low"])) <= int(told[0]) <= int(found["high"]):
        return []
    text = choose.pick("size", count=told[0], low=found["low"], high=found["high"])
    return [Sentence(text, (told[1], ours), "size")]


_COMPANIES_IN = {"en": "companies in {trade}", "de": "Unternehmen aus dem Bereich {trade}"}
_AGENTS = {
    "en": re.compile(
        r"(?<!electronic)(?<!plastic)(?<!chemical)(?<!logistic)(?<!textile)(?<!trade)(?<!renewable)(?<!material)(?<!service)"
        r"(?<!device)(?<!telecom)s$"
    ),
    "de": re.compile(
        r"(?:unternehmen|agenturen|praxen|schulen|hotels|cafés|händler|makler|bauer|bauern|berater|beratungen|kanzleien|büros|studios|häuser|"
        r"apotheken|banken|versicherungen|entwickler|dienstleister|betriebe|anbieter|hersteller|ereien|optiker|fotografen|veranstalter|heime|"
        r"verwaltungen|reiniger|dienste|caterer|organisationen|werkstätten|weingüter|fintechs|investoren|freiberufler|verlage)$",
        re.I,
    ),
}


def _says(trade: str, quote: str, lang: str) -> bool:
    """True when the quote itself names the trade, in its own language or in words we can compare."""
    if wording.language_of(quote) not in (lang, ""):
        return bool(canonical.industry_slugs(quote))
    stems = {stem(word) for word in re.findall(r"[^\W\d_]{4,}", quote)}
    wanted = [stem(word) for word in re.findall(r"[^\W\d_]{4,}", trade)]
    return bool(wanted) and sum(any(s.startswith(w[:6]) for s in stems) for w in wanted) >= len(wanted) / 2


def offers(brief: MailBrief, lang: str) -> list[Sentence]:
    """Sentences about what we sell, the clearest first."""
    found = []
    for wanted in ("offer", "audience"):
        for field, value, evidence in brief.seller:
            if field == wanted and (text := _ours(value, evidence, brief, lang)):
                found.append(Sentence(f"{text}.", (evidence,), field))
    found.sort(key=lambda sentence: (sentence.kind != "offer", _clumsiness(sentence.text, brief.seller_name)))
    return list({sentence.text: sentence for sentence in found}.values())


_NAMED = re.compile(r"[^\W\d_][\w'’%-]*(?: [\w'’%-]+){1,4}$")
_MOST_FEATURES = 3


def features(brief: MailBrief, lang: str, choose: Chooser) -> list[Sentence]:
    """What our product consists of, by the names our own pages give its parts; a few of them a sentence."""
    parts = [
        (_lower_first(name, lang), evidence)
        for field, value, evidence in brief.seller
        if field == "offer" and (name := wording.clean(value).rstrip(".")) and _is_part(name, brief, lang)
    ]
    if len(parts) < 2:
        return []
    turn = choose.number_of_person("features") % len(parts)
    parts = parts[turn:] + parts[:turn]
    groups = [parts[at : at + _MOST_FEATURES] for at in range(0, len(parts), _MOST_FEATURES)]
    return [_list_of(group, lang, choose) for group in groups]


def _is_part(name: str, brief: MailBrief, lang: str) -> bool:
    """A short name of something, neither a sentence nor a call to do something."""
    return (
        bool(_NAMED.match(name))
        and len(name) <= 40
        and not wording.has_verb(name)
        and not _CALLS[lang].match(name)
        and not _ADDRESSED.search(name)
        and wording.usable(name)
        and wording.language_of(name) in (lang, "")
        and brief.seller_name.casefold() not in name.casefold()
    )


_CALLS = {
    "en": re.compile(
        r"(?:win|get|see|start|stop|try|book|learn|read|make|save|meet|send|write|build|grow|let|find|talk|ask|join|"
        r"how|why|what|when|who|about|for|from|in|on|with|by|every\w*|because|all|more|no|not|never)\b",
        re.I,
    ),
    "de": re.compile(
        r"(?:wie|warum|was|wann|wer|über|für|von|in|mit|bei|jetzt|mehr|alle|kein\w*|nie|so|weil|\w+en Sie)\b",
        re.I,
    ),
}


def _list_of(parts: list[tuple[str, Evidence]], lang: str, choose: Chooser) -> Sentence:
    names = [name for name, _ in parts]
    if len(names) == 1:
        return Sentence(choose.pick("feature", feature=names[0]), (parts[0][1],), "features")
    joined = f"{', '.join(names[:-1])} {_AND[lang]} {names[-1]}"
    return Sentence(
        choose.pick("features", features=joined), tuple(source for _, source in parts), "features"
    )


_AND = {"en": "and", "de": "und"}


def fits_trade(sentence: Sentence, brief: MailBrief) -> bool:
    """True when a sentence about us names the kind of company we write to, or a tool it uses."""
    theirs = {value for kind, value, _ in brief.account if kind == "industry"}
    wider = {parent for slug in theirs for parent in canonical.industry_ancestors(slug)}
    if (theirs | wider) & set(canonical.industry_slugs(sentence.text)):
        return True
    tools = [value for kind, value, _ in brief.account if kind in ("technology", "tech")]
    return any(re.search(rf"(?<!\w){re.escape(tool)}(?!\w)", sentence.text, re.I) for tool in tools)


def _clumsiness(text: str, seller: str) -> int:
    """What a product is comes before what it does; plain, medium-long sentences read best; head counts are no offer."""
    words = len(text.split())
    score = abs(words - 14) // 4 + text.count(",") + 2 * text.startswith("We offer ")
    score += 3 * (words < 8) - 4 * bool(wording.topic_of(text, seller))
    return score + 8 * bool(
        re.search(r"\b(?:co-operative|founded|\d+ people|a team of|ein team|gegründet)\b", text, re.I)
    )


def _ours(value: str, evidence: Evidence, brief: MailBrief, lang: str) -> str | None:
    if value.lower().startswith("testimonial") or evidence.quote.lstrip()[:1] in '"“„«‚‘':
        return None  # a customer's words are not ours to say
    made = wording.about_us(evidence.quote, lang, brief.seller_name)
    if made is None and value != evidence.quote and value.casefold() in evidence.quote.casefold():
        made = wording.about_us(value, lang, brief.seller_name)
    return made.rstrip(".") if made else None


def proofs(brief: MailBrief, lang: str, choose: Chooser) -> list[Sentence]:
    """Sentences that show others trust us, figures first."""
    found = []
    for field, value, evidence in brief.seller:
        if field == "proof" and (text := _ours(value, evidence, brief, lang)):
            found.append((0 if re.search(r"\d", text) else 1, Sentence(f"{text}.", (evidence,), "proof")))
        if field == "customer" and _is_name(value) and value.casefold() in evidence.quote.casefold():
            found.append(
                (1, Sentence(choose.pick("customer", customer=value.strip()), (evidence,), "customer"))
            )
    return [sentence for _, sentence in sorted(found, key=lambda pair: pair[0])]


def _is_name(value: str) -> bool:
    return (
        2 <= len(value.strip()) <= 40
        and not re.search(r"[.!?:;|]{1}\s|[\n{}<>]", value)
        and value[0].isupper()
    ) or value[:1].isdigit()


_ADDRESSED = re.compile(r"\b(?:you|your|we|our|us|sie|ihr\w*|wir)\b", re.I)


def pain_sentences(brief: MailBrief, lang: str, choose: Chooser, *, asked: bool) -> list[Sentence]:
    """The problem we solve as a question (a noun phrase) or as our own words (a sentence)."""
    found = []
    for text, evidence in brief.pains:
        pain = wording.shortened(wording.clean(text), 90)
        if not pain or not wording.usable(pain) or wording.language_of(pain) not in (lang, ""):
            continue
        if wording.has_verb(pain):
            # only words that are really on our page may be said as our statement, and praise is no problem
            praise = re.match(r"(?:there (?:is|are) no|no|it (?:is|does)|es gibt kein\w*)\b", pain, re.I)
            ours = bool(praise) or pain.casefold().startswith(brief.seller_name.casefold())
            if pain.casefold() in evidence.quote.casefold() and not ours and not _ADDRESSED.search(pain):
                found.append(Sentence(choose.pick("pain_sentence", pain=pain), (evidence,), "pain"))
        elif (
            2 <= len(pain.split()) <= 10
            and not _ADDRESSED.search(pain)
            and not re.match(r"(?:no|not|without|never|ohne|kein\w*)\b", pain, re.I)
        ):
            slot = "pain_asked" if asked else "pain_guess"
            found.append(Sentence(choose.pick(slot, pain=_lower_first(pain, lang)), (), "pain"))
    return found


def _lower_first(text: str, lang: str) -> str:
    second = text[1:2]
    return text if lang == "de" or second.isupper() else text[0].lower() + text[1:]


def area(brief: MailBrief, lang: str) -> str:
    """What the contact's role looks after, "" when unknown."""
    words = f"{brief.contact_role} {' '.join(canonical.role_slugs(brief.contact_title))}".lower()
    parts = set(re.split(r"[\s_-]+", words)) | set(words.split())
    return next(
        (
            text
            for key, text in phrases()["areas"][lang].items()
            if key in parts or any(p.startswith(key) and len(key) > 4 for p in parts)
        ),
        "",
    )
