"""What stories may ask for besides: us, installed as on somebody's server."""

from pathlib import Path

import pytest

from tests import wheel


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the command `paperround`, far from any checkout."""
    home = tmp_path_factory.mktemp("far away") / "its own environment"
    return wheel.install(wheel.build(tmp_path_factory.mktemp("wheel")), home)
