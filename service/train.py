"""Training: readers' interests and feedback become their models."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, false, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from service import profiles
from service.lessons import LoadedSpace, active_space, learn
from service.models import Feedback, Interest, RelevanceModel, Space, Subscriber, SubscriberState
from service.profiles import Fading, ReaderProfile
from service.ranking import ModelArrays

_READ = (SubscriberState.PENDING, SubscriberState.ACTIVE)


def train(
    session: Session,
    subscriber_ids: Sequence[int],
    *,
    space: LoadedSpace | None = None,
    fading: Fading | None = None,
    now: datetime,
) -> int:
    """Refit these readers, and nobody else, from what is known of them now; how many were.

    With `fading`, what they said long ago counts less. They are fitted in the active space unless
    another is given. Before the first paper there is no space to fit in, and nothing to do.
    """
    if not subscriber_ids:
        return 0
    space = space or active_space(session, hold=True)
    if space is None:
        return 0
    readers = profiles.load(session, subscriber_ids)
    _store(session, _rows(space, readers, learn(session, space, readers, fading), now))
    return len(readers)


def stale(
    session: Session,
    *,
    limit: int | None = None,
    ids: Sequence[int] | None = None,
    space_id: int | None = None,
    fading: Fading | None = None,
) -> list[int]:
    """Readers, of all or of these, whose model is missing or older than what is known of them.

    With `fading`, so are readers whose verdicts have faded since it was fitted. What counts are the
    models in the active space, or in the one given.
    """
    meant = col(Space.active) if space_id is None else col(Space.id) == space_id
    model = (
        select(RelevanceModel.subscriber_id, RelevanceModel.trained_at, RelevanceModel.examples)
        .join(Space, (col(Space.id) == col(RelevanceModel.space_id)) & meant)
        .subquery()
    )
    query = (
        select(Subscriber.id)
        .outerjoin(model, model.c.subscriber_id == col(Subscriber.id))
        .where(
            col(Subscriber.state).in_(_READ),
            or_(
                model.c.trained_at.is_(None),
                model.c.trained_at < col(Subscriber.profile_changed_at),
                _outdated(model.c, fading),
            ),
            _has_profile(),
            exists().where(meant),
        )
        .order_by(col(Subscriber.id))
        .limit(limit)
    )
    if ids is not None:
        query = query.where(col(Subscriber.id).in_(ids))
    return [reader for reader in session.exec(query) if reader is not None]


def _outdated(model: Any, fading: Fading | None) -> Any:
    """Whether verdicts count less by now than when the model was fitted."""
    return (model.examples > 0) & (model.trained_at < fading.outdated) if fading else false()


def _has_profile() -> Any:
    """Whether a reader ever said what a model could learn from; a mute teaches it nothing."""
    wants = exists().where(
        col(Interest.subscriber_id) == col(Subscriber.id), col(Interest.weight) > 0
    )
    judged = exists().where(col(Feedback.subscriber_id) == col(Subscriber.id))
    return or_(wants, judged)


def _rows(
    active: LoadedSpace,
    readers: Mapping[int, ReaderProfile],
    models: Mapping[int, ModelArrays],
    now: datetime,
) -> list[dict[str, Any]]:
    return [
        {
            "subscriber_id": reader,
            "space_id": active.id,
            "arrays": models[reader].to_bytes(),
            "examples": len(profile.judged),
            "trained_at": now,
        }
        for reader, profile in readers.items()
    ]


def _store(session: Session, rows: list[dict[str, Any]]) -> None:
    """One row per reader and space: a later model takes the place of the earlier one."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(RelevanceModel)
    statement = statement.on_conflict_do_update(
        index_elements=["subscriber_id", "space_id"],
        set_={name: statement.excluded[name] for name in ("arrays", "examples", "trained_at")},
    )
    session.execute(statement, rows)
