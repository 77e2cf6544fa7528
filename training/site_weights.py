"""How much each kind of evidence of a site weighs: ``python -m training.site_weights``.

General models that never saw a site score its pages, as they will those of sites to come: each
is trained on pages of the folds that it does not score, one page in SHARE of them, so that it
errs rather more than the shipped one. A page is then seen with what some others of its site
tell, and the weights are those that make line F1 gain most over the general model, where what
a site loses counts for more than what others gain. Prints the weights that boilerplate.knowledge
holds, and what they gain on sites that the weights themselves were not fitted to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zlib import crc32

import click
import numpy as np
from boilerplate.model.columns import MODES
from scipy.optimize import minimize

from boilerplate.cleaner import best_threshold
from boilerplate.model.model import Model
from boilerplate.numeric import Floats, logit, sigmoid
from boilerplate.page import Kind
from boilerplate.site_models.evidence import COLUMNS, Knowledge
from boilerplate.site_models.site_model import headlines
from boilerplate.site_models.sketch import CLOSEST, Sketch, sketch
from training.__main__ import cache_option, gold_pages, jobs_option, say, source_option
from training.corpora import GoldPage
from training.dataset import sample
from training.train import FOLDS, fold_of, train

SHARE: Final = 4  # one page in so many is enough for a general model that errs
HALVES: Final = ((0, 1), (2, 3, 4))  # folds of sites that one general model never sees
NUMBERS: Final = (2, 5, 10, 20)  # pages learned from; one alone says next to nothing
PARTS: Final = 4  # each of which is scored with what the others tell
LEAST_PAGES: Final = 3
SLOPE: Final = 2.0  # of the sigmoid that stands for a decision, in log-odds
CAUTION: Final = 100.0  # what a site's loss weighs, squared, beside the mean gain
RIDGE: Final = 3e-4  # of the weights, in F1
FULL_PAGES: Final = 8  # from which a site counts in full: F1 of few pages is noise
LOSS: Final = 0.003  # of a site's line F1, from which it is told

LOWERING: Final = frozenset({"on_one", "on_few", "on_many", "loose", "over"})
PLACED: Final = frozenset({"place"})  # known in HTML only


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A page of a site as a general model sees it: its sketch, and what decides about it."""

    site: str
    drawn: Sketch
    headlines: np.ndarray
    article: float
    threshold: float
    y: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A page seen with n pages of its site: columns (l, f), log-odds over the threshold, gold."""

    site: str
    n: int
    columns: Floats
    odds: Floats
    y: Floats


def scored(gold: GoldPage, kind: Kind, model: Model) -> Scored | None:
    """A gold page as a general model sees it; None where it has no lines."""
    labelled = sample(gold, kind)
    if labelled is None or not labelled.page.spoken:
        return None
    page, spoken = replace(labelled.page, url=None), labelled.page.spoken
    scores = model.predict(page, spoken)
    drawn = sketch(page, spoken, scores.probability)
    threshold = best_threshold(scores.probability, scores.chars, scores.article)
    titles = headlines(page, spoken[: drawn.n])
    y = labelled.y[spoken[: drawn.n]]
    return Scored(gold.site, drawn, titles, scores.article, threshold, y)


def unseen(golds: Sequence[GoldPage], kind: Kind, jobs: int) -> Iterator[Scored]:
    """The pages of sites that have several, each scored by a model that never saw its site."""
    pages: dict[str, int] = defaultdict(int)
    for gold in golds:
        pages[gold.site] += 1
    for half in HALVES:
        others = [gold for gold in golds if fold_of(gold.site) not in half]
        model = train(others[::SHARE], None, {}, jobs, say, modes=[kind])
        for gold in golds:
            if pages[gold.site] >= LEAST_PAGES and fold_of(gold.site) in half:
                found = scored(gold, kind, model)
                if found is not None:
                    yield found


def views(pages: Sequence[Scored]) -> Iterator[View]:
    """The pages of one site, each seen with some of the others."""
    n = len(pages)
    order = np.random.default_rng(crc32(pages[0].site.encode())).permutation(n).tolist()
    for part in range(min(PARTS, n)):
        here = order[part::PARTS]
        others = [i for i in order if i not in set(here)]
        for number in (number for number in NUMBERS if number <= len(others)):
            known = Knowledge([pages[i].drawn for i in others[:number]])
            for page in (pages[i] for i in here):
                told = page.y >= 0
                sight = known.see(page.drawn, page.headlines)
                odds = page.drawn.log_odds - float(logit(np.array(page.threshold), CLOSEST))
                if (page.y == 1).any():
                    yield View(
                        page.site,
                        number,
                        sight.columns[told] * page.article**2,
                        odds[told],
                        (page.y[told] == 1).astype(float),
                    )


def fit(seen: Sequence[View], names: Sequence[str]) -> Floats:
    """The weights of some COLUMNS, (f,): each lowers or raises, as its kind of evidence does."""
    columns = np.vstack([each.columns for each in seen])[:, [COLUMNS.index(n) for n in names]]
    odds = np.concatenate([each.odds for each in seen])
    y = np.concatenate([each.y for each in seen])
    sizes = np.array([len(each.y) for each in seen])
    starts = np.cumsum(sizes) - sizes
    true = np.add.reduceat(y, starts)
    groups = sorted({(each.site, each.n) for each in seen})
    group = np.array([groups.index((each.site, each.n)) for each in seen])
    pages = np.bincount(group)
    share = np.minimum(1, np.sqrt(pages / FULL_PAGES))
    share /= share.sum()

    def f1(z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        p = sigmoid(SLOPE * z)
        hit, kept = np.add.reduceat(p * y, starts), np.add.reduceat(p, starts)
        return p, hit, kept, 2 * hit / (kept + true)

    plain = f1(odds)[3]

    def cost(weights: Floats) -> tuple[float, Floats]:
        p, hit, kept, now = f1(odds + columns @ weights)
        gain = np.bincount(group, now - plain) / pages
        lost = np.maximum(0, -gain)
        value = -(share @ gain) + CAUTION * (share @ lost**2) + RIDGE * (weights @ weights)
        by_page = (share * (-1 - 2 * CAUTION * lost) / pages)[group]
        whole = np.repeat(kept + true, sizes)
        slope = (2 * y * whole - 2 * np.repeat(hit, sizes)) / whole**2 * SLOPE * p * (1 - p)
        return value, columns.T @ (np.repeat(by_page, sizes) * slope) + 2 * RIDGE * weights

    bounds = [(None, 0) if name in LOWERING else (0, None) for name in names]
    found: Floats = minimize(cost, np.zeros(len(names)), jac=True, bounds=bounds).x
    return found


def line_f1(each: View, weights: Floats, names: Sequence[str]) -> float:
    """Line F1 of a page, its columns weighed."""
    at = [COLUMNS.index(name) for name in names]
    kept = each.odds + each.columns[:, at] @ weights >= 0
    return float(2 * (kept * each.y).sum() / (kept.sum() + each.y.sum()))


def gains(seen: Iterable[View], weights: Floats, names: Sequence[str]) -> dict[int, list[float]]:
    """What each site gains in line F1, by the number of pages learned from."""
    found: dict[tuple[int, str], list[float]] = defaultdict(list)
    none = np.zeros(len(names))
    for each in seen:
        gain = line_f1(each, weights, names) - line_f1(each, none, names)
        found[each.n, each.site].append(gain)
    out: dict[int, list[float]] = defaultdict(list)
    for (n, _), values in sorted(found.items()):
        out[n].append(float(np.mean(values)))
    return out


def part_of(site: str) -> int:
    """The part of a site when the weights are tried on sites that they were not fitted to."""
    return crc32(b"weights" + site.encode()) % FOLDS


@click.command()
@source_option
@cache_option
@jobs_option
@click.option("--mode", type=click.Choice(MODES), multiple=True, default=MODES)
def main(source: Path, cache: Path, jobs: int, mode: tuple[Kind, ...]) -> None:
    """Fit the weights of what is known of a site, and tell what they are worth."""
    golds = gold_pages(source, cache, ("train", "dev"), (), False)
    for kind in mode:
        sites: dict[str, list[Scored]] = defaultdict(list)
        for page in unseen(golds, kind, jobs):
            sites[page.site].append(page)
        seen = [each for site in sorted(sites) for each in views(sites[site])]
        names = [
            name
            for name in COLUMNS
            if not name.startswith("told_") and (kind == "html" or name not in PLACED)
        ]
        weights = fit(seen, names)
        found = {name: round(float(w), 2) for name, w in zip(names, weights, strict=True)}
        click.echo(f"{kind}: {found}")
        tried: dict[int, list[float]] = defaultdict(list)
        for part in range(FOLDS):
            others = fit([each for each in seen if part_of(each.site) != part], names)
            inside = (each for each in seen if part_of(each.site) == part)
            for n, values in gains(inside, others, names).items():
                tried[n] += values
        for n, values in sorted(tried.items()):
            lost = sum(value < -LOSS for value in values)
            click.echo(
                f"  {n:2} pages, {len(values)} sites: line F1 {100 * np.mean(values):+.1f}, "
                f"worst {100 * min(values):+.1f}, {lost} lose more than {100 * LOSS:.1f}"
            )


if __name__ == "__main__":
    main(prog_name="python -m training.site_weights")
