"""One-click unsubscribe: who a link is for, and suppressing them at once, through the gate like any act."""

from domain.actions import Suppress
from domain.decisions import Actor
from domain.labels import Integrity, Label
from service.bootstrap import House
from service.carrying_out import carry_out, decide_on
from tools.act.unsubscribe import contact_of

_STYLE = "font-family:sans-serif;max-width:30em;margin:4em auto;padding:0 1em;line-height:1.5"
PAGE = (
    f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Unsubscribe</title><body style="{_STYLE}">'
    "<h1>Unsubscribe</h1><p>One click and we never write to you again.</p>"
    '<form method="post"><button style="font-size:1.1em;padding:.5em 1em">Unsubscribe</button></form></body></html>'
)
DONE = (
    f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Unsubscribed</title><body style="{_STYLE}">'
    "<h1>Done</h1><p>We will not write to you again.</p></body></html>"
)


def contact(house: House, token: str) -> str:
    """Whom a link is for.

    Raises:
        Correctable: bad_unsubscribe_link.
    """
    return contact_of(house.terms.salt, token)


async def unsubscribe(house: House, token: str) -> None:
    """Suppress the contact of a link; doing it twice is fine."""
    async with house.database.write() as tx:
        made = await decide_on(
            tx,
            house,
            Suppress(contact_id=contact(house, token), reason="one-click unsubscribe"),
            actor=Actor(kind="system", name="system"),
            reason="the recipient used the one-click link",
            label=Label(integrity=Integrity.MAIL, origin="one-click"),
        )
        await carry_out(tx, house, made, by="one-click")
