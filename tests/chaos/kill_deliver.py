"""Kill `paperround deliver` again and again, and count what was lost and what came twice.

    make chaos CAMPAIGN=kill_deliver ARGS="--times 100 --database postgres --connections 4"

A run is a new database with so many deliveries. Each life of the command is ended at a random
moment after its first hand-over, until a life ends by itself.
"""

import argparse
import random
from datetime import UTC, datetime

from service import mornings
from tests.chaos import campaign
from tests.chaos.campaign import Record
from tests.chaos.oracle import Verdict
from tests.chaos.town import Town


def main() -> None:
    """Run it from the command line."""
    parser = campaign.arguments("kill_deliver", "Kill deliveries, and count.")
    parser.add_argument("--signal", choices=["KILL", "TERM"], default="KILL")
    parser.add_argument("--within", type=float, default=1.0, help="seconds from hand-over to kill")
    wish = parser.parse_args()
    known = {
        "campaign": "kill_deliver",
        "database": wish.database,
        "connections": wish.connections,
        "signal": wish.signal,
    }
    campaign.keep_on(wish, known, lambda server, left: _run(wish, server, left))


def _run(wish: argparse.Namespace, server: str | None, left: int) -> tuple[Verdict, Record]:
    with campaign.town(wish, server, start=datetime.now(UTC)) as town:
        today = town.here.clock.now().date()
        town.digest(today)
        town.readers(wish.readers)
        town.here.broker()
        for _ in mornings.compose_day(town.here.house, today, [], now=town.here.clock.now()):
            pass
        kills = 0
        while kills < left and _killed_life(town, wish):
            kills += 1
        town.until(lambda: town.command("deliver").wait() == 0 and town.is_done())
        allowed = wish.connections if wish.signal == "KILL" else 0
        return town.verdict(expected=wish.readers, allowed=allowed), {"times": kills}


def _killed_life(town: Town, wish: argparse.Namespace) -> bool:
    """Whether the life was ended by us, rather than by having done all there was to do."""
    process = town.command("deliver")
    if not town.hand_over() or town.is_done_within(random.uniform(0, wish.within)):
        process.wait()
        return False
    if wish.signal == "KILL":
        process.kill()
    else:
        process.stop()
    return True


if __name__ == "__main__":
    main()
