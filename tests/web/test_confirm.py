"""Double opt-in: the mailed link leads to a page, and its button confirms."""

from urllib.parse import urlsplit

from service.models import SubscriberState
from tests.world import World


def asked(world: World) -> str:
    """The path of the link that Bo was mailed."""
    reader = world.reader("bo", confirmed=False, time_zone="Europe/Berlin", hour=7)
    return urlsplit(world.house.links.confirm(reader.public_id, world.now)).path


def test_a_scanner_that_opens_the_link_confirms_nobody(world: World) -> None:
    """Pitfall 40."""
    path = asked(world)
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        world.browser.request(method, path)
    assert world.state("bo") is SubscriberState.PENDING
    assert world.browser.get(path).text.count("<button") == 1


def test_the_button_confirms_and_tells_when_the_first_edition_comes(world: World) -> None:
    page = world.browser.post(asked(world))
    assert page.status_code == 200
    assert world.state("bo") is SubscriberState.ACTIVE
    # it is six in Berlin, and seven is still to come
    assert "Monday" in page.text
    assert "Europe/Berlin" in page.text


def test_a_second_press_answers_the_same(world: World) -> None:
    path = asked(world)
    first, second = world.browser.post(path), world.browser.post(path)
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert world.browser.get(path).status_code == 200
    assert world.subscriber("bo").confirmed_at == world.now


def test_a_link_of_yesterdays_yesterday_says_what_to_do(world: World) -> None:
    path = asked(world)
    world.passes(hours=48, minutes=1)
    for answer in (world.browser.get(path), world.browser.post(path)):
        assert answer.status_code == 410
        assert "subscribe once more" in answer.text
    assert world.state("bo") is SubscriberState.PENDING


def test_who_has_left_is_not_brought_back_by_an_old_link(world: World) -> None:
    path = asked(world)
    world.browser.post(path)
    world.browser.post(
        urlsplit(world.house.links.leave(world.subscriber("bo").unsubscribe_id)).path
    )
    assert world.browser.post(path).status_code == 410
    assert world.state("bo") is SubscriberState.UNSUBSCRIBED


def test_a_link_that_nobody_was_mailed_is_nothing(world: World) -> None:
    path = urlsplit(world.house.links.confirm(4711, world.now)).path
    assert world.browser.get(path).status_code == 404
    assert world.browser.post(path).status_code == 404
