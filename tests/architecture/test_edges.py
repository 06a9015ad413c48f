"""What may be touched only in one place: the environment, standard output, the clock of the machine."""

import ast
import re

from tests.architecture.source import Source, kept_texts, sources

READS_ENVIRONMENT = {
    "channels/calling.py",  # hands the environment to the settings
    "channels/cli.py",  # threads of the linear algebra, before it is loaded
    "channels/sandbox.py",  # the demo's own defaults
    "chat_ui/mount.py",  # Chainlit is configured by environment variables only
    "evals/__main__.py",  # a suite runs without settings of the person's own
    "evals/suites/speed/job_model.py",  # a child process inherits it
    "evals/suites/speed/processes.py",  # a child process inherits it
}
WALL_CLOCK = re.compile(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btime\.time\(")
KNOWS_MACHINE_TIME = {
    "service/sessions.py",  # a session of hours ends by the machine's clock, whatever the sandbox's clock does
    "service/doctor.py",  # compares the machine's clock with the release
    "service/workflows.py",  # wake-ups come from the engine's cron, in machine time
    "tools/doubts.py",  # the age of a claim, as in the effector
    "tools/effector.py",  # leases and time-outs use machine time, as the architecture says
}
MACHINE_PATH = re.compile(r"(?<![\w.$~}>])/(?:root|home|Users|work|workspace)/\w")
REGISTRY = re.compile(
    r"files\.pythonhosted|pypi\.(?:org|python)|registry\.npmjs|/simple/?\s*$|deb\.debian\.org", re.MULTILINE
)


def _uses(source: Source, owner: str, names: set[str]) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in names
        and isinstance(node.value, ast.Name)
        and node.value.id == owner
        for node in ast.walk(source.tree)
    )


def test_the_environment_is_read_in_few_places():
    readers = {one.name for one in sources() if _uses(one, "os", {"environ", "getenv", "putenv"})}
    assert readers <= READS_ENVIRONMENT, readers - READS_ENVIRONMENT
    assert readers == READS_ENVIRONMENT, "listed, but reads nothing any more"


def test_business_time_comes_from_the_clock():
    rooms = ("domain", "autonomy", "language", "learning", "graph", "service", "tools", "memory")
    wrong = [
        one.name
        for one in sources(*rooms)
        if WALL_CLOCK.search(one.text) and one.name not in KNOWS_MACHINE_TIME
    ]
    assert wrong == []


def test_nobody_swallows_every_exception_in_silence():
    silent = [
        f"{one.name}:{node.lineno}"
        for one in sources()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
        and all(isinstance(inner, ast.Pass | ast.Continue) for inner in node.body)
    ]
    assert silent == []


def test_no_file_names_a_machine_or_a_registry():
    found = [
        f"{name}: {match.group(0)}"
        for name, text in kept_texts()
        for match in [*MACHINE_PATH.finditer(text), *REGISTRY.finditer(text)]
        if name != "tests/architecture/test_edges.py" and name != "uv.lock"
    ]
    assert found == []
