"""What a campaign is judged by: what was promised, and what a relay that never lies has taken."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.chaos.relay import Arrival


@dataclass(frozen=True)
class Verdict:
    """What came of the promises of one run."""

    deliveries: int
    lost: int
    duplicates: int
    worst_kill: int
    """Duplicates of the kill that made most of them."""
    faults: list[str]


def judge(intended: Mapping[str, str], arrived: Iterable[Arrival], *, allowed: int) -> Verdict:
    """Hold the outbox's word, an end state for each address, against the relay's.

    Of each life of the sender that was killed, `allowed` mails may have come again in a later one.
    """
    lives: dict[str, list[int]] = defaultdict(list)
    ids: dict[str, set[str]] = defaultdict(set)
    for mail in arrived:
        lives[mail.recipient].append(mail.life)
        ids[mail.recipient].add(mail.message_id)
    # A copy belongs to the kill that ended the life of the copy before it.
    per_kill = Counter(life for each in lives.values() for life in sorted(each)[:-1])
    lost = [address for address in intended if address not in lives]
    faults = [f"{address} got nothing" for address in lost]
    faults += [f"{a} is {state}, not sent" for a, state in intended.items() if state != "sent"]
    faults += [f"{a} got copies with {len(found)} ids" for a, found in ids.items() if len(found) > 1]
    faults += [f"{a} got a mail nobody promised" for a in lives if a not in intended]
    faults += [f"{a} got two in one life" for a, ls in lives.items() if len(set(ls)) < len(ls)]
    faults += [f"kill {k} made {n} copies" for k, n in sorted(per_kill.items()) if n > allowed]
    return Verdict(
        len(intended), len(lost), per_kill.total(), max(per_kill.values(), default=0), faults
    )
