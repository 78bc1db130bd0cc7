"""`paperround evaluate`, as a person or a program would call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import relevance
from tests.tools import sets

OURS, WORST = "service.ranking.evaluate:ProductRanker", "tests.tools.sets:Worst"


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli", "evaluate", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"COLUMNS": "140"},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sets.write(tmp_path_factory.mktemp("sets") / "made")


def test_programs_get_each_rankers_figures_at_each_k(folder: Path) -> None:
    done = _run(folder, "--ranker", OURS, "--ranker", WORST, "--k", "0,5", "--json")
    told = json.loads(done.stdout)
    assert {name: list(cells) for name, cells in told.items()} == {
        OURS: ["0", "5"],
        WORST: ["0", "5"],
    }
    names = {"n", "ndcg10", "mrr", "recall10", "auc", "low", "high", "fit_ms"}
    assert all(set(cell) == names for cells in told.values() for cell in cells.values())
    assert told[OURS]["5"]["n"] == 1
    assert told[WORST]["0"]["ndcg10"] == 0


def test_people_get_a_table_and_what_one_ranker_is_better_by(folder: Path) -> None:
    done = _run(folder, "--ranker", WORST, "--ranker", OURS, "--k", "0", "--k", "5")
    assert "nDCG@10" in done.stdout
    assert "ProductRanker less Worst, k=0: +" in done.stdout
    assert "ProductRanker less Worst, k=5: +1.000 [+1.000, +1.000]" in done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--k", "many"], "no numbers of likes"),
        (["--k", "-1"], "fewer than 0"),
        (["--ranker", "nowhere:Ranker"], "There is no ranker"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    folder: Path, words: list[str], sentence: str
) -> None:
    done = _run(folder, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_tables_take_the_place_of_the_earlier_ones(tmp_path: Path) -> None:
    page = tmp_path / "relevance.md"
    page.write_text("# Relevance\n\n<!-- made -->\nold\n<!-- end -->\n\nAfter.\n")
    relevance.write(page, "made", "new")
    relevance.write(page, "other", "more")
    assert page.read_text() == (
        "# Relevance\n\n<!-- made -->\nnew\n<!-- end -->\n\nAfter.\n\n"
        "<!-- other -->\nmore\n<!-- end -->\n"
    )
