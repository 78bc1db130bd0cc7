"""A week in the life of a reader, over a real database, a real relay and real pages."""

import re
from email.message import EmailMessage

from service.models import SubscriberState
from tests.world import World

MONDAY = (
    (
        "Matching on random graphs",
        "A message passing scheme finds large matchings in random graphs.",
    ),
    ("Graphs that mend themselves", "Broken edges of large graphs are mended by a local rule."),
    ("Sleep and its spindles", "Spindles in human sleep foretell what is remembered the next day."),
    ("Dreams in deep sleep", "Reports of dreams after waking from deep sleep in a laboratory."),
    ("Glass that remembers", "A glass under shear keeps a memory of its largest strain."),
    ("Clouds over warm seas", "Shallow clouds over warm seas thin out when the air is dry."),
)
TUESDAY = (
    (
        "Colouring sparse graphs",
        "Sparse graphs are coloured by a rule that looks at neighbours only.",
    ),
    ("Naps and memory", "A nap with many spindles helps to remember word pairs."),
    ("Why flies sleep", "Flies that cannot sleep lose the memory of a smell."),
    ("Sheared glass at rest", "After shear a glass relaxes slowly and its memory fades."),
    ("Fog forecasts", "A forecast of fog from the air near the ground."),
)


def link(mail: EmailMessage, kind: str, nth: int = 0) -> str:
    """The path of the nth link of that kind in the plain-text part."""
    body = mail.get_body(("plain",))
    assert body
    found = re.findall(rf"http://127\.0\.0\.1:8000(/{kind}/\S+)", body.get_content())
    return found[nth]


def test_a_reader_subscribes_confirms_votes_and_gets_a_better_edition(mailing: World) -> None:
    world = mailing

    # Sunday: a reader asks, and confirms by the button that the mailed link leads to
    world.reader("ada", "graphs", confirmed=False, max_papers=3, hour=7)
    world.deliver()
    confirm = link(world.inbox("ada")[0], "c")
    assert world.browser.get(confirm).status_code == 200
    assert world.state("ada") is SubscriberState.PENDING
    assert world.browser.post(confirm).status_code == 200
    assert world.state("ada") is SubscriberState.ACTIVE

    # Monday: a digest comes in, and at seven her edition goes out
    world.digest("2026-03-02", *MONDAY)
    world.passes(hours=2, minutes=2)
    world.compose_due()
    world.deliver()
    edition = world.inbox("ada")[1]
    first = world.titles("ada", "2026-03-02")
    assert set(first[:2]) == {"Matching on random graphs", "Graphs that mend themselves"}
    assert edition["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    # she likes what she did not ask for, and sees what tomorrow would hold
    sleepy = "Sleep and its spindles" if "Sleep and its spindles" in first else first[2]
    vote = link(edition, "v", nth=2 * first.index(sleepy))
    assert sleepy in world.browser.get(vote).text
    answer = world.browser.post(vote)
    assert answer.status_code == 200

    # Tuesday: the second digest, ranked by what she liked
    world.says("ada", "more", "Dreams in deep sleep")
    world.digest("2026-03-03", *TUESDAY)
    world.passes(days=1)
    world.compose_due()
    world.deliver()
    second = world.titles("ada", "2026-03-03")
    assert {"Naps and memory", "Why flies sleep"} & set(second)
    assert not set(first) & set(second)
    assert "Colouring sparse graphs" in second

    # Wednesday and Thursday: nothing new is left, so nothing comes, and the rows say why
    world.passes(days=1)
    world.compose_due()
    world.passes(days=1)
    world.compose_due()
    world.deliver()
    mails = len(world.inbox("ada"))

    # Friday: she leaves by the header's one click, and hears no more
    leave = edition["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    one_click = world.browser.post(leave, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    world.digest("2026-03-06", "A last word on graphs")
    world.passes(days=1)
    world.compose_due()
    world.deliver()
    assert len(world.inbox("ada")) == mails
    assert world.state("ada") is SubscriberState.UNSUBSCRIBED
