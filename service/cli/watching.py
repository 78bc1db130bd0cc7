"""Commands for whoever watches over an installation: status."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from service import broker, train
from service.cli.app import Json, answer, app
from service.db import reading
from service.status import Source, Status, status
from service.wiring import open_house

ALWAYS = ("sent", "uncertain", "failed")
BEAT_IS_LATE = 90.0


@app.command("status")
def status_command(as_json: Json = False) -> None:
    """Say what is due, sent, uncertain and failed, and whether clock, broker and sources answer."""
    house = open_house()
    with reading(house.engine) as session:
        counted = status(session, now=house.now())
        stale = len(train.stale(session, fading=house.fading(house.now())))
    said = broker.answer(broker.where(house.settings))
    counts = {name: counted.deliveries.get(name, 0) for name in ALWAYS}
    answer(
        as_json,
        asdict(counted) | counts | {"stale_models": stale, "broker": said},
        *_lines(counted, stale, said),
    )


def _lines(counted: Status, stale: int, said: str) -> Iterator[str]:
    oldest = counted.oldest_due_seconds
    waited = "" if oldest is None else f", the oldest for {_span(oldest)}"
    yield _line("readers", _counts(counted.subscribers))
    yield _line("papers", str(counted.papers))
    yield _line("due", f"{counted.due} readers{waited}")
    yield _line("editions", _counts(counted.editions))
    yield _line("deliveries", _counts(dict.fromkeys(ALWAYS, 0) | counted.deliveries))
    yield _line("models", f"{stale} older than what is known of their readers")
    yield _line("beat", _beat(counted.beat_seconds))
    yield _line("broker", said)
    for source in counted.sources:
        yield _line("source", _source(source))
    for trouble in counted.troubles:
        why = trouble.why or "no reason was given"
        yield _line(trouble.state, f"{trouble.promise}, {trouble.at:%Y-%m-%d %H:%M} UTC: {why}")


def _line(name: str, words: str) -> str:
    return f"{name:12} {words}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _beat(seconds: float | None) -> str:
    if seconds is None:
        return "was never heard: no worker and beat ran together yet (`paperround up`)"
    late = "; it is gone, or no worker listens" if seconds > BEAT_IS_LATE else ""
    return f"heard {_span(seconds)} ago{late}"


def _source(source: Source) -> str:
    answered = source.answered_at
    when = f"answered {answered:%Y-%m-%d %H:%M} UTC" if answered else "never answered"
    failed = f"; failed {source.failures} times since: {source.error}" if source.failures else ""
    return f"{source.name} {when}{failed}"
