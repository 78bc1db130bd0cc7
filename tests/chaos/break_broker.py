"""Empty, kill or stop the broker in the middle of a morning, and count.

    make chaos CAMPAIGN=break_broker ARGS="--how flush --times 50"
    make chaos CAMPAIGN=break_broker ARGS="--how kill --times 10"
    make chaos CAMPAIGN=break_broker ARGS="--how stop --times 2"

`flush` empties it again and again while there is work; `kill` kills it, throws its files away and
starts an empty one after one to five seconds; `stop` stops it (SIGSTOP) for a minute. When the
morning is done, it is broken once more: `worst_back` is how many seconds an idle worker then needs
to take a task again. Meanwhile somebody looks at the home page and at a page to vote; their times
are p99s in seconds.
"""

import argparse
import random
import signal
import time
from datetime import datetime

from service import ticks
from service.db import reading
from tests.chaos import campaign
from tests.chaos.campaign import Record
from tests.chaos.oracle import Verdict
from tests.chaos.town import SEVEN, Town
from tests.chaos.visitor import Visitor, a_vote
from tests.installation import MONDAY, Part

STOPPED = 60.0


def main() -> None:
    """Run it from the command line."""
    parser = campaign.arguments("break_broker", "Break the broker, and count.")
    parser.add_argument("--how", choices=["flush", "kill", "stop"], default="flush")
    wish = parser.parse_args()
    known = {"campaign": "break_broker", "database": wish.database, "how": wish.how}
    campaign.keep_on(wish, known, lambda server, left: _run(wish, server, left))


def _run(wish: argparse.Namespace, server: str | None, left: int) -> tuple[Verdict, Record]:
    pace = 0.02 if wish.how == "flush" else 0.1
    with campaign.town(wish, server, pace=pace) as town:
        town.digest(MONDAY.date())
        town.readers(wish.readers)
        broker = town.here.broker()
        town.here.beat()
        town.here.web()
        town.worker()
        town.here.clock.turn(SEVEN.replace(minute=3))
        town.hand_over()
        times = 0
        with Visitor(town.here.url, "/", a_vote(town)) as visitor:
            while times < left and not town.is_done_within(random.uniform(0.05, 0.5)):
                broker = HARM[wish.how](town, broker)
                times += 1
            town.until(town.is_done)
            broker = HARM[wish.how](town, broker)
            back = _until_consumed(town)
        home, vote = visitor.paths
        return town.verdict(expected=wish.readers), {
            "times": times + 1,
            "worst_back": round(back, 1),
            "visits": sum(map(len, visitor.seconds.values())),
            "failed_visits": visitor.failures,
            "worst_p99_home": visitor.p99(home),
            "worst_p99_vote": visitor.p99(vote),
        }


def _flush(town: Town, _broker: Part) -> Part:
    with town.here.redis() as server:
        server.flushall()
    return _broker


def _kill(town: Town, broker: Part) -> Part:
    broker.kill()
    town.here.empty_broker()
    time.sleep(random.uniform(1, 5))
    return town.here.broker()


def _stop(_town: Town, broker: Part) -> Part:
    broker.signal(signal.SIGSTOP)
    time.sleep(STOPPED)
    broker.signal(signal.SIGCONT)
    return broker


def _until_consumed(town: Town) -> float:
    """Seconds until a worker did what beat says from now on."""
    began, now = time.monotonic(), town.here.clock.now()
    town.until(lambda: _ticked(town) > now)
    return time.monotonic() - began


def _ticked(town: Town) -> datetime:
    with reading(town.here.house.engine) as session:
        return ticks.last(session, ticks.BEAT) or MONDAY


HARM = {"flush": _flush, "kill": _kill, "stop": _stop}

if __name__ == "__main__":
    main()
