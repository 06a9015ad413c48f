"""The console in a real browser: a business owner changes a limit, is told a mistake, tries it, puts it in force."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, expect

WAIT = 60_000  # milliseconds a step may take on a machine that is busy with other things


async def sign_in(page: Page, password: str) -> None:
    await page.fill("#email", "owner")
    await page.fill("#password", password)
    await page.click("button[type=submit]")
    await expect(page.locator("#chat-input")).to_be_visible()


async def a_wrong_cell_is_told_at_the_cell(page: Page) -> None:
    row = page.get_by_role("row").filter(has=page.locator('input[value="D-03"]'))
    await row.get_by_label("who", exact=True).fill("owner, menager")
    await expect(page.locator("#changed")).to_have_text("1 change not saved")
    await page.keyboard.press("Control+s")
    await expect(row.get_by_role("alert")).to_contain_text("There is no agent or role 'menager'")
    await expect(row.get_by_label("who", exact=True)).to_have_value("owner, menager")
    await expect(row.get_by_label("who", exact=True)).to_be_focused()
    await row.get_by_label("who", exact=True).fill("owner, manager")


async def one_changed_cell_becomes_a_version(page: Page) -> None:
    row = page.get_by_role("row").filter(has=page.locator('input[value="D-04"]'))
    await row.get_by_label("how", exact=True).select_option(label="asks first")
    await page.get_by_placeholder("What did you change").fill("Profiles are asked first")
    await page.get_by_role("button", name="Save as new version").last.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Version 2 not in force")
    await expect(page.locator("#diff li", has_text="D-04")).to_contain_text("acts and tells → asks first")


async def tried_and_put_in_force(page: Page) -> None:
    await page.get_by_role("button", name="Try it on the last 1,000 decisions").click()
    await expect(page.locator("#trial")).to_contain_text("1 stricter")
    await expect(page.locator("#trial tbody tr")).to_contain_text("acted and told → asked")
    await page.get_by_label("Why?").fill("We want to read a profile before it counts.")
    await page.get_by_role("button", name="Put in force").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Version 2 in force")


async def rolled_back(page: Page) -> None:
    await page.get_by_role("link", name="Limits").first.click()
    await page.get_by_text("Roll back", exact=True).click()
    await page.get_by_role("button", name="Roll back now").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Version 1 in force")


async def stopped_and_let_go_on(page: Page) -> None:
    await page.get_by_role("link", name="Stop", exact=True).click()
    await page.get_by_text("Nothing has an effect").click()
    await page.get_by_label("Why", exact=True).fill("A customer called")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator(".switch")).to_contain_text("A customer called")
    await page.get_by_role("button", name="Let it go on").click()
    await expect(page.locator(".switch")).to_have_count(0)


async def test_an_owner_changes_a_limit_with_nothing_but_the_console(market, service, browser: Browser):
    expect.set_options(timeout=WAIT)
    await service.command("onboard", {"url": market.endpoints.sellers[0]})  # one decision to try versions on
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT)
    hosts: set[str | None] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page = await context.new_page()
    await page.goto(service.url.replace("/chat/", "/console/policy"))
    await expect(page).to_have_url(re.compile(r"/chat/login$"))
    await sign_in(page, service.password)
    await page.get_by_role("link", name="Console").click()
    await page.get_by_role("link", name="Limits").click()

    await a_wrong_cell_is_told_at_the_cell(page)
    await one_changed_cell_becomes_a_version(page)
    await tried_and_put_in_force(page)
    await rolled_back(page)
    await stopped_and_let_go_on(page)
    assert hosts == {urlsplit(service.url).hostname}
