"""One row for every table: what a migration has to carry along."""

from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, SQLModel

from service.models import (
    Delivery,
    DeliveryKind,
    Digest,
    DigestEntry,
    Edition,
    Feedback,
    Gate,
    IdentityKind,
    Interest,
    Knock,
    Paper,
    PaperFeatures,
    PaperIdentity,
    PaperText,
    RelevanceModel,
    SourceCheck,
    Space,
    Subscriber,
    Suppression,
    Tick,
    UsedLink,
    Verdict,
)

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def subscriber(**changes: Any) -> Subscriber:
    """A reader who keeps every rule, but for the changes."""
    return Subscriber(
        **{"email": "ada@reader.example", "created_at": NOW, "profile_changed_at": NOW, **changes}
    )


def fill_every_table(session: Session) -> list[SQLModel]:
    """Add a row to each table, each pointing to the others as far as it can."""
    paper, digest = Paper(announced_on=DAY), Digest(key="k", source="s", day=DAY, ingested_at=NOW)
    space = Space(active=True, arrays=b"s", fitted_at=NOW, paper_count=1)
    reader = subscriber()
    first: list[SQLModel] = [paper, digest, space, reader]
    _add(session, first)
    assert paper.id
    assert digest.id
    assert space.id
    assert reader.id
    edition = Edition(subscriber_id=reader.id, day=DAY, composed_at=NOW)
    _add(session, [edition])
    rows = [
        PaperIdentity(paper_id=paper.id, kind=IdentityKind.ARXIV, value="2603.00010"),
        PaperText(paper_id=paper.id, version=1, source="s", title="T", fingerprint="f"),
        Paper(announced_on=DAY, merged_into=paper.id),
        DigestEntry(digest_id=digest.id, paper_id=paper.id, position=1),
        PaperFeatures(paper_id=paper.id, space_id=space.id, text_version=1, arrays=b"f"),
        Interest(subscriber_id=reader.id, text="graphs"),
        RelevanceModel(
            subscriber_id=reader.id, space_id=space.id, arrays=b"m", examples=0, trained_at=NOW
        ),
        Suppression(address_hash="h", reason="asked", at=NOW),
        Gate(upstream="papers.example.org", free_at=NOW),
        SourceCheck(url="https://papers.example.org/api?date=2026-03-02", day=DAY, checked_at=NOW),
        Knock(purpose="ask-network", who="h", at=NOW),
        UsedLink(key="login:1:1", at=NOW),
        Tick(name="beat", at=NOW),
        Feedback(
            subscriber_id=reader.id,
            paper_id=paper.id,
            verdict=Verdict.MORE,
            edition_id=edition.id,
            at=NOW,
        ),
        Delivery(
            key="edition:1:2026-03-02",
            kind=DeliveryKind.EDITION,
            subscriber_id=reader.id,
            edition_id=edition.id,
            created_at=NOW,
            next_try=NOW,
            expires_at=NOW,
        ),
    ]
    _add(session, rows)
    return [*first, edition, *rows]


def _add(session: Session, rows: list[SQLModel]) -> None:
    session.add_all(rows)
    session.flush()
