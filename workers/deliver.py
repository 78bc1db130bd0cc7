"""The outbox is emptied."""

import asyncio

from service import rounds
from workers.celery import app, hint, house
from workers.stopping import is_asked, within

SECONDS = 20.0
"""So long one task hands over; what is left then is the next task's, so that all take their turn."""


# a relay may take ten minutes to answer after the final dot; killed there, a mail would be uncertain
@app.task(soft_time_limit=None, time_limit=900)
def deliver_due() -> None:
    """Hand over what is due, for a while."""
    with within(SECONDS) as stop:
        asyncio.run(rounds.deliver_round(house(), stop=stop))
        unfinished = stop.is_set() and not is_asked()
    if unfinished:
        hint(deliver_due)
