"""`paperround replay`, as a person or a program would call it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from service import feedback
from service.db import transaction
from service.models import Verdict
from tests.databases import FreshDatabase
from tests.tools import sets
from tests.world import World

DAYS = ("2026-03-02", "2026-03-03")
NUMBERS = ((2, 8), (1, 4))
"""Of papers of the made fields that are no doubles of one another."""
FIELDS = ("Sleep", "Markets")
READERS = 24


class Tired:
    """A ranker that is stopped by Ctrl-C in the middle of the second day."""

    def __init__(self, background: list[dict[str, Any]]) -> None:
        self.asked = 0

    def fit(self, interests: list[str], likes: list[Any], dislikes: list[Any]) -> "Tired":
        self.asked += 1
        if self.asked > 1.5 * READERS:
            raise KeyboardInterrupt
        return self

    def score(self, papers: list[dict[str, Any]]) -> list[float]:
        return [0.0] * len(papers)


@dataclass
class Shell:
    """Somebody at a terminal of an installation that has sent three days' editions."""

    settings: dict[str, str]

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if "PAPERROUND" not in name}
        return subprocess.run(
            [sys.executable, "-m", "service.cli", "replay", *words],
            capture_output=True,
            text=True,
            env=plain | self.settings,
            check=False,
            timeout=60,
        )


@pytest.fixture(scope="module")
def shell(
    sqlite_databases: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("house")
    with sqlite_databases() as url, World(url, folder) as world:
        world.digest("2026-02-27", "Rings of glass")
        for reader in range(READERS):
            world.reader(f"reader{reader}", FIELDS[reader % 2], max_papers=1)
        for day, numbers in zip(DAYS, NUMBERS, strict=True):
            papers = [
                (f"{field} {number}", sets.paper(field.lower(), number)["abstract"])
                for field in FIELDS
                for number in numbers
            ]
            titles = [title for title, _ in papers]
            world.digest(day, *papers)
            world.morning(day)
            for reader in range(READERS):
                _explore(world, reader, day, set(titles))
            world.passes(days=1)
        yield Shell({"PAPERROUND_DATABASE_URL": url, "PAPERROUND_STATE_DIR": str(folder)})


def _explore(world: World, reader: int, day: str, titles: set[str]) -> None:
    """The paper of the reader's field that is left, against another one; every eighth gets that.

    Every third reader of the last day likes what was drawn.
    """
    edition = world.edition(f"reader{reader}", day)
    field = FIELDS[reader % 2]
    left = titles - set(world.titles(f"reader{reader}", day))
    own = next(each for each in sorted(left) if each.startswith(field))
    other = next(each for each in sorted(left) if not each.startswith(field))
    drawn = world.paper(other if reader % 8 == 0 else own)
    paper = {"id": drawn, "text": 1, "slot": "explored", "propensity": 0.5}
    with transaction(world.house.engine) as session:
        edition.contents = edition.contents | {
            "papers": [*edition.contents["papers"], paper],
            "pool": [[world.paper(other), 0.5], [world.paper(own), 0.5]],
        }
        session.add(edition)
        if day == DAYS[-1] and reader % 3 == 0:
            reader_id = edition.subscriber_id
            feedback.record(session, reader_id, drawn, Verdict.MORE, edition=edition, now=world.now)


def test_people_are_told_how_it_agrees_and_what_the_slot_earned(shell: Shell) -> None:
    done = shell("--from", DAYS[0], "--to", DAYS[-1])
    assert done.returncode == 0, done.stderr
    assert "Editions ranked anew: 48 (readers: 24)" in done.stdout
    assert "Papers drawn for the exploration slot: 48 (readers: 24)" in done.stdout
    assert "this ranker    0.167 [" in done.stdout
    assert "it speaks for that slot only" in done.stdout
    assert "taken as it is today" in done.stdout
    assert "reader.example" not in done.stdout + done.stderr


def test_programs_get_one_object(shell: Shell) -> None:
    done = shell("--from", DAYS[0], "--to", DAYS[1], "--json")
    told = json.loads(done.stdout)
    assert (told["from"], told["to"], told["stopped"]) == (DAYS[0], DAYS[1], False)
    assert (told["editions"], told["readers"], told["kept"]) == (48, 24, 1)
    assert told["spearman"] is None  # one paper has no order
    assert told["more"]["papers"] == 8
    assert told["less"] == {"papers": 0, "percentile": None}
    slot = told["slot"]
    assert (slot["draws"], slot["matches"], slot["effective"], slot["untold"]) == (48, 42, 42, 0)
    assert slot["chosen"]["low"] < slot["chosen"]["mean"] < slot["chosen"]["high"]
    assert slot["chosen"]["mean"] == pytest.approx(7 / 42)
    assert slot["logged"]["mean"] == pytest.approx(8 / 48)
    assert len(told["notes"]) == 2


def test_too_few_matches_are_words(shell: Shell) -> None:
    words = ("--from", DAYS[0], "--to", DAYS[0])
    assert "unknown: it takes 30 matches from 20 readers" in shell(*words).stdout
    slot = json.loads(shell(*words, "--json").stdout)["slot"]
    assert (slot["matches"], slot["chosen"], slot["difference"]) == (21, None, None)
    assert slot["why_not"].endswith("there are 21 from 21")


def test_ctrl_c_shows_what_is_measured_until_then(shell: Shell) -> None:
    done = shell(
        *("--from", DAYS[0], "--to", DAYS[-1], "--json"),
        *("--ranker", "tests.cli.test_replaying:Tired"),
    )
    assert done.returncode == 130
    told = json.loads(done.stdout)
    assert (told["stopped"], told["editions"]) == (True, READERS)
    assert "measured so far" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", DAYS[1], "--to", DAYS[0]], "comes after"),
        (["--from", "monday", "--to", DAYS[0]], "'monday' is no day"),
        (["--from", "", "--to", DAYS[0]], "Days are written like"),
        (["--from", "2020-01-01", "--to", "2020-02-01"], "No edition was composed"),
        (["--from", DAYS[0], "--to", DAYS[1], "--ranker", "no:One"], "There is no ranker"),
    ],
)
def test_what_cannot_be_replayed_is_one_sentence(
    shell: Shell, words: list[str], sentence: str
) -> None:
    done = shell(*words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
