"""Faithfulness: shares are counted as the page says, and a reason that is not true is found out."""

from dataclasses import replace
from pathlib import Path

from service.ranking import Part, Portion, Reason, Wish, recommend
from service.ranking.evaluate import Interval, ProductRanker, load
from tests.bench.faithful import share, table, trials
from tests.bench.removal import Removals, Trial
from tests.tools import sets


def _trial(what: str, named: float, paper: str = "p", reader: str = "ada") -> Trial:
    return Trial(reader, 5, 0, paper, what, named, (0.1, 0.3))


def test_what_is_named_has_to_carry_more_than_chance_does_on_average() -> None:
    assert _trial("terms", 0.21).won
    assert not _trial("terms", 0.19).won


def test_a_recommendation_is_true_if_all_that_it_names_is() -> None:
    found = [
        _trial("terms", 1),
        _trial("liked", 0),
        _trial("terms", 1, "q"),
        _trial("liked", 1, "q"),
    ]
    both = share(found, ("terms", "liked"))
    assert (both.true, both.of) == (1, 2)
    assert share(found, ("terms",)).true == 2


def test_the_interval_is_over_readers() -> None:
    alike = [_trial("terms", 1, f"p{at}") for at in range(9)]
    other = [_trial("terms", 0, f"p{at}", "bo") for at in range(9)]
    assert share(alike, ("terms",)).sure == Interval(1, 1, 1)
    assert (share([*alike, *other], ("terms",)).sure.low, share(other, ("terms",)).sure.high) == (
        0,
        0,
    )


def test_true_reasons_are_found_true(tmp_path: Path) -> None:
    found = list(trials(load(sets.write(tmp_path / "made")), (0, 5)))
    terms = share(found, ("terms",))
    assert terms.true > 0.9 * terms.of > 20
    assert f"of {terms.of:,} |" in table(found, (0, 5))


def test_a_made_up_reason_is_found_out(tmp_path: Path) -> None:
    data = load(sets.write(tmp_path / "made"))
    reader, ranker = data.readers[0], ProductRanker(data.background)
    candidates = ranker.candidates(data.of(reader.days[0].candidates))
    model = ranker.fit(list(reader.interests), [], [])
    wish = Wish(model.arrays, reader.interests, portion=Portion(1))
    (best,) = recommend(candidates, [wish], ranker.library([]))[0].recommendations
    made_up = replace(best, reason=Reason("terms", (Part("term", "study"),)))
    losses = dict(Removals(ranker, data, reader, 0).losses(candidates, made_up))
    named, *chance = losses["terms"]
    assert named < sum(chance) / len(chance)
