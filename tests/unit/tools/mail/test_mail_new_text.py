"""What a sender wrote this time, from mail programs and languages other than those the rules were tuned on."""

import time

import pytest

from tools.read.mail.new_text import trim

QUOTE = "> Hello Ann,\n> would Tuesday suit you?\n> To unsubscribe, reply with stop.\n"


@pytest.mark.parametrize(
    "announcement",
    [
        "On Mon, Nov 2, 2026 at 9:30 AM Maria Lindt <maria@acme.example> wrote:",
        "On Mon, Nov 2, 2026 at 9:30 AM Maria Lindt <\nmaria@acme.example> wrote:",
        "Am Mo., 2. Nov. 2026 um 09:30 Uhr schrieb Maria Lindt <\nmaria@acme.example>:",
        "Am 02.11.2026 um 09:30 schrieb Maria Lindt:",
        "Le lun. 2 nov. 2026 à 09:30, Maria Lindt <maria@acme.example> a écrit :",
        "El lun, 2 nov 2026 a las 9:30, Maria Lindt (<maria@acme.example>) escribió:",
        "Il giorno lun 2 nov 2026 alle ore 09:30 Maria Lindt <maria@acme.example> ha scritto:",
        "Em seg., 2 de nov. de 2026 às 09:30, Maria Lindt <maria@acme.example> escreveu:",
        "Op ma 2 nov 2026 om 09:30 schreef Maria Lindt <maria@acme.example>:",
        "Den mån 2 nov. 2026 kl 09:30 skrev Maria Lindt <maria@acme.example>:",
        "pon., 2 lis 2026 o 09:30 Maria Lindt <maria@acme.example> napisał(a):",
        "po 2. 11. 2026 v 9:30 odesílatel Maria Lindt <maria@acme.example> napsal:",
        "пн, 2 нояб. 2026 г. в 09:30, Maria Lindt <maria@acme.example> написал(а):",
        "Maria Lindt <maria@acme.example>, 2 Kas 2026 Pzt, 09:30 tarihinde şunu yazdı:",
        "ma 2. marrask. 2026 klo 9.30 Maria Lindt (maria@acme.example) kirjoitti:",
        "-----Original Message-----\nFrom: Maria Lindt <maria@acme.example>\nSent: Monday\nTo: Ann\nSubject: Hi\n",
        "________________________________\nVon: Maria Lindt <maria@acme.example>\nGesendet: Montag, 2. November\n"
        "An: Ann\nBetreff: Hallo\n",
        "De : Maria Lindt <maria@acme.example>\nEnvoyé : lundi 2 novembre 2026\nÀ : Ann\nObjet : Bonjour\n",
        "From: Maria Lindt\nDate: Monday, 2 November 2026\nTo: Ann\nCc: Bob\nSubject: Hello\n",
    ],
)
def test_the_answer_above_is_kept_and_the_mail_below_is_not(announcement: str) -> None:
    cut = trim(f"Yes, Tuesday is fine.\n\nAnn\n\n{announcement}\n\n{QUOTE}")
    assert cut.new == "Yes, Tuesday is fine.\n\nAnn"
    assert "unsubscribe" in cut.quoted


def test_answers_below_and_between_the_quotes_are_kept() -> None:
    below = "On Mon, 2 Nov 2026, Maria <maria@acme.example> wrote:\n"
    assert trim(below + QUOTE + "\nYes, at ten.\n").new == "Yes, at ten."
    between = below + "> Does Tuesday suit?\nYes.\n> And the price?\nSend it over.\n> To unsubscribe …\n"
    assert trim(between).new.split("\n") == ["Yes.", "", "Send it over."]


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nAnn Weiss\nHead of Purchasing", "--\nAnn", "Sent from my iPhone", "Von meinem iPhone gesendet",
        "Get Outlook for iOS", "Enviado desde mi móvil Samsung", "Inviato da iPhone", "Verzonden vanaf mijn iPhone",
        "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the "
        "intended recipient, delete this e-mail.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail "
        "irrtümlich erhalten haben, informieren Sie bitte den Absender.",
        "Please consider the environment before printing this e-mail.", "Virus-free. www.avast.com",
    ],
)  # fmt: skip
def test_what_a_program_or_a_company_adds_is_cut(tail: str) -> None:
    cut = trim(f"Let us talk on Friday.\n\n{tail}\n")
    assert cut.new == "Let us talk on Friday."
    assert cut.signature


def test_how_to_reach_the_writer_is_signature_and_the_greeting_is_not() -> None:
    cut = trim(
        "Sounds good.\n\nBest regards,\nAnn Weiss\nHead of Purchasing\n+49 30 123456\nhttps://northwind.example\n"
    )
    assert cut.new == "Sounds good.\n\nBest regards,\nAnn Weiss"
    assert "+49 30 123456" in cut.signature


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote: we need 40 seats.\nCan you send an offer?",
        "From: Berlin\nwe go to Paris.",
        "The price is > 100 and < 200.",
        "I sent you a mail from my phone yesterday and got no answer, so once more: please call.",
        "From my side everything is fine, please mail me the contract.",
        "Get me on my mobile tomorrow.",
        "Options:\n- A\n- B\n\n-----\n\n" + "A long second part of the mail.\n" * 12 + "End",
        "Is this confidential?",
        "Please remove me from your list.",
        "To: do\nCall me.",
    ],
)
def test_ordinary_words_that_look_like_marks_stay(text: str) -> None:
    assert trim(text).new == text.strip()


def test_a_forward_without_a_word_is_no_ones_new_text() -> None:
    cut = trim(
        "---------- Forwarded message ---------\nFrom: Maria <maria@acme.example>\nDate: Mon\n"
        "Subject: Hi\n\nBuy our tool."
    )
    assert (cut.new, cut.forwarded) == ("", True)


@pytest.mark.parametrize(
    "line",
    ["On Mon, 1 Jan 2026 ", "> " * 200, "From: x\nTo: y\n", "wrote: " * 30, "a@b.example <", "-" * 300],
)
def test_hostile_text_costs_no_time(line: str) -> None:
    started = time.perf_counter()
    trim((line + "\n") * (400_000 // len(line)))
    assert time.perf_counter() - started < 5
