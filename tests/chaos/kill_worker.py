"""End the whole worker, its pool and all, again and again in the middle of a morning, and count.

    make chaos CAMPAIGN=kill_worker ARGS="--times 200 --database postgres"

A run is a new town whose readers are all due. Each life of the worker ends 0.05 to 2 seconds after
its first hand-over, until a life has done all there was to do. With TERM it is asked to end, as
at every new release.
"""

import argparse
import random

from tests.chaos import campaign
from tests.chaos.campaign import Record
from tests.chaos.oracle import Verdict
from tests.chaos.town import SEVEN, Town
from tests.installation import MONDAY


def main() -> None:
    """Run it from the command line."""
    parser = campaign.arguments("kill_worker", "End the worker, and count.")
    parser.add_argument("--signal", choices=["KILL", "TERM"], default="KILL")
    wish = parser.parse_args()
    known = {
        "campaign": "kill_worker",
        "database": wish.database,
        "connections": wish.connections * wish.processes,
        "signal": wish.signal,
    }
    campaign.keep_on(wish, known, lambda server, left: _run(wish, server, left))


def _run(wish: argparse.Namespace, server: str | None, left: int) -> tuple[Verdict, Record]:
    with campaign.town(wish, server) as town:
        town.digest(MONDAY.date())
        town.readers(wish.readers)
        town.here.broker()
        town.here.beat()
        town.here.clock.turn(SEVEN.replace(minute=3))
        ends = 0
        while ends < left and _life(town, wish):
            ends += 1
        if not town.is_done():
            town.worker()
            town.until(town.is_done)
        allowed = wish.connections * wish.processes if wish.signal == "KILL" else 0
        return town.verdict(expected=wish.readers, allowed=allowed), {"times": ends}


def _life(town: Town, wish: argparse.Namespace) -> bool:
    """Whether this life was ended by us, and not by having done all there was to do."""
    if town.is_done():
        return False
    worker = town.worker()
    if not town.hand_over() or town.is_done_within(random.uniform(0.05, 2)):
        worker.stop()
        return False
    if wish.signal == "KILL":
        worker.kill()
    else:
        worker.stop()
    town.let_holds_pass()
    return True


if __name__ == "__main__":
    main()
