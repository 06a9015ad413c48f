"""The whole story in a real browser: website → profile → prospects → campaign → decisions → mails that arrived."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

LONG = 180_000  # milliseconds a step may take on a machine that is busy with other things
EDITED = "Best wishes from a person"
UNFOUNDED = "We saved 4,711 companies 38 % of their costs."


async def sign_in(page: Page, url: str, password: str) -> None:
    await page.goto(url)
    await page.fill("#email", "owner")
    await page.fill("#password", "not the password")
    await page.click("button[type=submit]")
    await expect(page.get_by_text("Name or password is wrong.")).to_be_visible()
    await page.fill("#password", password)
    await page.click("button[type=submit]")
    await expect(page.locator("#chat-input")).to_be_visible()


async def say(page: Page, text: str, answer: str) -> None:
    """Write a message and wait for its answer."""
    answers = page.locator(".ai-message").filter(has_text=re.compile(answer))
    before = await answers.count()
    await page.fill("#chat-input", text)
    await expect(page.locator("#chat-submit")).to_be_enabled()
    await page.click("#chat-submit")
    await expect(answers).to_have_count(before + 1)
    await expect(page.locator("#stop-button")).to_have_count(0)


async def waiting_card(page: Page, address: str) -> Locator:
    """The first card of a stored conversation, which still waits."""
    await page.goto(address)
    card = page.get_by_test_id("approval-card").first
    await expect(card.get_by_test_id("approval-state")).to_contain_text("waiting")
    return card


def row(card: Locator, number: int) -> Locator:
    return card.locator("li.rm-row").nth(number)


async def open_row(card: Locator, number: int) -> None:
    head = row(card, number).locator(".rm-rowhead")
    if await head.get_attribute("aria-expanded") != "true":
        await head.click()
    await expect(row(card, number).locator(".rm-mail")).to_be_visible()


async def address_of(card: Locator, number: int) -> str:
    await open_row(card, number)
    return (await row(card, number).locator(".rm-line").first.inner_text()).removeprefix("To").strip()


async def edit(card: Locator, number: int) -> None:
    """Try a claim without a source, which is refused in the card; then a harmless change, which is kept."""
    await open_row(card, number)
    text = await row(card, number).locator(".rm-body").inner_text()
    await row(card, number).get_by_role("button", name="Edit").click()
    box = row(card, number).locator("textarea")
    await expect(box).to_be_focused()
    await box.fill(f"{text}\n{UNFOUNDED}")
    await row(card, number).get_by_role("button", name="Save").click()
    await expect(row(card, number).get_by_role("alert")).to_contain_text(f"No source for “{UNFOUNDED}”")
    await box.press("Escape")  # what was typed is not lost by a key
    await box.fill(f"{text}\n{EDITED}")
    await row(card, number).get_by_role("button", name="Save").click()
    await expect(row(card, number).locator(".rm-rowhead")).to_contain_text("edited")
    await expect(row(card, number).locator(".rm-body")).to_contain_text(EDITED)


async def reject(card: Locator, number: int) -> None:
    await open_row(card, number)
    await row(card, number).get_by_role("button", name="Reject").click()
    await expect(row(card, number)).to_have_attribute("data-state", "rejected")


async def a_later_answer_is_told_so(late: Locator, number: int, first: Locator) -> None:
    """Somebody writes at a mail in one tab while it is rejected in the other."""
    await open_row(late, number)
    await row(late, number).get_by_role("button", name="Edit").click()
    await reject(first, number)
    await row(late, number).get_by_role("button", name="Save").click()
    await expect(row(late, number).get_by_role("alert")).to_contain_text("already rejected by owner")
    await expect(row(late, number).locator("textarea")).to_have_count(0)


async def approve_the_rest_by_keyboard(page: Page, card: Locator) -> None:
    """Enter asks once more, Escape goes back, and the answer that is nearest is the harmless one."""
    every = card.get_by_role("button", name="Approve all")
    await every.press("Enter")
    await expect(card.get_by_role("button", name="Back")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(every).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card.get_by_role("button", name="Back")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(card.get_by_test_id("approval-state")).to_have_text("approved by owner")


async def send_everything(service, market) -> None:  # type: ignore[no-untyped-def]
    """Step the sandbox's clock from one due piece of work to the next until every mail of the campaign left."""
    for _ in range(80):
        done = await service.command("tick", {"until_idle": True})
        mails = (await service.command("campaign_report", {}))["mails"]
        if not mails.keys() & {"queued", "claimed", "in_doubt"}:
            return
        await market.step_to(done["next_due"])
    raise AssertionError("mails are still due after 80 steps")


def hosts_called(context: BrowserContext) -> set[str]:
    """Fills with every host that a page of this context calls from now on."""
    called: set[str] = set()
    context.on("request", lambda request: called.add(urlsplit(request.url).hostname or ""))
    context.on(
        "page", lambda page: page.on("websocket", lambda it: called.add(str(urlsplit(it.url).hostname)))
    )
    return called


async def test_from_a_url_to_exactly_the_approved_mails(market, service, browser: Browser):
    expect.set_options(timeout=LONG)
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(LONG)
    called = hosts_called(context)
    page = await context.new_page()
    await sign_in(page, service.url, service.password)
    await expect(page.locator("#rainmaker-banner")).to_contain_text("nothing leaves this machine")

    await say(page, market.endpoints.sellers[0], "Ideal customer profile, version 1")
    await say(page, "Find 40 prospects", r"\d+ qualified, \d+ not")
    await say(page, "Write a campaign", r"\d+ drafts in 2 variants; 0 blocked")
    await say(page, "launch it", "mails are ready for your decision")
    await say(page, "yes, I approve all of them", "never counts as an approval|buttons")
    await say(page, "/pause", "Sending is stopped")
    await expect(page.locator("#rainmaker-banner")).to_contain_text("Sending is stopped")
    await say(page, "/resume", "Resuming|goes on")
    await expect(page.locator("#rainmaker-banner")).not_to_contain_text("Sending is stopped")
    thread = await page.locator("li[id^=thread-] a").first.get_attribute("href")

    await service.stop()
    await service.start()
    address = service.url.replace("/chat/", str(thread))
    card = await waiting_card(page, address)
    everyone = await card.locator("li.rm-row").count()
    assert everyone >= 25
    edited = await address_of(card, 0)
    rejected = {await address_of(card, 1), await address_of(card, 2)}
    other = await context.new_page()
    elsewhere = await waiting_card(other, address)
    await edit(card, 0)
    await reject(card, 1)
    await expect(row(elsewhere, 1)).to_have_attribute("data-state", "rejected")
    await a_later_answer_is_told_so(elsewhere, 2, card)
    assert await market.mails() == {}
    await approve_the_rest_by_keyboard(page, card)
    await expect(elsewhere.get_by_test_id("approval-state")).to_have_text("approved by owner")
    await other.close()

    await send_everything(service, market)
    mails = await market.mails()
    assert len(mails) == everyone - 2
    assert not rejected & set(mails)
    assert [who for who, raw in mails.items() if EDITED in raw] == [edited]
    await service.command("tick", {"until_idle": True})
    assert len(await market.mails()) == everyone - 2

    await page.reload()
    card = page.get_by_test_id("approval-card").first
    await expect(card.get_by_test_id("approval-state")).to_have_text("approved by owner")
    await expect(card.locator("li[data-state=rejected]")).to_have_count(2)
    await expect(card.locator("li[data-state=approved]")).to_have_count(everyone - 2)
    await expect(card.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
    assert called <= {"127.0.0.1", ""}  # "" is a picture inside the page (data:, blob:)
