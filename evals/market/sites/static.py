"""Serves a folder as a host: index files, the missing slash, 404 otherwise. Never leaves its folder."""

import mimetypes
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from evals.market.sites.page import Request, Response, plain, redirect

_TEXT_TYPES = frozenset({"text/html", "text/css", "text/plain", "application/javascript", "text/javascript"})


class StaticSite:
    """One folder, served as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def answer(self, request: Request) -> Response:
        """Answer with the file behind a path."""
        target = (self._folder / unquote(request.path).lstrip("/")).resolve()
        if not target.is_relative_to(self._folder):
            return plain(404, "Not Found")
        if target.is_dir():
            if not request.path.endswith("/"):
                return redirect(f"{request.path}/")
            target /= "index.html"
        if not target.is_file():
            return plain(404, "Not Found")
        kind = mimetypes.guess_type(target.name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if kind in _TEXT_TYPES else ""
        return Response(body=target.read_bytes(), content_type=f"{kind}{charset}")


def mount_folders(roots: Iterable[Path]) -> dict[str, StaticSite]:
    """Return a site for every sub-folder whose name looks like a host."""
    sites: dict[str, StaticSite] = {}
    for root in roots:
        if not root.is_dir():
            raise FileNotFoundError(f"--sites: {root} is not a folder")
        for folder in sorted(root.iterdir()):
            if folder.is_dir() and "." in folder.name.strip("."):
                sites[folder.name.lower()] = StaticSite(folder)
    return sites
