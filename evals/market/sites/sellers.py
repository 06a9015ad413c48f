"""Sites of the companies a user can sell for: rich, hand-written, one data file per host."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.market.sites.page import Block, Link, Page, Request, Response, plain, redirect
from evals.market.sites.render import render_plain
from evals.market.world.atlas import DATA, read_yaml


@dataclass(frozen=True, slots=True)
class Seller:
    """One seller: its host, language, look, mailbox and pages."""

    host: str
    name: str
    language: str
    layout: str
    mailbox: str
    menu: tuple[Link, ...]
    pages: Mapping[str, Page]

    @property
    def url(self) -> str:
        """Return the address a user pastes."""
        return f"http://{self.host}/"

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.host != self.host:
            return redirect(f"{self.url.rstrip('/')}{request.path}")
        if request.path == "/robots.txt":
            return plain(200, "User-agent: *\nDisallow: /internal/\n")
        page = self.pages.get(request.path) or self.pages.get(request.path.rstrip("/"))
        if page is None:
            return plain(404, "Not Found")
        return Response(body=render_plain(self.layout, self.name, self.language, page, self.menu).encode())


def load_sellers() -> tuple[Seller, ...]:
    """Read all sellers, in order of their files."""
    return tuple(_seller(read_yaml(path)) for path in sorted((DATA / "sellers").glob("*.yaml")))


def _seller(row: Mapping[str, Any]) -> Seller:
    """Build one seller."""
    pages = {path: _page(path, page) for path, page in row["pages"].items()}
    menu = tuple(Link(label, path) for label, path in row["menu"].items())
    return Seller(row["host"], row["name"], row["language"], row["layout"], row["mailbox"], menu, pages)


def _page(path: str, row: Mapping[str, Any]) -> Page:
    """Build one page."""
    blocks = tuple(_block(kind, value) for entry in row["blocks"] for kind, value in entry.items())
    return Page(path, row["title"], blocks, row.get("description", ""))


def _block(kind: str, value: Any) -> Block:
    """Read one block of a seller's file; text stands alone, a list of pairs becomes rows or items."""
    match kind, value:
        case ("h", str()):
            return Block("heading", value)
        case ("p", str()):
            return Block("text", "", value)
        case ("quote" | "cta" | "lead", {"title": title, "text": text}):
            return Block(kind, title, text)
        case ("cards" | "people" | "links" | "articles", list()):
            return Block(kind, "", items=tuple({k: str(v) for k, v in item.items()} for item in value))
        case ("list", list()):
            return Block("list", rows=tuple((str(row),) for row in value))
        case ("table" | "facts" | "address", list()):
            return Block(kind, "", rows=tuple(tuple(str(cell) for cell in row) for row in value))
        case _:
            raise ValueError(f"a seller's file holds an unknown block: {kind}")
