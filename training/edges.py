"""What readers see first: the ends of articles, their headlines, and groups cut in two.

A long line is one of LONG characters or more. Of each article the first, the middle and the last
long line should be kept, and the first long line after its end should not. Elements with the same
parent, tag and first names are one group, such as the items of a list or the cards of a shop: most
groups belong to the article or to the site as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.features.elements import tree
from boilerplate.kernels.arrays import Tree
from boilerplate.kernels.plain_tree import subtree_sums
from boilerplate.page import Kind, Label
from boilerplate.plugins.manager import no_plugins
from boilerplate.roles import ROLES
from training.conventions import cleaner_for
from training.corpora import GoldPage
from training.documents.markdown import markdown_table
from training.samples import sample

LONG: Final = 40  # characters
LEAST_LONG_LINES: Final = 3  # of an article
LEAST_SIBLINGS: Final = 4  # of a group
HALF: Final = 0.5
EDGES: Final = ("first", "middle", "last", "headline", "after", "cut")
# Of "after" and "cut", less is better.
FEWER_IS_BETTER: Final = ("after", "cut")
HEADLINE: Final = ROLES.index("headline")

Counts = dict[str, tuple[int, int]]  # of each of EDGES: how many are kept, or cut, of how many


@dataclass(frozen=True, slots=True)
class PageEdges:
    """The corpus of a page, and the counts of EDGES on it."""

    corpus: str
    counts: Counts


def page_edges(cleaner: Cleaner, gold: GoldPage, mode: Kind) -> PageEdges | None:
    """The counts of one page; None if it has no lines or no article."""
    labelled = sample(gold, mode)
    if labelled is None or gold.gold is None:
        return None
    page, y = labelled.page, labelled.y
    kept = np.array([label is Label.CONTENT for label in cleaner.clean(page).predictions.labels])
    long = np.array([len(line.text) >= LONG for line in page.lines])
    counts: Counts = {}
    content = np.flatnonzero((y == 1) & long)
    if gold.page_type == "article" and len(content) >= LEAST_LONG_LINES:
        places = {"first": 0, "middle": len(content) // 2, "last": -1}
        counts = {name: (int(kept[content[at]]), 1) for name, at in places.items()}
        end = int(np.flatnonzero(y == 1)[-1]) + 1
        after = end + np.flatnonzero((y[end:] == 0) & long[end:])
        if len(after):
            counts["after"] = int(kept[after[0]]), 1
    if labelled.roles is not None:
        headlines = labelled.roles == HEADLINE
        counts["headline"] = int(kept[headlines].sum()), int(headlines.sum())
    lines = page.without_blank_lines.lines
    if elements := tree(page, lines):
        lengths = [len(line.text) for line in lines]
        counts["cut"] = cut_groups(elements, kept[page.nonblank], lengths)
    return PageEdges(gold.corpus, counts)


def cut_groups(elements: Tree, kept: np.ndarray, lengths: Sequence[int]) -> tuple[int, int]:
    """How many groups of siblings are cut in two, of how many with a line that is kept.

    A sibling is kept if at least half of its characters are. ``kept`` and ``lengths`` are (n,).
    """
    sums = subtree_sums(elements, np.column_stack([kept * np.array(lengths), lengths]))
    siblings: dict[tuple[int, int], list[bool]] = defaultdict(list)
    for i in np.flatnonzero(sums[:, 1] > 0).tolist():
        key = int(elements.parent[i]), int(elements.sign[i])
        siblings[key].append(bool(sums[i, 0] >= HALF * sums[i, 1]))
    groups = [some for some in siblings.values() if len(some) >= LEAST_SIBLINGS and any(some)]
    return sum(not all(some) for some in groups), len(groups)


def edges(
    model: str | None, golds: Iterable[GoldPage], mode: Kind, jobs: int
) -> dict[str, dict[str, tuple[int, float]]]:
    """By corpus, and of all pages: for each of EDGES how many there are, and the share."""
    plain = Cleaner(model, plugins=no_plugins())
    pages = Parallel(n_jobs=jobs, batch_size=8)(
        delayed(page_edges)(cleaner_for(gold.corpus, plain), gold, mode)
        for gold in golds
        if gold.gold
    )
    totals: dict[str, dict[str, np.ndarray]] = defaultdict(lambda: defaultdict(lambda: np.zeros(2)))
    for page in pages:
        for name, counts in page.counts.items() if page is not None else ():
            for group in ("all", page.corpus):
                totals[group][name] += counts
    return {
        group: {
            name: (int(found[name][1]), float(found[name][0] / found[name][1]))
            for name in EDGES
            if name in found and found[name][1]
        }
        for group, found in sorted(totals.items())
    }


def as_scores(shares: dict[str, dict[str, tuple[int, float]]]) -> dict[str, tuple[float, ...]]:
    """The shares as groups of the accuracy gate: of each how many, and what more is better of."""
    return {
        f"edges/{group}/{name}": (many, 1 - share if name in FEWER_IS_BETTER else share)
        for group, found in shares.items()
        for name, (many, share) in found.items()
    }


def table(shares: dict[str, dict[str, tuple[int, float]]], mode: Kind) -> str:
    """The shares as a Markdown table."""
    body = [
        [group, *(f"{found[name][1]:.3f}" if name in found else "" for name in EDGES)]
        for group, found in shares.items()
    ]
    return markdown_table([mode, *EDGES], body)
