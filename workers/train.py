"""Models that a request left stale are fitted again."""

from service import rounds
from workers.celery import app, house


@app.task
def train_stale() -> None:
    """Refit the models of readers whose interests or feedback are newer."""
    rounds.train_stale(house(), now=house().now())
