"""Reads scenario files, strictly: a wrong one is one sentence with file, line and field. The format stands below."""

#     name: the file's name without .yaml
#     promise: which promise is held or which complaint is answered, in one sentence
#     cast: {ada: {language: en}, karl: {language: de}, jo: {colleague_of: ada}}
#     setup: {owner: approves, policy: {U-02: {level: ask}}, world: moving, sites: {host.example: {index.html: "<p>…"}}}
#     script:                       # one key a step, and `id:` where something later speaks of it
#       - launch: {}                # plan, launch, approve; then three hours pass. Wishes come before it
#       - wish: {who: ada, bent: question, minutes: 40}     # what the market's own people shall do
#       - mail: {from: ada, text: "…"}                      # a mail in words of the file's own
#         id: asked
#       - raw: "…"                  # a whole mail, headers and all
#       - wait: 2d                  # or 3h, 45m; the product works, the owner reads in the morning
#       - busy: {start: "{ada.offered1}", minutes: 60}      # into the seller's calendar
#       - shock: {name: mailbox_dies, minutes: 60}
#       - fault: {kind: reject_recipient, recipient: "*"}
#       - kill: {point: after_claim}                        # kill -9 when the product gets there
#       - owner: {do: campaign_pause, args: {}}             # any command; `as:` names another role
#     expect: [{rows: letters, who: ada, where: {answers: "^asked$"}, count: ">= 1"}]
#     forbid: [{rows: letters, who: ada, after: asked, where: {text: "% off"}}]
#     allow: [too_often]            # rules of the market that may break here
#
# Braces take a value: {ada.first}, .name, .address, .company, .domain, .subject and .message_id of our last letter to
# them, .offered1 … (times of theirs), .meeting, {told.STEP.key} of what a command answered; times take a format, as in
# {ada.offered1:%A %H:%M}. The world opens on Monday 23 November 2026 at 07:00 UTC. `where` holds regular expressions
# that are searched in any case ({ada.company} and the like work there too); a check without `count` wants at least one
# row, and whatever is forbidden wants none.
# Beside a file's own checks, nothing may break a rule of the market and the audit chain must verify.

from pathlib import Path

import yaml
from pydantic import ValidationError

from domain.errors import Correctable
from evals.suites.scenario.story import Story

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"


def names(folder: Path = FOLDER) -> list[str]:
    """The scenarios there are."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load(name: str, folder: Path = FOLDER) -> Story:
    """Read one scenario.

    Raises:
        Correctable: unknown_scenario; wrong_scenario with file, line and field.
    """
    if name not in names(folder):
        raise Correctable(
            f"There is no scenario {name[:60]!r}.",
            code="unknown_scenario",
            where=name[:60],
            hint=f"The scenarios are: {', '.join(names(folder))}.",
        )
    path = folder / f"{name}.yaml"
    text = path.read_text("utf-8")
    try:
        story = Story.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _wrong(path, mark.line + 1 if mark else 1, "", "it is no YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = tuple(first["loc"])
        raise _wrong(path, _line_of(text, where), ".".join(map(str, where)), first["msg"]) from error
    if story.name != name:
        raise _wrong(path, 1, "name", f"it says {story.name!r}")
    return story


def _wrong(path: Path, line: int, field: str, why: str) -> Correctable:
    place = f"line {line}, {field}" if field else f"line {line}"
    said = why.removeprefix("Value error, ").rstrip(".")
    return Correctable(
        f"The scenario {path.name} is wrong ({place}): {said}.",
        code="wrong_scenario",
        where=f"{path.name}:{line}",
    )


def _line_of(text: str, where: tuple[int | str, ...]) -> int:
    """The line of the deepest part of a path that the file has."""
    node = yaml.compose(text)
    line = 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == part), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
