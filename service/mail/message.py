"""A message as it goes over the wire: headers that are safe, two bodies, and a last look at both."""

import hashlib
import re
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.generator import BytesGenerator
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from email.policy import EmailPolicy, compat32
from email.utils import format_datetime, parseaddr
from io import BytesIO

from service.errors import BadAddress, Unrenderable
from service.mail.address import parse_address
from service.mail.views import Rendered
from service.text import collapse, header_safe, plain

LONGEST_NAME = 60
LONGEST_SUBJECT = 150
LONGEST_LINE = 998  # RFC 5322, 2.1.1
TIDY_LINE = 78

_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,100}@[A-Za-z0-9.:\[\]-]{1,120}>")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,900}")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent to one reader; with a `leave_url` it is a list's mail, without one it is not."""

    message_id: str
    sender: str
    """An address, or `Name <address>`."""
    recipient: str
    rendered: Rendered
    language: str
    list_id: str
    """`Name <list.example.org>`, the same for all readers."""
    leave_url: str | None


def wire(message: Message, *, date: datetime) -> bytes:
    """The message's bytes with CRLF, ready for SMTP; the same for the same message and date.

    What was built is read again: unless it has just the headers that it should have, once each, and
    lines that every server takes, it is Unrenderable.
    """
    try:
        headers = list(_headers(message, date))
        built = _build(message, headers)
    except (ValueError, LookupError, AttributeError, TypeError, MessageError) as error:
        raise Unrenderable(f"the message can't be built: {error}") from error
    _check(built, {name for name, _ in headers}, message)
    return built


def _headers(message: Message, date: datetime) -> Iterator[tuple[str, str | Address]]:
    name, address = parseaddr(collapse(plain(message.sender)))
    yield "From", Address(header_safe(name, LONGEST_NAME), addr_spec=address)
    yield "To", _one_mailbox(message.recipient)
    yield "Subject", header_safe(message.rendered.subject, LONGEST_SUBJECT)
    yield "Date", format_datetime(date.astimezone(UTC))
    yield "Message-ID", _fitting(_MESSAGE_ID, message.message_id)
    if message.leave_url:
        yield "List-Id", header_safe(message.list_id, LONGEST_SUBJECT)
        yield "List-Unsubscribe", f"<{_fitting(_WEB_ADDRESS, message.leave_url)}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    yield "Content-Language", _fitting(_LANGUAGE, message.language.replace("_", "-"))


def _one_mailbox(address: str) -> str:
    try:
        if parse_address(address) == address:
            return address
    except BadAddress:
        pass
    raise ValueError("the reader's address is not one that was checked")


def _fitting(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} can't stand in a header")
    return text


class _WirePolicy(EmailPolicy):
    """SMTP's policy, except that headers which must stay in one piece are never folded inside."""

    whole = frozenset({"to", "message-id", "list-unsubscribe"})

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in self.whole:
            return super().fold_binary(name, value)
        gap = " " if len(name) + len(value) + 2 <= TIDY_LINE else "\r\n "
        return f"{name}:{gap}{value}\r\n".encode()


_POLICY = _WirePolicy(linesep="\r\n", max_line_length=TIDY_LINE, cte_type="7bit")
_POLICY_ABROAD = _POLICY.clone(utf8=True)  # for an address that is not ASCII before its @


def _build(message: Message, headers: list[tuple[str, str | Address]]) -> bytes:
    policy = _POLICY if message.recipient.isascii() else _POLICY_ABROAD
    mail = EmailMessage(policy)
    for name, value in headers:
        mail[name] = value
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = "multipart/alternative"
    text, html = plain(message.rendered.text), plain(message.rendered.html)
    mail.set_boundary(hashlib.sha256(f"{message.message_id}{text}{html}".encode()).hexdigest()[:40])
    mail.set_payload([_part("plain", text, policy), _part("html", html, policy)])
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=policy).flatten(mail)
    return out.getvalue()


def _part(subtype: str, text: str, policy: EmailPolicy) -> MIMEPart:
    part = MIMEPart(policy)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(f"{text.rstrip()}\n".encode()).decode("ascii"))
    return part


def _check(built: bytes, wanted: set[str], message: Message) -> None:
    found = BytesHeaderParser(policy=compat32).parsebytes(built)
    if sorted(found.keys()) != sorted(wanted | {"MIME-Version", "Content-Type"}):
        raise Unrenderable("a header was added or is missing in what was built")
    if message.recipient.isascii() and found["To"].strip() != message.recipient:
        raise Unrenderable("the To header does not hold the reader's address alone")
    if max(map(len, built.split(b"\r\n"))) > LONGEST_LINE:
        raise Unrenderable(f"a line is longer than {LONGEST_LINE} octets")
