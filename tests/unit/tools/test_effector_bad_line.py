"""A mail server whose encryption fails, or a person who left the CRM: nothing leaves, nothing is lost, it is said."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP
from sqlalchemy import delete

from runtime.store.tables import contacts
from tests.fixtures.certificates import self_signed
from tests.fixtures.sink import Sink, SinkProbe
from tests.fixtures.workspace import Workspace
from tools.effector import RETRY_AFTER, Effector, Mailbox
from tools.providers.smtp import SmtpSender


def over_tls(workspace: Workspace, sink: Sink, scheme: str, port: int = 0) -> Effector:
    """The effector with an address that demands encryption."""
    server = replace(sink.server, scheme=scheme, port=port or sink.port)
    mailbox = Mailbox(SmtpSender(server, timeout=5.0), SinkProbe(sink), sent_copy="server", grace=0.0)
    return Effector(
        workspace.database, workspace.clock, workspace.ids, mailbox, workspace.terms, workspace.policy
    )


@pytest_asyncio.fixture
async def untrusted(sink: Sink, tmp_path: Path) -> AsyncIterator[int]:
    """A port that speaks TLS with a certificate nobody signed."""
    import asyncio

    loop = asyncio.get_running_loop()
    context: ssl.SSLContext = self_signed(tmp_path, "127.0.0.1")
    server = await loop.create_server(lambda: SMTP(sink, hostname="mx.test"), "127.0.0.1", 0, ssl=context)
    yield int(server.sockets[0].getsockname()[1])
    server.close()


async def _all_wait_and_leave_later(workspace: Workspace, sink: Sink, broken: Effector) -> None:
    report = await broken.drain()
    assert len(report.problems) == 1
    assert report.problems[0].startswith("No safe connection to the mail server: ")
    assert report.problems[0].endswith(".")
    assert await workspace.states() == ["queued", "queued"]
    assert sink.accepted == [] and sink.logins == 0, "not even the password left unencrypted"
    workspace.clock.at += RETRY_AFTER
    assert (await workspace.effector(sink).drain()).sent == 2


async def test_a_certificate_nobody_signed_keeps_all_mail(
    workspace: Workspace, sink: Sink, untrusted: int
) -> None:
    await workspace.approved_mails(2)
    await _all_wait_and_leave_later(workspace, sink, over_tls(workspace, sink, "smtps", untrusted))


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps"])
async def test_a_server_without_the_encryption_asked_for_keeps_all_mail(
    workspace: Workspace, sink: Sink, scheme: str
) -> None:
    await workspace.approved_mails(2)
    await _all_wait_and_leave_later(workspace, sink, over_tls(workspace, sink, scheme))


async def test_a_person_who_left_the_crm_gets_nothing_and_the_next_one_does(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(2)
    async with workspace.database.write() as tx:
        await tx.execute(delete(contacts).where(contacts.c.id == "con_1"))
    report = await workspace.effector(sink).drain()
    assert (report.sent, report.refused) == (1, 1)
    stopped = (await workspace.outbox())[0]
    assert stopped["state"] == "cancelled" and stopped["code"] and stopped["detail"]
    assert sink.recipients == ["anna2@northwind.example"]
