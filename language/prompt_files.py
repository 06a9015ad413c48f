"""Reads prompt files: front matter (name, version, inputs), then `# system` and `# user` parts.

A prompt is data. Placeholders are `{{input}}`; what goes in is put there once, never expanded again.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from domain.errors import Bug
from domain.knowledge import text_hash

FOLDER = Path(__file__).parent / "prompts"
_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<rest>.*)\Z", re.S)
_PARTS = re.compile(r"\A\s*# system\n(?P<system>.*?)\n# user\n(?P<user>.*)\Z", re.S)
_HOLE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Prompt:
    """One version of a prompt. `system` never varies, so servers can cache it; `user` has the inputs."""

    name: str
    version: int
    inputs: tuple[str, ...]
    system: str
    user: str

    def fill(self, **values: str) -> str:
        """The user part with its inputs.

        Raises:
            Bug: an input is missing or not declared.
        """
        if set(values) != set(self.inputs):
            raise Bug(f"Prompt {self.name} wants {self.inputs}, got {sorted(values)}.", code="prompt_inputs")
        return _HOLE.sub(lambda hole: values[hole[1]], self.user)


def parse_prompt(text: str, where: str) -> Prompt:
    """A prompt from its file's text.

    Raises:
        Bug: the file does not have the shape described above.
    """
    outer = _FRONT.match(text)
    parts = _PARTS.match(outer["rest"]) if outer else None
    if not outer or not parts:
        raise Bug(f"{where} lacks front matter or a part.", code="prompt_malformed", where=where)
    front = yaml.safe_load(outer["front"])
    inputs = tuple(front.get("inputs") or ())
    if set(_HOLE.findall(parts["user"])) != set(inputs) or _HOLE.search(parts["system"]):
        raise Bug(f"{where}: inputs and placeholders differ.", code="prompt_malformed", where=where)
    return Prompt(
        name=str(front["name"]),
        version=int(front["version"]),
        inputs=inputs,
        system=parts["system"].strip(),
        user=parts["user"].strip(),
    )


@cache
def prompts_version() -> str:
    """One short hash over every prompt, for the record of what wrote a text."""
    parts = [path.name + path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))]
    return text_hash("\n".join(parts))[:12]


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt of that name from `language/prompts`."""
    path = FOLDER / f"{name}.md"
    return parse_prompt(path.read_text(encoding="utf-8"), path.name)
