"""Whose lease it is, and whether its process is certainly gone."""

import os
import subprocess
from pathlib import Path

from service.owner import is_gone, new_owner


def _owner_of(pid: int) -> str:
    """What a run of that process would call itself."""
    machine, _pid, _started, run = new_owner().split("/")
    started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{machine}/{pid}/{started}/{run}"


def test_a_running_process_is_not_gone_and_a_killed_one_is_at_once() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        owner = _owner_of(child.pid)
        assert not is_gone(owner)
        child.kill()
        # dead, but its parent has not looked yet: a zombie holds no lease
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(owner)
    assert is_gone(owner)


def test_a_process_id_used_again_is_another_process() -> None:
    machine, pid, _started, run = new_owner().split("/")
    assert is_gone(f"{machine}/{pid}/1/{run}")
    assert not is_gone(new_owner())


def test_what_cannot_be_known_is_not_gone() -> None:
    for owner in ("another-machine/1/2/3", "nonsense", "", "a/b/c/d"):
        assert not is_gone(owner)
