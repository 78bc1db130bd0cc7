"""Choosing: length by the reader's bar, no paper beside its double, one slot that is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.ranking.choose import POOL, Portion, Selection, select

LIKELY = np.linspace(0.8, 0.01, 60).astype(np.float32)
UNKNOWN = np.full(60, np.nan, np.float32)
ALL = range(60)


def rows(found: Selection) -> list[int]:
    return [pick.paper for pick in found.picks]


def explored(found: Selection) -> list[int]:
    return [pick.paper for pick in found.picks if pick.slot == "explored"]


def test_an_edition_ends_where_the_bar_is_not_reached() -> None:
    likely = np.array([0.9, 0.5, 0.3, 0.1], np.float32)
    found = select(range(4), likely, Portion(10, bar=0.3), {})
    assert rows(found) == [0, 1, 2]
    assert found.held_back


def test_it_may_be_none_and_is_never_more_than_the_most() -> None:
    assert select(ALL, LIKELY, Portion(10, bar=0.9), {}) == Selection((), held_back=True)
    assert len(select(ALL, LIKELY, Portion(10, bar=0.1), {}).picks) == 10
    assert not select(ALL, LIKELY, Portion(10, bar=0.1), {}).held_back


def test_what_nobody_knows_the_odds_of_passes_every_bar_and_is_never_drawn() -> None:
    found = select(ALL, UNKNOWN, Portion(10, bar=0.9, draw=0.5), {})
    assert rows(found) == list(range(10))
    assert not found.pool


def test_of_papers_that_say_the_same_only_the_best_is_chosen() -> None:
    same = frozenset({1, 2, 4})
    twins = dict.fromkeys(same, same)
    assert rows(select(ALL, LIKELY, Portion(4), twins)) == [0, 1, 3, 5]


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 30), st.floats(0, 0.9))
def test_at_most_one_slot_is_drawn_and_its_odds_are_kept(
    draw: float, limit: int, bar: float
) -> None:
    plain = select(ALL, LIKELY, Portion(limit, bar), {})
    found = select(ALL, LIKELY, Portion(limit, bar, draw), {})
    assert len(explored(found)) <= 1
    assert len(set(rows(found))) == len(found.picks) <= limit
    assert all(pick.propensity == 1 for pick in found.picks if pick.slot == "ranked")
    assert bool(found.pool) == bool(explored(found))
    if found.pool:
        assert found.picks[-1].slot == "explored"
        assert dict(found.pool)[found.picks[-1].paper] == found.picks[-1].propensity
        assert sum(dict(found.pool).values()) == pytest.approx(1, abs=1e-4)
        assert min(dict(found.pool).values()) >= 0.5 / POOL - 1e-6
        assert rows(found)[:-1] == rows(plain)[: len(found.picks) - 1]
        assert len(found.picks) >= 4
    else:
        assert found == plain


def test_each_paper_is_drawn_as_often_as_its_odds_say() -> None:
    draws = (np.arange(20_000) + 0.5) / 20_000
    found = [select(ALL, LIKELY, Portion(10, 0.1, draw), {}) for draw in draws]
    drawn: NDArray[np.int64] = np.bincount([each.picks[-1].paper for each in found], minlength=60)
    for row, share in found[0].pool:
        assert drawn[row] / len(draws) == pytest.approx(share, abs=1e-3)
    assert found[0].pool[0][1] > found[0].pool[-1][1]


def test_a_drawn_paper_displaces_no_author_whom_the_reader_follows() -> None:
    found = select(ALL, LIKELY, Portion(10, 0.1, 0.5), {}, kept=(9,))
    assert rows(found) == list(range(10))


def test_where_little_was_found_nothing_is_drawn() -> None:
    assert not select(ALL, LIKELY, Portion(3, 0.1, 0.5), {}).pool
    assert not select(ALL, LIKELY, Portion(10, 0.78, 0.5), {}).pool
    assert not select(range(4), LIKELY, Portion(4, 0.1, 0.5), {}).pool
