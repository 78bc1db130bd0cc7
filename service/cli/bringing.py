"""Commands about what readers bring along: import."""

from dataclasses import asdict
from pathlib import Path

from service import bring, space, train
from service.cli.app import Json, answer, app
from service.cli.readers import reader_of
from service.db import transaction
from service.errors import WrongInput
from service.sources.bibliography import read_bibliography
from service.wiring import open_house


@app.command("import")
def import_command(email: str, path: Path, as_json: Json = False) -> None:
    """Like the papers of a bibliography: BibTeX, RIS, CSL-JSON, or a list of arXiv ids.

    Nobody is sent any of them. The same file twice changes nothing.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WrongInput(f"{path} can't be read: {error.strerror}.") from None
    told = read_bibliography(data, name=path.name)
    house = open_house()
    now = house.now()
    with transaction(house.engine) as session:
        reader = reader_of(session, email)
        done = bring.bring(session, reader, told, now=now)
        space.refresh(session, now=now)
        train.train(session, [reader.id or 0], fading=house.fading(now), now=now)
    answer(
        as_json,
        asdict(done),
        f"{done.liked} papers liked, {done.new} of them new here; {done.already} had been judged "
        f"before; {len(done.refused)} refused",
        *(f"  record {each.record}: {each.reason} ({each.excerpt[:60]})" for each in done.refused),
    )
