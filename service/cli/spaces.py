"""Commands about the feature space: renew."""

from datetime import datetime

from service import learning
from service.cli.app import Json, answer, app, progress
from service.db import reading
from service.lessons import active_space_id
from service.wiring import House, open_house


@app.command("renew")
def renew_command(as_json: Json = False) -> None:
    """Fit the space anew if the papers have outgrown it, with all readers' models, and switch to it."""
    house = open_house()
    now = house.now()
    before = _active(house)
    _renew(house, now)
    after = _active(house)
    words = "the space fits the papers" if before == after else "a new space is in use"
    answer(as_json, {"renewed": before != after, "space": after}, words)


def _renew(house: House, now: datetime) -> None:
    with progress("fitting readers", None) as bar:
        while chunks := learning.renew_space(house, now=now):
            for chunk in chunks:
                learning.train_coming(house, chunk, now=now)
                bar.advance(bar.task_ids[0], len(chunk))


def _active(house: House) -> int | None:
    with reading(house.engine) as session:
        return active_space_id(session)
