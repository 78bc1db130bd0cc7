"""The command line, as a person or a program would call it: real processes, real exit codes."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.tools.pages import items
from tests.upstream import Upstream

PAGE = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Mar 2

Graphs that mend themselves

We study large graphs whose broken edges are mended by a local rule, and show that the rule needs only the two ends of an edge. On eight networks it mends nine edges in ten.

Sleep and its spindles

Spindles in human sleep foretell what is remembered the next day. We record forty sleepers for three nights each, and find that the density of spindles explains a third of the spread.

Glass that remembers

A glass under shear keeps a memory of its largest strain. We read this memory out with a second, weaker shear, and find that it fades as the logarithm of the waiting time.
"""


@dataclass
class Shell:
    """Somebody at a terminal, with a database of their own."""

    settings: dict[str, str]
    folder: Path

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if "PAPERROUND" not in name}
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *words],
            capture_output=True,
            text=True,
            env=plain | self.settings,
            check=False,
            timeout=60,
        )

    def json(self, *words: str) -> dict[str, Any]:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    """A shell over a migrated database, on SQLite and on Postgres."""
    settings = {
        "PAPERROUND_STATE_DIR": str(tmp_path / "state"),
        "PAPERROUND_DATABASE_URL": database_url,
    }
    if database_url.startswith("postgres"):
        settings |= {
            "PAPERROUND_SECRET_KEY": "a key for tests only and of more than 32 bytes",
            "PAPERROUND_SMTP_URL": "smtp://127.0.0.1:9",
        }
    (tmp_path / "page.txt").write_text(PAGE)
    return Shell(settings, tmp_path)


def test_the_whole_road_from_a_page_to_a_vote(shell: Shell) -> None:
    page = str(shell.folder / "page.txt")
    assert shell.json("migrate")["revision"]

    told = shell.json("ingest", page, page, "--date", "2026-03-02")
    first, second = told["digests"]
    assert (first["source"], first["day"]) == ("saved_page", "2026-03-02")
    assert (first["entries"], first["new"], first["refused"]) == (3, 3, [])
    assert (second["new"], second["merged"], second["unchanged"]) == (0, 0, 3)
    assert told["papers"] == 3

    made = shell.json("subscribe", "ada@reader.example", "--interest", "sleep", "--confirmed")
    assert made["state"] == "active"
    assert shell.json("subscribe", "bo@reader.example", "--interest", "glass")["state"] == "pending"

    ranked = shell.json("rank", "ada@reader.example", "--day", "2026-03-02")["papers"]
    assert ranked[0]["title"] == "Sleep and its spindles"
    assert "sleep" in ranked[0]["reason"].lower()
    assert [set(row) for row in ranked] == [{"id", "title", "score", "probability", "reason"}] * 3

    glass = next(row["id"] for row in ranked if row["title"].startswith("Glass"))
    told = shell.json("feedback", "ada@reader.example", str(glass), "more")
    assert told["feedback"] == "more"
    assert told["model"]["examples"] == 1
    assert told["model"]["trained_at"]

    composed = shell.json("compose", "--day", "2026-03-02")
    assert (composed["editions"], composed["empty"], composed["already"]) == (1, 0, 0)
    assert (
        shell.json("compose", "--day", "2026-03-02", "--email", "ada@reader.example")["already"]
        == 1
    )

    status = shell.json("status")
    assert status["subscribers"] == {"active": 1, "pending": 1}
    assert status["papers"] == 3
    assert status["deliveries"] == {"pending": 2}
    assert status["oldest_due_seconds"] >= 0

    steps = shell.json("trace", "ada@reader.example", "--day", "2026-03-02")["steps"]
    assert [step["what"] for step in steps][:3] == ["subscribed", "confirmed", "composed"]


def test_fetch_asks_the_sources_and_says_what_failed(shell: Shell) -> None:
    with Upstream() as upstream:
        shell.settings["PAPERROUND_SOURCES"] = upstream.url
        upstream.says("2026-03-02", items())
        told = shell.json("fetch", "--day", "2026-03-02")
        (digest,) = told["digests"]
        assert (digest["day"], digest["new"]) == ("2026-03-02", len(items()))
        assert (told["papers"], told["failures"]) == (len(items()), [])
        assert shell.json("fetch", "--day", "2026-03-02")["unchanged"] == 1
        upstream.answers(status=500)
        done = shell("fetch", "--day", "2026-03-01", "--json")
    assert done.returncode == 1
    (failure,) = json.loads(done.stdout)["failures"]
    assert (failure["day"], failure["reason"]) == ("2026-03-01", "it answered HTTP 500")


def test_try_ranks_a_page_without_a_database(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE)
    shell = Shell({"PAPERROUND_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    papers = shell.json("try", str(page), "--interest", "glass", "--limit", "2")["papers"]
    assert papers[0]["title"] == "Glass that remembers"
    assert len(papers) == 2
    assert not (tmp_path / "state").exists()


def test_mail_goes_to_the_mailbox_folder_where_no_relay_is_named(tmp_path: Path) -> None:
    shell = Shell({"PAPERROUND_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    shell.json("migrate")
    shell.json("subscribe", "ada@reader.example", "--interest", "sleep")
    assert shell.json("deliver")["sent"] == 1
    assert len(list((tmp_path / "state" / "mailbox").glob("*.eml"))) == 1
    assert shell.json("deliver")["sent"] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ingest", "nowhere.txt"), "nowhere.txt can't be read: No such file"),
        (("subscribe", "not an address"), "must have an @-sign"),
        (("subscribe", "a@reader.example", "--time-zone", "Mars/Base"), "no time zone called"),
        (("subscribe", "a@reader.example", "--hour", "25"), "25 is no hour"),
        (("compose", "--day", "tomorrow"), "'tomorrow' is no day"),
        (("fetch", "--day", "9999-01-01"), "9999-01-01 has not begun yet"),
        (("rank", "nobody@reader.example"), "Nobody reads at nobody@reader.example"),
        (("trace", "nobody@reader.example"), "Nobody reads at"),
        (("feedback", "a@reader.example", "1", "perhaps"), "perhaps"),
        (("compose", "--email", "nobody@reader.example"), "Nobody reads at"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    shell = Shell({"PAPERROUND_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    shell("migrate")
    done = shell(*words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_digest_says_what_was_expected_and_found(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)))
    shell = Shell({"PAPERROUND_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    shell("migrate")
    done = shell("ingest", str(tmp_path / "cat.jpg"))
    assert done.returncode == 2
    assert "cat.jpg" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_digest_does_not_keep_the_others_out(tmp_path: Path) -> None:
    """Pitfall 9."""
    (tmp_path / "notes.txt").write_text("Buy milk.\nCall the plumber.\n")
    (tmp_path / "page.txt").write_text(PAGE)
    shell = Shell({"PAPERROUND_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    shell("migrate")
    done = shell("ingest", str(tmp_path / "notes.txt"), str(tmp_path / "page.txt"), "--json")
    assert done.returncode == 2
    assert "notes.txt is no digest" in done.stderr
    told = json.loads(done.stdout)
    assert [digest["new"] for digest in told["digests"]] == [3]
    assert told["papers"] == 3


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    shell = Shell({"PAPERROUND_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    done = shell("status")
    assert done.returncode == 1
    assert "run `paperround migrate` first" in done.stderr


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    shell = Shell({"PAPERROUND_SMTP_URL": "smtp://mail.example.org"}, tmp_path)
    done = shell("status")
    assert done.returncode == 2
    assert done.stderr.startswith("paperround: PAPERROUND_SECRET_KEY is missing")
    assert done.stderr.count("\n") == 1


def test_a_relay_out_of_reach_keeps_the_mail_and_exits_with_one(shell: Shell) -> None:
    shell.settings |= {
        "PAPERROUND_SMTP_URL": "smtp://127.0.0.1:9",
        "PAPERROUND_SECRET_KEY": "a key for tests only and of more than 32 bytes",
    }
    shell.json("subscribe", "ada@reader.example", "--interest", "sleep")
    done = shell("deliver")
    assert done.returncode == 1
    assert "can't be reached" in done.stderr
    assert shell.json("status")["deliveries"] == {"pending": 1}


def test_a_bibliography_is_liked_and_the_second_time_changes_nothing(
    shell: Shell, tmp_path: Path
) -> None:
    shell("migrate")
    shell("subscribe", "ada@reader.example", "--confirmed")
    path = tmp_path / "mine.bib"
    path.write_text("@article{a, title={Why flies sleep}}\n@article{b, author={Nobody}}\n")
    first = shell.json("import", "ada@reader.example", str(path))
    again = shell.json("import", "ada@reader.example", str(path))
    assert (first["liked"], first["new"], first["already"]) == (1, 1, 0)
    assert [each["reason"] for each in first["refused"]] == ["no title"]
    assert (again["liked"], again["new"], again["already"]) == (0, 0, 1)
    assert shell("import", "ada@reader.example", str(tmp_path)).returncode == 2
