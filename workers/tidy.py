"""What nobody needs any more is forgotten."""

from service import rounds
from workers.celery import app, house


@app.task
def tidy() -> None:
    """Delete whoever asked a week ago and never confirmed."""
    rounds.tidy(house(), now=house().now())
