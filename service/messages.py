"""Deliveries become messages: rows in, what goes over the wire out, a chunk at a time.

The archive page and the mail are made by the same functions from the same row, so that nobody
sees two truths.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from service.errors import Unrenderable
from service.mail.links import Links
from service.mail.message import Message, wire
from service.mail.render import Renderer
from service.mail.smtp import Envelope
from service.mail.views import (
    ConfirmView,
    EditionView,
    KnownView,
    LoginView,
    PaperView,
    ReasonView,
    Rendered,
)
from service.models import Delivery, DeliveryKind, Edition, Subscriber
from service.papers import Card, Wording, cards
from service.ranking import Reason
from service.text import readable, sentences

Entry = Mapping[str, Any]
Row = TypeVar("Row", bound=SQLModel)
FRESH_DATE = timedelta(hours=2)


@dataclass(frozen=True)
class Writer:
    """Writes letters: how they look, where their links point, who sends them."""

    renderer: Renderer
    links: Links
    sender: str
    domain: str
    list_name: str = "Paper Round"

    def envelopes(
        self, session: Session, deliveries: Sequence[Delivery], now: datetime
    ) -> Mapping[int, Envelope | Unrenderable]:
        """The wire-ready letter of each delivery, or why it can't be written."""
        readers = _rows(session, Subscriber, {row.subscriber_id for row in deliveries})
        editions = _rows(session, Edition, {row.edition_id for row in deliveries if row.edition_id})
        views = self.views(session, list(editions.values()), readers)
        letters: dict[int, Envelope | Unrenderable] = {}
        for row in deliveries:
            try:
                letters[row.id or 0] = self._envelope(row, readers[row.subscriber_id], views, now)
            except Unrenderable as error:
                letters[row.id or 0] = error
        return letters

    def views(
        self, session: Session, editions: Sequence[Edition], readers: Mapping[int, Subscriber]
    ) -> dict[int, EditionView]:
        """What templates see of these editions, by the edition's id."""
        shown = _shown(session, editions)
        return {
            edition.id or 0: self._view(edition, readers[edition.subscriber_id], shown)
            for edition in editions
        }

    def _envelope(
        self, row: Delivery, reader: Subscriber, views: Mapping[int, EditionView], now: datetime
    ) -> Envelope:
        if not reader.email:
            raise Unrenderable("the reader's address was erased")
        edition = views.get(row.edition_id or 0)
        rendered = self.renderer.edition(edition) if edition else self._note(row, reader)
        message = Message(
            message_id=self.links.message_id(row.kind, row.key, domain=self.domain),
            sender=self.sender,
            recipient=reader.email,
            rendered=rendered,
            language=reader.language,
            list_id=f"{self.list_name} <paperround.{self.domain}>",
            leave_url=self.links.leave(reader.unsubscribe_id) if edition else None,
        )
        date = row.first_try_at if row.first_try_at and now - row.first_try_at < FRESH_DATE else now
        return Envelope(self.sender, reader.email, wire(message, date=date))

    def _note(self, row: Delivery, reader: Subscriber) -> Rendered:
        """A mail without papers: each has one thing to say, and a link that its time goes into."""
        links, language = self.links, reader.language
        if row.kind is DeliveryKind.CONFIRM:
            confirm = links.confirm(reader.public_id, row.created_at)
            never = links.never(reader.public_id)
            return self.renderer.confirm(ConfirmView(language, confirm, never))
        login = links.login(reader.public_id, row.created_at)
        if row.kind is DeliveryKind.LOGIN:
            return self.renderer.login(LoginView(language, login))
        if row.kind is DeliveryKind.KNOWN:
            return self.renderer.known(KnownView(language, login))
        raise Unrenderable("its edition is not there any more")

    def _view(
        self, edition: Edition, reader: Subscriber, shown: Mapping[Wording, Card]
    ) -> EditionView:
        entries = edition.contents.get("papers", [])
        papers = [
            self._paper(edition, position, entry, shown)
            for position, entry in enumerate(entries, start=1)
            if (entry["id"], entry["text"]) in shown
        ]
        return EditionView(
            day=edition.day,
            language=edition.language,
            papers=tuple(papers),
            trending=edition.contents.get("trending", False),
            candidates=edition.contents.get("candidates", len(entries)),
            leave_url=self.links.leave(reader.unsubscribe_id),
            view_url=self.links.view(edition.public_id),
            preferences_url=self.links.preferences(reader.public_id),
        )

    def _paper(
        self, edition: Edition, position: int, entry: Entry, shown: Mapping[Wording, Card]
    ) -> PaperView:
        card = shown[entry["id"], entry["text"]]
        return PaperView(
            position=position,
            title=card.title,
            url=card.url,
            abstract=card.abstract,
            snippet=_snippet(card.abstract, entry.get("snippet", ())),
            authors=card.authors,
            author_count=card.author_count,
            published_on=card.published_on,
            upvotes=card.upvotes,
            reason=reason_view(Reason.from_data(entry["reason"]), shown),
            more_url=self.links.vote(edition.public_id, position, "more"),
            less_url=self.links.vote(edition.public_id, position, "less"),
            explored=entry.get("slot") == "explored",
        )


def reason_view(reason: Reason, shown: Mapping[Wording, Card]) -> ReasonView:
    """A reason with the title of the nearest liked paper in place of its id."""
    liked = [shown[each, None].title for each in reason.liked if (each, None) in shown]
    authors = tuple(readable(each) for each in reason.authors)
    return ReasonView(reason.kind, reason.terms, liked[0] if liked else None, authors)


def _snippet(abstract: str | None, numbers: Sequence[int]) -> str | None:
    """These sentences of an abstract, with `…` where others are left out; None where there are none."""
    told = sentences(abstract or "")
    chosen = [number for number in numbers if number < len(told)]
    pieces: list[str] = []
    for number in chosen:
        follows = number - 1 in chosen or number == 0
        pieces += [told[number]] if follows else ["…", told[number]]
    left = ["…"] if chosen and chosen[-1] < len(told) - 1 else []
    return " ".join([*pieces, *left]) or None


def _shown(session: Session, editions: Sequence[Edition]) -> dict[Wording, Card]:
    """Every paper that these editions show or name, by id and wording (None: the newest)."""
    wordings: dict[Wording, None] = {}
    for edition in editions:
        for entry in edition.contents.get("papers", []):
            wordings[entry["id"], entry["text"]] = None
            for liked in Reason.from_data(entry["reason"]).liked:
                wordings[liked, None] = None
    return cards(session, list(wordings))


def _rows(session: Session, table: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    column = col(table.id)  # type: ignore[attr-defined]
    return {row.id: row for row in session.exec(select(table).where(column.in_(list(ids))))}  # type: ignore[attr-defined]
