"""Invented papers, and the pages and answers that would show them, in each layout."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NEWSLETTER = "Get trending papers in your email inbox!"
HEADING = "byAK and the research community"


@dataclass(frozen=True)
class Toy:
    """A paper that nobody wrote, and what stands around it on a page."""

    title: str
    abstract: str
    authors: int = 3
    date: str = "Feb 3, 2024"
    upvotes: int | str = 5
    comments: int = 2


TOYS = (
    Toy(
        "Counting Pebbles by Ear",
        "Beaches are surveyed by eye, which is slow and needs daylight. We present a method that "
        "counts pebbles from the sound of the waves that roll them, trained on three shores and "
        "tested on a fourth. Its error stays below five percent in wind of up to force six. The "
        "recordings and our code are available at https://pebbles.example/code",
        authors=1,
        date="May 4",
    ),
    Toy(
        "Kites Flown by Kites: When Are Two Layers Enough?",
        "A kite is usually flown by hand. In this paper, we study how a large kite can be flown by "
        "a flock of smaller ones, and prove that two layers suffice whenever the tail is shorter "
        "than the line. The bound is tight: we construct a family of kites, {\\it the combs}, that "
        "needs both layers at every height.",
        authors=2,
        date="Oct 21, 2010",
    ),
    Toy(
        "Slow Clocks",
        "We investigate ensembles of pendulum clocks on a common shelf, where each is slowed by all "
        "the others. Above a critical number of clocks the shelf takes over and all of them stop. "
        "A mean-field argument gives n^γ with γ near two thirds, and experiments with four hundred "
        "clocks agree with it over a decade.",
        authors=4,
        date="Oct 28, 2024 2",
    ),
    Toy(
        "On Groups of Tidy Tiles (GTTs). II. Corners.",
        "Tidy tiles fill the plane without a gap and may be turned but not flipped. We show that "
        "their corner groups are finitely generated, which settles a question left open in the "
        "first part of this work, and we describe all groups with at most six corners. The proof "
        "uses only counting, and an appendix lists the exceptions.",
        authors=14,
        date="Jan 6 0",
    ),
    Toy(
        "Ångström-Scale Rulers Made of Ice",
        "Rulers finer than a nanometre are hard to hold. We propose to grow them from ice on a "
        "cleaved salt crystal, where the lattice itself provides the marks. Rulers of two hundred "
        "marks survive for an hour at 140 kelvin, and a simple model explains why they break at "
        "the ends first. We discuss what a ruler of salt would need.",
        authors=533,
        date="Mar 15, 2023",
    ),
    Toy(
        "Models",
        "What do people mean when they call a thing a model? We asked nine hundred builders of "
        "ships, bridges and theories, and find three meanings that share no word. Our results "
        "suggest that most quarrels between the three trades are about the meaning and not about "
        "the thing, and we propose a test that tells them apart.",
        authors=7,
        date="Feb 8, 2023 11",
    ),
)


def furniture(day: str = "May 15") -> list[str]:
    """The lines above the papers."""
    return ["new", NEWSLETTER, "Subscribe", "Daily Papers", HEADING, day]


def block(toy: Toy) -> list[str]:
    """The lines behind an abstract."""
    return [f"  • {toy.authors} authors", "·", toy.date]


def compact(toys: Sequence[Toy] = TOYS, *, blocks: bool = False) -> str:
    """A page without blank lines, where the button has run into the first title."""
    lines = [line for toy in toys for line in (toy.title, toy.abstract, *block(toy) * blocks)]
    lines[0] = f"Subscribe{lines[0]}"
    return "\n".join([f"{NEWSLETTER[:-1]} once a day!", NEWSLETTER, *lines, ""])


def airy(toys: Sequence[Toy] = TOYS, *, blocks: bool = False, day: str = "May 15") -> str:
    """A page with a blank line between all paragraphs."""
    paragraphs = furniture(day)
    for toy in toys:
        paragraphs += [toy.title, toy.abstract] + ["\n".join(block(toy))] * blocks
    return "\n\n".join(paragraphs)


def daily_list(toys: Sequence[Toy] = TOYS, day: str = "Jan 2") -> str:
    """The daily list, which shows no abstracts."""
    lines = ["Daily Papers", "", "by AK and the research community", "", "Submit a paper", day]
    for number, toy in enumerate(toys):
        lines += [f"Submitted by reader{number}", str(toy.upvotes), "", toy.title, ""]
        lines += ["  • ·", f"    {toy.authors} authors", str(toy.comments)]
    return "\n".join([*lines, "Previous Next", "Company", "© Hugging Face"])


def paper_page(toy: Toy, arxiv_id: str, *, authors: Sequence[str] = ()) -> str:
    """The page of one paper."""
    names = "\n\n,\n\n".join(authors)
    head = ["Hugging Face", "Models", "Datasets", "Log In", "Papers", f"arxiv:{arxiv_id}"]
    about = ["Published on Jan 1", "· Submitted by areader on Jan 2", "#1 Paper of the day"]
    text = ["Upvote", str(toy.upvotes), "Authors:", names, "Abstract", toy.abstract]
    foot = ["View arXiv page", "View PDF", "Add to collection", "Community", "Very nice!", "Jan 9"]
    return "\n\n".join([*head, toy.title, *about, *text, *foot])


def item(toy: Toy, arxiv_id: str = "2501.00010", **paper: Any) -> dict[str, Any]:
    """An item of the API; keywords change what is said of the paper."""
    return {
        "paper": {
            "id": arxiv_id,
            "authors": [
                {"_id": f"a{n}", "name": f"Ada Example {n}", "hidden": False} for n in range(3)
            ],
            "publishedAt": "2025-01-01T00:00:00.000Z",
            "submittedOnDailyAt": "2025-01-02T00:00:00.000Z",
            "title": toy.title,
            "summary": toy.abstract,
            "upvotes": 7,
            "ai_keywords": ["toy"],
            **paper,
        },
        "publishedAt": "2024-12-31T19:00:00.000Z",
        "title": toy.title,
        "numComments": 2,
        "submittedBy": {"name": "areader", "fullname": "A Reader"},
        "isAuthorParticipating": False,
    }


def items(toys: Sequence[Toy] = TOYS, **paper: Any) -> list[dict[str, Any]]:
    """An item for each paper, with ids that count up."""
    return [item(toy, f"2501.{n:05}", **paper) for n, toy in enumerate(toys, start=10)]


def as_json(answer: Any) -> bytes:
    """The bytes of an answer of the API."""
    return json.dumps(answer).encode()


def web_page(properties: Any, *, target: str = "DailyPapers", single_quotes: bool = False) -> bytes:
    """The site's HTML, with the data in an attribute of one of its elements."""
    data = html.escape(json.dumps(properties))
    element = f'<div class="SVELTE_HYDRATER contents" data-target="{target}" data-props="{data}">'
    if single_quotes:
        data = json.dumps(properties).replace("&", "&amp;").replace("'", "&#39;")
        element = f"<div data-props='{data}'\n\tdata-target='{target}'>"
    other = html.escape(json.dumps({"user": None}))
    return (
        "<!DOCTYPE html>\n<html><head><title>Daily Papers</title></head><body>"
        f'<div data-target="MainHeader" data-props="{other}"></div>{element}'
        "<article><h3>Shown to people</h3></article></div></body></html>"
    ).encode()
