"""Composing the final answer from what specialists said and what became of proposals; nothing is re-generated."""

from typing import Any

from graph.state import StepResult, TurnState


def answer_text(state: TurnState) -> str:
    """The whole answer as Markdown."""
    parts = [StepResult.model_validate(one).text for one in state.get("answers", [])]
    parts += _outcome_lines(state.get("outcome", []))
    error = state.get("error")
    if error:
        hint = f" {error['hint']}" if error.get("hint") else ""
        parts.append(f"{error['message']}{hint}")
    return "\n\n".join(part for part in parts if part)


def _outcome_lines(outcome: list[dict[str, Any]]) -> list[str]:
    refused: dict[str, int] = {}
    lines = []
    for one in outcome:
        if one["verdict"] == "refuse":
            refused[one["text"]] = refused.get(one["text"], 0) + 1
        elif one["verdict"] == "ask":
            lines.append(f"**Waiting for you:** {one['text']}")
    lines += [
        f"Not done{f' ({count} times)' if count > 1 else ''}: {text}" for text, count in refused.items()
    ]
    return lines


def citations(state: TurnState) -> list[dict[str, str]]:
    """Sources of the answer, each once."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for one in state.get("answers", []):
        for citation in StepResult.model_validate(one).citations:
            found[(citation.url, citation.quote)] = citation.model_dump()
    return list(found.values())
