"""A real SMTP server on loopback that keeps every mail, and misbehaves where it is told to.

>>> postbox.refuse("ada@reader.example", code=550)          # at RCPT, for ever
>>> postbox.refuse(code=451, at="dot", times=2)             # anybody, the next two mails
>>> postbox.hang_up(at="dot", accepted=True, times=1)       # took the mail, never said so
"""

import asyncio
from asyncio import CancelledError, Event
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Thread
from threading import Event as ThreadEvent
from typing import AnyStr, Literal, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

Moment = Literal["connect", "mail", "rcpt", "data", "dot"]
"""When the server misbehaves; `data` is before its 354, `dot` after the whole mail is there."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail that the server took."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.data, policy=policy.default)

    @property
    def message_id(self) -> str:
        """The Message-ID as it stands in the header."""
        return str(self.message["Message-ID"])


@dataclass(kw_only=True)
class Order:
    """One misbehaviour that a test asked for; without a code the server hangs up."""

    at: Moment
    address: str | None
    code: int | None = None
    accepted: bool = False
    left: int | None = None

    def fits(self, at: Moment, addresses: list[str]) -> bool:
        """Whether it is meant for this moment and one of these addresses."""
        mine = self.address is None or self.address in map(str.lower, addresses)
        return self.at == at and self.left != 0 and mine


class Postbox:
    """The server; it runs from `with` to its end, in a thread, on a port of its own."""

    def __init__(self, *, smtputf8: bool = False) -> None:
        self.mails: list[Mail] = []
        self.tries: list[str] = []
        """Every address that was named at RCPT, whatever the answer was."""
        self.connections = 0
        self.port = 0
        self.smtputf8 = smtputf8
        self._orders: list[Order] = []
        self._news = Condition()
        self._ready = ThreadEvent()
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """What PAPERROUND_SMTP_URL would say."""
        return f"smtp://127.0.0.1:{self.port}"

    def inbox(self, address: str) -> list[Mail]:
        """The mails that the server took for this address, oldest first."""
        wanted = address.lower()
        return [it for it in self.mails if wanted in map(str.lower, it.recipients)]

    def take(self, mail: Mail) -> None:
        """Keep a mail, and tell whoever waits for one."""
        with self._news:
            self.mails.append(mail)
            self._news.notify_all()

    def wait_for(self, address: str, nth: int = 1) -> Mail:
        """The nth mail for this address, once it is there."""
        with self._news:
            self._news.wait_for(lambda: len(self.inbox(address)) >= nth)
            return self.inbox(address)[nth - 1]

    # ── orders ──

    def refuse(
        self,
        address: str | None = None,
        *,
        code: int = 550,
        at: Moment = "rcpt",
        times: int | None = None,
    ) -> None:
        """Answer with this code, to one address or to all, for ever or so many times.

        After a 421 the server closes the connection, as RFC 5321 says.
        """
        self._order(Order(at=at, address=address, code=code, left=times))

    def greylist(self, address: str | None = None) -> None:
        """Refuse once with 451, and take the next try."""
        self.refuse(address, code=451, times=1)

    def hang_up(
        self,
        address: str | None = None,
        *,
        at: Moment = "dot",
        accepted: bool = False,
        times: int | None = None,
    ) -> None:
        """Close the connection without an answer; at the dot, having kept the mail or not."""
        self._order(Order(at=at, address=address, accepted=accepted, left=times))

    def behave(self) -> None:
        """Forget all orders."""
        self._orders.clear()

    def take_order(self, at: Moment, addresses: list[str]) -> Order | None:
        """The oldest order that fits, used up by one."""
        found = next((it for it in self._orders if it.fits(at, addresses)), None)
        if found and found.left is not None:
            found.left -= 1
        return found

    def _order(self, order: Order) -> None:
        order.address = order.address and order.address.lower()
        self._orders.append(order)

    # ── the thread ──

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), Event()
        open_ones: set[_Conversation] = set()
        server = await self._loop.create_server(
            lambda: _Conversation(self, open_ones), "127.0.0.1", 0
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        for conversation in list(open_ones):
            conversation.abort()
        await server.wait_closed()


class _Conversation(SMTP):
    """One connection; it looks for orders where aiosmtpd would go on."""

    def __init__(self, postbox: Postbox, open_ones: set["_Conversation"]) -> None:
        super().__init__(_Keeper(postbox), enable_SMTPUTF8=postbox.smtputf8, hostname="postbox")
        self.postbox = postbox
        self.open_ones = open_ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.postbox.connections += 1
        self.open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.open_ones.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def hang_up(self) -> None:
        if self.transport:
            self.transport.close()

    def obey(self, at: Moment, addresses: list[str]) -> str | None:
        """The refusal that was ordered for this moment, if any."""
        return self.carry_out(self.postbox.take_order(at, addresses))

    def carry_out(self, order: Order | None) -> str | None:
        """The refusal of the order; hanging up ends the conversation here."""
        if order is None:
            return None
        if order.code is None:
            self.hang_up()
            raise CancelledError
        return f"{order.code} as ordered"

    async def _handle_client(self) -> None:
        if refusal := self.obey("connect", []):
            await self.push(refusal)
            self.hang_up()
            return
        await super()._handle_client()

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        if status[:3] in ("421", b"421"):
            self.hang_up()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if recipients and (refusal := self.obey("data", recipients)):
            await self.push(refusal)
            return
        await super().smtp_DATA(arg)


class _Keeper:
    """What aiosmtpd calls: it answers, and keeps what was taken."""

    def __init__(self, postbox: Postbox) -> None:
        self.postbox = postbox

    async def handle_EHLO(  # noqa: N802
        self,
        server: _Conversation,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self,
        server: _Conversation,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if refusal := server.obey("mail", [address]):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: _Conversation,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        self.postbox.tries.append(address)
        if refusal := server.obey("rcpt", [address]):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: _Conversation, _session: Session, envelope: Envelope
    ) -> str:
        order = self.postbox.take_order("dot", envelope.rcpt_tos)
        if order is None or order.accepted:
            self.postbox.take(_mail(envelope))
        return server.carry_out(order) or "250 OK kept"


def _mail(envelope: Envelope) -> Mail:
    return Mail(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        data=bytes(envelope.original_content or b""),
    )
