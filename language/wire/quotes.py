"""Finds a model's quote on the pages it was given. What is not there verbatim is not evidence.

Only typography is repaired (quotation marks, dashes, spaces, letter case): the page's own text is returned.
"""

from collections.abc import Sequence

from domain.knowledge import Evidence, Page, quote_from, squeeze

MAX_QUOTE_CHARS = 400
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u200a", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", None),
    }
)
_WRAPPING = "\"'“”„‘’«» \t\n"


def evidence_for(quote: str, number: int, pages: Sequence[Page]) -> Evidence | None:
    """Evidence for a quote, looked for on page `number` (1-based) first, then on the others."""
    if len(quote) > 4 * MAX_QUOTE_CHARS:
        return None
    first = pages[number - 1 : number] if number >= 1 else ()
    for page in (*first, *pages):
        shown = shown_text(quote, page)
        if shown:
            return quote_from(page, shown)
    return None


def shown_text(quote: str, page: Page) -> str:
    """The page's own text for a quote, "" when the page does not show it."""
    bare = quote.strip(_WRAPPING).removesuffix("…").removesuffix("...").strip()
    for wanted in (squeeze(quote), bare):
        if len(wanted) > 1 and page.shows(wanted):
            return squeeze(wanted)
    folded, _ = _folded(bare)
    if len(folded) < 3:
        return ""
    for block in page.blocks:
        text, places = _folded(block.text)
        start = text.find(folded)
        if start >= 0:
            shown = squeeze(block.text[places[start] : places[start + len(folded) - 1] + 1])
            return shown if page.shows(shown) else ""
    return ""


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in comparable form, and for each of its characters the place it came from."""
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = " " if char.isspace() else char.translate(_SAME).lower()
        if plain == " " and (not kept or kept[-1] == " "):
            continue
        for piece in plain:
            kept.append(piece)
            places.append(place)
    while kept and kept[-1] == " ":
        kept.pop()
        places.pop()
    return "".join(kept), places
