"""The little language of the tests: a whole house, with a clock that the test turns.

>>> world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and spindles")
>>> world.reader("ada", "graphs")
>>> world.morning()
>>> world.inbox("ada")
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zlib import crc32

from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from service import feedback, ingest, mornings, rounds, space, subscribe, train
from service.compose import Composed
from service.db import reading, transaction
from service.deliver import Delivered
from service.models import Delivery, Edition, Paper, PaperText, Subscriber, SubscriberState, Verdict
from service.settings import Settings
from service.sources import read_digest
from service.web.app import create_app
from service.wiring import House
from service.wishes import Wishes
from tests.postbox import Postbox

MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
KEY = "a key for tests only and of more than thirty-two bytes"


class World:
    """A house over a real database, whose mail goes to a folder or to a postbox."""

    def __init__(self, database_url: str, folder: Path, postbox: Postbox | None = None) -> None:
        self.now = MONDAY
        self.postbox = postbox
        self.settings = Settings(
            state_dir=folder,
            database_url=database_url,
            smtp_url=postbox.url if postbox else "",
            secret_key=KEY,
        )
        self.house = House(self.settings, clock=lambda: self.now)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.house.engine.dispose()

    # ── time ────────────────────────────────────────────────────────────────────────────────

    def passes(self, **how_long: float) -> None:
        """Let time go by: `world.passes(hours=2)`."""
        self.now += timedelta(**how_long)

    # ── what comes in ───────────────────────────────────────────────────────────────────────

    def digest(self, day: str, *papers: str | tuple[str, str] | dict[str, Any]) -> ingest.Ingested:
        """A digest of that day, as the API would give it; a bare title writes its own abstract."""
        items = [_item(paper, number) for number, paper in enumerate(papers, start=1)]
        draft = read_digest(
            json.dumps(items).encode(), name=f"{day}.json", today=date.fromisoformat(day)
        )
        with transaction(self.house.engine) as session:
            done = ingest.ingest(session, draft, day=date.fromisoformat(day), now=self.now)
            space.refresh(session, now=self.now)
        return done

    def paper(self, title: str) -> int:
        """The id of the paper with that title."""
        with reading(self.house.engine) as session:
            return session.exec(
                select(PaperText.paper_id)
                .join(Paper, col(Paper.id) == PaperText.paper_id)
                .where(PaperText.title == title, col(Paper.merged_into).is_(None))
            ).first() or self._lost(title)

    def _lost(self, title: str) -> int:
        raise LookupError(f"no paper is called {title!r}")

    # ── readers ─────────────────────────────────────────────────────────────────────────────

    def reader(
        self, name: str, *interests: str, confirmed: bool = True, **wishes: Any
    ) -> Subscriber:
        """A reader, active unless told otherwise, whose address is name@reader.example."""
        address = self.address(name)
        with transaction(self.house.engine) as session:
            made = subscribe.ask(
                session,
                address,
                Wishes(interests=interests, **wishes),
                self.house.links.address_hash(address),
                confirmed=confirmed,
                now=self.now,
            )
            train.train(session, [made.id or 0], now=self.now)
        return made

    def address(self, name: str) -> str:
        """Where that reader is mailed."""
        return f"{name}@reader.example"

    def subscriber(self, name: str) -> Subscriber:
        """The reader as the database knows them now."""
        with reading(self.house.engine) as session:
            found = subscribe.by_address(session, self.address(name))
            assert found
            return found

    def state(self, name: str) -> SubscriberState:
        """Whether that reader is mailed."""
        return self.subscriber(name).state

    def says(self, name: str, verdict: str, title: str) -> None:
        """That reader's verdict on a paper, as if clicked; the model is refitted at once."""
        reader_id = self.subscriber(name).id or 0
        paper_id = self.paper(title)
        with transaction(self.house.engine) as session:
            feedback.record(session, reader_id, paper_id, Verdict(verdict), now=self.now)
            train.train(session, [reader_id], fading=self.house.fading(self.now), now=self.now)

    # ── what goes out ───────────────────────────────────────────────────────────────────────

    def compose(self, day: str | None = None, *names: str) -> Composed:
        """That day's editions, for these readers or for all."""
        wanted = date.fromisoformat(day) if day else None
        emails = [self.address(name) for name in names]
        return sum(mornings.compose_day(self.house, wanted, emails, now=self.now), start=Composed())

    def compose_due(self) -> Composed:
        """Editions for whoever is due."""
        return sum(mornings.compose_due(self.house, now=self.now), start=Composed())

    def deliver(self) -> Delivered:
        """Empty the outbox once."""
        return asyncio.run(rounds.deliver_round(self.house))

    def morning(self, day: str | None = None) -> None:
        """Compose and deliver."""
        self.compose(day)
        self.deliver()

    def inbox(self, name: str) -> list[EmailMessage]:
        """What that reader was mailed, oldest first."""
        if self.postbox:
            return [mail.message for mail in self.postbox.inbox(self.address(name))]
        folder = self.settings.mailbox
        assert folder
        mails = [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        ]
        return [mail for mail in mails if mail["To"] == self.address(name)]  # type: ignore[misc]

    def edition(self, name: str, day: str) -> Edition:
        """That reader's edition of that day."""
        reader_id = self.subscriber(name).id
        with reading(self.house.engine) as session:
            return session.exec(
                select(Edition).where(
                    Edition.subscriber_id == reader_id, Edition.day == date.fromisoformat(day)
                )
            ).one()

    def titles(self, name: str, day: str) -> list[str]:
        """The titles in that edition, in order."""
        papers = self.edition(name, day).contents.get("papers", [])
        with reading(self.house.engine) as session:
            return [self._title(session, each["id"], each["text"]) for each in papers]

    def _title(self, session: Session, paper_id: int, version: int) -> str:
        return session.exec(
            select(PaperText.title).where(
                PaperText.paper_id == paper_id, PaperText.version == version
            )
        ).one()

    def deliveries(self) -> Sequence[Delivery]:
        """All promises, oldest first."""
        with reading(self.house.engine) as session:
            return session.exec(select(Delivery).order_by(col(Delivery.id))).all()

    @cached_property
    def browser(self) -> TestClient:
        """Somebody on this machine who opens our pages."""
        app = create_app(self.house)
        return TestClient(
            app,
            base_url=self.settings.base_url,
            client=("127.0.0.1", 50000),
            follow_redirects=False,
        )


def _item(paper: str | tuple[str, str] | dict[str, Any], number: int) -> dict[str, Any]:
    """A paper as the API lists it."""
    if isinstance(paper, str):
        paper = (paper, f"We study {paper.lower()} and report what we found.")
    known = paper if isinstance(paper, dict) else {"title": paper[0], "summary": paper[1]}
    body = {
        "id": f"2602.{crc32(known['title'].encode()) % 100000:05d}",
        "authors": [{"name": "Ada Example", "hidden": False}],
        "publishedAt": "2026-02-20T00:00:00.000Z",
        "upvotes": 100 - number,
        **known,
    }
    return {"paper": body, "publishedAt": "2026-02-20T00:00:00.000Z", "title": body["title"]}
