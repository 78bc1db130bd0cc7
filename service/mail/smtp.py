"""The one place that speaks SMTP: a message's bytes in, what the relay made of them out."""

import asyncio
import re
import socket
from email.utils import parseaddr

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from service.mail.handover import Connection, Envelope, Mailer, Outcome, OutcomeKind
from service.mail.relay import Relay, Timeouts, Tls, parse_relay
from service.text import collapse, plain

__all__ = [
    "Connection",
    "Envelope",
    "Mailer",
    "Outcome",
    "OutcomeKind",
    "SmtpConnection",
    "SmtpMailer",
    "Timeouts",
]

LONGEST_REPLY = 500
START_INPUT = 354
GOODBYE = 421
STARTTLS = {Tls.FROM_THE_START: False, Tls.REQUIRED: True, Tls.OFFERED: None, Tls.OFF: False}
ANY_ADDRESS = re.compile(r"[^\s<>@]{1,320}@[^\s<>@]{1,320}")


class SmtpMailer:
    """Hands messages to the relay that a URL names, such as `smtps://user:password@host`.

    `smtp://` turns to TLS where the relay offers it; `?starttls=required` insists, and so does a
    password, except to this very machine; `?starttls=off` never does. A connection carries at most
    `reuse` messages. Raises BadSetting for a URL that can't be one.
    """

    def __init__(self, url: str, *, reuse: int = 20, timeouts: Timeouts | None = None) -> None:
        self.relay = parse_relay(url)
        self.reuse = reuse
        self.timeouts = timeouts or Timeouts()
        self._our_name: str | None = None

    async def connect(self) -> "SmtpConnection":
        """A connection that opens itself when the first message comes, and anew when it must."""
        if self._our_name is None:
            self._our_name = await asyncio.to_thread(_host_name)
        return SmtpConnection(self.relay, self._our_name, reuse=self.reuse, timeouts=self.timeouts)


class SmtpConnection:
    """A way to the relay that is opened, reset and opened anew as needed."""

    def __init__(self, relay: Relay, our_name: str, *, reuse: int, timeouts: Timeouts) -> None:
        self.relay, self.our_name, self.reuse, self.timeouts = relay, our_name, reuse, timeouts
        self._line: SMTP | None = None
        self._carried = 0

    async def send(self, envelope: Envelope) -> Outcome:
        """Hand over one message; what came of it, never an error of the network.

        A connection that breaks before the relay asked for the message is opened anew, once.
        """
        if fault := _fault(envelope):
            return Outcome(OutcomeKind.FAILED, fault)
        for _ in range(2):
            outcome = await self._try(envelope)
            if outcome:
                return outcome
        return self._unreachable("the relay hung up before it took anything, twice")

    async def close(self) -> None:
        """Say goodbye, if anybody is still there."""
        line, self._line = self._line, None
        if line:
            await _leave(line, self.timeouts.goodbye)

    async def _try(self, envelope: Envelope) -> Outcome | None:
        """What came of one try; None if the connection broke before anything was handed over."""
        if self._carried >= self.reuse:
            await self.close()
        # Taken out, and put back only when it is fit for another message: after an error the
        # relay may be in the middle of this one, and the next would suffer for it.
        line, self._line = self._line, None
        try:
            line = line if line and line.is_connected else await self._open()
        except (SMTPException, OSError, ValueError) as error:
            return self._unreachable(_words(error))
        try:
            reply = await self._converse(line, envelope)
        except _UnsureError as error:
            line.close()
            return Outcome(OutcomeKind.UNCERTAIN, _clean(str(error)))
        except SMTPServerDisconnected:
            line.close()
            return None
        except SMTPResponseException as error:
            return await self._refused(line, error)
        except (SMTPException, OSError, ValueError) as error:
            line.close()
            return self._unreachable(_words(error))
        except BaseException:  # cancelled: whoever comes next must not meet half a message
            line.close()
            raise
        self._line, self._carried = line, self._carried + 1
        return Outcome(OutcomeKind.SENT, _clean(f"{reply.code} {reply.message}"))

    async def _open(self) -> SMTP:
        relay = self.relay
        line = SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=relay.password,
            local_hostname=self.our_name,
            timeout=self.timeouts.connect,
            use_tls=relay.tls is Tls.FROM_THE_START,
            start_tls=STARTTLS[relay.tls],
            validate_certs=relay.proves_itself,
        )
        self._carried = 0
        await line.connect()
        try:
            if line.is_ehlo_or_helo_needed:
                await line.ehlo()
        except SMTPHeloError:
            await line.helo()
        except BaseException:
            line.close()
            raise
        return line

    async def _converse(self, line: SMTP, envelope: Envelope) -> SMTPResponse:
        """MAIL, RCPT and DATA one by one, so that it is known how far a message came."""
        abroad = not envelope.recipient.isascii()
        if abroad and not line.supports_extension("smtputf8"):
            raise SMTPResponseException(
                553, "the relay lacks SMTPUTF8, which this reader's address needs"
            )
        sender = parseaddr(envelope.sender)[1]
        encoding, options = ("utf-8", ["SMTPUTF8"]) if abroad else ("ascii", [])
        patience = self.timeouts.command
        await line.mail(sender, options=options, encoding=encoding, timeout=patience)
        await line.rcpt(envelope.recipient, encoding=encoding, timeout=patience)
        ready = await line.execute_command(b"DATA", timeout=self.timeouts.data)
        if ready.code != START_INPUT:
            raise SMTPDataError(ready.code, ready.message)
        return await self._pour(line, envelope.data)

    async def _pour(self, line: SMTP, data: bytes) -> SMTPResponse:
        """Send the message itself and wait for the word that counts."""
        try:
            if line.protocol is None:
                raise SMTPServerDisconnected("Connection lost")
            line.protocol.write(_dotted(data))
            reply = await line.protocol.read_response(timeout=self.timeouts.final)
        except (SMTPException, OSError) as error:
            raise _UnsureError(
                f"the way broke before the relay confirmed: {_words(error)}"
            ) from error
        if not 200 <= reply.code < 300 and not 400 <= reply.code < 600:
            raise _UnsureError(f"the relay's answer has no meaning: {reply.code} {reply.message}")
        if reply.code >= 400:
            raise SMTPDataError(reply.code, reply.message)
        return reply

    async def _refused(self, line: SMTP, error: SMTPResponseException) -> Outcome:
        if not 400 <= error.code < 600:
            line.close()
            return self._unreachable(f"an answer without meaning: {_words(error)}")
        if error.code != GOODBYE and await _reset(line, self.timeouts.command):
            self._line = line
        else:
            line.close()
        kind = OutcomeKind.DEFERRED if error.code < 500 else OutcomeKind.FAILED
        return Outcome(kind, _clean(_words(error)))

    def _unreachable(self, why: str) -> Outcome:
        return Outcome(
            OutcomeKind.UNREACHABLE, _clean(f"{self.relay.host}:{self.relay.port}: {why}")
        )


class _UnsureError(Exception):
    """The way broke after the relay had asked for the message."""


def _fault(envelope: Envelope) -> str | None:
    """Why this can't go over a wire as it is; the relay is not asked."""
    bare = collapse(plain(envelope.recipient))
    if parseaddr(envelope.recipient)[1] != envelope.recipient or bare != envelope.recipient:
        return "the recipient is no plain address"
    breaks = {envelope.data.count(mark) for mark in (b"\r\n", b"\r", b"\n")}
    if len(breaks) > 1 or not envelope.data.endswith(b"\r\n"):
        return "the message's lines do not end in CRLF"
    return None


def _dotted(data: bytes) -> bytes:
    """The message with dots at the start of lines doubled, and the final dot (RFC 5321, 4.5.2)."""
    lines = data.replace(b"\r\n.", b"\r\n..")
    return (b"." if lines.startswith(b".") else b"") + lines + b".\r\n"


async def _reset(line: SMTP, patience: float) -> bool:
    try:
        await line.rset(timeout=patience)
    except (SMTPException, OSError):
        return False
    return True


async def _leave(line: SMTP, patience: float) -> None:
    try:
        await line.quit(timeout=patience)
    except (SMTPException, OSError):
        line.close()


def _host_name() -> str:
    """What we call ourselves in EHLO."""
    name = socket.getfqdn()
    return name if re.fullmatch(r"[A-Za-z0-9.-]{1,255}", name) else "localhost"


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


def _clean(reply: str) -> str:
    """The relay's words on one line, without anybody's address, at most 500 characters."""
    line = collapse(plain(reply[: 8 * LONGEST_REPLY]))
    return ANY_ADDRESS.sub("(address)", line)[:LONGEST_REPLY]
