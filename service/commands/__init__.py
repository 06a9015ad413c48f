"""Commands by topic; `registry` gathers them. Nothing is presented here."""

from service.commands.registry import COMMANDS, READ_ONLY, VIEWER_MAY, run_command

__all__ = ["COMMANDS", "READ_ONLY", "VIEWER_MAY", "run_command"]
