"""Bodies written by hand read the same in any mail program: texts, attachments, and what holds them together."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.act.mail_body import MimePart, file_part, joined, text_part, whole_message


def parsed(body: MimePart) -> EmailMessage:
    return message_from_bytes(whole_message({}, body), policy=policy.default)  # type: ignore[return-value]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=300))
def test_a_text_arrives_as_written_in_short_lines(text: str) -> None:
    part = text_part(text, "plain")
    wanted = "".join(f"{line}\n" for line in text.removesuffix("\n").split("\n")) if text else ""
    assert parsed(part).get_payload(decode=True).decode().replace("\r\n", "\n") == wanted
    assert all(len(line) <= 76 and line.isascii() for line in part.content.split(b"\r\n"))
    assert b"\n" not in part.content.replace(b"\r\n", b"") and b"\r" not in part.content.replace(b"\r\n", b"")


@pytest.mark.parametrize("line", [".", "From here", "trailing \t", "=_not a boundary", "--=_" + "a" * 40])
def test_a_line_that_means_something_to_mail_programs_stays_text(line: str) -> None:
    body = joined("alternative", (text_part(line, "plain"), text_part(line, "html")))
    read = [part.get_content() for part in parsed(body).iter_parts()]
    assert read == [f"{line}\r\n"] * 2


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        text_part("\ud800", "plain")


def test_parts_stand_inside_one_another_and_a_single_one_alone() -> None:
    text = text_part("Hi", "plain")
    inner = joined("alternative", (text, text_part("<p>Hi</p>", "html")))
    whole = parsed(joined("mixed", (inner, file_part(bytes(range(256)), "application/ics", "invite.ics"))))
    kinds = [part.get_content_type() for part in whole.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/ics"]
    attached = next(whole.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("invite.ics", bytes(range(256)))
    assert joined("mixed", (text,)) is text
