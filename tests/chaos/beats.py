"""Mornings with two beats or three, with one that is killed and started again, or with none.

    make chaos CAMPAIGN=beats ARGS="--how three --times 10"

Without a beat it is the workers who call the hours. With `--pace 1` nothing is quicker than in
real life: a worker then looks every thirty seconds whether beat is there.
"""

import argparse
import random

from tests.chaos import campaign
from tests.chaos.campaign import Record
from tests.chaos.oracle import Verdict
from tests.chaos.town import SEVEN, Town
from tests.installation import MONDAY, Part

BEATS = {"none": 0, "one": 1, "two": 2, "three": 3, "killed": 1}


def main() -> None:
    """Run it from the command line."""
    parser = campaign.arguments("beats", "Have too many beats, or too few, and count.")
    parser.add_argument("--how", choices=[*BEATS], default="two")
    parser.add_argument("--pace", type=float, default=0.02, help="1 is as in real life")
    wish = parser.parse_args()
    known = {"campaign": "beats", "database": wish.database, "how": wish.how, "pace": wish.pace}
    campaign.keep_on(wish, known, lambda server, _left: _run(wish, server))


def _run(wish: argparse.Namespace, server: str | None) -> tuple[Verdict, Record]:
    with campaign.town(wish, server, pace=wish.pace) as town:
        town.digest(MONDAY.date())
        town.readers(wish.readers)
        town.here.broker()
        beats = [town.here.beat() for _ in range(BEATS[wish.how])]
        town.worker()
        town.here.clock.turn(SEVEN.replace(minute=3))
        killed = _kill_again_and_again(town, beats[0]) if wish.how == "killed" else 0
        town.until(town.is_done)
        dead = sum(not each.lives for each in beats) if wish.how != "killed" else 0
        verdict = town.verdict(expected=wish.readers)
        verdict.faults.extend([f"{dead} beats ended by themselves"] * (dead > 0))
        return verdict, {"times": 1, "beats_killed": killed}


def _kill_again_and_again(town: Town, beat: Part) -> int:
    """Until the morning is over: a beat lives for a second or three, and then another takes over."""
    killed = 0
    while not town.is_done_within(random.uniform(1, 3)):
        beat.kill()
        killed += 1
        beat = town.here.beat()
    return killed


if __name__ == "__main__":
    main()
