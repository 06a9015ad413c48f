"""Sending over SMTP. Says of every attempt whether the mail certainly left, certainly did not, or maybe."""

import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import aiosmtplib

from tools.providers.mail_urls import MailServer

_FRESH = 2.0  # seconds after its last answer in which a session is not asked whether it still lives


class Sending(StrEnum):
    """What is known after an attempt."""

    ACCEPTED = "accepted"  # 250 after DATA
    REFUSED = "refused"  # the server said a final no before or after DATA
    LATER = "later"  # a temporary no, or never connected: nothing left
    UNKNOWN = "unknown"  # the connection broke after DATA began


@dataclass(frozen=True)
class Attempt:
    """Outcome of one attempt with the server's code and words."""

    outcome: Sending
    code: str = ""
    detail: str = ""
    everyone: bool = False  # the trouble is the mailbox's: no other mail would fare better now


class MailSender(Protocol):
    """Hands a finished message to a mail server."""

    async def send(self, sender: str, recipient: str, message: bytes) -> Attempt:
        """Try once."""
        ...

    async def close(self) -> None:
        """End the session, if one is open."""
        ...


class SmtpSender:
    """One SMTP session, opened when needed and reused for the mails that follow."""

    def __init__(self, server: MailServer, *, timeout: float = 30.0) -> None:
        self._server = server
        self._timeout = timeout
        self._client: aiosmtplib.SMTP | None = None
        self._used_at = 0.0  # machine time of the last answer

    async def send(self, sender: str, recipient: str, message: bytes) -> Attempt:
        """Try once; a stale session is replaced before anything is sent."""
        try:
            client = await self._session()
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            return _no_session(error)
        return await self._deliver(client, sender, recipient, message)

    async def _session(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            if time.monotonic() - self._used_at < _FRESH:
                return self._client
            try:
                await self._client.noop()
                return self._client
            except (aiosmtplib.SMTPException, OSError):
                await self.close()
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            timeout=self._timeout,
            use_tls=self._server.scheme == "smtps",
            start_tls={"smtp": None, "smtp+tls": True, "smtps": False}[self._server.scheme],
        )
        self._client = client  # so that a failure below closes it
        await client.connect()
        if self._server.user:
            await client.login(self._server.user, self._server.password)
        return client

    async def _deliver(self, client: aiosmtplib.SMTP, sender: str, recipient: str, message: bytes) -> Attempt:
        options = ["SMTPUTF8"] if not recipient.isascii() and client.supports_extension("smtputf8") else []
        try:
            await client.mail(sender, options=options, encoding="utf-8" if options else "ascii")
            await client.rcpt(recipient, encoding="utf-8" if options else "ascii")
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(client)
            return _by_code(error.code, error.message)
        except UnicodeEncodeError:
            await self._reset(client)
            return Attempt(Sending.REFUSED, "no_smtputf8", "The server cannot take addresses outside ASCII.")
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            return Attempt(Sending.LATER, "connection_lost", type(error).__name__)
        try:
            answer = await client.data(message)
        except aiosmtplib.SMTPDataError as error:
            await self._reset(client)
            return _by_code(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            return Attempt(Sending.UNKNOWN, "connection_lost", type(error).__name__)
        self._used_at = time.monotonic()
        return Attempt(Sending.ACCEPTED, str(answer.code), answer.message[:200])

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self.close()

    async def close(self) -> None:
        """End the session politely, or drop it."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit()
        except (aiosmtplib.SMTPException, OSError):
            client.close()


def _by_code(code: int, message: str) -> Attempt:
    outcome = Sending.LATER if 400 <= code < 500 else Sending.REFUSED
    return Attempt(outcome, str(code), message[:200])


def _no_session(error: Exception) -> Attempt:
    """No session, so nothing left; and no other mail could leave now either."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Attempt(Sending.LATER, "auth_failed", "The mail server refused the login.", everyone=True)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        words = f"The mail server answered {error.code}: {error.message[:160]}"
        return Attempt(Sending.LATER, str(error.code), words, everyone=True)
    if isinstance(_cause(error), ssl.SSLError) or "STARTTLS" in str(error):
        words = f"No safe connection to the mail server: {_reason(_cause(error))}"
        return Attempt(Sending.LATER, "tls_failed", words, everyone=True)
    words = f"The mail server cannot be reached ({type(error).__name__})."
    return Attempt(Sending.LATER, "connection_failed", words, everyone=True)


def _cause(error: BaseException) -> BaseException:
    """The error beneath the library's."""
    return error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error


def _reason(error: BaseException) -> str:
    if not isinstance(error, ssl.SSLError):
        return "it offers no encryption."
    told = getattr(error, "verify_message", "") or error.reason or "it speaks no TLS here"
    return f"{str(told)[:120].rstrip('.')}."
