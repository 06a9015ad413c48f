"""Chainlit's entry file: callbacks and nothing else. Loaded by path when the chat is mounted."""

import asyncio
from typing import Any

import chainlit as cl
from chainlit.context import context
from chainlit.types import ThreadDict

from chat_ui.attached import house
from chat_ui.cards import ELEMENT, decide
from chat_ui.conversation import COMMANDS, STARTERS, follow, respond, show_morning, show_waiting
from chat_ui.data_layer import Conversations, make_tables
from chat_ui.places import files_of, history_of
from chat_ui.rendering import decided_text, error_text
from chat_ui.sessions import acting
from chat_ui.uploads import take
from domain.decisions import Actor
from domain.errors import RainmakerError
from service.sessions import epoch_of, sign_in

BEGINNING = "beginning"  # the task that opens a new conversation
_later: set[asyncio.Task[None]] = set()


@cl.data_layer
def history() -> Conversations:
    """The stored conversations of this home."""
    make_tables(history_of(house()))
    return Conversations(history_of(house()), files_of(house()))


@cl.password_auth_callback
async def signed_in(name: str, password: str) -> cl.User | None:
    """Name and password become a session of now."""
    actor = await sign_in(house(), house().tries, name, password)
    if actor is None:
        return None
    return cl.User(identifier=actor.name, metadata={"epoch": await epoch_of(house(), actor.name)})


@cl.set_starters
async def starters(user: cl.User | None, language: str | None) -> list[cl.Starter]:
    """Four ways to begin."""
    return [
        cl.Starter(label=label, message=text, icon=f"/chat/public/icons/{icon}.svg")
        for label, text, icon in STARTERS
    ]


@cl.on_chat_start
async def began() -> None:
    """A new conversation begins with the day's page and what waits. The browser learns it is new: rainmaker.js."""
    cl.user_session.set(BEGINNING, asyncio.current_task())
    await context.emitter.send_window_message("rainmaker:new-conversation")
    await context.emitter.set_commands(COMMANDS)
    actor = await _actor()
    if actor is not None:
        await show_morning(house(), actor)
    await show_waiting(house(), quiet=True)


@cl.on_chat_resume
async def resumed(thread: ThreadDict) -> None:
    """Cards of the thread read their own state; newer ones, and work that still runs, are shown after it."""
    await context.emitter.set_commands(COMMANDS)
    shown = [(one.get("props") or {}).get("id") for one in thread["elements"] or [] if one["name"] == ELEMENT]
    task = asyncio.create_task(_go_on(asyncio.current_task(), thread["id"], [str(one) for one in shown]))
    _later.add(task)
    task.add_done_callback(_later.discard)


async def _go_on(resuming: asyncio.Task[None] | None, thread_id: str, shown: list[str]) -> None:
    """Chainlit sends the stored thread last; it replaces what is on the page, so everything else waits for it."""
    if resuming is not None:
        await asyncio.wait([resuming])
    actor = await _actor()
    if actor is not None:
        await show_morning(house(), actor)
    await show_waiting(house(), already=shown, quiet=True)
    if actor is not None:
        await follow(actor, thread_id)


@cl.on_message
async def said(message: cl.Message) -> None:
    """A person wrote, perhaps before the conversation had begun; its end would hide the stop button."""
    beginning = cl.user_session.get(BEGINNING)
    if isinstance(beginning, asyncio.Task) and not beginning.done():
        await asyncio.wait([beginning])
        await context.emitter.task_start()
    actor = await _actor()
    if actor is not None:
        await respond(house(), actor, message)


@cl.action_callback("Approvals")
async def clicked(action: cl.Action) -> dict[str, Any] | None:
    """A button of an approval card."""
    actor = await _actor()
    if actor is None:
        return None
    answer = await decide(house(), actor, action.payload)
    approval = answer.get("approval")
    if answer["ok"] and approval is not None and approval["state"] != "pending":
        await cl.Message(decided_text(approval)).send()
    return answer


@cl.action_callback("Import")
async def imported(action: cl.Action) -> dict[str, Any] | None:
    """The button of a dropped file."""
    actor = await _actor()
    return await take(house(), actor, action.payload) if actor is not None else None


async def _actor() -> Actor | None:
    """Who acts, with the role they have now; someone who may not is told so."""
    try:
        return await acting(house(), context.session.token)
    except RainmakerError as error:
        await cl.ErrorMessage(error_text(error)).send()
        return None
