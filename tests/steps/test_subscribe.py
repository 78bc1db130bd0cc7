"""Who reads: ask, confirm, come back, leave."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from service import subscribe
from service.db import reading, transaction
from service.errors import WrongInput
from service.models import Interest, SubscriberState, Suppression
from service.turns import promised
from service.wishes import Wishes, written
from tests.world import World


def interests(world: World, name: str) -> dict[str, float]:
    reader_id = world.subscriber(name).id
    with reading(world.house.engine) as session:
        rows = session.exec(select(Interest).where(Interest.subscriber_id == reader_id)).all()
    return {row.text: row.weight for row in rows}


def test_an_address_is_asked_by_mail_before_anything_else_is_sent(world: World) -> None:
    world.reader("ada", "graphs", confirmed=False)
    assert world.state("ada") is SubscriberState.PENDING
    world.deliver()
    (mail,) = world.inbox("ada")
    assert "/c/" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert mail["List-Unsubscribe-Post"] is None


def test_a_confirmed_reader_is_due_at_their_next_hour(world: World) -> None:
    reader = world.reader("ada", "graphs", hour=7)
    assert promised(reader) == world.now + timedelta(hours=2)


def test_asking_ten_times_mails_the_link_once_a_day(world: World) -> None:
    for _ in range(10):
        world.reader("ada", "graphs", confirmed=False)
    assert len(world.deliveries()) == 1
    world.passes(hours=24)
    world.reader("ada", "graphs", confirmed=False)
    assert len(world.deliveries()) == 2


def test_one_mailbox_is_one_reader_however_it_is_written(world: World) -> None:
    first = world.reader("ada", "graphs")
    second = world.reader("ADA", "graphs", "sleep")
    assert first.id == second.id
    assert interests(world, "ada") == {"graphs": 1.0, "sleep": 1.0}


def test_a_mute_is_an_interest_with_a_negative_weight(world: World) -> None:
    world.reader("ada", "graphs", mutes=("survey",))
    assert interests(world, "ada") == {"graphs": 1.0, "survey": -1.0}


def test_a_confirmation_link_is_good_for_two_days(world: World) -> None:
    asked = world.now
    reader = world.reader("ada", "graphs", confirmed=False)
    with transaction(world.house.engine) as session:
        late = asked + timedelta(hours=48, seconds=1)
        assert not subscribe.confirm(session, reader.public_id, asked, now=late)
        assert subscribe.confirm(session, reader.public_id, asked, now=asked + timedelta(hours=48))


def test_a_second_press_of_confirm_is_as_good_as_the_first(world: World) -> None:
    reader = world.reader("ada", "graphs", confirmed=False)
    for _ in range(2):
        with transaction(world.house.engine) as session:
            assert subscribe.confirm(session, reader.public_id, world.now, now=world.now)


def test_an_old_confirmation_link_does_not_bring_back_who_has_left(world: World) -> None:
    reader = world.reader("ada", "graphs")
    with transaction(world.house.engine) as session:
        subscribe.leave(session, reader.unsubscribe_id, now=world.now)
        assert not subscribe.confirm(session, reader.public_id, world.now, now=world.now)


def test_leaving_can_be_undone_within_the_hour(world: World) -> None:
    reader = world.reader("ada", "graphs")
    with transaction(world.house.engine) as session:
        subscribe.leave(session, reader.unsubscribe_id, now=world.now)
    world.passes(minutes=59)
    with transaction(world.house.engine) as session:
        assert subscribe.come_back(session, reader.unsubscribe_id, now=world.now)
    assert world.state("ada") is SubscriberState.ACTIVE
    with transaction(world.house.engine) as session:
        subscribe.leave(session, reader.unsubscribe_id, now=world.now)
    world.passes(minutes=61)
    with transaction(world.house.engine) as session:
        assert not subscribe.come_back(session, reader.unsubscribe_id, now=world.now)


def test_who_never_confirmed_cannot_be_made_a_reader_by_undoing(world: World) -> None:
    reader = world.reader("ada", "graphs", confirmed=False)
    with transaction(world.house.engine) as session:
        subscribe.leave(session, reader.unsubscribe_id, now=world.now)
        assert not subscribe.come_back(session, reader.unsubscribe_id, now=world.now)


def test_a_suppressed_address_is_refused(world: World) -> None:
    with transaction(world.house.engine) as session:
        hashed = world.house.links.address_hash(world.address("ada"))
        session.add(Suppression(address_hash=hashed, reason="complaint", at=world.now))
    with pytest.raises(WrongInput, match="asked not to be mailed"):
        world.reader("ada", "graphs")


def test_a_reader_who_left_has_to_confirm_anew(world: World) -> None:
    reader = world.reader("ada", "graphs")
    with transaction(world.house.engine) as session:
        subscribe.leave(session, reader.unsubscribe_id, now=world.now)
    world.reader("ada", "graphs", confirmed=False)
    assert world.state("ada") is SubscriberState.PENDING
    assert Counter(row.kind for row in world.deliveries()) == {"confirm": 1}


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"hour": 24}, "24 is no hour"),
        ({"max_papers": 0}, "1 to 50 papers"),
        ({"interests": ["…"]}, "at least one letter or digit"),
        ({"interests": ["x" * 81]}, "80 characters"),
        ({"interests": [f"topic {n}" for n in range(51)]}, "51 interests are too many"),
        ({"interests": ["graphs ^11"]}, "between 0.1 and 10"),
        ({"interests": ["graphs ^0"]}, "between 0.1 and 10"),
        ({"authors": ["Plato"]}, "a given name and a surname"),
        ({"muted_authors": ["42 7"]}, "a given name and a surname"),
        ({"authors": [f"Ada {'x' * n}" for n in range(1, 52)]}, "51 authors are too many"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_in_words(
    wishes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(WrongInput, match=sentence):
        Wishes(**wishes).named()  # type: ignore[arg-type]


def test_a_weight_behind_a_phrase_is_kept_and_written_back() -> None:
    wishes = Wishes(interests=["graph neural networks ^2", "L^2", "sleep^0.5", "glass  ^ 0.5"])
    weights = {"graph neural networks": 2.0, "L^2": 1.0, "sleep^0.5": 1.0, "glass": 0.5}
    assert wishes.weights() == weights
    assert written("graph neural networks", 2.0) == "graph neural networks ^2"
    assert Wishes(interests=[written(*each) for each in weights.items()]).weights() == weights


def test_authors_are_kept_as_they_are_spoken_and_a_mute_wins() -> None:
    wishes = Wishes(authors=["Example, Ada ^3", "Bo Sample"], muted_authors=["Sample, Bo"])
    assert wishes.author_weights() == {"Ada Example": 3.0, "Bo Sample": -1.0}
