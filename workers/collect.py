"""The day's papers come in."""

from service import rounds
from workers.celery import app, house
from workers.stopping import is_asked


# three days of a slow source, with turns to wait for, take minutes, and there may be many sources
@app.task(soft_time_limit=1500, time_limit=1560)
def collect_digests() -> None:
    """Ask the sources whose hour is over for what is new."""
    rounds.collect_digests(house(), rest=True, stopping=is_asked)
