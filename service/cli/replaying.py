"""Commands that look back: replay."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from service import past, replay
from service.cli.app import Json, answer, app, aside, parse_day, progress
from service.db import reading
from service.errors import WrongInput
from service.ranking.evaluate import Interval, SlotEstimate, estimate, find_ranker, mean
from service.replay import Judge, Replayed
from service.wiring import House, open_house

OURS = "the product's own"
EDITIONS_AT_ONCE = 100
KNOWN_THEN = (
    "Verdicts are those that readers had given before each edition. What they follow and mute is "
    "taken as it is today, since its history is not kept; papers are worded as they are today."
)
FAIR = (
    "Only the exploration slot compares rankers fairly, and it speaks for that slot only: the "
    "other papers are those that the old ranking chose to show."
)


@app.command("replay")
def replay_command(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day.")],
    ranker: Annotated[
        str | None,
        typer.Option(metavar="MODULE:CLASS", help="A ranker. Default: the product's own."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Rank past editions anew, and estimate what a ranker would earn in the exploration slot.

    Nothing is changed. Ctrl-C shows what is measured so far.
    """
    house = open_house()
    since, until = _day(first), _day(last)
    with reading(house.engine) as session:
        counts = replay.plan(session, since, until)
    into = Replayed()
    stopped = not _measure(house, ranker, since, counts, into)
    asked = {"from": since, "to": until, "ranker": ranker or OURS, "stopped": stopped}
    slot = estimate(into.draws)
    answer(
        as_json,
        asked | _ranking(into) | {"slot": _slot(slot, into.untold), "notes": [KNOWN_THEN, FAIR]},
        f"Ranker: {ranker or OURS}; days: {since} to {until}",
        *_ranking_lines(into),
        "",
        *_slot_lines(slot, into.untold),
        "",
        FAIR,
        KNOWN_THEN,
    )
    if stopped:
        aside.print("paperround: Stopped: these are the editions measured so far.", markup=False)
        raise typer.Exit(130)


def _measure(
    house: House, ranker: str | None, since: date, counts: Mapping[date, int], into: Replayed
) -> bool:
    """Rank the editions of these days anew, the first day first; False if Ctrl-C came before the end."""
    with progress("learning the background", sum(counts.values())) as bar:
        (task,) = bar.task_ids
        try:
            judge = _ranker(house, ranker, since)
            for day in counts:
                bar.update(task, description=f"ranking {day} anew")
                for done in _replay_day(house, judge, day, into):
                    bar.advance(task, done)
        except KeyboardInterrupt:
            return False
    return True


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None:
        raise WrongInput("Days are written like 2026-01-31.")
    return day


def _ranker(house: House, spec: str | None, before: date) -> Judge:
    make = find_ranker(spec) if spec else None
    with reading(house.engine) as session:
        known = replay.background(session, before) if make else []
        return make(known) if make else replay.product(session)


def _replay_day(house: House, judge: Judge, day: date, into: Replayed) -> Iterator[int]:
    """Rank a day's editions anew, some at a time; yields how many they were."""
    with reading(house.engine) as session:
        desk = replay.lay_out(session, day)
    half_life = house.half_life
    last = 0
    while True:
        with reading(house.engine) as session:
            found = past.editions(session, day, after=last, limit=EDITIONS_AT_ONCE)
            replay.replay(session, judge, desk, list(found.values()), into, half_life=half_life)
        if not found:
            return
        last = max(found)
        yield len(found)


def _ranking(into: Replayed) -> dict[str, Any]:
    new = into.reordered
    return {
        "editions": new.editions,
        "readers": len(new.readers),
        "spearman": mean(new.agreements),
        "kept": mean(new.kept),
        "more": {"papers": len(new.more), "percentile": mean(new.more)},
        "less": {"papers": len(new.less), "percentile": mean(new.less)},
    }


def _ranking_lines(into: Replayed) -> Iterator[str]:
    new = into.reordered
    yield f"Editions ranked anew: {new.editions} (readers: {len(new.readers)})"
    if new.agreements:
        yield f"  the order of what was sent, then and now: Spearman {_down(new.agreements):.3f}"
    if new.kept:
        yield f"  of what was sent, now among as many best: {_down(new.kept):.1%}"
    for word, places in (("more", new.more), ("less", new.less)):
        if places:
            yield (
                f'  called "{word}" since: {len(places)} papers, now above '
                f"{_down(places):.1%} of the other candidates"
            )


def _down(values: Sequence[float]) -> float:
    """The mean to three decimals, never rounded up: 9,997 of 10,000 are not all."""
    return math.floor(round(1000 * (mean(values) or 0), 6)) / 1000


def _slot(slot: SlotEstimate | None, untold: int) -> dict[str, Any]:
    return {"untold": untold} | (asdict(slot) if slot else {"draws": 0})


def _slot_lines(slot: SlotEstimate | None, untold: int) -> Iterator[str]:
    if untold:
        yield f"Explored papers whose edition does not say how probable they were: {untold}, not counted"
    if slot is None:
        yield "No explored paper with a known probability was handed over: there is nothing to estimate from."
        return
    yield f"Papers drawn for the exploration slot: {slot.draws} (readers: {slot.readers})"
    share = _sure(slot.logged) if slot.logged else f"{slot.wanted} of {slot.draws}"
    yield f'  called "more", as drawn       {share}'
    if slot.chosen and slot.difference:
        yield f'  called "more", this ranker    {_sure(slot.chosen)} (SNIPS)'
        yield f"  difference                    {_sure(slot.difference, sign='+')}"
    else:
        yield f'  called "more", this ranker    unknown: {slot.why_not}'
    yield f"  it would have chosen the same {slot.matches} times, which tells as much as {slot.effective:.1f} of its own"


def _sure(known: Interval, sign: str = "") -> str:
    return f"{known.mean:{sign}.3f} [{known.low:{sign}.3f}, {known.high:{sign}.3f}]"
