"""Mornings in which every hint, beat's and the workers' own, is delivered one to ten times.

    make chaos CAMPAIGN=copied_hints ARGS="--times 10000 --readers 1500"

Four worker processes in two workers take them, in any order. `times` is how many were delivered.
"""

import argparse

from tests.chaos import campaign
from tests.chaos.campaign import Record
from tests.chaos.copier import COPIED, Copier
from tests.chaos.oracle import Verdict
from tests.chaos.town import SEVEN
from tests.installation import MONDAY


def main() -> None:
    """Run it from the command line."""
    parser = campaign.arguments("copied_hints", "Deliver every hint up to ten times, and count.")
    wish = parser.parse_args()
    known = {"campaign": "copied_hints", "database": wish.database}
    campaign.keep_on(wish, known, lambda server, _left: _run(wish, server))


def _run(wish: argparse.Namespace, server: str | None) -> tuple[Verdict, Record]:
    with campaign.town(wish, server) as town:
        town.digest(MONDAY.date())
        town.readers(wish.readers)
        town.here.broker()
        town.here.beat()
        relay = town.relay()
        for _ in range(2):
            town.here.worker("-Q", COPIED, processes=wish.processes, smtp_url=relay.url)
        town.here.clock.turn(SEVEN.replace(minute=3))
        with Copier(town.here.redis()) as copier:
            town.until(town.is_done)
        found = {"times": copier.told, "hints": copier.heard}
        return town.verdict(expected=wish.readers), found


if __name__ == "__main__":
    main()
