"""The folder Chainlit works in. It lives in the home, because Chainlit writes beside its own settings."""

import json
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OURS = Path(__file__).resolve().parent
LANGUAGE = "en-US"
# Pages elsewhere: with them a browser would open connections to strangers.
_FOREIGN_LINK = re.compile(r"<link\b[^>]*\bhref=\"https?://[^>]*>\s*", re.IGNORECASE)


def prepare(home: Path) -> Path:
    """Fill `chat/app` in the home with our settings, texts and pictures; returns it. Repeats harmlessly."""
    folder = home / "chat" / "app"
    settings = folder / ".chainlit"
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(OURS / ".chainlit" / "config.toml", settings / "config.toml")
    shutil.copyfile(OURS / "chainlit.md", folder / "chainlit.md")
    shutil.rmtree(folder / "public", ignore_errors=True)
    shutil.copytree(OURS / "public", folder / "public")
    package = _chainlit_folder()
    _write_texts(package / "translations", settings / "translations")
    _write_page(package / "frontend" / "dist", folder / "page")
    return folder


def _chainlit_folder() -> Path:
    """Where Chainlit is installed, found without importing it."""
    spec = find_spec("chainlit")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("chainlit is not installed")
    return Path(spec.origin).parent


def _write_texts(theirs: Path, target: Path) -> None:
    """Chainlit's English texts with ours laid over them."""
    target.mkdir(exist_ok=True)
    texts = json.loads((theirs / f"{LANGUAGE}.json").read_text(encoding="utf-8"))
    ours = json.loads((OURS / "texts.json").read_text(encoding="utf-8"))
    merged = json.dumps(_laid_over(texts, ours), ensure_ascii=False, indent=1)
    (target / f"{LANGUAGE}.json").write_text(merged, encoding="utf-8")


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _laid_over(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return merged


def _write_page(built: Path, target: Path) -> None:
    """Chainlit's page without its links to other hosts; the scripts stay where they are installed."""
    target.mkdir(exist_ok=True)
    page = (built / "index.html").read_text(encoding="utf-8")
    (target / "index.html").write_text(_FOREIGN_LINK.sub("", page), encoding="utf-8")
    assets = target / "assets"
    assets.unlink(missing_ok=True)
    assets.symlink_to(built / "assets", target_is_directory=True)
