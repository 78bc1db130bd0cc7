"""Reordered: how what was sent compares with a new order of the same candidates."""

import pytest

from service.ranking.evaluate import Reordered, mean


def test_the_same_order_agrees_and_keeps_all() -> None:
    told = Reordered()
    told.add(1, [5, 6, 7], [5, 6, 7, 8])
    assert (told.agreements, told.kept) == ([1], [1])


def test_the_reverse_order_disagrees_and_what_fell_behind_is_not_kept() -> None:
    told = Reordered()
    told.add(1, [5, 6, 7], [8, 7, 6, 5])
    assert (told.agreements, told.kept) == ([-1], [pytest.approx(2 / 3)])


def test_a_paper_leaves_behind_it_a_part_of_the_others() -> None:
    told = Reordered()
    told.add(1, [5, 6], [5, 8, 6, 7, 9], more=[6], less=[9])
    told.add(1, [5], [5, 8], more=[5])
    assert (told.more, told.less) == ([0.5, 1], [0])


def test_papers_that_are_no_candidates_any_more_are_left_out() -> None:
    told = Reordered()
    told.add(1, [3, 5, 6], [6, 5], more=[3])
    assert (told.agreements, told.kept, told.more) == ([-1], [1], [])


def test_one_paper_has_no_order_and_none_has_no_share() -> None:
    told = Reordered()
    told.add(1, [5], [5, 6])
    told.add(2, [], [5])
    assert (told.agreements, told.kept, told.editions, told.readers) == ([], [1], 2, {1, 2})


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]) is None
    assert mean([1, 2]) == 1.5
