"""Asks and decisions on their pages: exact texts, the first answer wins, and foreign text is only text."""

import re

import pytest

from domain.campaigns import Claim
from tests.fixtures import builders

EVIL = "<script>alert(1)</script>"


@pytest.fixture
async def ask(console):
    """Two mails put before a person; the first mail's reason and source are somebody's mischief."""
    work = console.workspace
    await work.campaign_of(2)
    claim = Claim(text=EVIL, evidence=builders.quote(EVIL, url="javascript:alert(1)"))
    made = [await work.judged(builders.mail(1, claims=(claim,))), await work.judged(builders.mail(2))]
    return await work.asked(made)


async def test_an_ask_shows_the_exact_text_its_reason_and_what_happens_if_ignored(console, ask):
    page = await (await console.tab("rita")).page("/console/approvals")
    assert builders.BODY.splitlines()[2] in page
    assert "anna1@northwind.example" in page
    assert "It expires and nothing happens." in page
    assert "Every mail is read by a person" in page


async def test_what_agents_and_pages_wrote_is_shown_and_never_run(console, ask):
    olga = await console.tab("olga")
    page = await olga.page("/console/approvals")
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript:' not in page
    decision = re.search(r'href="(/console/decisions/[^"]+)"', page).group(1)
    for address in (decision, "/console/decisions", f"/console/decisions?q={EVIL}"):
        assert EVIL not in await olga.page(address)


async def test_a_viewer_reads_the_text_and_decides_nothing(console, ask):
    vera = await console.tab("vera")
    assert "<button" not in await vera.page("/console/approvals")


async def test_the_first_answer_wins_and_the_second_is_told_politely(console, ask):
    rita, mark = await console.tab("rita"), await console.tab("mark")
    assert (await rita.send(f"/console/approvals/{ask}", data={"do": "reject"})).status_code == 303
    late = await mark.send(f"/console/approvals/{ask}", data={"do": "approve"})
    assert late.status_code == 409
    assert "already rejected by rita" in late.text
    assert "The first answer counts" in late.text


async def test_one_item_is_decided_and_the_other_keeps_waiting(console, ask):
    olga = await console.tab("olga")
    item = re.search(r'name="item" value="(\w+)"', await olga.page("/console/approvals")).group(1)
    await olga.send(f"/console/approvals/{ask}", data={"do": "reject", "item": item})
    page = await olga.page("/console/approvals")
    assert "rejected by olga" in page
    assert f'<input type="hidden" name="item" value="{item}">' not in page


async def test_a_refused_edit_says_why_and_keeps_the_typed_text(console, ask):
    olga = await console.tab("olga")
    items = re.findall(r'name="item" value="(\w+)"', await olga.page("/console/approvals"))
    typed = {"do": "edit", "item": items[-1], "subject": "Hello", "body": "We saved 4,711 firms 38 %."}
    refused = await olga.send(f"/console/approvals/{ask}", data=typed)
    assert refused.status_code == 403
    assert "We saved 4,711 firms 38 %.</textarea>" in refused.text
    await olga.send(f"/console/approvals/{ask}", data={"do": "reject"})
    late = await olga.send(f"/console/approvals/{ask}", data=typed)
    assert late.status_code == 409
    assert "The text you typed, so that it is not lost" in late.text


async def test_an_unknown_ask_or_button_is_one_sentence(console, ask):
    olga = await console.tab("olga")
    assert (await olga.send("/console/approvals/app_x", data={"do": "approve"})).status_code == 404
    assert (await olga.send(f"/console/approvals/{ask}", data={"do": "burn"})).status_code == 400


async def test_decisions_are_found_by_text_verdict_and_action_and_judged_again(console, ask):
    olga = await console.tab("olga")
    assert "Send e-mail" in await olga.page("/console/decisions?q=northwind")
    assert "Nothing matches." in await olga.page("/console/decisions?q=100%25")
    assert "Nothing matches." in await olga.page("/console/decisions?verdict=allow")
    found = await olga.page("/console/decisions?verdict=ask&action=send_email")
    decision = re.search(r'href="(/console/decisions/\w+)"', found).group(1)
    assert "give the same verdict again: asked" in await olga.page(f"{decision}?replay=1")


async def test_an_act_is_undone_once_and_by_nobody_who_only_looks(console):
    olga, vera = await console.tab("olga"), await console.tab("vera")
    stop = {"level": "sends", "kind": "workspace", "reason": "look first"}
    await olga.send("/console/stop", data=stop)
    found = await olga.page("/console/decisions?action=pause_sending")
    decision = re.search(r'href="(/console/decisions/\w+)"', found).group(1)
    assert "Undo now" not in await vera.page(decision)
    assert "Undo now" in await olga.page(decision)
    assert (await olga.send(f"{decision}/undo")).status_code == 303
    assert "Undo now" not in await olga.page(decision)
    again = await olga.send(f"{decision}/undo")
    assert (again.status_code, "undone before" in again.text) == (403, True)
