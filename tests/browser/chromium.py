"""A Chromium for the tests: the machine's own, or Debian's, installed where we may do that.

`python -m tests.browser.chromium` sees to it that one is there. Playwright could bring a browser of
its own; Debian's gets its security updates, and comes from where all else on the machine comes from.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE = (
    "make browser needs a Chromium: install one (on Debian: apt install chromium), "
    "or say where yours is: make browser CHROMIUM=/path/to/chromium"
)


def find() -> str | None:
    """Where the browser is that CHROMIUM names, or else the first on the PATH that answers."""
    named = os.environ.get("CHROMIUM")
    found = map(shutil.which, [named] if named else NAMES)
    return next((program for program in found if program and _answers(program)), None)


def _answers(program: str) -> bool:
    """Whether it runs: Ubuntu's `chromium-browser` may be no more than a hint at another package."""
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def install() -> None:
    """Fetch Debian's, as root; nothing happens where that can't be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    plain = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "--quiet", "--quiet", *words], env=plain, check=False)


def main() -> None:
    """Find a browser, or install one, or say in one sentence what to do."""
    if find():
        return
    if not os.environ.get("CHROMIUM"):
        install()
    if not find():
        sys.exit(NONE)


if __name__ == "__main__":
    main()
