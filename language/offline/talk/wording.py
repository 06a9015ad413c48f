"""Quotes from web pages turned into clauses a mail can say: cleaned, cut at a boundary, person shifted.

Numbers and names are never altered; what cannot become a decent clause is None.
"""

import re
import unicodedata

_STOP = {
    "en": frozenset(
        "the a an and or of to for with in on at by is are was were we you our your their that "
        "this from it its has have "
        "not can all more be as who will than into about out up no how what when they us over since".split()
    ),
    "de": frozenset(
        "der die das und oder von zu für mit im in am an auf bei ist sind war waren wir sie unser "
        "unsere unseren ihr ihre "
        "dass dieser diese aus es hat haben nicht kann alle mehr als wer wird ein eine einen einer "
        "eines einem den dem des "
        "seit über nach um sich auch ihnen ihren unserem zum zur uns".split()
    ),
}
_OTHER_STOP = frozenset(
    "le la les des du et ou pour avec dans est sont nous vous notre votre une que qui sur el los "
    "las y para con por es son "
    "nosotros su una del het een van voor met zijn wij onze uw dat niet il gli di per che siamo "
    "nostro della nel o os uma "
    "não com nosso são".split()
)
_BAD = re.compile(
    r"[|{}<>\[\]•·→›»«…]|https?://|www\.|@|©|®|\b(?:cookies?|javascript|lorem|undefined|click here|"
    r"read more|learn more|sign up|log ?in|"
    r"subscribe|copyright|all rights reserved|terms|privacy policy|impressum|datenschutz|mehr "
    r"erfahren|jetzt|hier klicken|newsletter|menu|"
    r"ignore|instructions?|system prompt)\b",
    re.I,
)
SUPERLATIVE = re.compile(
    r"\b(?:leading|best|world[- ]class|number one|no\. ?1|#1|top[- ]rated|cutting[- ]edge|"
    r"revolutionary|unique|ultimate|perfect|amazing|"
    r"unbeatable|award[- ]winning|market leader|guarantee[ds]?|state[- ]of[- ]the[- ]art|most \w+|"
    r"\w+est\b(?<!\bhonest)(?<!\bguest)(?<!\binterest)(?<!\brequest)"
    r"(?<!\btest)(?<!\binvest)(?<!\bwest)(?<!\brest)(?<!\bforest)(?<!\bsuggest)(?<!\bmodest)(?<!\bharvest)(?<!\blatest)(?<!\bbudapest)|führende\w*|"
    r"beste[nrsm]?|marktführer\w*|einzigartig\w*|garantiert\w*|weltweit größte\w*|größte[nrsm]?|"
    r"perfekte?\w*)\b|#1|№ ?1",
    re.I,
)
_VERBS_EN = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|will|can|help|helps|helped|build|builds|built|make|"
    r"makes|made|offer|offers|provide|provides|run|runs|"
    r"sell|sells|design|designs|develop|develops|create|creates|work|works|serve|serves|deliver|"
    r"delivers|support|supports|let|lets|give|gives|"
    r"use|uses|used|need|needs|opened|open|opens|moved|launched|raised|started|founded|manage|"
    r"manages|produce|produces|specialise|specialize|"
    r"specialises|specializes|bring|brings|brought|connect|connects|turn|turns|keep|keeps|train|"
    r"trains|teach|teaches|care|cares|treat|treats|"
    r"supply|supplies|repair|repairs|install|installs|advise|advises|operate|operates|manufacture|"
    r"manufactures|hire|hires|expanded|added|won|"
    r"grew|tracks?|measures?|shows?|saves?|reduces?|replaces?|automates?|handles?|ships?|hosts?|"
    r"protects?|rely|trust|trusts|organi[sz]es?|"
    r"combine|combines|focus|focuses|believe|love|look|looking|plan|plans|restore|restores|grow|"
    r"grows|brew|brews|bake|bakes|roast|roasts|"
    r"carry|carries|stock|stocks|welcome|welcomes|celebrate|celebrated|relaunched|introduced|acquired|joined)\b",
    re.I,
)
_FIRST_EN = re.compile(r"^(?:we(?:['’](?:re|ve|ll))?|our)\b", re.I)
_FIRST_DE = re.compile(r"^(?:wir|unsere?[mnrs]?)\b", re.I)
_TRAILING = re.compile(
    r"\s+(?:and|or|of|to|for|with|in|on|at|by|from|the|a|an|that|which|who|as|into|und|oder|für|mit|"
    r"von|zu|im|in|auf|bei|der|die|das|den|dem|"
    r"des|ein|eine|einen|einer|sowie|our|your|unsere?n?|is|are)$",
    re.I,
)
_SHIFT_EN = (
    (re.compile(r"\bwe['’]re\b", re.I), "you are"),
    (re.compile(r"\bwe['’]ve\b", re.I), "you have"),
    (re.compile(r"\bwe['’]ll\b", re.I), "you will"),
    (re.compile(r"\b(?:ourselves)\b", re.I), "yourselves"),
    (re.compile(r"\bours\b", re.I), "yours"),
    (re.compile(r"\bour\b", re.I), "your"),
    (re.compile(r"\b(?:we|us)\b", re.I), "you"),
)
_READER_EN = (
    (re.compile(r"\byou['’]re\b", re.I), "they are"),
    (re.compile(r"\b(?<=[a-z] )you (?=(?:can|will|want|need|love|have|are|don)\b)", re.I), "your customers "),
    (re.compile(r"\byour\b", re.I), "their"),
    (re.compile(r"\byou\b", re.I), "your customers"),
)
_SHIFT_DE = {
    "wir": "Sie",
    "unser": "Ihr",
    "unsere": "Ihre",
    "unseren": "Ihren",
    "unserem": "Ihrem",
    "unserer": "Ihrer",
    "unseres": "Ihres",
}


def clean(quote: str) -> str:
    """The quote without odd spaces and control characters; shouting is brought down."""
    text = "".join(" " if unicodedata.category(char) in ("Zs", "Zl", "Zp", "Cc") else char for char in quote)
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "So", "Cs", "Co"))
    return re.sub(r"\s+", " ", text).strip(" -–—:;,*\"'“”„‚‘’")


def language_of(text: str) -> str:
    """ "en", "de", "other", or "" when the text is too short to tell."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {lang: sum(word in stops for word in words) for lang, stops in _STOP.items()}
    scores["other"] = sum(word in _OTHER_STOP for word in words)
    if re.search(r"[Ѐ-ӿ֐-ۿ぀-ヿ一-鿿가-힯Ͱ-Ͽ]", text):
        return "other"
    best = max(scores, key=lambda lang: scores[lang])
    if scores[best] == 0:
        return "de" if re.search(r"[äöüß]", text.lower()) else ""
    rivals = [lang for lang, score in scores.items() if score == scores[best]]
    return (
        best
        if len(rivals) == 1
        else ("en" if "en" in rivals and not re.search(r"[äöüß]", text.lower()) else rivals[0])
    )


def usable(text: str) -> bool:
    """True for text without page furniture, shouting, flattery or loose brackets."""
    letters = [char for char in text if char.isalpha()]
    if len(letters) < 6 or _BAD.search(text) or SUPERLATIVE.search(text):
        return False
    loud = sum(char.isupper() for char in letters) / len(letters)
    titled = re.findall(r"\b[A-Z][a-z]+", text)
    headline = len(titled) > 4 and len(titled) > 0.7 * len(text.split())
    return (
        loud < 0.35
        and not headline
        and text.count("(") == text.count(")")
        and "!" not in text[:-1]
        and "?" not in text
    )


def shortened(text: str, limit: int) -> str | None:
    """The text, cut at a clause boundary when it is longer than `limit` characters; None without a good cut."""
    first = re.split(r"(?<=[a-zäöüß)\d])[.!](?:\s+(?=[A-ZÄÖÜ])|$)", text)[0].strip(" .!")
    if len(first) <= limit:
        return first
    cuts = [
        m.start()
        for m in re.finditer(
            r", (?=\w)| [–—-] |; | \(|: | (?:because|while|so that|which|without|weil|während|damit) ",
            first[:limit],
        )
    ]
    for cut in reversed(cuts):
        head = first[:cut].strip(" ,;:")
        if re.match(r",? (?:and|und|sowie) ", first[cut:]) and "," in head:
            continue  # a list cut before its last item would end in the air
        if len(head) >= 30 and not _TRAILING.search(head) and head.count("(") == head.count(")"):
            return head
    return None


def about_them(quote: str, lang: str, account: str, limit: int = 130) -> str | None:
    """A clause after "I read that …" ("you restore pianos") or after "gelesen:" ("Sie restaurieren …")."""
    text = shortened(clean(quote), limit)
    if not text or len(text) < 18 or not usable(text) or language_of(text) != lang:
        return None
    if lang == "de":
        return _you_german(text, account)
    return _you_english(text, account)


def _you_english(text: str, account: str) -> str | None:
    if not _VERBS_EN.search(text) or re.search(r"\b(?:I|my|me)\b", text):
        return None
    if _FIRST_EN.match(text):
        return _shift_english(text)
    if (
        account
        and text.lower().startswith(account.lower())
        and not re.search(r"\b(?:we|our|us|you|your)\b", text, re.I)
    ):
        rest = text[len(account) :]
        return account + rest if re.match(r"\s+(?:is|are|was|has|have|[a-z]+s)\b", rest) else None
    match = re.match(r"(?P<head>(?:Since|In|For|After|From|Last|This) [^,]{3,40}?),? (?P<rest>we\b.+)", text)
    if match and not re.search(r"\byou", match["head"], re.I):
        shifted = _shift_english(match["rest"])
        return f"{match['head'][0].lower()}{match['head'][1:]}, {shifted}" if shifted else None
    return None


def _shift_english(text: str) -> str | None:
    if re.match(r"our\b", text, re.I) and not re.match(
        r"our [\w\s-]{3,40}\b(?:is|are|was|has|have|helps?|makes?|serves?|offers?)\b", text, re.I
    ):
        return None
    if re.search(r"\bwe\b(?! )", text, re.I) or re.search(
        r"^we (?:use cookies|value|respect|believe|know|understand|love|think|hope|want)\b", text, re.I
    ):
        return None
    for pattern, word in _READER_EN:
        text = pattern.sub(word, text)
    for pattern, word in _SHIFT_EN:
        text = pattern.sub(word, text)
    return text[0].lower() + text[1:]


def _you_german(text: str, account: str) -> str | None:
    if re.search(
        r"\b(?:uns|ich|mein\w*|Ihnen|Ihre?[nmrs]?|euch|eure?\w*|dich|dir|du|dein\w*)\b", text
    ) or re.search(r"\bSie\b", text):
        return None
    if _FIRST_DE.match(text) and re.match(r"wir [a-zäöüß]+en\b|wir sind\b", text, re.I):
        return re.sub(
            r"\b(?:wir|unser(?:e[nmrs]?)?)\b",
            lambda m: _SHIFT_DE.get(m.group().lower(), m.group()),
            text,
            flags=re.I,
        )
    match = re.match(
        r"(?P<head>(?:Seit|In|Für|Ab|Mit) [^,]{3,60}?) (?P<verb>[a-zäöüß]+en|sind) wir (?P<rest>.+)", text
    )
    if match and not re.search(r"\bwir\b", match["rest"]):
        return f"{match['head']} {match['verb']} Sie " + re.sub(
            r"\bunser(?:e[nmrs]?)?\b", lambda m: _SHIFT_DE.get(m.group().lower(), m.group()), match["rest"]
        )
    if (
        account
        and text.startswith(account)
        and re.match(
            r"\s+(?:ist|bietet|entwickelt|produziert|betreibt|berät|plant|baut|liefert|fertigt)\b",
            text[len(account) :],
        )
    ):
        return text
    return None


def about_us(quote: str, lang: str, seller: str, limit: int = 150) -> str | None:
    """A full sentence we may say of ourselves ("We help museums …", "Acme is a …"), without its full stop."""
    text = shortened(clean(quote), limit)
    if not text or len(text) < 12 or not usable(text) or language_of(text) not in (lang, ""):
        return None
    first = text.lower()
    names = [name for name in (seller, seller.split()[0] if seller else "") if len(name) > 2]
    if any(first.startswith(name.lower()) and _says_of(text[len(name) :], lang) for name in names):
        return text
    if (
        lang == "en"
        and re.match(r"we(?:['’](?:re|ve))? [a-z]+", first)
        and not re.match(r"we (?:use cookies|value|respect|believe|know|love|hope)", first)
    ):
        return text[0].upper() + text[1:]
    if lang == "de" and re.match(r"wir [a-zäöüß]+", first):
        return "Wir" + text[3:]
    if _OF_CUSTOMERS[lang].search(text) and re.search(r"\d", text) and text[0].isupper():
        return text  # what our customers reach, as our page has it
    return _from_fragment(text, lang, seller)


_OF_CUSTOMERS = {
    "en": re.compile(r"\bour (?:customers|clients|users)\b", re.I),
    "de": re.compile(r"\bunsere\w? (?:Kund\w+|Anwender\w*)\b", re.I),
}


def _says_of(text: str, lang: str) -> bool:
    """True when a verb in the third person follows a name."""
    if lang == "de":
        return bool(re.match(r"\s+(?:ist|sind|hat|[a-zäöüß]+t)\b", text))
    return bool(re.match(r"\s+(?:is|are|has|[a-z]+s)\b", text))


def has_verb(text: str) -> bool:
    """True when the text holds a finite verb we know, so it is a sentence rather than a name of something."""
    return bool(_VERBS_EN.search(text) or _VERBS_DE.search(text))


_VERBS_DE = re.compile(
    r"\b(?:ist|sind|kostet|hat|haben|wird|werden|geht|fehlt|kann|können|macht|braucht|dauert|verliert|bleibt)\b",
    re.I,
)


_LED_EN = (
    (re.compile(r"^(?:trusted|used|loved|chosen|recommended) by (?=[\d\w])", re.I), "We are {quote}"),
    (
        re.compile(r"^(?:made|built|hosted|based|developed|produced) (?:and \w+ )?in (?=[A-Z])", re.I),
        "{seller} is {quote}",
    ),
    (re.compile(r"^(?:certified|compliant|accredited)\b|\bcertified$|\bcompliant$", re.I), "We are {quote}"),
    (
        re.compile(
            r"^(?:more than |over |about |some )?[\d.,]+\+? (?:\w+ ){1,4}(?:use|trust|rely on|work "
            r"with|run on|chose|switched to|love|send|sell|ship|book|count|track|save|build|are|have)\b",
            re.I,
        ),
        "{quote}",
    ),
    (re.compile(r"^(?:founded|established|started) in \d{4}$", re.I), "{seller} was {quote}"),
)
_LED_DE = (
    (
        re.compile(
            r"^(?:mehr als |über |rund )?[\d.]+ (?:\w+ ){1,4}(?:nutzen|vertrauen|arbeiten mit|setzen auf)\b",
            re.I,
        ),
        "{quote}",
    ),
    (re.compile(r"\bzertifiziert$", re.I), "Wir sind {quote}"),
)
_NOUN_END = re.compile(
    r"\b(?:software|platform|tool|tools|analytics|service|services|system|systems|app|solution|"
    r"solutions|consulting|insurance|logistics|training|"
    r"equipment|machines|furniture|hosting|marketing|design|accounting|payroll|support|management|"
    r"scheduling|booking|crm|erp|maintenance|supplies|"
    r"monitoring|automation|translation|translations|packaging|components|sensors|courses|workshops|"
    r"websites|shops|products)\b",
    re.I,
)


def _from_fragment(text: str, lang: str, seller: str) -> str | None:
    for pattern, frame in _LED_EN if lang == "en" else _LED_DE:
        if pattern.search(text):
            quote = text if frame == "{quote}" else _lowered(text)
            return frame.format(seller=seller, quote=quote)
    if lang == "en" and _is_noun_phrase(text):
        return f"We offer {_lowered(text)}"
    return None


def _is_noun_phrase(text: str) -> bool:
    words = text.split()
    if text[0].isdigit() or re.search(
        r"\b(?:is|are|was|has|have|can|will|send|sends|gives?|lets?|helps?)\b", text
    ):
        return False
    if not 2 <= len(words) <= 14 or "." in text or not _NOUN_END.search(text):
        return False
    if re.match(
        r"(?:[A-Z]?[a-z]+ing|how|why|what|when|get|start|try|make|grow|build|see|find|meet|stop|"
        r"turn|discover|your|a better|the)\b",
        text,
        re.I,
    ):
        return bool(
            re.match(
                r"(?:accounting|scheduling|consulting|training|booking|hosting|marketing|monitoring|"
                r"engineering|catering|cleaning|printing)\b",
                text,
                re.I,
            )
        )
    head = re.split(r"\b(?:for|that|which|with|to|in|from|without|of)\b", text)[0]
    return bool(_NOUN_END.search(head)) and not re.search(
        r"\b(?:is|are|was|has|have|we|you|your|our|can|will)\b", head, re.I
    )


def _lowered(text: str) -> str:
    first = text.split(" ", 1)[0]
    return (
        text
        if first[:2].isupper() or any(char.isupper() for char in first[1:])
        else text[0].lower() + text[1:]
    )


_MODIFIERS = re.compile(
    r"^(?:(?:simple|easy|new|modern|smart|lightweight|powerful|fast|complete|flexible|affordable|"
    r"free|private|secure|digital|open[- ]source|privacy|first|"
    r"all[- ]in[- ]one|intelligent|professional|small|full|self-hosted|\w+-(?:based|powered|"
    r"friendly|first|one|driven|native|hosted|ready|to-use)|and|"
    r"einfache[sr]?|moderne[sr]?|digitale[sr]?|neue[sr]?|schnelle[sr]?|und)[\s,]+)+(?=\S)",
    re.I,
)


def topic_of(offer: str, seller: str) -> str:
    """A short name of what we sell ("web analytics"), for a subject line; "" when the offer does not say."""
    short = seller.split()[0] if seller else ""
    for pattern in _DEFINES:
        match = re.search(pattern.format(seller=re.escape(short) or "we"), offer)
        if match and (words := _product(match["t"], seller)):
            return words
    return ""


_DEFINES = (
    r"^(?:{seller}[\w ]*?|We)(?:(?: is| are) (?:an? |the )?| offers? | provides? )(?P<t>[\w\s,/-]{{4,70}}?)"
    r"(?= (?:that|which|for|to|with|from|built|made|designed|of|in|where|who|without)\b|\.|$)",
    r"^{seller}[\w ]*? (?:ist|sind|bietet) (?:ein |eine |einen |die |das )?(?P<t>[\w\s,/-]{{4,60}}?)"
    r"(?= (?:für|mit|die|das|der|zur|zum|aus)\b|,|\.|$)",
)
_PRODUCT_OF = re.compile(
    r"\b(management|analytics|marketing|accounting|scheduling|booking|hosting|training|monitoring|automation|planning|tracking|"
    r"reporting|payroll) (?:software|platform|system|app|portal|tool)$",
    re.I,
)
_GERMAN_PRODUCT = re.compile(
    r"(?:software|plattform|system|lösung|werkzeug|dienst|service|buchung|verwaltung|analyse|beratung|technik|"
    r"anlagen?|planung|abrechnung|schulung|wartung|app|portal|erfassung|management|buchhaltung)$",
    re.I,
)


def _product(text: str, seller: str) -> str:
    words = _MODIFIERS.sub("", re.sub(r"^.*,\s*", "", text).strip())
    if len(words.split()) > 2:
        words = re.sub(r"\s+(?:alternative|tool|tools|company|provider|team|solution)$", "", words)
    words = _PRODUCT_OF.sub(r"\1", words)
    named = _NOUN_END.search(words) or _GERMAN_PRODUCT.search(words)
    return words if named and 4 <= len(words) <= 34 and words.lower() != seller.lower() else ""
