"""A reader's round, by mouse and keys: subscribe, confirm, read, vote, choose, leave."""

import json
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.laptop import Laptop
from tests.browser.visitor import Visitor

CONFIRM = "Please confirm that you want Paper Round"
LOGIN = "Your link to your preferences"


def types(page: Page, label: str, text: str) -> None:
    """Fill in a field key by key, as a person does: what is filled in at once is a machine's."""
    page.get_by_label(label).press_sequentially(text, delay=60)


def joins(machine: Laptop, address: str, interest: str) -> None:
    """Somebody reads, and their edition of today is on its way."""
    machine.reads(address, "--interest", interest)
    machine.does("compose", "--email", address)


def traced(machine: Laptop, address: str) -> list[str]:
    """What the command line says has happened to that reader."""
    steps = json.loads(machine.does("trace", address, "--json"))["steps"]
    return [step["what"] for step in steps]


def test_a_stranger_subscribes_and_confirms_and_gets_an_edition(
    visitor: Visitor, machine: Laptop
) -> None:
    address = "ada@reader.example"
    visitor.opens("/")
    types(visitor.page, "E-mail address", address)
    types(visitor.page, "Your interests", "graph neural networks, combinatorial optimization")
    visitor.page.get_by_text("When shall it come?").click()
    visitor.page.get_by_label("Hour").select_option("5")
    visitor.presses("Subscribe")
    visitor.sees("Please look into your mailbox")

    visitor.opens_mail(address, CONFIRM)
    visitor.follows_in_mail("Confirm my address")
    expect(visitor.page.get_by_role("button")).to_have_count(1)
    visitor.presses("Yes, send me the papers")
    visitor.sees("You are on the round", "(UTC)")

    machine.does("compose", "--email", address)
    visitor.opens_mail(address, "and 9 more")
    assert {"confirmed", "composed", "handed over", "next due"} <= set(traced(machine, address))


def test_a_vote_changes_the_next_edition_at_once_and_can_be_taken_back(
    visitor: Visitor, machine: Laptop, today: date
) -> None:
    address = "bo@reader.example"
    joins(machine, address, "sleep")
    tomorrow = (today + timedelta(days=1)).isoformat()
    before = ranked(machine, address, tomorrow)
    visitor.opens_mail(address)
    visitor.follows_in_mail("More like this")
    visitor.presses("More like this")
    visitor.sees("Saved: more like this", "edition, as things stand")
    assert preview(visitor) == ranked(machine, address, tomorrow) != before
    visitor.presses("Undo")
    visitor.sees("Taken back")
    assert preview(visitor) == ranked(machine, address, tomorrow) == before


def test_preferences_open_by_a_mailed_link_and_hold(
    visitor: Visitor, machine: Laptop, today: date
) -> None:
    address = "cy@reader.example"
    joins(machine, address, "glass")
    enters(visitor, address)
    expect(visitor.page.get_by_label("Your interests")).to_have_value("glass")

    until = (today + timedelta(days=30)).isoformat()
    wishes = {
        "Your interests": "sleep spindles\nplace cells",
        "Never send": "diffusion",
        "Time zone": "Asia/Tokyo",
        "Papers at most": "7",
        "Pause until": until,
    }
    for label, wish in wishes.items():
        visitor.page.get_by_label(label).fill(wish)
    visitor.page.get_by_label("Hour").select_option("18")
    visitor.page.get_by_label("Sunday").uncheck()
    visitor.presses("Save")
    visitor.sees("Saved, and your ranking has learnt it.")

    visitor.opens("/preferences")
    for label, wish in wishes.items():
        expect(visitor.page.get_by_label(label)).to_have_value(wish)
    expect(visitor.page.get_by_label("Hour")).to_have_value("18")
    expect(visitor.page.get_by_label("Sunday")).not_to_be_checked()
    expect(visitor.page.get_by_label("Monday")).to_be_checked()
    assert traced(machine, address)[-1] == "not mailed: paused"

    visitor.page.get_by_label("Pause until").fill("")
    visitor.presses("Save")
    assert traced(machine, address)[-1] == "next due"


def test_a_wrong_wish_changes_nothing_and_is_told_beside_its_field(
    visitor: Visitor, machine: Laptop
) -> None:
    address = "dee@reader.example"
    joins(machine, address, "glass")
    enters(visitor, address)
    visitor.page.get_by_label("Time zone").fill("Atlantis/Poseidonis")
    visitor.page.get_by_label("Your interests").fill("casinos")
    visitor.presses("Save", refused=422)
    zone = visitor.page.get_by_label("Time zone")
    expect(zone).to_have_value("Atlantis/Poseidonis")
    expect(zone).to_have_accessible_description(
        "No time zone has this name; they look like Europe/Berlin or UTC."
    )
    visitor.sees("No time zone has this name")
    visitor.opens("/preferences")
    expect(visitor.page.get_by_label("Your interests")).to_have_value("glass")


def test_whoever_leaves_gets_no_further_mail(
    visitor: Visitor, machine: Laptop, today: date
) -> None:
    address = "eve@reader.example"
    joins(machine, address, "glass")
    visitor.opens_mail(address)
    visitor.follows_in_mail("Stop these mails")
    expect(visitor.page.get_by_role("button")).to_have_count(1)
    visitor.presses("Stop the paper")
    visitor.sees("You have left")
    assert traced(machine, address)[-1] == "not mailed: unsubscribed"

    tomorrow = (today + timedelta(days=1)).isoformat()
    machine.does("subscribe", "fay@reader.example", "--confirmed")
    machine.does("compose", "--day", tomorrow)
    visitor.opens_mail("fay@reader.example")  # by then hers would have come, too
    visitor.opens("/mailbox")
    expect(visitor.mails(address)).to_have_count(1)


def ranked(machine: Laptop, address: str, day: str) -> list[str]:
    """The titles of what the command line would send that reader."""
    words = ("rank", address, "--day", day, "--limit", "10", "--json")
    return [paper["title"] for paper in json.loads(machine.does(*words))["papers"]]


def preview(visitor: Visitor) -> list[str]:
    """The titles of the next edition, as the page foretells it."""
    return visitor.page.locator(".preview bdi").all_inner_texts()


def enters(visitor: Visitor, address: str) -> None:
    """From an edition by a mailed link to the preferences."""
    visitor.opens_mail(address)
    visitor.follows_in_mail("Change your preferences")
    visitor.presses("Mail me a link")
    visitor.sees("A link is on its way")
    visitor.opens_mail(address, LOGIN)
    visitor.follows_in_mail("Open my preferences")
    visitor.presses("Open my preferences")
    visitor.sees(address)
