"""One message of a person: commands, a file, or words for the brain; then the cards it leads to."""

import asyncio
import hashlib
import logging
from collections.abc import Iterable

import chainlit as cl
from chainlit.context import context
from chainlit.data import get_data_layer
from chainlit.types import CommandDict

from chat_ui.cards import ELEMENT, waiting
from chat_ui.data_layer import Conversations
from chat_ui.live import Live
from chat_ui.rendering import error_text, spaced, waiting_text, with_sources
from chat_ui.uploads import offer
from domain.decisions import Actor
from domain.errors import Bug, RainmakerError
from service import turns
from service.bootstrap import House
from service.digest import first_look

log = logging.getLogger(__name__)


def _command(name: str, icon: str, description: str) -> CommandDict:
    return CommandDict(
        id=name, icon=icon, description=description, button=None, persistent=None, selected=None
    )


COMMANDS = [
    _command("approve", "stamp", "Show what waits for my decision"),
    _command("icp", "target", "Show the ideal customer profile"),
    _command("prospects", "users", "List prospects, best fit first"),
    _command("campaign", "mails", "Show the campaign made last"),
    _command("why", "circle-help", "Explain a mail, draft, prospect or decision by its id"),
    _command("pause", "octagon-pause", "Stop all sending at once"),
    _command("resume", "play", "Let sending go on (owner only)"),
]
STARTERS = (
    ("Read my website", "Read my company's website", "globe"),
    ("Find prospects", "Find 40 prospects", "people"),
    ("Write a campaign", "Write a campaign", "letter"),
    ("What is waiting for me?", "/approve", "check"),
)
_busy: dict[str, asyncio.Task[None] | None] = {}  # the turn that runs, by conversation


def conversation_id(user: str, thread_id: str) -> str:
    """Our name of a thread: bound to its user, because a browser chooses the thread's own id."""
    return "web-" + hashlib.sha256(f"{user}\n{thread_id}".encode()).hexdigest()[:32]


def typed(command: str | None, text: str) -> str:
    """What was meant: a chosen command and its words read as if they had been typed."""
    return f"/{command} {text}".strip() if command else text


async def respond(house: House, actor: Actor, message: cl.Message) -> None:
    """Answer one message. A second one in the same thread waits for the first to end."""
    conversation = conversation_id(actor.name, message.thread_id)
    if conversation in _busy:
        await cl.Message(
            "I am still working on your last message. Stop it with ■, or wait for its answer."
        ).send()
        return
    _busy[conversation] = asyncio.current_task()
    try:
        await _respond(house, actor, message, conversation)
    finally:
        del _busy[conversation]
        # the turn may have stopped or resumed all sending: the banner says so at once
        await context.emitter.send_window_message("rainmaker:look-again")


async def follow(actor: Actor, thread_id: str) -> None:
    """A page that was loaded again while a turn runs can stop it, and shows the whole thread when it ends."""
    turn = _busy.get(conversation_id(actor.name, thread_id))
    layer = get_data_layer()
    if turn is None or layer is None:
        return
    context.session.current_task = turn
    await context.emitter.task_start()
    await asyncio.wait([turn])
    thread = await layer.get_thread(thread_id)
    if thread is not None:
        await context.emitter.resume_thread(thread)
    await context.emitter.task_end()


async def _respond(house: House, actor: Actor, message: cl.Message, conversation: str) -> None:
    files = [one for one in message.elements or [] if one.path]
    for file in files:
        await offer(house, actor, file)
    text = typed(message.command, message.content)
    if not message.content.strip():
        await _name(message.thread_id, text or ", ".join(file.name for file in files))
    if text.strip().lower() == "/approve":
        await show_waiting(house)
    elif text.strip() or not files:
        await _turn(house, actor, text, conversation)


async def _name(thread_id: str, name: str) -> None:
    """A thread begun by a bare command or file has no words to be called by."""
    layer = get_data_layer()
    if isinstance(layer, Conversations) and name and await layer.name_thread(thread_id, name):
        await context.emitter.emit("first_interaction", {"interaction": name, "thread_id": thread_id})


async def _turn(house: House, actor: Actor, text: str, conversation: str) -> None:
    live = Live()
    try:
        result = await turns.handle_message(
            house, text, actor=actor, conversation_id=conversation, emit=live.emit
        )
        await live.finish(
            with_sources(spaced(result.answer), result.citations) or "Done.", failed=result.error is not None
        )
        await show_cards(_asked(result))
    except RainmakerError as error:
        await live.finish(error_text(error), failed=True)
    except asyncio.CancelledError:
        await live.clear()
        raise
    except Exception:  # the edge of a message
        log.exception("message_failed", extra={"conversation": conversation})
        await live.finish(
            Bug("Something unexpected went wrong; the log has the details.").message, failed=True
        )


def _asked(result: turns.TurnResult) -> list[str]:
    """Approvals this turn asked for or listed, each once."""
    asked = [str(one["id"]) for one in result.outcome if one["verdict"] == "ask"]
    listed = [str(one) for one in result.data.get("approvals", [])]
    return list(dict.fromkeys([*asked, *listed]))


async def show_waiting(house: House, *, already: Iterable[str] = (), quiet: bool = False) -> None:
    """Show a card for everything that waits; `quiet` says nothing when nothing does."""
    shown = set(already)
    ids = [one for one in await waiting(house) if one not in shown]
    if ids:
        await cl.Message(waiting_text(len(ids))).send()
        await show_cards(ids)
    elif not quiet:
        await cl.Message(waiting_text(0)).send()


async def show_morning(house: House, actor: Actor) -> None:
    """The page of the morning, at the first look of a day; silent when it would say nothing."""
    page = await first_look(house, actor)
    if page is not None:
        await cl.Message(spaced(page.as_text())).send()


async def show_cards(ids: list[str]) -> None:
    """One message with a card for each approval; the card reads its own state."""
    for position, approval_id in enumerate(ids):
        props = {"id": approval_id, "open": position == 0}
        await cl.Message("", elements=[cl.CustomElement(name=ELEMENT, props=props)]).send()
