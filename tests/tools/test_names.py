"""Names: one person's spellings meet, two people's do not."""

import pytest

from service.ranking import AuthorFinder
from service.text import given_first, same_person


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Example, Ada", "Ada Example"),
        ("Ada  Example", "Ada Example"),
        ("Beethoven, Ludwig van", "Ludwig van Beethoven"),
        ("Smith, Jr, John", "John Smith"),
        ("Smith, John, III", "John Smith"),
        ("Example,", "Example"),
    ],
)
def test_a_name_is_spoken_given_name_first(written: str, spoken: str) -> None:
    assert given_first(written) == spoken


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Example", "EXAMPLE, ADA"),
        ("Jürgen Müller", "Mu\u0308ller, Ju\u0308rgen"),
        ("Jürgen Müller", "Jurgen Muller"),
        ("Søren Ødegård", "Soren Odegard"),
        ("Wisława Szymborska", "Wislawa Szymborska"),
        ("Jean-Pierre Serre", "Jean Pierre Serre"),
        ("Conan O’Brien", "Conan O'Brien"),
        ("J. Smith", "Smith, J"),
        ("John A. Smith", "John Smith"),
        ("John A. Smith", "Smith, John A"),
        ("John Smith Jr.", "John Smith"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Беляев, Иван", "Иван Беляев"),
    ],
)
def test_one_person_is_recognised_however_the_name_is_written(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)
    assert AuthorFinder({3: ["Somebody Else", one]}).papers(other) == {3: one}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Example", "Ida Example"),
        ("Ada Example", "Ada Sample"),
        ("J. Smith", "John Smith"),
        ("John A. Smith", "John B. Smith"),
        ("John Adam Smith", "John Smith"),
        ("John Adam Smith", "John A. Smith"),
        ("", ""),
        ("…", "…"),
    ],
)
def test_an_initial_stands_for_an_initial_only_and_others_are_others(one: str, other: str) -> None:
    assert not same_person(one, other)
    assert AuthorFinder({3: [one]}).papers(other) == {}
