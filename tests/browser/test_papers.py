"""Home and the days before, as somebody sees them who has never been here."""

import json
import re
from datetime import date, timedelta

from playwright.sync_api import Locator, expect

from service import demo
from tests.browser.visitor import Visitor


def papers(visitor: Visitor) -> Locator:
    """The papers on the page, each with its reactions."""
    return visitor.page.locator(".papers > li")


def test_home_shows_the_days_papers_most_reactions_first(visitor: Visitor, today: date) -> None:
    visitor.opens("/")
    expect(visitor.page.locator("h1 time")).to_have_attribute("datetime", today.isoformat())
    shown = papers(visitor).locator(".tally b").all_inner_texts()
    digest = json.loads((demo.SAMPLES / "second.json").read_text())
    told = sorted((each["paper"]["upvotes"] for each in digest), reverse=True)
    assert shown == [str(upvotes) for upvotes in told]


def test_a_paper_shows_all_that_is_known_of_it(visitor: Visitor) -> None:
    visitor.opens("/")
    paper = papers(visitor).first
    expect(paper.get_by_role("heading", level=2)).to_have_text(
        "One Leap, One Look Back: Single-Step Diffusion with Self-Correction new"
    )
    expect(paper.locator(".tally")).to_have_text("▲ 175 reactions")
    expect(paper.locator(".abstract")).to_contain_text("Generating an image in a single step")
    expect(paper.locator(".facts")).to_contain_text("1 author")
    expect(paper.locator(".facts time")).to_have_text("4 January 2026")


def test_only_what_no_earlier_day_announced_is_new(visitor: Visitor) -> None:
    visitor.opens("/")
    known = papers(visitor).filter(has_not=visitor.page.locator(".badge"))
    expect(known).to_have_count(1)
    expect(known).to_contain_text("Ruin, Repair, Repeat")


def test_yesterday_is_one_press_away_and_so_is_the_way_back(visitor: Visitor, today: date) -> None:
    visitor.opens("/")
    days = visitor.page.get_by_role("navigation", name="Other days")
    visitor.follows(days.get_by_role("link"))
    yesterday = today - timedelta(days=1)
    expect(visitor.page).to_have_url(re.compile(f"/day/{yesterday}$"))
    expect(papers(visitor)).to_have_count(60)
    visitor.follows(days.get_by_role("link"))
    expect(visitor.page).to_have_url(re.compile(f"/day/{today}$"))
