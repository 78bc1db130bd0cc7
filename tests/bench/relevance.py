"""Draw how well the product ranks, and write it down: `python -m tests.bench.relevance DATASET`.

Pictures go to docs/pictures, tables between the marks in docs/relevance.md. Nothing of the data
set itself is kept: only means over its readers.
"""

import argparse
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.cli.app import progress
from service.errors import PaperRoundError
from service.ranking.evaluate import (
    Calibration,
    Dataset,
    Measured,
    ProductRanker,
    StarterRanker,
    calibrate,
    load,
    measure,
    row,
)

DOCS = Path(__file__).parents[2] / "docs"
KS = (0, 1, 3, 5, 10, 20, 50)
COLOURS = ("#a2351e", "#2f5d8a")
LEFT, TOP, WIDTH, HEIGHT = 60, 30, 560, 300
LOWEST, HIGHEST = 0.2, 1.0
MAKERS = {"own space": ProductRanker, "starter space": StarterRanker}

Results = Mapping[str, Mapping[int, Measured]]


def measured(data: Dataset) -> Results:
    """Both of the product's rankers on a data set."""
    results: dict[str, dict[int, Measured]] = {name: {} for name in MAKERS}
    with progress("measuring", len(MAKERS) * len(data.readers)) as bar:
        (task,) = bar.task_ids
        for name, make in MAKERS.items():
            try:
                ranker = make(data.background)
            except PaperRoundError as error:
                print(f"{name}: {error}")
                continue
            measure(ranker, data, KS, results[name], progress=lambda: bar.advance(task))
    return {name: held for name, held in results.items() if held}


def table(results: Results) -> str:
    """The figures as a table in Markdown."""
    lines = ["| | k | readers | nDCG@10 | 95 % | MRR | recall@10 | AUC | fit |", "|" + "---|" * 9]
    for name, held in results.items():
        for k, each in held.items():
            cell = row(each)
            sure = f"{cell['low']:.3f} to {cell['high']:.3f}"
            others = " | ".join(f"{cell[part]:.3f}" for part in ("mrr", "recall10", "auc"))
            lines.append(
                f"| {name} | {k} | {cell['n']} | {cell['ndcg10']:.3f} | {sure} | {others} "
                f"| {cell['fit_ms']:.0f} ms |"
            )
    return "\n".join(lines)


def calibration_line(found: Calibration) -> str:
    """The figures of a calibration as a sentence."""
    error = math.ceil(found.error * 1000) / 1000
    return (
        f"Expected calibration error {error:.3f}; log-loss {found.log_loss:.3f}, which is "
        f"{percent(found.gain)} under the base rate's {found.base_log_loss:.3f}."
    )


def percent(share: float) -> str:
    """A share in percent, never rounded up."""
    return f"{math.floor(share * 1000) / 10:.1f} %"


def curves(results: Results) -> str:
    """Learning curves with their 95 % bands, as SVG."""
    lines = []
    for colour, (name, held) in zip(COLOURS, results.items(), strict=False):
        sure = {k: held[k].interval for k in KS if k in held}
        upper = [_point(KS.index(k), each.high) for k, each in sure.items()]
        lower = [_point(KS.index(k), each.low) for k, each in reversed(sure.items())]
        middle = [_point(KS.index(k), each.mean) for k, each in sure.items()]
        lines.append(
            {
                "name": name,
                "colour": colour,
                "band": " ".join([*upper, *lower]),
                "line": " ".join(middle),
            }
        )
    ticks = [(_x(at), str(k)) for at, k in enumerate(KS)]
    return _draw("curves.svg", lines=lines, ticks=ticks, levels=_levels(LOWEST, HIGHEST))


def reliability(found: Calibration) -> str:
    """The reliability diagram, as SVG."""
    most = max(max(each.told, each.came_true) for each in found.bins)
    highest = min(1.0, round(most + 0.1, 1))
    place = lambda told, true: (  # noqa: E731
        round(LEFT + WIDTH * told / highest, 1),
        round(TOP + HEIGHT * (1 - true / highest), 1),
    )
    dots = [place(each.told, each.came_true) for each in found.bins]
    steps = [at / 10 for at in range(int(highest * 10) + 1)]
    ticks = [(place(each, 0)[0], f"{each:.1f}") for each in steps]
    levels = [(place(0, each)[1], f"{each:.1f}") for each in steps]
    return _draw("reliability.svg", dots=dots, ticks=ticks, levels=levels)


def _x(at: int) -> float:
    return round(LEFT + WIDTH * at / (len(KS) - 1), 1)


def _y(value: float) -> float:
    return round(TOP + HEIGHT * (HIGHEST - value) / (HIGHEST - LOWEST), 1)


def _point(at: int, value: float) -> str:
    return f"{_x(at)},{_y(value)}"


def _levels(lowest: float, highest: float) -> Sequence[tuple[float, str]]:
    tenths = range(round(lowest * 10), round(highest * 10) + 1)
    return [(_y(each / 10), f"{each / 10:.1f}") for each in tenths]


def _draw(name: str, **values: object) -> str:
    folder = FileSystemLoader(Path(__file__).parent)
    words = Environment(loader=folder, undefined=StrictUndefined, autoescape=True)
    frame = {"left": LEFT, "top": TOP, "right": LEFT + WIDTH, "bottom": TOP + HEIGHT}
    return words.get_template(name).render(frame=frame, **values) + "\n"


def write(page: Path, mark: str, text: str) -> None:
    """Put a text between a page's marks of that name; at the page's end where it has none."""
    begin, end = f"<!-- {mark} -->", "<!-- end -->"
    found = page.read_text(encoding="utf-8")
    if begin not in found:
        found = f"{found.rstrip()}\n\n{begin}\n{end}\n"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", found, 1), encoding="utf-8")


def main() -> None:
    """Measure, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    data = load(parser.parse_args().dataset)
    results = measured(data)
    pictures = DOCS / "pictures"
    (pictures / f"{data.name}-curves.svg").write_text(curves(results), encoding="utf-8")
    text = f"{table(results)}\n\n![nDCG@10 by likes](pictures/{data.name}-curves.svg)"
    told = [pair for held in results["own space"].values() for pair in held.told]
    if found := calibrate(told):
        name = f"{data.name}-calibration.svg"
        (pictures / name).write_text(reliability(found), encoding="utf-8")
        text += f"\n\n{calibration_line(found)}\n\n![Told and come true](pictures/{name})"
    write(DOCS / "relevance.md", data.name, text)
    print(text)


if __name__ == "__main__":
    main()
