"""Commands that measure the ranking: evaluate."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.app import Json, answer, app, aside, progress, screen
from service.errors import WrongInput
from service.ranking.evaluate import Interval, Measured, find_ranker, load, measure, paired, row

KS = "0,1,3,5,10,20,50"
OURS = ("service.ranking.evaluate:ProductRanker",)

Results = Mapping[str, dict[int, Measured]]


@app.command("evaluate")
def evaluate_command(
    dataset: Annotated[Path, typer.Argument(help="The folder of a data set.")],
    ranker: Annotated[
        list[str] | None,
        typer.Option(metavar="MODULE:CLASS", help="A ranker; repeatable. Default: the product's."),
    ] = None,
    k: Annotated[
        list[str] | None, typer.Option("--k", help=f"After so many likes; by default {KS}.")
    ] = None,
    dislikes: Annotated[
        bool, typer.Option("--dislikes", help="Learn as many dislikes as likes, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure rankers on readers whose choices are known; Ctrl-C shows what is measured so far."""
    ks = _numbers(k or [KS])
    specs = list(dict.fromkeys(ranker or OURS))
    makers = {spec: find_ranker(spec) for spec in specs}
    data = load(dataset)
    results: dict[str, dict[int, Measured]] = {spec: {} for spec in specs}
    stopped = False
    with progress("learning the background", len(specs) * len(data.readers)) as bar:
        (task,) = bar.task_ids
        try:
            for spec, make in makers.items():
                made = make(list(data.background))
                bar.update(task, description=spec.rpartition(":")[2])
                measure(
                    made,
                    data,
                    ks,
                    results[spec],
                    dislikes=dislikes,
                    progress=lambda: bar.advance(task),
                )
        except KeyboardInterrupt:
            stopped = True
    _show(results, ks, as_json)
    if stopped:
        aside.print("paperround: Stopped: these are the readers measured so far.", markup=False)
        raise typer.Exit(130)


def _numbers(texts: Sequence[str]) -> list[int]:
    try:
        numbers = sorted({int(part) for text in texts for part in text.split(",")})
    except ValueError:
        raise WrongInput(f"{','.join(texts)!r} are no numbers of likes, such as {KS}.") from None
    if numbers[0] < 0:
        raise WrongInput("Nobody has fewer than 0 likes.")
    return numbers


def _show(results: Results, ks: Sequence[int], as_json: bool) -> None:
    cells: dict[str, Any] = {
        spec: {str(k): row(held[k]) for k in ks if k in held} for spec, held in results.items()
    }
    if as_json:
        answer(as_json, cells)
        return
    table = Table()
    for name in ("ranker", "k", "readers", "nDCG@10", "95 %", "MRR", "R@10", "AUC", "fit ms"):
        table.add_column(name, no_wrap=True)
    for spec, held in cells.items():
        for k, cell in held.items():
            sure = f"{cell['low']:.3f}-{cell['high']:.3f}"
            figures = [f"{cell[name]:.3f}" for name in ("mrr", "recall10", "auc")]
            whole = [spec.rpartition(":")[2], k, str(cell["n"]), f"{cell['ndcg10']:.3f}", sure]
            table.add_row(*whole, *figures, f"{cell['fit_ms']:.1f}")
    screen.print(table)
    for line in _differences(results, ks):
        screen.print(line, markup=False, highlight=False)


def _differences(results: Results, ks: Sequence[int]) -> list[str]:
    """Each ranker less each that stands before it, with the same readers."""
    specs = list(results)
    return [
        f"{specs[ours].rpartition(':')[2]} less {specs[theirs].rpartition(':')[2]}, k={k}: "
        f"{_signed(_paired(results[specs[ours]][k], results[specs[theirs]][k]))}"
        for ours in range(len(specs))
        for theirs in range(ours)
        for k in ks
        if k in results[specs[ours]] and k in results[specs[theirs]]
    ]


def _paired(ours: Measured, theirs: Measured) -> Interval:
    """Over the readers that both were measured with, as far as a stopped one came."""
    both = min(len(ours.readers), len(theirs.readers))
    return paired(ours.ndcg[:both], theirs.ndcg[:both])


def _signed(sure: Interval) -> str:
    return f"{sure.mean:+.3f} [{sure.low:+.3f}, {sure.high:+.3f}]"
