"""Turns a person's message into a plan: one call with the offered tools, guarded. Runs nothing."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from domain.icp import LineField
from language.port import Plan, Situation, ToolCall, ToolOffer
from language.prompt_files import load_prompt
from language.wire import guard, strict
from language.wire.client import ModelClient, Reply
from language.wire.retry import ContextTooLong
from language.wire.terms import terms_for

MAX_MESSAGE_CHARS = 12_000
MAX_REPLY_CHARS = 4_000
UNSURE = "I did not understand that. Please say it in other words."
CLARIFY = ToolOffer(
    name="clarify",
    specialist="",
    description="Ask one short question when the request is unclear or something needed is missing.",
    schema={"type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"]},
)


async def plan(client: ModelClient, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
    """The plan for a message; a request too long for the model is trimmed once."""
    try:
        return await _planned(client, _request(message, situation, MAX_MESSAGE_CHARS), tools)
    except ContextTooLong:
        return await _planned(client, _request(message, trimmed(situation), MAX_MESSAGE_CHARS // 6), tools)


async def _planned(client: ModelClient, request: str, tools: Sequence[ToolOffer]) -> Plan:
    offers = (*tools, CLARIFY)
    wire = [wire_tool(offer) for offer in offers]

    async def ask(user: str) -> Reply:
        return await client.ask(load_prompt("plan").system, user, tools=wire)

    return await guard.usable(ask, request, lambda reply: _plan_from(reply, offers))


def _plan_from(reply: Reply, offers: Sequence[ToolOffer]) -> Plan:
    if reply.calls:
        return _steps(guard.checked_calls(reply, offers))
    if reply.refusal or reply.finish == "content_filter":
        return Plan(understood=False, reply="The language model declined to work on that request.")
    guard.require_finished(reply, ("stop", "tool_calls"))
    text = strict.clean_text(reply.text, MAX_REPLY_CHARS)
    return Plan(reply=text) if text else Plan(understood=False, reply=UNSURE)


def _steps(calls: Sequence[ToolCall]) -> Plan:
    for call in calls:
        if call.name == CLARIFY.name:
            question = strict.clean_text(call.args["question"], MAX_REPLY_CHARS)
            return Plan(understood=False, reply=question or UNSURE)
    return Plan(steps=tuple(_normalised(call) for call in calls))


def _normalised(call: ToolCall) -> ToolCall:
    """ICP edits with match terms from our own lists: scoring must not rest on a model's spelling."""
    edits = call.args.get("edits")
    if call.name != "edit_icp" or not isinstance(edits, list):
        return call
    return call.model_copy(update={"args": {**call.args, "edits": [_with_terms(edit) for edit in edits]}})


def _with_terms(edit: Any) -> Any:
    if not isinstance(edit, dict) or edit.get("field") not in set(LineField):
        return edit
    field, said = LineField(edit["field"]), edit.get("match") or []
    match = terms_for(field, str(edit.get("value", ""))) or terms_for(field, ", ".join(map(str, said)))
    return {**edit, "match": list(match)}


def wire_tool(offer: ToolOffer) -> dict[str, Any]:
    """An offer in the wire's shape; strict where its schema allows."""
    function = {"name": offer.name, "description": offer.description}
    schema = _strict_form(json.dumps(offer.schema_))
    if schema is None:
        return {"type": "function", "function": {**function, "parameters": offer.schema_}}
    return {"type": "function", "function": {**function, "parameters": schema, "strict": True}}


@lru_cache(maxsize=256)
def _strict_form(schema: str) -> dict[str, Any] | None:
    return strict.strict(json.loads(schema))


def trimmed(situation: Situation) -> Situation:
    """The situation without what a plan can do without."""
    return situation.model_copy(
        update={"digest": "", "recent": situation.recent[-2:], "shown": situation.shown[:5]}
    )


def _request(message: str, situation: Situation, limit: int) -> str:
    recent = [f"{role}: {strict.quoted(text, 500)}" for role, text in situation.recent[-8:]]
    if situation.digest:
        recent.insert(0, f"summary: {strict.quoted(situation.digest, 1500)}")
    return load_prompt("plan").fill(
        situation=_situation(situation),
        recent="\n".join(recent) or "none",
        message=strict.quoted(message, limit),
    )


def _situation(now: Situation) -> str:
    lines = [
        f"ICP: {'yes' if now.has_icp else 'none yet'}",
        f"prospects: {now.prospects} ({now.qualified} qualified)",
        f"campaign: {now.campaign_id or 'none'} {now.campaign_state}; drafts: {now.drafts}; "
        f"waiting for approval: {now.pending_approvals}",
        f"sending: {'paused' if now.sending_paused else 'on'}",
    ]
    if now.seller_name:
        lines.insert(0, f"our company: {strict.quoted(now.seller_name, 80)}")
    if now.focus:
        lines.append(f"focus: {now.focus.kind} {now.focus.id} {strict.quoted(now.focus.label, 120)}")
    shown = [
        f"{item.position}. {item.kind} {item.id} {strict.quoted(item.label, 120)}" for item in now.shown[:20]
    ]
    return "\n".join([*lines, "Shown:", *(shown or ["nothing"])])
