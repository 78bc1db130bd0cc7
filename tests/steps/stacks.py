"""Papers and readers put straight into the tables, for what reads them there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import Engine, event
from sqlmodel import Session

from service.models import (
    Digest,
    DigestEntry,
    Edition,
    Feedback,
    Interest,
    Paper,
    PaperText,
    Subscriber,
    SubscriberState,
    Verdict,
)

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)

FIELDS = {
    "graphs": "We study graph neural networks and message passing on sparse molecular graphs.",
    "sleep": "Sleep spindles and slow waves were recorded in sleeping mice with thin electrodes.",
    "prices": "Auction prices and bidding strategies in electricity markets under uncertainty.",
}


def _own(number: int) -> str:
    """A sentence that no other paper has, so that none is taken for another's double."""
    syllables = ("ka", "lo", "mi", "su", "re", "vo", "ti", "nu", "pe", "zo")
    words = [
        "".join(syllables[int(sign)] for sign in str(number * 7919 * at)) for at in range(1, 15)
    ]
    return " ".join(words).capitalize() + "."


class Stacks:
    """A session's tables, filled row by row."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._numbers = count(1)

    def paper(self, title: str, abstract: str | None = None, *, day: date = DAY) -> int:
        """A paper announced that day, with one wording."""
        paper = Paper(announced_on=day)
        self._add(paper)
        self.wording(paper.id or 0, title, abstract)
        return paper.id or 0

    def wording(self, paper_id: int, title: str, abstract: str | None = None) -> None:
        """A newer wording of a paper."""
        number = next(self._numbers)
        self._add(
            PaperText(
                paper_id=paper_id,
                version=number,
                source="test",
                title=title,
                abstract=abstract,
                fingerprint=f"{number}",
            )
        )

    def digest(self, *papers: tuple[int, int | None], day: date = DAY) -> int:
        """A digest of that day that lists papers with their upvotes, in this order."""
        digest = Digest(key=f"test:{next(self._numbers)}", source="test", day=day, ingested_at=NOW)
        self._add(digest)
        for position, (paper_id, upvotes) in enumerate(papers, 1):
            self._add(
                DigestEntry(
                    digest_id=digest.id or 0, paper_id=paper_id, position=position, upvotes=upvotes
                )
            )
        return digest.id or 0

    def fields(self, each: int = 4, *, day: date = DAY) -> dict[str, list[int]]:
        """So many papers in each of three fields, all on one digest."""
        made = {
            field: [
                self.paper(f"{field} study {number}", f"{abstract} {_own(number)}", day=day)
                for number in (next(self._numbers) for _ in range(each))
            ]
            for field, abstract in FIELDS.items()
        }
        self.digest(*((paper, 1) for papers in made.values() for paper in papers), day=day)
        return made

    def reader(self, *interests: str, mutes: tuple[str, ...] = ()) -> int:
        """An active reader with these interests and mutes."""
        address = f"reader{next(self._numbers)}@reader.example"
        reader = Subscriber(
            email=address,
            mailbox=address,
            state=SubscriberState.ACTIVE,
            created_at=NOW,
            profile_changed_at=NOW,
        )
        self._add(reader)
        for text, weight in [(each, 1.0) for each in interests] + [(each, -1.0) for each in mutes]:
            self._add(Interest(subscriber_id=reader.id or 0, text=text, weight=weight))
        return reader.id or 0

    def says(
        self,
        reader: int,
        paper: int,
        verdict: Verdict,
        *,
        at: datetime = NOW,
        discarded: bool = False,
    ) -> None:
        """A reader's verdict."""
        self._add(
            Feedback(
                subscriber_id=reader, paper_id=paper, verdict=verdict, at=at, discarded=discarded
            )
        )

    def edition(self, reader: int, *papers: int, day: date) -> Edition:
        """An edition that held these papers."""
        contents = {"papers": [{"id": paper, "text": 1} for paper in papers], "trending": False}
        edition = Edition(subscriber_id=reader, day=day, contents=contents, composed_at=NOW)
        self._add(edition)
        return edition

    def merge(self, old: int, into: int) -> None:
        """One row turned out to be the same work as another."""
        paper = self.session.get_one(Paper, old)
        paper.merged_into = into
        self._add(paper)

    def _add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()


def days_before(days: int) -> date:
    """The date so many days before the tests' day."""
    return DAY - timedelta(days=days)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
