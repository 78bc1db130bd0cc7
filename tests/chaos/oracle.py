"""What a campaign is judged by: what was promised, and what a relay that never lies has taken."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tests.chaos.relay import Arrival


@dataclass(frozen=True)
class Promised:
    """A delivery: to whom, for which day, and what the outbox says came of it."""

    address: str
    day: date
    state: str


@dataclass(frozen=True)
class Verdict:
    """What came of the promises of one run."""

    deliveries: int
    lost: int
    duplicates: int
    worst_kill: int
    """Duplicates of the kill that made most of them."""
    faults: list[str]

    def __str__(self) -> str:
        fault = f", {len(self.faults)} FAULTS: {self.faults[:3]}" if self.faults else ""
        return f"{self.deliveries} promised, {self.lost} lost, {self.duplicates} twice{fault}"


def judge(
    promised: Mapping[str, Promised], arrived: Iterable[Arrival], *, expected: int, allowed: int
) -> Verdict:
    """Hold the outbox's word on each Message-ID against the relay's.

    There must be `expected` promises, no two for a reader's day. Of each life of the sender that
    was killed, `allowed` mails may have come again in a later one.
    """
    lives: dict[str, list[int]] = defaultdict(list)
    faults: list[str] = []
    for mail in arrived:
        lives[mail.message_id].append(mail.life)
        if mail.message_id not in promised:
            faults.append(f"{mail.recipient} got a mail nobody promised")
        elif mail.recipient != promised[mail.message_id].address:
            faults.append(f"{mail.recipient} got somebody else's mail")
    days = Counter((each.address, each.day) for each in promised.values())
    faults += [
        f"{address} has {n} editions of {day}" for (address, day), n in days.items() if n > 1
    ]
    faults += [f"{len(days)} promises, not {expected}"] * (len(days) != expected)
    faults += [
        f"{it.address} is {it.state}, not sent" for it in promised.values() if it.state != "sent"
    ]
    lost = [it for message_id, it in promised.items() if message_id not in lives]
    faults += [f"{each.address} got nothing" for each in lost]
    # A copy belongs to the kill that ended the life of the copy before it.
    per_kill = Counter(life for each in lives.values() for life in sorted(each)[:-1])
    faults += [f"{i} came twice in one life" for i, ls in lives.items() if len(set(ls)) < len(ls)]
    faults += [f"kill {k} made {n} copies" for k, n in sorted(per_kill.items()) if n > allowed]
    most = max(per_kill.values(), default=0)
    return Verdict(len(promised), len(lost), per_kill.total(), most, faults)
