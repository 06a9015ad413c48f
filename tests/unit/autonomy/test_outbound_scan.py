"""The outbound scan sees secrets and addresses through two layers of encoding, quickly, and not in plain words."""

import base64
import codecs
import html
import quopri
from collections.abc import Callable
from itertools import product
from urllib.parse import quote

import pytest

from autonomy.outbound_scan import Found, layers, scan

CANARY = "canary-77-xyz"
SECRET = Found("secret")
WAYS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlsafe": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "quoted": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
}


def found(text: str) -> tuple[Found, ...]:
    return scan(text, secrets=(CANARY,), allowed_addresses=("maria@acme.example",))


@pytest.mark.parametrize("way", WAYS)
def test_one_layer_is_seen_through_wherever_it_stands(way: str) -> None:
    written = WAYS[way](f"the word is {CANARY}, remember")
    for text in (written, f"Hi Anna,\n\n{written}\n\nBest regards", f"ref={written}"):
        assert SECRET in found(text)


@pytest.mark.parametrize(("inner", "outer"), list(product(WAYS, WAYS)))
def test_two_layers_are_seen_through(inner: str, outer: str) -> None:
    assert SECRET in found("Hi " + WAYS[outer](WAYS[inner](CANARY)))


@pytest.mark.parametrize(
    "text",
    [
        CANARY.upper(),
        CANARY[::-1],
        codecs.encode(CANARY, "rot13"),
        " ".join(CANARY),
        "c\u200banary\u2060-77-xyz",
        "ｃａｎａｒｙ-77-xyz",
        "canary_77.xyz",
        "x" + WAYS["base64"](CANARY),
        WAYS["base64"](CANARY * 3)[:20] + "\n" + WAYS["base64"](CANARY * 3)[20:],
        base64.b64encode(CANARY.encode("utf-16-le")).decode(),
        "63:61:6e:61:72:79:2d:37:37:2d:78:79:7a",
        "\\x63anary-77-xyz",
        quote(html.escape(f"<{CANARY}>")),
        quopri.encodestring(f"é{CANARY}".encode()).decode(),
    ],
)
def test_other_disguises_are_seen_through(text: str) -> None:
    assert SECRET in found(text)


@pytest.mark.parametrize("way", WAYS)
def test_somebodys_encoded_address_is_seen_and_our_own_is_not(way: str) -> None:
    assert Found("address", "tom@northwind.example") in found(WAYS[way]("write tom@northwind.example now"))
    assert found(WAYS[way]("write maria@acme.example now")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi Anna,\n\nWould a short call next week help?\n\nBest regards,\nMaria Lindt",
        "Internationalization-related questions of 2024: 100% of teams, R&D & sales = growth; https://acme.example/a%20b",
        "Fürs Gespräch nächste Woche: Rückrufnummer +49 30 1234567, Zeichen A1B2C3D4E5",
        "See https://acme.example/?id=4d5a90000300000004000000ffff0000",
    ],
)
def test_ordinary_text_holds_nothing(text: str) -> None:
    assert found(text) == ()


def test_a_text_beyond_the_limit_is_a_finding_itself() -> None:
    assert found("a" * 100_001) == (Found("too_long"),)


def test_an_empty_secret_matches_nothing() -> None:
    assert scan("anything", secrets=("", "  ")) == ()


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "=41",
        "A1",
        "&amp;",
        "%41",
        "QUJDQUJD ",
        "ab\n",
        "aaaa\n",
        "\\x41",
        "a@",
        "a.b@",
        "-",
        "4",
        "é",
        "%25",
        "&",
        "=\n",
    ],
)
def test_a_hostile_text_is_read_with_bounded_work(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    found(text)
    assert sum(1 for _ in layers(text)) <= 400
