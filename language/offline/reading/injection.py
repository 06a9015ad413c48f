"""Recognises visible text that talks to machines or about cookies: never a fact about a company."""

import re

from language.offline.lexicon.matching import tokens

_MACHINE = (
    r"(?:ai|a\.i\.|artificial intelligence|llms?|language models?|chatbots?|gpt|chatgpt|claude|copilots?|"
    r"(?:ai|automated|sales|virtual|research)[- ](?:agents?|assistants?|systems?|models?|bots?|"
    r"tools?)|assistants?|"
    r"crawlers?|scrapers?|bots|ki(?:-\w+)?|sprachmodelle?|ki-assistenten?|ia|asistentes? (?:de )?ia|"
    r"modelos? de lenguaje|"
    r"modèles? de langage|assistants? ia)"
)
_RULES = (
    rf"\b(?:note|attention|message|notice|instructions?|hinweis|achtung|remarque|aviso|nota|"
    rf"important)\b[^.!?]{{0,30}}"
    rf"\b(?:to|for|an|für|aux?|pour|para|a|per)\b[^.!?]{{0,20}}\b{_MACHINE}\b",
    rf"\b{_MACHINE}\b[^.!?]{{0,60}}\b(?:must|should|shall|are (?:instructed|required|asked)|need to|"
    rf"have to|müssen|sollen|"
    rf"doivent|deben|devono|moeten|devem)\b[^.!?]{{0,80}}",
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}\b(?:instructions?|prompts?|rules?|"
    r"guidelines|context|"
    r"directions|safety)\b",
    r"\b(?:ignoriere|vergiss|missachte)\w*\b[^.!?]{0,40}\b(?:anweisung\w*|regeln|vorgaben)\b",
    r"\b(?:ignore[zr]?|oublie[zr]?)\b[^.!?]{0,40}\b(?:instructions?|consignes|règles)\b",
    (
        r"\b(?:ignora|olvida|omite|dimentica)\w*\b[^.!?]{0,40}\b(?:instrucciones|reglas|istruzioni|"
        r"regole|instruções)\b"
    ),
    r"\bnegeer\b[^.!?]{0,40}\binstructies\b",
    (
        r"\bsystem prompt\b|\bprompt injection\b[^.!?]{0,20}:|\byou are (?:now )?(?:an? )?(?:ai|"
        r"assistant|language model|chatbot)\b"
    ),
    r"\bif you are an? (?:ai|llm|language model|assistant|bot|agent|crawler)\b",
    r"\b(?:when|while) (?:summari[sz]ing|describing|processing|reading)\b[^.!?]{0,40}\b(?:this "
    r"(?:page|site|text)|us)\b"
    r"[^.!?]{0,60}\b(?:say|state|write|report|mention|recommend|rate|always|include)\b",
    r"\b(?:send|forward|transfer|mail|e-?mail)\b[^.!?]{0,40}\b(?:api[- ]?keys?|passwords?|"
    r"credentials|customer (?:list|data)|"
    r"crm (?:data|export)|secrets?)\b[^.!?]{0,30}\b(?:to)\b",
    r"\[(?:system|inst|assistant)\]|<\|?(?:im_start|system)\|?>|###\s*(?:system|instruction)",
)
_TRIGGERS = frozenset(
    "ai llm llms model models modelo modelos modele modeles chatbot chatbots gpt chatgpt claude "
    "copilot copilots agent agents assistant assistants assistenten "
    "asistente asistentes system systems bot bots tool tools crawler crawlers scraper scrapers ki "
    "sprachmodell sprachmodelle ia ignore ignores disregard forget override bypass "
    "ignoriere vergiss missachte ignorez ignorer oublie oubliez ignora ignorad olvida omite "
    "dimentica negeer prompt assistente summarising summarizing describing processing "
    "password passwords credentials secrets api crm".split()
)
_TO_MACHINES = re.compile("|".join(f"(?:{rule})" for rule in _RULES), re.IGNORECASE)
_SELLS_AI = re.compile(
    r"\b(?:our|we|wir|notre|nos|nuestr\w+|unser\w*)\b[^.!?]{0,60}\b(?:ai|assistants?|bots?|ki|ia)\b", re.I
)
_COOKIES = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site)\s+(?:also\s+)?uses?\s+(?:\w+\s+)?cookies|accept "
    r"(?:all )?cookies|"
    r"cookie (?:settings|preferences|policy)|wir (?:verwenden|nutzen|setzen) (?:\w+\s+)?cookies|"
    r"cookies? (?:akzeptieren|"
    r"zulassen)|(?:nous utilisons|ce site utilise) des cookies|(?:utilizamos|usamos) cookies|"
    r"utilizziamo (?:i )?cookie|"
    r"(?:wij|we) gebruiken cookies|diese (?:web)?seite (?:verwendet|nutzt) cookies",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:no|not|never|without|don't|doesn't|keine?|ohne|pas de|sans|sin|senza|geen)\b", re.IGNORECASE
)


def speaks_to_machines(text: str) -> bool:
    """True for text that instructs software that reads the page ("AI assistants must …")."""
    if (
        _TRIGGERS.isdisjoint({word.fold for word in tokens(text)})
        and "[" not in text
        and "<" not in text
        and "#" not in text
    ):
        return False  # the rules are slow and every block of every page passes here
    match = _TO_MACHINES.search(text)
    return match is not None and not (_SELLS_AI.match(text) and "ignore" not in text.lower())


def is_cookie_notice(text: str) -> bool:
    """True for a consent banner; false for a company that says it sets none."""
    return "ookie" in text and _COOKIES.search(text) is not None and not _NEGATED.search(text[:60])
