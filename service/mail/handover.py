"""What passes between us and whatever takes our mail, be it a relay or a folder."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class OutcomeKind(StrEnum):
    """What became of one message."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """The relay may have all of it, and never said whether it took it."""
    UNREACHABLE = "unreachable"
    """Nothing was handed over; the fault lies with the relay or the way, not with the message."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message, and the words of whoever took it; they name no address."""

    kind: OutcomeKind
    reply: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A wire-ready message and whom it goes to; a display name beside the sender is left out."""

    sender: str
    recipient: str
    data: bytes


class Connection(Protocol):
    """A way out of the house, one message at a time."""

    async def send(self, envelope: Envelope) -> Outcome:
        """Hand over one message; what came of it, never an error of the network."""

    async def close(self) -> None:
        """Take leave."""


class Mailer(Protocol):
    """Whatever takes our messages."""

    async def connect(self) -> Connection:
        """A way to it; that it can't be reached shows at the first message."""
