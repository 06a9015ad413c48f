"""The documents tell the truth about the code: generated pages are current, links lead somewhere."""

import importlib.util
import re
from pathlib import Path

import pytest

from graph.specialists.table import CATALOG, SPECIALISTS
from runtime.settings import example_file
from tests.architecture.source import ROOT, kept_texts, sources

PAGES = [name for name, _ in kept_texts() if name.endswith(".md")]
WRITTEN_AT_START = {"chat_ui/chainlit.md"}


def _reference() -> str:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.reference()


def test_the_example_settings_are_the_settings_class():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example_file(), "run `make docs`"


def test_the_reference_is_what_the_code_says():
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == _reference(), "run `make docs`"


def test_every_command_and_option_says_what_it_does():
    from typer.main import get_command

    from channels.cli import app

    def silent(command, path: str) -> list[str]:
        options = [f"{path} --{one.name}" for one in command.params if one.opts[0][0] == "-" and not one.help]
        inner = getattr(command, "commands", {})
        mine = [] if command.help else [path]
        return (
            mine + options + [found for name, one in inner.items() for found in silent(one, f"{path} {name}")]
        )

    assert silent(get_command(app), "rainmaker") == []


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    missing = [one for one in targets if not ((ROOT / page).parent / one).exists()]
    assert missing == []


def test_every_make_command_named_in_the_documents_exists():
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word
        for page in PAGES
        for word in re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8"))
    }
    assert named <= known, named - known


def test_every_file_and_folder_named_in_architecture_exists():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_.*]*)`", text)
    missing = [one for one in named if not _exists(one)]
    assert missing == []


def _exists(named: str) -> bool:
    inside = [Path(room) for room in ("", *{one.room for one in sources()})]
    return any((ROOT / room).glob(named) and list((ROOT / room).glob(named)) for room in inside)


def test_the_readme_opens_with_the_two_commands():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:3]
    assert lines[1].startswith("make run") and lines[2].startswith("make test")


def test_every_tool_belongs_to_exactly_the_specialist_that_lists_it():
    listed = sorted((tool, who.name) for who in SPECIALISTS for tool in who.tools)
    owned = sorted((tool.name, tool.specialist) for tool in CATALOG.all())
    assert listed == owned


def test_every_adr_has_a_number_of_its_own_and_a_status():
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [one.name.split("-")[0] for one in pages]
    assert numbers == [f"{n:04}" for n in range(1, len(pages) + 1)]
