"""Papers as people see them: readable title and abstract, authors, and where the title leads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select

from service.models import DigestEntry, IdentityKind, Paper, PaperIdentity, PaperText
from service.text import readable

NAMED_AUTHORS = 4

Wording = tuple[int, int | None]
"""A paper's id and the version of its text; None stands for the newest."""


@dataclass(frozen=True)
class Card:
    """A paper ready to be shown; unknown is None, and nothing of it is mark-up."""

    paper_id: int
    title: str
    abstract: str | None
    url: str | None
    authors: str
    author_count: int | None
    published_on: date | None
    upvotes: int | None


def cards(session: Session, wordings: Collection[Wording]) -> dict[Wording, Card]:
    """The cards of papers in these wordings; a version of None means the newest."""
    ids = {paper for paper, _ in wordings}
    rows = session.exec(select(Paper).where(col(Paper.id).in_(ids))).all()
    papers = {row.id: row for row in rows}
    links = _links(session, ids)
    return {
        wording: _card(papers[wording[0]], text, links.get(wording[0]))
        for wording, text in _texts(session, wordings).items()
    }


def listed(session: Session, digest_id: int) -> list[int]:
    """The papers of a digest, most reactions first, then as the digest had them."""
    return list(
        session.exec(
            select(DigestEntry.paper_id)
            .where(DigestEntry.digest_id == digest_id)
            .order_by(func.coalesce(col(DigestEntry.upvotes), -1).desc(), col(DigestEntry.position))
        )
    )


def _texts(session: Session, wordings: Collection[Wording]) -> dict[Wording, PaperText]:
    key = tuple_(col(PaperText.paper_id), col(PaperText.version))
    exact = [wording for wording in wordings if wording[1] is not None]
    newest = [paper for paper, version in wordings if version is None]
    latest = (
        select(PaperText.paper_id, func.max(PaperText.version))
        .where(col(PaperText.paper_id).in_(newest))
        .group_by(col(PaperText.paper_id))
    )
    found: dict[Wording, PaperText] = {}
    if exact:
        rows = session.exec(select(PaperText).where(key.in_(exact)))
        found |= {(row.paper_id, row.version): row for row in rows}
    if newest:
        rows = session.exec(select(PaperText).where(key.in_(latest)))
        found |= {(row.paper_id, None): row for row in rows}
    return found


def _links(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Where each paper can be read, by its surest id."""
    rows = session.exec(
        select(PaperIdentity).where(
            col(PaperIdentity.paper_id).in_(ids), col(PaperIdentity.kind) != IdentityKind.TITLE
        )
    ).all()
    places = {IdentityKind.DOI: "https://doi.org/", IdentityKind.ARXIV: "https://arxiv.org/abs/"}
    ranked = sorted(rows, key=lambda row: list(places).index(row.kind))
    return {row.paper_id: places[row.kind] + row.value for row in ranked}


def _card(paper: Paper, text: PaperText, link: str | None) -> Card:
    return Card(
        paper_id=paper.id or 0,
        title=readable(text.title),
        abstract=readable(text.abstract) if text.abstract else None,
        url=link or paper.url,
        authors=_names(paper.authors or []),
        author_count=paper.author_count,
        published_on=paper.published_on,
        upvotes=paper.upvotes,
    )


def _names(authors: list[str]) -> str:
    shown = ", ".join(readable(name) for name in authors[:NAMED_AUTHORS])
    return f"{shown}, …" if len(authors) > NAMED_AUTHORS else shown
