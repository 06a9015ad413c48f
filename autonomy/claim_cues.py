"""What marks a sentence as a statement that needs a source: word patterns in English and German, as data.

Judges nothing; autonomy/claims.py does.
"""

import re
from typing import NamedTuple

from autonomy.prose import word_set


class Cue(NamedTuple):
    """A pattern and what it gives away. `always` also counts in questions and guesses."""

    reason: str
    pattern: re.Pattern[str]
    always: bool = False


def _cue(reason: str, *patterns: str, always: bool = False) -> Cue:
    return Cue(reason, re.compile("|".join(patterns), re.IGNORECASE), always)


_SEEN_EN = (
    r"\b(?:i|we)(?:['’]ve| have)? (?:just |also |recently )?(?:saw|seen|noticed|noted|read|heard|"
    r"learned|learnt|found|understand|gather|know|"
    r"discovered|spotted|came across|see|realised|realized)\b(?! (?:if|whether))"
)
_RESULTS = (
    r"(?:cut|cuts|reduce|reduces|reduced|save|saves|saved|double|doubles|doubled|triple|increase|"
    r"increases|increased|boost|boosts|boosted|grow|"
    r"grew|guarantee|guarantees|halve|halves|halved|eliminate|eliminates|improve|improves|improved|"
    r"lower|lowers|lowered|replace|replaces|replaced)"
)

# "you" or "we" as the subject of a clause, and the verbs that state nothing.
_SUBJECT = (
    r"(?:^|[,;:–]\s*|\s-\s|\b(?:and|but|that|because|as|since|while|when|how|what|which|where|so|then|"
    r"also|who|though|dass|weil|und|aber|da|denn) )"
)
_NO_MODAL = r"(?!(?:[\w-]+ ){1,3}(?:may|might|could|would|should)\b)"
_POLITE_VERBS = (
    r"(?:can|could|will|would|may|might|should|must|shall|do|did|like|prefer|wish|think|mind|know|"
    r"see|agree|say|get|go|have|are|were|"
    r"find|happen|ever|both|all|and|or|as|at|to|too|then|in|on|for|if|about|not|n['’]t|care|decide|"
    r"feel|choose|read|reply|answer|talk|speak|meet|chat|look)\b"
)

CUES: tuple[Cue, ...] = (
    _cue(
        "it praises with a superlative",
        r"\b(?:leading|best|top|number one|no\. ?1|world[- ]class|award[- ]winning|cutting[- ]edge|"
        r"revolutionary|unique|"
        r"unmatched|unbeatable|unrivalled|guaranteed?|guarantees|state[- ]of[- ]the[- ]art|(?:the|"
        r"our|your) most \w+|market leader|ultimate|"
        r"fastest|cheapest|largest|biggest|easiest|finest|greatest|strongest|safest|only "
        r"(?:provider|tool|company|platform|solution))\b"
        r"(?<!best regards)(?<!all the best)",
        r"#\s?1\b|№ ?1",
        r"\b(?:führende\w*|beste[nrsm]?|marktführer\w*|einzigartig\w*|garantier\w*|konkurrenzlos\w*|"
        r"größte[nrsm]?|günstigste[nrsm]?|"
        r"schnellste[nrsm]?|preisgekrönt\w*|einzige[nrsm]? (?:anbieter|lösung))\b",
        always=True,
    ),
    _cue(
        "it says something about the recipient",
        _SEEN_EN + r"(?=.*\b(?:you|your|yours|they|their|that)\b)",
        r"\bcongrat\w*|\b(?:great|good|nice|wonderful|exciting) to see\b|\beveryone (?:at|in|seems|"
        r"there)\b|\b(?:impressed|inspired|fascinated) (?:by|with)\b|\b(?:love|loved|like|liked|"
        r"enjoyed|admire) (?:what|how|your|the way)\b",
        r"\byour (?:recent|recently|new|newest|latest|upcoming|growing|current|existing|impressive|"
        r"expanding|planned)\b(?! (?:customers|clients|patients)\b)",
        r"\b(?:now that|since|because|given that|as|after|when) (?:you|your (?:team|company|"
        r"business|firm|site|website|shop|practice)) "
        r"(?:\w+ed|have|has|are|is|were|was|use|uses|run|runs|moved|opened|won|grew|built|bought|"
        r"sold|hired|began|went)\b",
        r"\b(?:glückwunsch|gratulier\w*|beeindruck\w*)\b",
        r"\bIhr(?:e[nmrs]?)? (?:neue|letzte|jüngste|aktuelle|kommende|geplante|bisherige)[nmrs]?\b",
        r"\b(?:gesehen|gelesen|gehört|entdeckt|bemerkt|festgestellt|erfahren|"
        r"aufgefallen)\b(?=.*\b(?:Sie|Ihre?\w?|dass)\b)|"
        r"\b(?:Sie|Ihre?\w?|dass)\b.*\b(?:gesehen|gelesen|gehört|entdeckt|bemerkt|festgestellt|"
        r"erfahren)\b|\bauf Ihrer (?:seite|website|webseite|homepage) steht\b",
        always=True,
    ),
    _cue(
        "it says something about the recipient",
        rf"{_SUBJECT}you (?:\w+ly )?(?!{_POLITE_VERBS})[a-z]+",
        rf"{_SUBJECT}Sie (?!(?:können|könnten|möchten|müssen|müssten|sollten|wollen|dürfen|würden|mögen|mir|mich|uns|"
        r"dazu|es|lieber)\b)[a-zäöüß]+en\b",
        rf"{_SUBJECT}your {_NO_MODAL}[\w-]+ [\w-]+",
        r"\byou must (?:be|have)\b|\b(?:like yours|like your|for you lately|wie Ihre[nmrs]?|wie Ihnen)\b",
        r"\byou(?:['’]re|['’]ve)\b",
        r"\byou (?:are|were|have|had|use|used|run|ran|sell|sold|offer|make|made|build|built|serve|"
        r"help|work|provide|operate|own|employ|hire|hired|"
        r"need|want|lack|struggle|face|lose|lost|spend|miss|miss out|waste|rely|depend|pay|opened|"
        r"open|moved|launched|raised|grew|won|started|joined|\w+ed)\b",
        r"\byou (?:currently|recently|already|also|just|still|now|clearly|obviously|really|often|"
        r"always|never|only) \w+",
        r"\byou do(?: not|n['’]t) \w+",
        r"\byour (?:[\w-]+ ){1,3}(?:is|are|was|were|has|have|had|uses?|runs?|does|do|needs?|lacks?|"
        r"loses?|misses|says?|shows?|mentions?|looks?|"
        r"takes?|costs?|struggles?|spends?|wastes?|grew|sells?|serves?|offers?|employs?|opened|\w+ed)\b",
        r"\b(?:Sie|ihr) (?:sind|haben|hatten|waren|nutzen|verwenden|suchen|betreiben|bieten|"
        r"verkaufen|brauchen|arbeiten|fertigen|entwickeln|"
        r"beschäftigen|planen|setzen|stellen|eröffnen|expandieren|wachsen|verlieren|führen|helfen|"
        r"produzieren|vertreiben)\b",
        r"\b(?:nutzen|verwenden|suchen|betreiben|bieten|verkaufen|haben|sind|beschäftigen|setzen|"
        r"arbeiten|verlieren|fertigen) Sie\b",
        r"\bIhre?[nmrs]? (?:[\wäöüß-]+ ){1,3}(?:ist|sind|hat|haben|nutzt|nutzen|sucht|suchen|"
        r"braucht|verliert|wächst|bietet|läuft)\b",
        r"\bdass Sie\b",
    ),
    _cue(
        "it says something about us",
        rf"{_SUBJECT}we (?:\w+ly )?(?!{_POLITE_VERBS})[a-z]+",
        rf"{_SUBJECT}wir (?!(?:können|könnten|möchten|sollten|wollen|würden|uns)\b)[a-zäöüß]+en\b",
        rf"{_SUBJECT}our {_NO_MODAL}[\w-]+ [\w-]+",
        r"\bwe (?:can|could|will|would) (?:\w+ )?(?:offer|give|promise|refund)\b",
        r"\bwe(?:['’]re|['’]ve)\b",
        r"\bwe (?:are|were|have|had|help|helped|offer|offered|build|built|make|made|provide|"
        r"provided|sell|work|worked|serve|served|support|"
        r"specialise|specialize|create|created|develop|developed|design|designed|deliver|delivered|"
        r"run|integrate|connect|replace|automate|"
        r"reduce|cut|save|doubled|track|measure|count|supply|repair|install|train|host|guarantee|"
        r"promise|charge|ship|handle|process|partner|"
        r"employ|won|raised|started|founded|\w+ed)\b",
        r"\bwe (?:already|also|currently|recently|typically|usually|regularly|often|always|never|"
        r"only|just|even|have already|do not|don['’]t) \w+",
        rf"\bwe (?:can|will|could|would|['’]ll) (?:\w+ )?{_RESULTS}\b",
        rf"\b(?:it|this|that|which|and|to) (?:will |can |could |would |then )?{_RESULTS} "
        r"(?:your|you|the|by|costs?|time|no-shows|churn|revenue|sales)\b",
        r"\bour (?:[\w-]+ ){1,4}(?:is|are|was|were|has|have|had|helps?|lets?|makes?|uses?|runs?|"
        r"works?|saves?|cuts?|reduces?|includes?|takes?|"
        r"costs?|gives?|shows?|tracks?|handles?|offers?|replaces?|integrates?|connects?|rely|relies|"
        r"trusts?|say|report|see|\w+ed)\b",
        r"\bour (?:customers|clients|users|partners|references|case stud(?:y|ies)|track record|results)\b",
        r"\bI (?:founded|built|run|lead|have (?:helped|worked|built|spent)|helped|worked with)\b",
        r"\b(?:wir|uns) (?:sind|haben|helfen|bieten|entwickeln|bauen|liefern|arbeiten|betreuen|"
        r"unterstützen|verringern|senken|sparen|ersetzen|"
        r"verbinden|automatisieren|vertreiben|fertigen|reparieren|installieren|garantieren|"
        r"verdoppeln|messen|machen)\b",
        r"\b(?:haben|sind|helfen|bieten|entwickeln|liefern|betreuen|senken|sparen|verringern|garantieren) wir\b",
        r"\bunser(?:e[nmrs]?)? (?:[\wäöüß-]+ ){1,3}(?:ist|sind|hat|haben|hilft|spart|senkt|kostet|"
        r"misst|ersetzt|nutzt|nutzen|verbindet|läuft)\b",
        r"\b(?:zu )?unsere[nr]? kunden\b|\bist kunde bei uns\b|\bkunden? (?:von uns|bei uns)\b",
    ),
    _cue(
        "it claims customers or proof",
        r"\b(?:customers|clients|users|shops|companies|practices|clinics|teams|kunden) (?:tell|told|"
        r"say|see|report|love|use|save|find|get|"
        r"sagen|berichten|sparen|lieben)\b",
        r"\b(?:trusted|used|loved|chosen|recommended|backed|certified|audited|approved|funded|"
        r"featured) by\b|\b(?:rely|relies|rel(?:y|ies)) on us\b|"
        r"\b(?:use|uses|trust|trusts|chose|choose|switched to|recommend|work with|works with|moved "
        r"to) (?:us|our)\b|\b(?:customers|clients) (?:include|such as|like)\b|"
        r"\b(?:case study|references from|iso \d+|gdpr[- ]compliant|hipaa|soc ?2)\b",
        r"\b(?:nutzen|vertrauen|setzen auf|empfehlen) (?:uns|unsere)\b|\bzertifiziert\b|\bdsgvo[- ]konform\b",
        always=True,
    ),
    _cue(
        "it states a general fact",
        r"\b(?:studies|study|research|surveys?|statistics?|data|analysts|experts|reports) (?:show|"
        r"shows|say|says|found|finds|suggests?|prove|proves|indicate)\b|"
        r"\baccording to\b|\bon average\b|\baverage \w+|\btypical(?:ly)?\b|\beverybody (?:knows|"
        r"loves|uses)\b|\bproven\b|\b(?:most|nearly all|almost all|the majority "
        r"of|all|every|half of|many of) (?:the |our |your )?"
        r"(?:[\w-]+ )?(?:companies|businesses|practices|clinics|shops|stores|teams|people|customers|"
        r"firms|agencies|organisations|organizations|owners|"
        r"managers|dentists|hotels|restaurants|company|business|practice|clinic|shop|team|patients|"
        r"clients|visitors|users)\b|"
        r"\bit is (?:well )?known\b|\beveryone knows\b|\bdid you know\b",
        r"\b(?:studien|umfragen|statistiken|untersuchungen) (?:zeigen|belegen)\b|\blaut\b|\bim "
        r"durchschnitt\b|\bnachweislich\b|\bwussten sie\b|"
        r"\bdie meisten\b",
        always=True,
    ),
    _cue(
        "it says something about the product",
        r"^(?:an?|one) (?:[\w-]+ ){0,3}(?:tool|software|platform|service|app|system|solution) "
        r"(?:that|which|for|to)\b",
        r"\b(?:discount|rebate|voucher|coupon|rabatt|nachlass|gutschein)\w*\b",
        r"^(?:it|this|the (?:[\w-]+ )?(?:tool|platform|software|product|service|app|system|set-?up|"
        r"trial|price|plan|solution|integration|"
        r"dashboard|script|installation|onboarding|migration|result))\b (?:\w+ly )?(?:is|works|"
        r"takes|has|does|costs|saves|runs|integrates|comes|"
        r"needs|starts|connects|replaces|reduces|cuts|gives|lets|shows|means|makes|pays|was|"
        r"requires|includes|supports|installs|loads)\b",
        r"\b(?:free of charge|for free|at no cost|no set-?up fee|money back|no contract|without "
        r"(?:any )?(?:commitment|obligation)|free trial|"
        r"kostenlos\w*|unverbindlich\w*|gratis)\b",
        r"^(?:das|dieses?|die (?:software|lösung|plattform|einrichtung|anwendung)|der preis|es) "
        r"(?:ist|kostet|dauert|spart|läuft|funktioniert|misst|ersetzt|braucht)\b",
    ),
)

# A guess, a wish or a condition says nothing that could be false.
HEDGED = re.compile(
    r"\b(?:if|whether|in case|curious|wondering|wondered|it would|perhaps|maybe|might|may|probably|"
    r"presumably|possibly|i (?:could |can |"
    r"would )?(?:imagine|suppose|guess|assume|wonder|think|"
    r"believe|hope|suspect|expect)|my (?:guess|hunch|impression)|would (?:you|it|this|a|an|that)|"
    r"could (?:you|it|this|a)|should (?:you|i|we)|"
    r"happy to|glad to|feel free|let me know|shall (?:i|we)|vielleicht|falls|wenn|ob|könnte\w*|"
    r"vermutlich|wahrscheinlich|womöglich|"
    r"ich (?:vermute|denke|glaube|nehme an|frage mich)|meine vermutung|würde\w*|wäre\w*|möchten|dürf\w+|gern\w*)\b",
    re.IGNORECASE,
)

# Whole sentences that look like statements but are courtesies or about this very mail.
HARMLESS = re.compile(
    r"^(?:(?:and |but |so )?(?:i|we) (?:will|would|do|did|am|are|have|had)(?: not|n['’]t)? (?:write|"
    r"writing|bother|follow up|mail|email|contact|keep|leave|only|one|a|sorry|glad|happy|love|"
    r"like|not)\b(?!.*\b(?:customers|clients|helped|reduced)\b).*|i(?:['’]m| am) (?:writing|"
    r"reaching out|getting in touch)\b.*|"
    r"(?:this|it) (?:is|will be) (?:my|the|a|an|just|only|not|no|fine|ok|okay|up to you|one|"
    r"about)\b(?! (?:\w+ )?(?:leading|best|tool|platform|software|service|app|system|solution|free))"
    r"(?:[\s\w'’]*(?:mail|email|message|note|question|last|line|addition|reminder|problem|topic|"
    r"relevant|urgent|idea|thought|point|you)\b[^.]*|[\s\w'’]{0,25})|"
    r"you (?:look like|seem to be|are (?:probably |perhaps )?|seem) the right (?:person|"
    r"contact)\b.*|you(?:['’]ll| will| would) know better.*|"
    r"i (?:picked|chose|am asking) you because this usually\b.*|i have (?:one|a|just one|two)(?: "
    r"\w+)? questions?\b.*|"
    r"we (?:have not|haven['’]t|do not|don['’]t) (?:met|spoken|know each other|know one "
    r"another)\b.*|we (?:should|could|can) (?:talk|speak|meet|chat|look|go|do)\b.*|"
    r"i work (?:at|for|with) [\w .&-]{2,40}|my name is [\w .'-]{2,50}|"
    r"you (?:do not|don['’]t) know (?:me|us)(?: yet)?(?:,? (?:so|and|but) i[\w'’]* (?:will )?(?:keep|be|make)[\w ]+)?|"
    r"you are (?:welcome|free) "
    r"to\b.*|Sie scheinen (?:mir )?die richtige\b.*|you can (?:reply|answer|read|find|see|try|reach|"
    r"ignore|unsubscribe)\b.*|"
    r"Sie (?:können|müssen|brauchen) (?:nicht |gern )?[\w ,]*(?:antworten|abbestellen|ignorieren|"
    r"melden|lesen)|(?:danach )?melde ich mich nicht mehr|"
    r"das ist meine letzte mail.*|ich (?:schreibe|wende mich|habe eine|fasse mich|melde "
    r"mich)\b(?!.*\b(?:gesehen|gelesen|gehört)\b).*)$",
    re.IGNORECASE,
)

# Words that frame a statement without being part of it.
LISTING = re.compile(  # what stands before a list says nothing itself: each item must be in a source
    r"^(?:what (?:it|this|that|we) (?:covers?|includes?|does|do|offers?)|part of it|what is in it|it covers|"
    r"included|dazu gehören|dazu gehört|das steckt darin)(?: (?:is|are))?:\s+",
    re.IGNORECASE,
)
FRAMING = word_set(
    "line zeile caught eye attention "
    "companies came gehört gehören looking saw seen noticed read reading website site page pages "
    "online says said say mention mentions "
    "mentioned came across customers customer clients client include includes including among your you "
    "our ours their they theirs them who whom which that this these those there with from into about "
    "and the for are was were has have had will would can could not more than over just also currently "
    "moment now today because while where when what how why its let lets see one two some any all very "
    "still already recently team company business firm web looking found know learned heard problem "
    "work question sentence writing write topic offer offers help helps use uses using used auf ihrer "
    "website seite gelesen gesehen habe dass sie ihre ihren ihrer ihrem wir unsere unserer unseren "
    "unser uns haben sind ist wird kunden kunde zurzeit gerade steht dabei gestoßen aufgefallen "
    "angesehen sehe mir eine einen einer eines dem den des der die das und oder für mit von zum zur bei "
    "nach aus über sich auch erwähnt gefunden kurz machen schreibe ihnen thema frage dreht satz stellen "
    "problem geht"
)

# Capitalised words that name nobody.
PLAIN_CAPITALS = word_set(
    "i monday tuesday wednesday thursday friday saturday sunday january february march april may june "
    "july august september october november december english german french spanish italian dutch ai api "
    "crm erp seo it hr ceo cto cfo coo cmo vp gdpr dsgvo eu uk us usa b2b b2c saas pdf faq kpi roi ui "
    "ux vat url p.s ps mr mrs ms dr prof europe internet google head marketing sales operations finance "
    "director manager chief officer engineering product ok hi hello dear zoom q1 q2 q3 q4 bcc cc re fwd "
    "rsvp asap utc cet christmas easter "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober "
    "dezember uhr"
) - {"google"}

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "hiring hire hires recruit recruiting vacancy vacancies career careers job jobs opening "
        "openings position positions role roles apply join "
        "verstärkung suchen sucht stellen stelle offene ausgeschrieben bewerben stellenangebote "
        "stellenangebot stellenanzeigen emploi recrutement vacatures lavora empleo zurzeit "
        "karriere looking seeking",
        "funding funded raised raise investment investor round million capital",
        "office location branch site warehouse studio shop store standort filiale niederlassung",
        "shop shops store stores retailer retailers ecommerce e-commerce online cart checkout "
        "onlinehändler onlineshop",
        "dental dentist dentists dentistry zahnarzt zahnärzte zahnarztpraxis zahnarztpraxen "
        "practice practices orthodontist",
        "customer customers client clients user users subscriber subscribers",
        "staff employees people team members mitarbeiter mitarbeiterinnen mitarbeitende mitarbeitenden leute "
        "beschäftigte beschäftigten menschen personen köpfe angestellte",
        "software platform tool app application system",
        "employee worker colleague",
    )
)
