"""A mailbox that is a folder: where mail goes while no relay is named, and how it is read there."""

import asyncio
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from service.errors import WrongInput
from service.mail.handover import Envelope, Outcome, OutcomeKind

_NAME = re.compile(r"[0-9a-f]{32}")


class FolderMailer:
    """Puts each message into a folder, a file per Message-ID: a mail sent again replaces itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def connect(self) -> "FolderConnection":
        """A way into the folder, which is made if need be."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FolderConnection(self.folder)


class FolderConnection:
    """A way into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, envelope: Envelope) -> Outcome:
        """Keep the message; it is there, on the disk, before this says so."""
        header = BytesHeaderParser(policy=default).parsebytes(envelope.data)
        name = hashlib.sha256(str(header["Message-ID"]).encode()).hexdigest()[:32]
        try:
            await asyncio.to_thread(_keep, self.folder, name, envelope.data)
        except OSError as error:
            return Outcome(OutcomeKind.UNREACHABLE, f"the mailbox folder: {error.strerror}")
        return Outcome(OutcomeKind.SENT, f"kept as {name}.eml")

    async def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """A mail in the list."""

    name: str
    to: str
    subject: str
    date: datetime


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail, opened; `source` is all of it, as it would have gone over the wire."""

    name: str
    to: str
    subject: str
    date: datetime
    text: str
    html: str
    source: str


class Mailbox:
    """The folder's mails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self, limit: int = 200) -> list[MailboxEntry]:
        """The mails that came last, newest first."""
        files = sorted(self.folder.glob("*.eml"), key=_arrival, reverse=True)
        return [self._entry(file) for file in files[:limit]]

    def read(self, name: str) -> StoredMail:
        """One mail, by the name of its entry; raises WrongInput where there is none."""
        file = self.folder / f"{name}.eml"
        if not _NAME.fullmatch(name) or not file.is_file():
            raise WrongInput("There is no such mail in the mailbox.")
        data = file.read_bytes()
        mail = message_from_bytes(data, policy=default)
        return StoredMail(
            name=name,
            to=str(mail["To"]),
            subject=str(mail["Subject"]),
            date=_date(mail),
            text=_body(mail, "plain"),
            html=_body(mail, "html"),
            source=data.decode("utf-8", "replace"),
        )

    def _entry(self, file: Path) -> MailboxEntry:
        with file.open("rb") as opened:
            header = BytesHeaderParser(policy=default).parse(opened)
        return MailboxEntry(file.stem, str(header["To"]), str(header["Subject"]), _date(header))


def _keep(folder: Path, name: str, data: bytes) -> None:
    """Write a file whole or not at all, and see it on the disk."""
    draft = folder / f"{name}.{secrets.token_hex(4)}.tmp"
    with draft.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(folder / f"{name}.eml")
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _arrival(file: Path) -> tuple[int, str]:
    return file.stat().st_mtime_ns, file.name


def _date(mail: EmailMessage) -> datetime:
    return parsedate_to_datetime(str(mail["Date"])).astimezone(UTC)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
