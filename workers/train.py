"""Models that a request left stale are fitted again."""

from service import learning
from workers.celery import app, hint, house


@app.task
def find_stale() -> None:
    """Look for readers whose interests or feedback are newer than their model, a chunk a task."""
    for chunk in learning.stale(house()):
        hint(train_chunk, chunk)


@app.task
def train_chunk(subscriber_ids: list[int]) -> None:
    """Refit those of these readers whose model is still stale."""
    learning.train_chunk(house(), subscriber_ids, now=house().now())
