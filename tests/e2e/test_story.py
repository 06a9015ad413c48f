"""The whole story in a real browser: website → profile → prospects → campaign → decisions → mails that arrived."""

import re

from playwright.async_api import Browser, Locator, Page, expect

LONG = 180_000  # milliseconds a step may take on a machine that is busy with other things
EDITED = "Best wishes from a person"


async def sign_in(page: Page, url: str, password: str) -> None:
    await page.goto(url)
    await page.fill("#email", "owner")
    await page.fill("#password", "not the password")
    await page.click("button[type=submit]")
    await expect(page.get_by_text("Name or password is wrong.")).to_be_visible()
    await page.fill("#password", password)
    await page.click("button[type=submit]")
    await expect(page.locator("#chat-input")).to_be_visible(timeout=LONG)


async def say(page: Page, text: str, answer: str) -> None:
    """Write a message and wait for its answer."""
    before = await page.locator(".ai-message").filter(has_text=re.compile(answer)).count()
    await page.fill("#chat-input", text)
    await expect(page.locator("#chat-submit")).to_be_enabled(timeout=LONG)
    await page.click("#chat-submit")
    answers = page.locator(".ai-message").filter(has_text=re.compile(answer))
    await expect(answers).to_have_count(before + 1, timeout=LONG)
    await expect(page.locator("#stop-button")).to_have_count(0, timeout=LONG)


def row(card: Locator, number: int) -> Locator:
    return card.locator("li.rm-row").nth(number)


async def address_of(card: Locator, number: int) -> str:
    await open_row(card, number)
    return (await row(card, number).locator(".rm-line").first.inner_text()).replace("To", "").strip()


async def open_row(card: Locator, number: int) -> None:
    head = row(card, number).locator(".rm-rowhead")
    if await head.get_attribute("aria-expanded") != "true":
        await head.click()
    await expect(row(card, number).locator(".rm-mail")).to_be_visible()


async def edit(card: Locator, number: int) -> None:
    """Try a claim without a source, which is refused in the card; then a harmless change, which is kept."""
    await open_row(card, number)
    text = await row(card, number).locator(".rm-body").inner_text()
    await row(card, number).get_by_role("button", name="Edit").click()
    box = row(card, number).locator("textarea")
    await box.fill(f"{text}\nWe saved 4,711 companies 38 % of their costs.")
    await row(card, number).get_by_role("button", name="Save").click()
    await expect(row(card, number).get_by_role("alert")).to_contain_text("No source")
    await box.fill(f"{text}\n{EDITED}")
    await row(card, number).get_by_role("button", name="Save").click()
    await expect(row(card, number).locator(".rm-rowhead")).to_contain_text("edited")


async def reject(card: Locator, number: int) -> None:
    await open_row(card, number)
    await row(card, number).get_by_role("button", name="Reject").click()
    await expect(row(card, number)).to_have_attribute("data-state", "rejected")


async def approve_the_rest(card: Locator) -> None:
    await card.get_by_role("button", name="Approve all").click()
    await card.get_by_role("button", name="Yes, approve").click()
    await expect(card.get_by_test_id("approval-state")).to_have_text("approved by owner", timeout=LONG)


async def send_everything(service, market) -> None:  # type: ignore[no-untyped-def]
    """Step the sandbox's clock from one due mail to the next until nothing is left."""
    for _ in range(80):
        done = await service.command("tick", {"until_idle": True})
        if not done["next_due"]:
            return
        await market.step_to(done["next_due"])
    raise AssertionError("mails are still due after 80 steps")


async def test_from_a_url_to_exactly_the_approved_mails(market, service, browser: Browser):
    page = await (await browser.new_context(viewport={"width": 1280, "height": 800})).new_page()
    await sign_in(page, service.url, service.password)
    await expect(page.locator("#rainmaker-banner")).to_contain_text("nothing leaves this machine")

    await say(page, market.endpoints.sellers[0], "Ideal customer profile, version 1")
    await say(page, "Find 40 prospects", r"\d+ qualified, \d+ not")
    await say(page, "Write a campaign", r"\d+ drafts in 2 variants")
    await say(page, "launch it", "mails are ready for your decision")
    await say(page, "yes, I approve all of them", "never counts as an approval|buttons")
    thread = await page.locator("li[id^=thread-] a").first.get_attribute("href")

    await service.stop()
    await service.start()
    await page.goto(service.url.replace("/chat/", str(thread)))
    card = page.get_by_test_id("approval-card").first
    await expect(card.get_by_test_id("approval-state")).to_contain_text("waiting", timeout=LONG)
    everyone = await card.locator("li.rm-row").count()
    assert everyone >= 25
    edited, rejected = await address_of(card, 0), await address_of(card, 1)
    await edit(card, 0)
    await reject(card, 1)
    assert await market.mails() == {}
    await approve_the_rest(card)

    await send_everything(service, market)
    mails = await market.mails()
    assert len(mails) == everyone - 1
    assert rejected not in mails
    assert [who for who, raw in mails.items() if EDITED in raw] == [edited]
    await service.command("tick", {"until_idle": True})
    assert len(await market.mails()) == everyone - 1

    await page.reload()
    card = page.get_by_test_id("approval-card").first
    await expect(card.get_by_test_id("approval-state")).to_have_text("approved by owner", timeout=LONG)
    await expect(card.locator("li[data-state=rejected]")).to_have_count(1)
    await expect(card.locator("li[data-state=approved]")).to_have_count(everyone - 1)
    await expect(card.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
