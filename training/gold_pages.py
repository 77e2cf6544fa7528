"""The pages to train on and to score: those of the corpora that have an article as gold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from training.corpora import CORPORA, GoldPage, load
from training.split import Split, split_of

# formasaurus has no articles, and rkrzr's pages are home pages: teasers marked as articles.
WITHOUT_ARTICLES: Final = ("formasaurus", "rkrzr")
QUICK_STRIDE: Final = 8  # a quick run takes every eighth page


def gold_pages(
    source: Path,
    cache: Path,
    splits: Collection[Split],
    without: Collection[str] = (),
    quick: bool = False,
) -> list[GoldPage]:
    """The pages of the given splits that have an article as gold, in the order of the corpora.

    ``source`` and ``cache`` are as ``training.corpora.load`` takes them; ``without`` are names of
    corpora to leave out; ``quick`` takes every eighth page only.
    """
    names = [name for name in CORPORA if name not in (*without, *WITHOUT_ARTICLES)]
    golds = [
        gold for gold in load(names, source, cache) if gold.gold and split_of(gold.site) in splits
    ]
    return golds[::QUICK_STRIDE] if quick else golds


def sites_of(golds: Iterable[GoldPage]) -> dict[str, list[GoldPage]]:
    """The pages of each site, in the order of the sites' names."""
    sites: dict[str, list[GoldPage]] = defaultdict(list)
    for gold in golds:
        sites[gold.site].append(gold)
    return dict(sorted(sites.items()))
