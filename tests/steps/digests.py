"""Digests in a line each, and what the database holds after they were taken in."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import SQLModel, select

from service.db import reading, transaction
from service.ingest import Ingested, ingest
from service.models import Paper, PaperText
from service.sources import DigestDraft, PaperDraft, read_digest

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def paper(title: str = "Counting Pebbles", record: int = 1, **known: Any) -> PaperDraft:
    return PaperDraft(record, title, **known)


def digest(
    *papers: PaperDraft, source: str = "huggingface", day: date | None = MONDAY
) -> DigestDraft:
    mark = hashlib.sha256(repr(papers).encode()).hexdigest()
    return DigestDraft(source, day, papers, (), mark)


def page(*papers: PaperDraft, day: date | None = MONDAY) -> DigestDraft:
    return digest(*papers, source="saved_page", day=day)


def take(
    engine: Engine, draft: DigestDraft, day: date | None = None, now: datetime = NOW
) -> Ingested:
    with transaction(engine) as session:
        return ingest(session, draft, day=day, now=now)


def counts(done: Ingested) -> tuple[int, int, int]:
    return done.new, done.merged, done.unchanged


def rows(engine: Engine, table: type[SQLModel]) -> Sequence[Any]:
    with reading(engine) as session:
        return session.exec(select(table).order_by(text("id"))).all()


def papers(engine: Engine) -> list[Paper]:
    return [row for row in rows(engine, Paper) if row.merged_into is None]


def only(engine: Engine) -> Paper:
    (row,) = papers(engine)
    return row


def wordings(engine: Engine) -> list[tuple[int, str, str | None]]:
    return [(row.version, row.title, row.abstract) for row in rows(engine, PaperText)]


def everything(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in SQLModel.metadata.sorted_tables
        }


def read(data: bytes, today: date = MONDAY) -> DigestDraft:
    return read_digest(data, name="file", today=today)
