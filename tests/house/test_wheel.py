"""What is installed elsewhere is the whole house, and nothing but the house."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.wheel import ROOT, build


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_service_and_the_workers_only(wheel: Path) -> None:
    top = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    assert {re.sub(r"-[\d.]+\.", ".", name) for name in top} == {
        "service",
        "workers",
        "paperround.dist-info",
    }


@pytest.mark.parametrize("folder", ["alembic", "templates"])
def test_the_wheel_holds_each_file_that_the_code_reads(wheel: Path, folder: str) -> None:
    files = [it.relative_to(ROOT) for it in (ROOT / folder).rglob("*") if it.is_file()]
    wanted = {f"service/{it.as_posix()}" for it in files if "__pycache__" not in it.parts}
    names = set(ZipFile(wheel).namelist())
    assert wanted - names == set()
    assert [name for name in names if "__pycache__" in name] == []
