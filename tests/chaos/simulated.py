"""The very application of the workers and of beat, by a campaign's clock and at its pace.

    CHAOS_CLOCK=file CHAOS_PACE=0.02 python -m tests.chaos.simulated worker

Nothing of a task or of the schedule is changed but how often beat says what it says.
"""

import os
import sys

from tests.chaos.clock import simulated_house
from workers.celery import app

__all__ = ["app"]

PACE = float(os.environ["CHAOS_PACE"])
SHORTEST = 0.5
"""Seconds; more often than that, beat would only keep everybody busy."""

app.conf.open_house = simulated_house
app.conf.look_every = max(app.conf.look_every * PACE, SHORTEST)
for entry in app.conf.beat_schedule.values():
    entry["schedule"] = max(entry["schedule"] * PACE, SHORTEST)

if __name__ == "__main__":
    sys.exit(app.start(sys.argv[1:]))
