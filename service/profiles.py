"""What is known of readers: their interests, their verdicts, and the papers they were sent."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from service.models import (
    Delivery,
    DeliveryState,
    Edition,
    EditionState,
    Feedback,
    Interest,
    InterestKind,
    Paper,
    Verdict,
)
from service.ranking import InterestText, Profile

WINDOW_DAYS = 14
"""A paper may be chosen on so many days, the one of its announcement included; for as long, what
a reader was sent is kept from them. Both look at this one number, so no paper comes twice."""

Word = tuple[Verdict, datetime]
"""What a reader said of a paper, and when."""

_NEVER_CAME = (DeliveryState.FAILED, DeliveryState.LATE, DeliveryState.SUPPRESSED)


_REFITTED = 10
"""So often within a half-life a model is fitted anew: in between, a verdict loses 7 % of its weight."""
_LEAST_WEIGHT = 2.0**-20


@dataclass(frozen=True)
class Fading:
    """How much what was said counts `now`: half after a half-life, a quarter after two."""

    half_life: timedelta
    now: datetime

    def weight(self, at: datetime) -> float:
        """How much a verdict of that moment counts beside one of now; never quite nothing."""
        half_lives = max((self.now - at) / self.half_life, 0.0)
        return max(math.exp2(-half_lives), _LEAST_WEIGHT)

    @property
    def outdated(self) -> datetime:
        """Models of readers who have judged anything are to be fitted anew from before that moment."""
        return self.now - self.half_life / _REFITTED


@dataclass(frozen=True)
class ReaderProfile:
    """One reader's interests, mutes, authors and verdicts; papers under the ids they have today."""

    interests: tuple[InterestText, ...] = ()
    mutes: tuple[str, ...] = ()
    authors: tuple[InterestText, ...] = ()
    muted_authors: tuple[str, ...] = ()
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    said_at: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def judged(self) -> frozenset[int]:
        """The papers that the reader has an opinion on."""
        return frozenset(self.verdicts)

    def as_lesson(self, fading: Fading | None = None) -> Profile:
        """What a model learns of this reader; a mute removes papers and teaches nothing."""
        weights = {each: fading.weight(at) for each, at in self.said_at.items()} if fading else {}
        return Profile(self.interests, self._said(Verdict.MORE), self._said(Verdict.LESS), weights)

    def _said(self, wanted: Verdict) -> tuple[int, ...]:
        return tuple(paper_id for paper_id, verdict in self.verdicts.items() if verdict is wanted)


def first_day(day: date) -> date:
    """The first day of the window that ends on `day`."""
    return day - timedelta(days=WINDOW_DAYS - 1)


def load(
    session: Session,
    subscriber_ids: Sequence[int],
    *,
    before: Mapping[int, datetime] | None = None,
) -> dict[int, ReaderProfile]:
    """The profile of each of these readers, in two queries however many they are.

    With `before`, only verdicts given before each reader's moment count; interests are always
    today's, since their history is not kept.
    """
    interests: dict[int, list[Interest]] = {}
    for interest in session.exec(
        select(Interest)
        .where(col(Interest.subscriber_id).in_(subscriber_ids))
        .order_by(col(Interest.id))
    ):
        interests.setdefault(interest.subscriber_id, []).append(interest)
    words = _words(session, subscriber_ids, before)
    return {
        reader: _profile(interests.get(reader, ()), words.get(reader, {}))
        for reader in subscriber_ids
    }


def _profile(interests: Sequence[Interest], words: Mapping[int, Word]) -> ReaderProfile:
    phrases = [each for each in interests if each.kind == InterestKind.KEYWORD]
    authors = [each for each in interests if each.kind == InterestKind.AUTHOR]
    return ReaderProfile(
        *(_followed(phrases), _muted(phrases), _followed(authors), _muted(authors)),
        verdicts={paper_id: verdict for paper_id, (verdict, _) in words.items()},
        said_at={paper_id: at for paper_id, (_, at) in words.items()},
    )


def _followed(interests: Sequence[Interest]) -> tuple[InterestText, ...]:
    return tuple(InterestText(each.text, each.weight) for each in interests if each.weight > 0)


def _muted(interests: Sequence[Interest]) -> tuple[str, ...]:
    return tuple(each.text for each in interests if each.weight < 0)


def _words(
    session: Session, subscriber_ids: Sequence[int], before: Mapping[int, datetime] | None
) -> dict[int, dict[int, Word]]:
    """The last word on each paper, without what was taken back; the newest paper comes last."""
    once, twice = aliased(Paper), aliased(Paper)
    rows = session.exec(
        select(
            Feedback.subscriber_id,
            func.coalesce(twice.merged_into, once.merged_into, once.id),
            Feedback.verdict,
            Feedback.at,
        )
        .join(once, col(once.id) == col(Feedback.paper_id))
        .outerjoin(twice, col(twice.id) == col(once.merged_into))
        .where(col(Feedback.subscriber_id).in_(subscriber_ids), col(Feedback.discarded).is_(False))
        .order_by(col(Feedback.id))
    )
    last: dict[int, dict[int, Word]] = {}
    for reader, paper_id, verdict, at in rows:
        if before and at >= before[reader]:
            continue
        words = last.setdefault(reader, {})
        words.pop(paper_id, None)
        words[paper_id] = (Verdict(verdict), at)
    return {
        reader: {paper_id: word for paper_id, word in words.items() if word[0] is not Verdict.NONE}
        for reader, words in last.items()
    }


def sent_before(
    session: Session,
    subscriber_ids: Sequence[int],
    day: date,
    *,
    before: Mapping[int, datetime] | None = None,
) -> dict[int, set[int]]:
    """The papers in each reader's editions since the window began, under all ids they have had.

    One that never reached the reader does not count. Later ones do: an edition that is caught up
    on must not repeat what came after it. With `before`, only what was composed before each
    reader's moment counts.
    """
    rows = session.exec(
        select(Edition.subscriber_id, Edition.contents, Edition.composed_at).where(
            col(Edition.subscriber_id).in_(subscriber_ids),
            col(Edition.day) >= first_day(day),
            col(Edition.state) == EditionState.COMPOSED,
            ~_never_came(),
            true() if before is None else col(Edition.composed_at) < max(before.values()),
        )
    )
    merged = merged_since(session, first_day(first_day(day)))
    sent: dict[int, set[int]] = {reader: set() for reader in subscriber_ids}
    for reader, contents, composed_at in rows:
        if before and composed_at >= before[reader]:
            continue
        for paper in contents.get("papers", ()):
            sent[reader].update(names(int(paper["id"]), merged))
    return sent


def _never_came() -> Any:
    """Whether all deliveries of an edition have ended without reaching anyone."""
    ended = col(Delivery.state).in_(_NEVER_CAME)
    ours = col(Delivery.edition_id) == col(Edition.id)
    return exists().where(ours, ended) & ~exists().where(ours, ~ended)


def merged_since(session: Session, day: date) -> dict[int, int]:
    """Where papers announced since a day went, if they turned out to be another's double."""
    rows = session.exec(
        select(Paper.id, Paper.merged_into).where(
            col(Paper.merged_into).is_not(None), col(Paper.announced_on) >= day
        )
    )
    return {old: new for old, new in rows if old is not None and new is not None}


def names(paper_id: int, merged: Mapping[int, int]) -> list[int]:
    """All ids that a paper has had since this one; the last is the one it has today."""
    known = [paper_id]
    while known[-1] in merged and merged[known[-1]] not in known:
        known.append(merged[known[-1]])
    return known
