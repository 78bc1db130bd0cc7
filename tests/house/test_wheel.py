"""What is installed elsewhere is the whole house, and nothing but the house."""

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import service

ROOT = Path(service.__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(folder)], cwd=ROOT, capture_output=True, check=True)
    return next(folder.glob("*.whl"))


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


def test_the_wheel_migrates_a_database_far_from_any_checkout(wheel: Path, tmp_path: Path) -> None:
    house = tmp_path / "installed here"
    ZipFile(wheel).extractall(house)
    code = f"import sys; sys.path.insert(0, {str(house)!r}); from service.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "migrate", "--json"],
        cwd=tmp_path,
        env={"PAPERROUND_STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"revision"' in done.stdout
    assert (tmp_path / "state" / "paperround.db").exists()
