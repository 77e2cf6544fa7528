"""Labelled pages from public corpora: one shape for all, and one adapter module for each.

An adapter reads a clone of its corpus's public repository and yields ``GoldPage`` values in a
fixed order. ``load`` finds the clones, or unpacks them from archives. No text of a corpus is in
this repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from training.corpora import (
    daniel,
    formasaurus,
    fundus,
    magic_html,
    mercury_parser,
    readability,
    reread,
    rkrzr,
    wcxb,
    world,
)
from training.corpora.archives import clone_of
from training.corpora.gold_page import Adapter, GoldPage

__all__ = ["CORPORA", "Adapter", "GoldPage", "load"]

CORPORA: Final[dict[str, Adapter]] = {
    adapter.NAME: adapter
    for adapter in (
        wcxb, daniel, fundus, magic_html, mercury_parser, readability, formasaurus, rkrzr,
        world, reread,
    )
}  # fmt: skip


def load(names: Iterable[str], source: Path, cache: Path) -> Iterator[GoldPage]:
    """The pages of the named corpora, in the order of the names.

    ``source`` has ``<archive>.tar.xz`` files or clones; archives are unpacked once, to
    ``cache/<archive>``. Raises ValueError for an unknown corpus and FileNotFoundError for one
    that ``source`` does not have.
    """
    for name in names:
        if name not in CORPORA:
            raise ValueError(f"unknown corpus {name!r}; there are {', '.join(CORPORA)}")
        adapter = CORPORA[name]
        for archive, repository in adapter.REPOSITORIES.items():
            root = clone_of(archive, repository, source, cache)
            if name == reread.NAME:
                others = (other for other in CORPORA if other not in (reread.NAME, world.NAME))
                yield from reread.pages(root, load(others, source, cache))
            else:
                yield from adapter.pages(root)
