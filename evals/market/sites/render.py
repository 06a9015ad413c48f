"""Turns pages into HTML with the layout of their site. Templates are data; nothing here decides content."""

import base64
from collections.abc import Sequence
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from markupsafe import Markup

from evals.market.sites.page import Block, Link, Page
from evals.market.sites.voice import Voice
from evals.market.world.atlas import DATA, read_yaml


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Build the template environment once."""
    return Environment(
        loader=FileSystemLoader(DATA / "layouts"), autoescape=select_autoescape(), auto_reload=False
    )


@lru_cache(maxsize=32)
def _template(layout: str) -> Template:
    """Load a layout once."""
    return _environment().get_template(f"{layout}.html")


@lru_cache(maxsize=1)
def colors() -> tuple[str, ...]:
    """Return the colours that sites choose from."""
    return tuple(read_yaml(DATA / "injections.yaml")["colors"])


def render(
    voice: Voice,
    page: Page,
    menu: Sequence[Link],
    footer: Sequence[Link],
    *,
    address: Block | None = None,
    extra: str = "",
    generator: str = "",
) -> str:
    """Render one page of a company in its layout."""
    words = voice.phrases
    return _template(voice.company.layout).render(
        page=page,
        name=voice.company.name,
        lang=voice.language,
        menu=menu,
        footer=footer,
        address=address,
        extra=Markup(extra),
        generator=generator,
        color=voice.pick("color", colors()),
        team_label=words["pages"]["team"]["label"][0],
        contact_label=words["pages"]["contact"]["label"][0],
        search_label=words["search_label"],
        menu_label=words["menu"],
    )


def render_plain(layout: str, name: str, language: str, page: Page, menu: Sequence[Link] = ()) -> str:
    """Render a page that belongs to no drawn company: sellers, directories, parked domains."""
    return _template(layout).render(
        page=page, name=name, lang=language, menu=menu, footer=(), color=colors()[len(name) % len(colors())]
    )


def as_script(html: str, voice: Voice, title: str) -> str:
    """Wrap a page so that only a browser that runs scripts sees it."""
    body = html.split("<body", 1)[1].split(">", 1)[1].rsplit("</body>", 1)[0]
    return _template("jsapp").render(
        lang=voice.language,
        name=voice.company.name,
        noscript=voice.phrases["noscript"],
        data=base64.b64encode(body.encode()).decode(),
        title_js=title.replace('"', "'"),
    )
