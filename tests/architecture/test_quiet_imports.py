"""Importing a module does nothing: no file, folder, connection, process, thread or setting is made."""

import json
import subprocess
import sys

from tests.architecture.source import ROOT, sources

# Loaded by path by Chainlit itself: importing Chainlit makes its folder, so nothing else may import it.
ENTRY_FILES = {"chat_ui/chat.py"}
USES_CHAINLIT = ("chat_ui/",)
PROBE = """
import importlib, json, os, sys, threading
import asyncio, logging, ssl, numpy, urllib3  # what the standard library and these two do is theirs
seen, armed = [], []
def hook(event, args):
    if not armed:
        return
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append(f"writes {args[0]}")
    elif event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir", "os.putenv",
                   "os.remove", "os.rename", "_thread.start_new_thread", "sqlite3.connect", "webbrowser.open"}:
        seen.append(f"{event} {str(args)[:120]}")
sys.addaudithook(hook)
found = {}
for name in json.load(sys.stdin):
    seen.clear()
    armed.append(1)
    importlib.import_module(name)
    armed.clear()
    if seen:
        found[name] = list(seen)
print(json.dumps(found))
"""


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports_chainlit(text: str) -> bool:
    return any(line.startswith(("import chainlit", "from chainlit")) for line in text.splitlines())


def test_importing_any_module_does_nothing(tmp_path):
    quiet = [
        _module(one.name)
        for one in sources()
        if not one.name.startswith(USES_CHAINLIT)
        and "/versions/" not in one.name
        and not one.name.endswith(("/env.py", "__main__.py"))
    ]
    run = subprocess.run(
        [sys.executable, "-B", "-c", PROBE],
        input=json.dumps(quiet),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "PATH": ""},
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout.splitlines()[-1]) == {}
    assert list(tmp_path.iterdir()) == []


def test_chainlit_is_imported_at_the_top_only_inside_the_chat():
    outside = [one.name for one in sources() if _imports_chainlit(one.text) and one.room != "chat_ui"]
    assert outside == []
