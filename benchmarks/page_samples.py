"""Samples of the corpora's pages that depend on the pages' names only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from zlib import crc32

from training.corpora import GoldPage
from training.split import Split, split_of


def varied_pages(
    golds: Iterable[GoldPage], number: int, splits: Collection[Split] = ("dev", "test")
) -> list[GoldPage]:
    """So many pages of some splits, from all corpora, languages and page types in turn."""
    groups: dict[tuple[str, str], list[GoldPage]] = defaultdict(list)
    for gold in golds:
        if split_of(gold.site) in splits:
            part = gold.page_type if gold.corpus == "wcxb" else gold.language
            groups[gold.corpus, part].append(gold)
    for group in groups.values():
        group.sort(key=lambda gold: (_hashed("speed", gold), gold.id))
    drawn: list[GoldPage] = []
    for turn in range(max(map(len, groups.values()), default=0)):
        drawn += [groups[key][turn] for key in sorted(groups) if turn < len(groups[key])]
    return drawn[:number]


def random_pages(golds: Sequence[GoldPage], number: int) -> list[GoldPage]:
    """So many of the pages, drawn by their names, in their order."""
    drawn = sorted(golds, key=lambda gold: _hashed("benchmark", gold))
    chosen = {(gold.corpus, gold.id) for gold in drawn[:number]}
    return [gold for gold in golds if (gold.corpus, gold.id) in chosen]


def _hashed(salt: str, gold: GoldPage) -> int:
    return crc32(f"{salt}/{gold.corpus}/{gold.id}".encode())
