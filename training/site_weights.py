"""The weights of the evidence in a site model: ``python -m training.site_weights``.

General models score the pages of sites that they never saw, as they will score new sites: each is
trained on one page in four of the folds that it does not score, so it errs somewhat more than the
shipped model. Then the features of each page are computed from some other pages of its site, and
the weights are fitted to gain as much line F1 as possible over the general model; losses of a
site count for more than gains. Prints the weights for site_models.weights, and their gain on
sites that they were not fitted to.
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
from scipy.optimize import minimize

from boilerplate.cleaner import best_threshold
from boilerplate.model.model import Model
from boilerplate.numeric import Floats, logit, sigmoid
from boilerplate.page import Kind
from boilerplate.site_models.evidence import SiteEvidence
from boilerplate.site_models.site_model import headlines
from boilerplate.site_models.sketch import MIN_PROBABILITY, Sketch, sketch
from boilerplate.site_models.weights import FEATURES
from training.corpora import GoldPage
from training.fit import train_model
from training.folds import FOLDS, fold_of
from training.gold_pages import gold_pages
from training.options import cache_option, jobs_option, mode_option, source_option
from training.progress import log_to_stderr
from training.samples import sample

STRIDE: Final = 4  # every fourth page is enough for a general model that errs
HALVES: Final = ((0, 1), (2, 3, 4))  # folds of sites that one general model never sees
SITE_PAGES: Final = (2, 5, 10, 20)  # numbers of pages to learn from; one page tells too little
PARTS: Final = 4  # of a site's pages; each is scored with the evidence of the others
LEAST_PAGES: Final = 3  # of a site
REPORTED_LOSS: Final = 0.003  # sites that lose more line F1 are counted in the output

LOWERING: Final = frozenset(
    {"on_one_page", "on_few_pages", "on_many_pages", "loose_match", "after_article"}
)
HTML_ONLY: Final = frozenset({"place"})


@dataclass(frozen=True, slots=True)
class Objective:
    """What the weights are fitted to: the mean gain of line F1, less two penalties."""

    slope: float = 2.0  # of the sigmoid, in log-odds, that replaces the decision
    loss_penalty: float = 100.0  # times the squared loss of a site
    ridge: float = 3e-4  # times the squared weights
    full_pages: int = 8  # sites of fewer pages count for less, for their F1 is noisy


OBJECTIVE: Final = Objective()


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A page of a site with the scores of a general model that never saw the site."""

    site: str
    drawn: Sketch
    headlines: np.ndarray
    article: float
    threshold: float
    y: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A page with the evidence from n other pages of its site.

    ``columns`` are the evidence (lines, features), ``odds`` the log-odds over the threshold, ``y``
    the gold.
    """

    site: str
    n: int
    columns: Floats
    odds: Floats
    y: Floats


def scored(gold: GoldPage, mode: Kind, model: Model) -> Scored | None:
    """A gold page with a general model's scores; None if it has no lines."""
    labelled = sample(gold, mode)
    if labelled is None or not labelled.page.nonblank:
        return None
    page = replace(labelled.page, url=None).without_blank_lines
    scores = model.predict(page)
    drawn = sketch(page, scores.probability)
    threshold = best_threshold(scores.probability, scores.chars, scores.article)
    titles = headlines(page)[: drawn.n]
    y = labelled.y[labelled.page.nonblank[: drawn.n]]
    return Scored(gold.site, drawn, titles, scores.article, threshold, y)


def scored_pages(golds: Sequence[GoldPage], mode: Kind, jobs: int) -> Iterator[Scored]:
    """The pages of sites with several pages, scored by a model that never saw the site."""
    pages: dict[str, int] = defaultdict(int)
    for gold in golds:
        pages[gold.site] += 1
    for half in HALVES:
        others = [gold for gold in golds if fold_of(gold.site) not in half]
        model = train_model(others[::STRIDE], None, {}, jobs, log_to_stderr, modes=[mode])
        for gold in golds:
            if pages[gold.site] >= LEAST_PAGES and fold_of(gold.site) in half:
                found = scored(gold, mode, model)
                if found is not None:
                    yield found


def views(pages: Sequence[Scored]) -> Iterator[View]:
    """The pages of one site, each with the evidence from some of the others."""
    n = len(pages)
    order = np.random.default_rng(crc32(pages[0].site.encode())).permutation(n).tolist()
    for part in range(min(PARTS, n)):
        here = order[part::PARTS]
        others = [i for i in order if i not in set(here)]
        for number in (number for number in SITE_PAGES if number <= len(others)):
            evidence = SiteEvidence([pages[i].drawn for i in others[:number]])
            for page in (pages[i] for i in here):
                labelled = page.y >= 0
                features = evidence.features(page.drawn, page.headlines)
                odds = page.drawn.log_odds - float(logit(np.array(page.threshold), MIN_PROBABILITY))
                if (page.y == 1).any():
                    yield View(
                        page.site,
                        number,
                        features.values[labelled] * page.article**2,
                        odds[labelled],
                        (page.y[labelled] == 1).astype(float),
                    )


def fit(seen: Sequence[View], names: Sequence[str]) -> Floats:
    """The weights of the named evidence, (features,); those in LOWERING are at most 0.

    The others are at least 0.
    """
    columns = np.vstack([each.columns for each in seen])[:, [FEATURES.index(n) for n in names]]
    odds = np.concatenate([each.odds for each in seen])
    y = np.concatenate([each.y for each in seen])
    sizes = np.array([len(each.y) for each in seen])
    starts = np.cumsum(sizes) - sizes
    true = np.add.reduceat(y, starts)
    groups = sorted({(each.site, each.n) for each in seen})
    group = np.array([groups.index((each.site, each.n)) for each in seen])
    pages = np.bincount(group)
    share = np.minimum(1, np.sqrt(pages / OBJECTIVE.full_pages))
    share /= share.sum()

    def f1(z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        p = sigmoid(OBJECTIVE.slope * z)
        hit, kept = np.add.reduceat(p * y, starts), np.add.reduceat(p, starts)
        return p, hit, kept, 2 * hit / (kept + true)

    plain = f1(odds)[3]

    def cost(weights: Floats) -> tuple[float, Floats]:
        p, hit, kept, now = f1(odds + columns @ weights)
        gain = np.bincount(group, now - plain) / pages
        lost = np.maximum(0, -gain)
        value = (
            -(share @ gain)
            + OBJECTIVE.loss_penalty * (share @ lost**2)
            + OBJECTIVE.ridge * (weights @ weights)
        )
        by_page = (share * (-1 - 2 * OBJECTIVE.loss_penalty * lost) / pages)[group]
        whole = np.repeat(kept + true, sizes)
        slope = (
            (2 * y * whole - 2 * np.repeat(hit, sizes)) / whole**2 * OBJECTIVE.slope * p * (1 - p)
        )
        return value, columns.T @ (
            np.repeat(by_page, sizes) * slope
        ) + 2 * OBJECTIVE.ridge * weights

    bounds = [(None, 0) if name in LOWERING else (0, None) for name in names]
    found: Floats = minimize(cost, np.zeros(len(names)), jac=True, bounds=bounds).x
    return found


def line_f1(each: View, weights: Floats, names: Sequence[str]) -> float:
    """Line F1 of a page with some weights of the evidence."""
    at = [FEATURES.index(name) for name in names]
    kept = each.odds + each.columns[:, at] @ weights >= 0
    return float(2 * (kept * each.y).sum() / (kept.sum() + each.y.sum()))


def gains(seen: Iterable[View], weights: Floats, names: Sequence[str]) -> dict[int, list[float]]:
    """The gain of each site in line F1, by the number of pages learned from."""
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
    """The part of a site in the cross-validation of the weights."""
    return crc32(b"weights" + site.encode()) % FOLDS


@click.command()
@source_option
@cache_option
@jobs_option
@mode_option
def main(source: Path, cache: Path, jobs: int, mode: tuple[Kind, ...]) -> None:
    """Fit the weights of a site's evidence, and print their gain on other sites."""
    golds = gold_pages(source, cache, ("train", "dev"))
    for each_mode in mode:
        sites: dict[str, list[Scored]] = defaultdict(list)
        for page in scored_pages(golds, each_mode, jobs):
            sites[page.site].append(page)
        seen = [each for site in sorted(sites) for each in views(sites[site])]
        names = [
            name
            for name in FEATURES
            if not name.startswith("labelled_") and (each_mode == "html" or name not in HTML_ONLY)
        ]
        weights = fit(seen, names)
        found = {name: round(float(w), 2) for name, w in zip(names, weights, strict=True)}
        click.echo(f"{each_mode}: {found}")
        tried: dict[int, list[float]] = defaultdict(list)
        for part in range(FOLDS):
            others = fit([each for each in seen if part_of(each.site) != part], names)
            inside = (each for each in seen if part_of(each.site) == part)
            for n, values in gains(inside, others, names).items():
                tried[n] += values
        for n, values in sorted(tried.items()):
            lost = sum(value < -REPORTED_LOSS for value in values)
            click.echo(
                f"  {n:2} pages, {len(values)} sites: line F1 {100 * np.mean(values):+.1f}, "
                f"worst {100 * min(values):+.1f}, {lost} lose more than {100 * REPORTED_LOSS:.1f}"
            )


if __name__ == "__main__":
    main(prog_name="python -m training.site_weights")
