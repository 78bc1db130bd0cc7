"""Replay: past editions ranked anew by what was known of their readers then; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from sqlmodel import Session

from service import past, profiles, shelf
from service.errors import WrongInput
from service.lessons import active_space
from service.models import Verdict
from service.past import Past
from service.profiles import Fading, ReaderProfile
from service.ranking import Portion, Profile, Wish, ordered
from service.ranking.evaluate import (
    Draw,
    Model,
    Paper,
    ProductModel,
    Ranker,
    Reordered,
    SpaceRanker,
)
from service.shelf import Shelf

BACKGROUND = 5_000
"""From so many papers, the newest before the first day, a ranker learns its background."""

Judge = Ranker | SpaceRanker


@dataclass
class Replayed:
    """What came of the editions that were ranked anew so far.

    `draws` are the explored papers that were handed over; `untold` counts those of them whose
    edition does not tell how probable they were, or among which papers they were drawn.
    """

    reordered: Reordered = field(default_factory=Reordered)
    draws: list[Draw] = field(default_factory=list)
    untold: int = 0


@dataclass(frozen=True)
class Desk:
    """A day's candidates as rankers are told of them, in trending order, and when each arrived."""

    books: Shelf
    papers: tuple[Paper, ...]
    arrived: Mapping[int, datetime]


@dataclass(frozen=True)
class _Case:
    """One edition, what was known of its reader before it, and what they have said by now."""

    past: Past
    profile: ReaderProfile
    lesson: Profile
    sent: set[int]
    by_now: Mapping[int, Verdict]


def plan(session: Session, first: date, last: date) -> dict[date, int]:
    """The days that have editions, and how many; raises WrongInput where there are none."""
    if first > last:
        raise WrongInput(f"{first} comes after {last}: the earlier day belongs to --from.")
    found = past.days(session, first, last)
    if not found:
        raise WrongInput(f"No edition was composed from {first} to {last}.")
    return found


def product(session: Session) -> SpaceRanker:
    """The product's own ranker, in the space that is active today."""
    active = active_space(session)
    if active is None:
        raise WrongInput("There is no feature space yet, and so nothing to rank by.")
    return SpaceRanker(active.space)


def background(session: Session, before: date) -> list[Paper]:
    """The papers from which a ranker may learn what papers are like: announced before that day."""
    found = past.older(session, before, limit=BACKGROUND)
    if not found:
        raise WrongInput(
            f"No paper was announced before {before}, so a ranker has no background to learn from; "
            "give a later day with --from."
        )
    return found


def lay_out(session: Session, day: date) -> Desk:
    """The candidates of a day."""
    books = shelf.load(session, day)
    found = past.describe(session, books.paper_ids)
    return Desk(books, tuple(found[each] for each in books.paper_ids), past.arrived(session, day))


def replay(
    session: Session,
    ranker: Judge,
    desk: Desk,
    pasts: Sequence[Past],
    into: Replayed,
    *,
    half_life: timedelta | None = None,
) -> None:
    """Rank these editions of the desk's day anew, in a handful of queries however many they are.

    What was known of their readers then are the verdicts that they had given; what they follow and
    mute is taken as it is today. For whom nothing was known, the order is the digests' own, whoever
    ranks. With a `half_life`, the product's own ranker lets verdicts fade.
    """
    candidates = desk.books.candidates
    if not pasts or candidates is None:
        return
    cases = _cases(session, desk, pasts, half_life)
    judged = {paper for case in cases for paper in case.profile.judged}
    offered = {paper for case in cases for paper in case.past.pool}
    papers = past.describe(session, judged | offered)
    scored = [_scores(ranker, desk, case, papers) for case in cases]
    rows = [[scores[each] for each in desk.books.paper_ids] for scores in scored]
    wishes = [_wish(desk, case) for case in cases]
    orders = ordered(candidates, np.array(rows, np.float32), wishes)
    for case, scores, order in zip(cases, scored, orders, strict=True):
        _compare(case, order, into.reordered)
        _draw(case, scores, into)


def _cases(
    session: Session, desk: Desk, pasts: Sequence[Past], half_life: timedelta | None
) -> list[_Case]:
    readers = [each.reader for each in pasts]
    then = {each.reader: each.composed_at for each in pasts}
    known = profiles.load(session, readers, before=then)
    today = profiles.load(session, readers)
    sent = profiles.sent_before(session, readers, desk.books.day, before=then)
    return [
        _Case(each, profile, profile.as_lesson(fading), sent[each.reader], by_now.verdicts)
        for each in pasts
        for profile, by_now in [(known[each.reader], today[each.reader])]
        for fading in [Fading(half_life, each.composed_at) if half_life else None]
    ]


def _scores(
    ranker: Judge, desk: Desk, case: _Case, papers: Mapping[int, Paper]
) -> dict[int, float]:
    """What the ranker thinks of the candidates, in their order, and then of what else was offered."""
    here = set(desk.books.paper_ids)
    spare = [each for each in case.past.pool if each in papers and each not in here]
    ids = [*desk.books.paper_ids, *spare]
    if case.lesson.empty:
        return dict(zip(ids, np.linspace(1, 0, len(ids)).tolist(), strict=True))
    model = _learn(ranker, case.lesson, papers)
    scores = np.asarray(model.score([*desk.papers, *(papers[each] for each in spare)]), np.float64)
    if scores.shape != (len(ids),) or not np.isfinite(scores).all():
        raise WrongInput("The ranker's score() has to give one finite number a paper.")
    return dict(zip(ids, scores.tolist(), strict=True))


def _learn(ranker: Judge, lesson: Profile, papers: Mapping[int, Paper]) -> Model | ProductModel:
    likes, dislikes = (
        [papers[each] for each in said if each in papers]
        for said in (lesson.liked, lesson.disliked)
    )
    if isinstance(ranker, SpaceRanker):
        weights = {str(each): lesson.weights[each] for each in lesson.weights if each in papers}
        return ranker.fit(lesson.interests, likes, dislikes, weights)
    return ranker.fit([each.text for each in lesson.interests], likes, dislikes)


def _wish(desk: Desk, case: _Case) -> Wish:
    """What the reader might have been sent: what was there by then, not sent, judged or muted."""
    later = {paper for paper, at in desk.arrived.items() if at > case.past.composed_at}
    return shelf.wish(desk.books, case.profile, None, case.sent | later, Portion())


def _compare(case: _Case, order: Sequence[int], into: Reordered) -> None:
    """Note how the new order of what might have been sent agrees with what was."""
    shown = [*case.past.ranked, *([case.past.explored] if case.past.explored else [])]
    said = {each: case.by_now.get(each) for each in shown if each not in case.profile.judged}
    into.add(
        case.past.reader,
        case.past.ranked,
        order,
        more=[each for each, verdict in said.items() if verdict is Verdict.MORE],
        less=[each for each, verdict in said.items() if verdict is Verdict.LESS],
    )


def _draw(case: _Case, scores: Mapping[int, float], into: Replayed) -> None:
    """Note what chance drew, whether the ranker would have chosen it, and what came of it."""
    explored, pool = case.past.explored, case.past.pool
    if explored is None or not case.past.handed_over:
        return
    if not pool.get(explored) or not pool.keys() <= scores.keys():
        into.untold += 1
        return
    wanted = case.by_now.get(explored) is Verdict.MORE
    best = max(pool, key=lambda each: scores[each])
    into.draws.append(Draw(case.past.reader, pool[explored], best == explored, float(wanted)))
