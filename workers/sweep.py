"""What was left behind: leases of workers that are gone."""

from service import rounds
from workers.celery import app, hint, house
from workers.deliver import deliver_due


@app.task
def sweep(hand: str = "beat") -> None:
    """Free what vanished workers held, and note that this hand of the clock moves."""
    if rounds.sweep(house(), hand, now=house().now()):
        hint(deliver_due)
