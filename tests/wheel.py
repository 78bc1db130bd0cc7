"""The wheel, built from this checkout and installed far from it."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import service

ROOT = Path(service.__file__).parents[1]


def build(folder: Path) -> Path:
    """The wheel, in this folder."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(folder)], cwd=ROOT, capture_output=True, check=True)
    return next(folder.glob("*.whl"))


def install(wheel: Path, home: Path) -> Path:
    """The folder of commands of an environment with the wheel in it, and nothing of this checkout.

    pip puts the wheel where it belongs. The libraries are those of our own environment, by a path,
    because no test asks an index for packages; such a path brings no other `.pth` file to life, so
    that the checkout stays unknown there.
    """
    _run(sys.executable, "-m", "venv", "--without-pip", home)
    pip = (sys.executable, "-m", "pip", "--python", home / "bin" / "python")
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    (libraries / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin"


def _run(*words: str | Path) -> None:
    subprocess.run(words, capture_output=True, check=True)
