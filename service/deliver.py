"""Empty the outbox: hand what is due to the relay and write down what came of it.

A crash can repeat at most one mail per open connection, and loses none: a connection never has
more than one unsettled mail, and the next one is begun in the same durable transaction that
settles the last. All connections share that transaction, so durability is paid once for all of
them. No transaction is held over the network.
"""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from service import leases, outbox
from service.db import reading, transaction
from service.errors import Unrenderable
from service.logs import log
from service.mail.smtp import Connection, Envelope, Mailer, Outcome, OutcomeKind
from service.models import Delivery
from service.owner import new_owner

CHUNK = 40
"""Letters written in one go: the connections wait meanwhile, some 20 ms for each."""
RENEW_SECONDS = 20.0
MOST_UNREACHABLE = 5


Clock = Callable[[], datetime]
Write = Callable[[Session, Sequence[Delivery], datetime], Mapping[int, Envelope | Unrenderable]]


@dataclass
class Delivered:
    """How many deliveries came to which end in one run."""

    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All that were settled or put off."""
        return self.outcomes.total()


@dataclass(frozen=True)
class Letter:
    """A delivery, ready for the wire."""

    delivery_id: int
    key: str
    envelope: Envelope


@dataclass(frozen=True)
class Done:
    """What came of the letter that a connection had in flight."""

    letter: Letter
    outcome: Outcome


async def deliver(
    engine: Engine,
    mailer: Mailer,
    write: Write,
    *,
    clock: Clock,
    connections: int = 4,
    stop: threading.Event | None = None,
    progress: Callable[[OutcomeKind], None] = lambda _kind: None,
) -> Delivered:
    """Hand over everything that is due now; what became of it.

    Deliveries that this run puts off, or is unsure of, are for the next run. Setting `stop`
    finishes what is in flight and puts the rest back.
    """
    run = _Run(engine, write, clock, stop or threading.Event(), progress)
    with transaction(engine) as session:
        leases.sweep(session, now=clock())
    try:
        with _renewing(engine, run.owner, clock):
            async with asyncio.TaskGroup() as lanes:
                for _ in range(connections):
                    lanes.create_task(run.lane(mailer))
    finally:
        with transaction(engine) as session:
            leases.release(session, run.owner, now=clock())
    return run.delivered


class _Run:
    """One run's letters, and the ledger in which all its connections settle together."""

    def __init__(
        self,
        engine: Engine,
        write: Write,
        clock: Clock,
        stop: threading.Event,
        progress: Callable[[OutcomeKind], None],
    ) -> None:
        self.engine, self.write, self.clock, self.stop = engine, write, clock, stop
        self.progress = progress
        self.owner = new_owner()
        self.started = clock()
        self.delivered = Delivered()
        self.letters: deque[Letter] = deque()
        self.waiting: list[tuple[Done | None, asyncio.Future[Letter | None]]] = []
        self.ledger = asyncio.Lock()
        self.unreachable = 0

    async def lane(self, mailer: Mailer) -> None:
        """One connection: a letter at a time, until none is left."""
        connection: Connection | None = None
        done: Done | None = None
        try:
            while letter := await self._turn(done):
                connection = connection or await mailer.connect()
                outcome = await connection.send(letter.envelope)
                self._count(outcome.kind)
                done = Done(letter, outcome)
        finally:
            if connection:
                await connection.close()

    async def _turn(self, done: Done | None) -> Letter | None:
        """Settle what was in flight and begin the next letter, in a transaction shared by all."""
        answer: asyncio.Future[Letter | None] = asyncio.get_running_loop().create_future()
        self.waiting.append((done, answer))
        async with self.ledger:
            if not answer.done():  # otherwise whoever held the ledger before has settled this too
                await self._settle_round()
        return await answer

    async def _settle_round(self) -> None:
        await asyncio.sleep(0)  # whoever is ready in this very moment joins the round
        batch, self.waiting = self.waiting, []
        done = [done for done, _ in batch if done]
        letters = await asyncio.to_thread(self._round, done, len(batch))
        for (_, answer), letter in zip(batch, letters, strict=True):
            answer.set_result(letter)

    def _round(self, done: list[Done], wanted: int) -> list[Letter | None]:
        if len(self.letters) < wanted and self._goes_on():
            self._refill()
        outcomes = {item.letter.delivery_id: item.outcome for item in done}
        with transaction(self.engine) as session:
            outbox.settle(session, self.owner, outcomes, now=self.clock())
            begun = self._begin(session, wanted) if self._goes_on() else []
        for item in done:
            log.info(item.outcome.kind.value, promise=item.letter.key, reply=item.outcome.reply)
        for letter in begun:
            log.info("handing over", promise=letter.key)
        return [*begun, *[None] * (wanted - len(begun))]

    def _begin(self, session: Session, wanted: int) -> list[Letter]:
        begun: list[Letter] = []
        while self.letters and len(begun) < wanted:
            some = [
                self.letters.popleft() for _ in range(min(wanted - len(begun), len(self.letters)))
            ]
            ids = outbox.begin(
                session, self.owner, [each.delivery_id for each in some], now=self.clock()
            )
            begun += [each for each in some if each.delivery_id in ids]
        return begun

    def _refill(self) -> None:
        """Claim the next chunk and write its letters; one that can't be written fails alone."""
        with transaction(self.engine) as session:
            rows = outbox.claim(
                session, self.owner, limit=CHUNK, due_by=self.started, now=self.clock()
            )
        if not rows:
            return
        with reading(self.engine) as session:
            written = self.write(session, rows, self.clock())
        bad = {}
        keys = {row.id: row.key for row in rows}
        for row_id, envelope in written.items():
            if isinstance(envelope, Unrenderable):
                bad[row_id] = Outcome(OutcomeKind.FAILED, f"could not be written: {envelope}")
                log.error("could not be written", promise=keys[row_id], reason=str(envelope))
                self._count(OutcomeKind.FAILED)
            else:
                self.letters.append(Letter(row_id, keys[row_id], envelope))
        with transaction(self.engine) as session:
            outbox.settle(session, self.owner, bad, now=self.clock())

    def _goes_on(self) -> bool:
        return not self.stop.is_set() and self.unreachable < MOST_UNREACHABLE

    def _count(self, kind: OutcomeKind) -> None:
        self.delivered.outcomes[kind] += 1
        self.unreachable = self.unreachable + 1 if kind is OutcomeKind.UNREACHABLE else 0
        self.progress(kind)


@contextmanager
def _renewing(engine: Engine, owner: str, clock: Clock) -> Iterator[None]:
    """Keep the run's leases alive from a thread, however long the relay takes to answer."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEW_SECONDS):
            with transaction(engine) as session:
                leases.renew(session, owner, now=clock())

    thread = threading.Thread(target=renew, name="lease-renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
