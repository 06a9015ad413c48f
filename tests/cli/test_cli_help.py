"""Help reads well for every command, and asking for it loads nothing heavy."""

import json
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from channels.cli import app

HEAVY = ("langgraph", "chainlit", "chromadb", "langchain_openai", "langchain_core", "sqlalchemy", "fastapi")

ASK_ALL = """
import contextlib, io, json, sys
import typer
from channels.cli import app

def paths(command, path=()):
    yield path, command
    for name, one in sorted(getattr(command, "commands", {}).items()):
        yield from paths(one, (*path, name))

texts = {}
for path, command in paths(typer.main.get_command(app)):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            app([*path, "--help"], standalone_mode=False)
        except SystemExit:
            pass
    texts[" ".join(path)] = {"text": out.getvalue(), "options": [o for p in command.params for o in p.opts]}
print(json.dumps({"texts": texts, "modules": sorted(sys.modules)}))
"""


@cache
def asked() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL], capture_output=True, text=True, check=True, env={"COLUMNS": "100"}
    )
    return json.loads(done.stdout)


PROMISED = [
    *("demo", "serve", "init", "onboard", "import", "prospects", "prospects find", "campaign plan"),
    *("campaign launch", "campaign pause", "campaign report", "tick", "chat", "approvals list"),
    *("approvals approve", "approvals reject", "approvals edit", "why", "undo", "pause", "resume"),
    *("audit verify", "audit export", "eval", "doctor"),
]


@pytest.mark.parametrize("command", PROMISED)
def test_a_promised_command_says_what_it_does(command):
    shown = asked()["texts"][command]
    assert "Usage:" in shown["text"]
    sentence = shown["text"].split("Usage:")[1].split("\n", 2)[2].strip().split("\n")[0].strip()
    assert len(sentence) >= 10, shown["text"]
    assert "--json" in shown["options"]


def test_every_option_of_every_command_is_explained():
    import typer

    def walk(command, path=()):
        yield path, command
        for name, one in getattr(command, "commands", {}).items():
            yield from walk(one, (*path, name))

    silent = [
        f"{' '.join(path)} {option.opts[-1]}"
        for path, command in walk(typer.main.get_command(app))
        for option in command.params
        if option.param_type_name == "option" and not getattr(option, "help", None)
    ]
    assert silent == []


@pytest.mark.parametrize("package", HEAVY)
def test_help_loads_nothing_heavy(package):
    loaded = [name for name in asked()["modules"] if name == package or name.startswith(package + ".")]
    assert loaded == []
