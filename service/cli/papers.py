"""Commands about papers: ingest, try, rank."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from service import ingest, rounds, shelf, space, train
from service.cli.app import Day, Json, answer, app, parse_day, progress
from service.cli.readers import reader_of
from service.db import reading, transaction
from service.errors import WrongInput
from service.models import UNANNOUNCED, Paper
from service.papers import cards
from service.ranking import Portion, Ranked, Reason, Recommendation, rank_texts
from service.sources import DigestDraft, read_digest
from service.text import readable
from service.wiring import House, open_house
from service.wishes import Wishes

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many papers at most.")]
Interests = Annotated[
    list[str], typer.Option("--interest", help="A keyword or phrase; repeatable.")
]


def read_file(path: Path, today: date) -> DigestDraft:
    """The digest in a file, or one sentence on why there is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WrongInput(f"{path} can't be read: {error.strerror}.") from None
    return read_digest(data, name=path.name, today=today)


@app.command("ingest")
def ingest_command(
    paths: Annotated[list[Path], typer.Argument(help="Saved pages or answers of the API.")],
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="The day of pages that name none."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read digests and store their papers; the same digest twice changes nothing.

    A file that is no digest is named, and does not keep the others from being stored.
    """
    house = open_house()
    given = parse_day(day)
    now = house.now()
    drafts, refused = _read_files(paths, given or now.date())
    done = []
    with progress("reading digests", len(drafts)) as bar:
        for draft in drafts:
            with transaction(house.engine) as session:
                done.append(ingest.ingest(session, draft, day=given, now=now))
            bar.advance(bar.task_ids[0])
        with transaction(house.engine) as session:
            space.refresh(session, now=now)
            count = _stored(session)
    answer(
        as_json, {"digests": [_as_json(each) for each in done], "papers": count}, *map(_line, done)
    )
    if refused:
        raise WrongInput("\n".join(map(str, refused)))


def _read_files(paths: Sequence[Path], today: date) -> tuple[list[DigestDraft], list[WrongInput]]:
    drafts, refused = [], []
    for path in paths:
        try:
            drafts.append(read_file(path, today))
        except WrongInput as error:
            refused.append(error)
    return drafts, refused


@app.command("fetch")
def fetch_command(
    day: Annotated[
        list[str] | None,
        typer.Option("--day", metavar="YYYY-MM-DD", help="A UTC day to ask for; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask the sources for a day's papers, by default for the last three days, and store them."""
    house = open_house()
    days = [parsed for text in day or [] if (parsed := parse_day(text))]
    if late := [each for each in days if each > house.now().astimezone(UTC).date()]:
        raise WrongInput(f"{late[0].isoformat()} has not begun yet, by the clock of UTC.")
    if not house.settings.source_urls:
        raise WrongInput("PAPERROUND_SOURCES names no source, so there is nobody to ask.")
    done = rounds.collect_digests(house, days)
    with reading(house.engine) as session:
        count = _stored(session)
    failures = [asdict(each) for each in done.failures]
    answer(
        as_json,
        {
            "digests": [_as_json(each) for each in done.digests],
            "papers": count,
            "unchanged": done.unchanged,
            "failures": failures,
        },
        *map(_line, done.digests),
        *(f"{each.source} for {each.day}: {each.reason}" for each in done.failures),
        *(["nothing new"] if not done.digests and not done.failures else []),
    )
    if done.failures:
        raise typer.Exit(1)


def _stored(session: Session) -> int:
    query = select(func.count()).select_from(Paper).where(col(Paper.merged_into).is_(None))
    return session.exec(query).one()


def _as_json(done: ingest.Ingested) -> dict[str, Any]:
    return {
        "source": done.source,
        "day": done.day.isoformat(),
        "entries": done.entries,
        "new": done.new,
        "merged": done.merged,
        "unchanged": done.unchanged,
        "refused": [{"record": each.record, "reason": each.reason} for each in done.refused],
    }


def _line(done: ingest.Ingested) -> str:
    refused = "".join(f"\n  record {each.record} refused: {each.reason}" for each in done.refused)
    return (
        f"{done.source} of {done.day.isoformat()}: {done.entries} entries, {done.new} new, "
        f"{done.merged} merged, {done.unchanged} unchanged, {len(done.refused)} refused{refused}"
    )


@app.command("try")
def try_command(
    path: Path,
    interest: Interests,
    mute: Annotated[list[str] | None, typer.Option(help="A phrase to leave out.")] = None,
    limit: Limit = 10,
    as_json: Json = False,
) -> None:
    """Rank a digest for some interests at once; no database and no reader is needed."""
    draft = read_file(path, datetime.now(UTC).date())
    wishes = Wishes(interests=interest, mutes=mute or [])
    weights = wishes.weights()
    follow = {phrase: weight for phrase, weight in weights.items() if weight > 0}
    block = [phrase for phrase, weight in weights.items() if weight < 0]
    texts = [
        (readable(p.title), readable(p.abstract or "") or None, p.upvotes) for p in draft.papers
    ]
    ranked = rank_texts(texts, follow, block, limit)
    titles = {at: title for at, (title, _, _) in enumerate(texts)}
    rows = [
        {"title": titles[each.paper_id]} | _verdict(each, titles) for each in ranked.recommendations
    ]
    answer(
        as_json,
        {"papers": rows},
        *(f"{r['score']:6.3f}  {r['title']}\n        {r['reason']}" for r in rows),
    )


@app.command("rank")
def rank_command(email: str, day: Day = None, limit: Limit = 20, as_json: Json = False) -> None:
    """Rank what a reader has not been sent, best first; nothing is stored."""
    house = open_house()
    now = house.now()
    fading = house.fading(now)
    with transaction(house.engine) as session:
        reader = reader_of(session, email)
        space.refresh(session, now=now)
        old = train.stale(session, ids=[reader.id or 0], fading=fading)
        train.train(session, old, fading=fading, now=now)
    with reading(house.engine) as session:
        moment = parse_day(day) or newest_day(session, house)
        books = house.shelves.get(session, moment)
        reader_id = reader.id or 0
        ranked = shelf.rank(session, books, {reader_id: Portion(limit)})[reader_id]
        titles = _titles(session, ranked)
    rows = [
        {"id": each.paper_id, "title": titles[each.paper_id]} | _verdict(each, titles)
        for each in ranked.recommendations
    ]
    known = ", in trending order: nothing is known of this reader yet" if ranked.trending else ""
    answer(
        as_json,
        {"papers": rows, "day": moment, "trending": ranked.trending},
        f"{len(books.paper_ids)} papers up to {moment.isoformat()}{known}",
        *(
            f"{r['id']:>6} {r['score']:6.3f}  {r['title']}\n               {r['reason']}"
            for r in rows
        ),
    )


def _titles(session: Session, ranked: Ranked) -> dict[int, str]:
    """The titles of the papers that were ranked, and of those that a reason names."""
    named = {each.paper_id for each in ranked.recommendations}
    named |= {paper for each in ranked.recommendations for paper in each.reason.liked}
    shown = cards(session, [(paper_id, None) for paper_id in named])
    return {card.paper_id: card.title for card in shown.values()}


def _verdict(each: Recommendation, titles: dict[int, str]) -> dict[str, Any]:
    likely = each.probability
    return {
        "score": round(each.score, 5),
        "probability": likely,
        "reason": words(each.reason, titles),
    }


def newest_day(session: Session, house: House) -> date:
    """Today, or the last day that announced anything if the last two weeks were silent."""
    today = house.now().date()
    newest = session.exec(
        select(func.max(Paper.announced_on)).where(
            Paper.announced_on <= today, Paper.announced_on != UNANNOUNCED
        )
    ).one()
    return today if newest is None or (today - newest).days < shelf.WINDOW_DAYS else newest


def words(reason: Reason, titles: dict[int, str]) -> str:
    """A reason as a sentence for the terminal."""
    liked = [repr(titles.get(paper, "a paper")) for paper in reason.liked]
    said = [f"by {', '.join(reason.authors)}"] if reason.authors else []
    said += [f"because of {', '.join(reason.terms)}"] if reason.terms else []
    said += [f"resembles {' and '.join(liked)}, which was liked"] if liked else []
    return "; ".join(said) or "popular on its digest"
