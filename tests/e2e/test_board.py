"""The market behind the curtain in a real browser: a visitor comes by the link, moves time, strikes and reads."""

import smtplib
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.async_api import Browser, Page, expect

from evals.market.process import MarketEndpoints, MarketProcess

WAIT = 20_000  # milliseconds a step may take on a machine that is busy with other things
BAD = "<img src=x onerror=\"document.title='caught'\">"


def one_mail_arrives(market: MarketEndpoints) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = market.mail_user, market.mail_user, f"Hello {BAD}"
    mail.set_content(f"Good morning {BAD}")
    place = urlsplit(market.smtp_url)
    with smtplib.SMTP(place.hostname or "", place.port or 0, timeout=10) as client:
        client.login(unquote(place.username or ""), unquote(place.password or ""))
        client.send_message(mail)


async def time_obeys(page: Page) -> None:
    await page.get_by_role("button", name="Pause").press("Enter")
    await expect(page.locator("#state")).to_contain_text("paused")
    await expect(page.get_by_role("button", name="Go on")).to_be_focused()
    await page.get_by_role("button", name="600×", exact=True).click()
    await expect(page.locator("#state")).to_contain_text("running 600×")
    await expect(page.get_by_role("button", name="600×", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


async def a_mail_shows_itself_and_is_text(page: Page, market: MarketEndpoints) -> None:
    one_mail_arrives(market)
    row = page.locator("#feed > li.mail")
    await expect(row).to_contain_text(f"Hello {BAD}")
    await row.locator("summary").press("Enter")
    await expect(row.locator("pre")).to_contain_text(f"Good morning {BAD}")
    await page.get_by_label("Harms").check()
    await expect(row).to_be_hidden()


async def a_shock_stays_in_sight(page: Page) -> None:
    await page.get_by_role("button", name="The mailbox dies").click()
    await expect(page.locator("#notice")).to_contain_text("does not work any more")
    await expect(page.locator("#struck > li")).to_contain_text("not handled yet")
    await expect(page.locator("#struck > li")).to_have_count(1)


async def test_a_visitor_moves_the_market_from_behind_the_curtain(browser: Browser, tmp_path: Path):
    expect.set_options(timeout=WAIT)
    start, link = "2026-11-02T09:00:00+00:00", tmp_path / "link"
    async with MarketProcess(companies=40, clock="fast", start=start, board_link=link) as process:
        context = await browser.new_context(viewport={"width": 390, "height": 844})
        context.set_default_timeout(WAIT)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(link.read_text())
        await expect(page).to_have_url(f"{process.endpoints.control_url}/board")
        await expect(page.locator("#state")).to_contain_text("as outside until the first mail arrives")
        await time_obeys(page)
        await a_mail_shows_itself_and_is_text(page, process.endpoints)
        await a_shock_stays_in_sight(page)
        assert await page.title() == "The market behind the curtain"
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        assert wrong == []
