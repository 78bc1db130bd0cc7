"""Commands about readers: subscribe, feedback, trace."""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from service import feedback, space, subscribe, train
from service.cli.app import Day, Json, answer, app, parse_day
from service.db import reading, transaction
from service.errors import WrongInput
from service.mail.address import parse_address
from service.models import Paper, RelevanceModel, Space, Subscriber, SubscriberState, Verdict
from service.schedule import DAY_NAMES, parse_weekdays, parse_zone
from service.trace import trace
from service.wiring import open_house
from service.wishes import USUAL_BAR, Wishes


def reader_of(session: Session, email: str) -> Subscriber:
    """The reader with that address, or a sentence that there is none."""
    reader = subscribe.by_address(session, parse_address(email))
    if reader is None:
        raise WrongInput(f"Nobody reads at {email}; `paperround subscribe` adds a reader.")
    return reader


@app.command("subscribe")
def subscribe_command(
    email: str,
    interest: Annotated[
        list[str] | None,
        typer.Option(help="A keyword or phrase to follow; 'graphs ^2' counts twice; repeatable."),
    ] = None,
    mute: Annotated[
        list[str] | None, typer.Option(help="A phrase never to be sent; repeatable.")
    ] = None,
    author: Annotated[
        list[str] | None, typer.Option(help="An author to follow; repeatable.")
    ] = None,
    mute_author: Annotated[
        list[str] | None, typer.Option(help="An author never to be sent; repeatable.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
    hour: Annotated[int, typer.Option(help="The hour at which the edition comes, 0 to 23.")] = 7,
    days: Annotated[str, typer.Option(help="Weekdays with commas: mon,wed,fri.")] = ",".join(
        DAY_NAMES
    ),
    max_papers: Annotated[
        int, typer.Option("--max", help="Papers in an edition at most, 1 to 50.")
    ] = 10,
    bar: Annotated[
        float, typer.Option(help="How probable your liking a paper must be to get it, 0 to 0.9.")
    ] = USUAL_BAR,
    explore: Annotated[
        bool, typer.Option(help="Whether one paper of an edition may be drawn, marked, by chance.")
    ] = True,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="The address is known to be theirs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add a reader, or change their wishes; a link by mail asks them to confirm."""
    address = parse_address(email)
    wishes = Wishes(
        interests=interest or [],
        mutes=mute or [],
        authors=author or [],
        muted_authors=mute_author or [],
        time_zone=parse_zone(time_zone),
        hour=hour,
        weekdays=parse_weekdays(days.split(",")),
        max_papers=max_papers,
        bar=bar,
        explores=explore,
    )
    reader = _asked(address, wishes, confirmed=confirmed)
    pending = reader.state is SubscriberState.PENDING
    hint = "; `paperround deliver` mails the link to confirm" if pending else ""
    answer(
        as_json,
        {"subscriber": str(reader.public_id), "state": reader.state},
        f"{address} is {reader.state}{hint}",
    )


def _asked(address: str, wishes: Wishes, *, confirmed: bool) -> Subscriber:
    house = open_house()
    now = house.now()
    with transaction(house.engine) as session:
        hashed = house.links.address_hash(address)
        reader = subscribe.ask(session, address, wishes, hashed, confirmed=confirmed, now=now)
        train.train(session, [reader.id or 0], fading=house.fading(now), now=now)
    return reader


@app.command("feedback")
def feedback_command(email: str, paper_id: int, verdict: Verdict, as_json: Json = False) -> None:
    """Say that a reader wants more or less like a paper, or take it back with `none`."""
    house = open_house()
    now = house.now()
    with transaction(house.engine) as session:
        reader = reader_of(session, email)
        if session.get(Paper, paper_id) is None:
            raise WrongInput(f"There is no paper {paper_id}; `paperround rank {email}` lists ids.")
        feedback.record(session, reader.id or 0, paper_id, verdict, now=now)
        space.refresh(session, now=now)
        train.train(session, [reader.id or 0], fading=house.fading(now), now=now)
        model = _model(session, reader)
    answer(
        as_json,
        {
            "feedback": verdict,
            "model": {
                "examples": model.examples if model else 0,
                "trained_at": model.trained_at.isoformat() if model else None,
            },
        },
        f"saved; the model now rests on {model.examples if model else 0} judged papers",
    )


def _model(session: Session, reader: Subscriber) -> RelevanceModel | None:
    return session.exec(
        select(RelevanceModel)
        .join(Space, col(Space.id) == RelevanceModel.space_id)
        .where(RelevanceModel.subscriber_id == reader.id, col(Space.active).is_(True))
    ).first()


@app.command("trace")
def trace_command(email: str, day: Day = None, as_json: Json = False) -> None:
    """Tell what happened to a reader's edition, or why nothing came."""
    house = open_house()
    with reading(house.engine) as session:
        steps = trace(session, reader_of(session, email), parse_day(day), now=house.now())
    answer(
        as_json,
        {
            "steps": [
                asdict(step) | {"at": step.at.isoformat() if step.at else None} for step in steps
            ]
        },
        *(
            f"{step.at:%Y-%m-%d %H:%M:%S}  {step.what}: {step.why}"
            if step.at
            else f"{'':19}  {step.what}: {step.why}"
            for step in steps
        ),
    )
