"""Who holds a lease, and whether that process is certainly gone.

After a crash the next process on the same machine need not wait for the dead one's leases to
run out. Where a machine can't tell (another host, another container, no /proc), a lease is
trusted until its end.
"""

import os
import secrets
import socket
from pathlib import Path

PROC = Path("/proc")


def new_owner() -> str:
    """A name for one run of this process, unlike any other."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid())}/{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether the run called `owner` was on this machine and its process has ended."""
    try:
        machine, pid, started, _run = owner.split("/")
        return machine == _machine() and _started(int(pid)) != started
    except ValueError:
        return False


def _machine() -> str:
    """This boot of this machine, as far as process ids mean the same here and there."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        # containers of one host share the boot but count processes apart
        namespace = (PROC / "self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return f"{socket.gethostname()}-{secrets.token_hex(4)}"
    return f"{boot}-{namespace}"


def _started(pid: int) -> str:
    """When the process started, in ticks since boot; empty if there is none, or a dead one."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    # killed, and its parent has not looked yet: it stands in the list and does nothing any more
    return "" if fields[0] in "ZX" else fields[19]
