"""What the golds of corpora leave out, counted on pages that were read again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from boilerplate.roles import CONTENT_ROLES, ROLES
from tests.training.made_up_pages import page_of, read_page_of
from training.conventions import DROPPED, habits, left_out
from training.corpora import CORPORA, GoldPage


def read_again(site: int, number: int) -> GoldPage:
    """A page of the made-up corpus, read line by line."""
    original = page_of(site, number)
    return replace(
        read_page_of(site, number),
        corpus="reread",
        id=f"{original.corpus}/{original.id}",
        genre=original.corpus,
    )


def counts(**of_roles: tuple[int, int]) -> np.ndarray:
    """How many lines of roles a gold leaves out and has."""
    table = np.zeros((len(ROLES), 2), int)
    for role, pair in of_roles.items():
        table[ROLES.index(role)] = pair
    return table


def test_lines_of_each_role_are_counted_by_what_the_gold_has() -> None:
    originals = [page_of(site, number) for site in range(3) for number in range(2)]
    again = [read_again(site, number) for site in range(3) for number in range(2)]
    found = habits(originals, again)
    assert found.keys() == {"made-up"}
    table = dict(zip(ROLES, found["made-up"].tolist(), strict=True))
    paragraphs = sum(len((gold.gold or "").split("\n")) for gold in originals)
    assert table["body"] == [0, paragraphs]
    assert table["headline"] == [6, 0]  # the made-up golds have no headlines
    assert table["navigation"][1] == table["legal"][1] == 0
    assert table["navigation"][0] > 0
    assert "headline" in left_out(found["made-up"], least=6)


def test_pages_without_an_original_or_a_gold_are_left_out() -> None:
    again = read_again(1, 1)
    assert habits([], [again]) == {}
    assert habits([page_of(1, 2)], [again]) == {}
    assert habits([replace(page_of(1, 1), gold=None)], [again]) == {}


def test_only_content_that_is_mostly_left_out_is_dropped() -> None:
    table = counts(headline=(9, 3), caption=(5, 5), note=(4, 3), legal=(99, 0), body=(0, 99))
    assert left_out(table) == ("headline",)
    assert left_out(table, least=7) == ("headline", "note")


def test_conventions_are_of_corpora_and_drop_content_only() -> None:
    assert DROPPED.keys() <= CORPORA.keys() - {"world", "reread"}
    assert all(set(roles) <= set(CONTENT_ROLES) - {"body"} for roles in DROPPED.values())
