"""The outbox is emptied."""

import asyncio

from service import rounds
from workers.celery import app, house


# a relay may take ten minutes to answer after the final dot; killed there, a mail would be uncertain
@app.task(soft_time_limit=None, time_limit=900)
def deliver_due() -> None:
    """Hand over whatever is due."""
    asyncio.run(rounds.deliver_round(house()))
