"""What the architecture tests read: every source file of the project, parsed once. Judges nothing."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "domain",
    "runtime",
    "language",
    "autonomy",
    "memory",
    "tools",
    "learning",
    "graph",
    "service",
    "chat_ui",
    "channels",
    "evals",
)
TEXT_ENDINGS = {
    ".py", ".md", ".toml", ".yaml", ".yml", ".json", ".txt", ".css", ".js", ".jsx", ".html", ".sql", ".sh",
    ".lock", ".example", ".ini", ".mako", ".svg", "",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One Python file: its name from the project's root, its text and its tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.split("/")[0]


@cache
def sources(*tops: str) -> tuple[Source, ...]:
    """Python files below the given folders; of the whole product when none is given."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), text := path.read_text(encoding="utf-8"), ast.parse(text))
        for top in tops or ROOMS
        for path in sorted((ROOT / top).rglob("*.py"))
    )


def product_and_tests() -> tuple[Source, ...]:
    """Every Python file we keep."""
    return (*sources(), *sources("tests"))


@cache
def kept_texts() -> tuple[tuple[str, str], ...]:
    """Name and text of every text file that belongs to the project, as git would list it."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
        for path in _kept(ROOT)
        if path.suffix in TEXT_ENDINGS
    )


def _kept(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if _ignored(path):
            continue
        if path.is_dir():
            yield from _kept(path)
        else:
            yield path


def _ignored(path: Path) -> bool:
    name = path.name
    return (
        name in {".git", ".venv", "__pycache__", "node_modules", "build", "dist", ".env"}
        or bool(re.fullmatch(r"\.\w*_cache|\.hypothesis|.*\.egg-info|.*\.pyc", name))
    )  # fmt: skip


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, nested ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.stmt) -> int:
    """Lines of a definition without its decorators and docstring."""
    body = getattr(node, "body", [])
    documented = ast.get_docstring(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
    spent = (body[0].end_lineno or 0) - body[0].lineno + 1 if documented else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - spent
