"""Learning: readers' models kept up with what they say, and the space with the papers."""

from collections.abc import Sequence
from datetime import datetime

from service import renew, space, train
from service.chunks import CHUNK, apart, chunks
from service.db import reading, transaction
from service.lessons import load_space
from service.logs import log
from service.rounds import refresh
from service.wiring import House

MOST_STALE = 100_000


def stale(house: House) -> list[list[int]]:
    """Readers whose model interests or feedback have overtaken, in chunks."""
    with reading(house.engine) as session:
        ids = train.stale(session, limit=MOST_STALE, fading=house.fading(house.now()))
    return chunks(ids)


def train_chunk(house: House, subscriber_ids: Sequence[int], *, now: datetime) -> int:
    """Refit those of these readers whose model is still stale; how many were.

    One who can't be learnt of does not keep the others from it; their older model stays in use.
    """

    fading = house.fading(now)

    def learn(ids: Sequence[int]) -> int:
        with transaction(house.engine) as session:
            old = train.stale(session, ids=ids, fading=fading)
            return train.train(session, old, fading=fading, now=now)

    def unlearnt(reader: int, error: Exception) -> int:
        log.error("no model", subscriber=reader, reason=type(error).__name__, exc_info=error)
        return 0

    return sum(apart(subscriber_ids, learn, unlearnt))


def train_stale(house: House, *, now: datetime) -> int:
    """Refit every stale model, a chunk at a time; how many."""
    return sum(train_chunk(house, chunk, now=now) for chunk in stale(house))


def renew_space(house: House, *, size: int = CHUNK, now: datetime) -> list[list[int]]:
    """One step towards a space that the papers have not outgrown; readers to be fitted in it.

    Fit those, in chunks of that size, with `train_coming`, and ask again. Nobody means that nothing
    is left to do: a last chunk is fitted with the switch.
    """
    refresh(house, now=now)  # after an upgrade nothing can be ranked before this
    with transaction(house.engine) as session:
        renew.clear(session)
        new = renew.coming(session)
        if new is None and not renew.is_outgrown(session):
            return []
    new = new or _fit_space(house, now)
    with reading(house.engine) as session:
        loaded = load_space(session, new) if new else None
        lacking = space.wordings(session, lacking_in=new) if new else []
        parts = chunks(train.stale(session, space_id=new), size)
    if loaded is None:
        return []
    for start in range(0, len(lacking), CHUNK):
        with transaction(house.engine) as session:
            space.fill(session, loaded, lacking[start : start + CHUNK])
    if len(parts) > 1:
        return parts
    with transaction(house.engine) as session:
        correlation = renew.switch(session, loaded, fading=house.fading(now), now=now)
    log.info(
        "a new space", space=loaded.id, papers=loaded.space.paper_count_, agreement=correlation
    )
    return []


def _fit_space(house: House, now: datetime) -> int | None:
    with reading(house.engine) as session:
        rows = space.wordings(session)
    made = renew.fitted(rows, now.date())
    with transaction(house.engine) as session:
        return renew.begin(session, made, len(rows), now=now)


def train_coming(house: House, subscriber_ids: Sequence[int], *, now: datetime) -> int:
    """Fit those of these readers in the space that is being made ready who lack a model there."""
    with transaction(house.engine) as session:
        new = renew.coming(session)
        loaded = load_space(session, new) if new else None
        if loaded is None:
            return 0
        ids = train.stale(session, ids=subscriber_ids, space_id=loaded.id)
        return renew.teach(session, loaded, ids, fading=house.fading(now), now=now)
