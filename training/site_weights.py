"""The weights of the evidence in a site model: ``python -m training.site_weights``.

A general model of the sites with few pages scores the pages of the others, as it will score new
sites. Then the features of each page are computed from some other pages of its site, with their
labels and without, and the weights are fitted to gain as much line F1 as possible over the
general model; losses of a site count for more than gains. Prints the weights for
site_models.weights, and what they gain on sites that they were not fitted to, beside those that
are in use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zlib import crc32

import click
import numpy as np
from scipy.optimize import minimize

from boilerplate.cleaner import best_threshold
from boilerplate.model.model import Model, load_model
from boilerplate.numeric import Floats, logit, sigmoid
from boilerplate.page import Kind
from boilerplate.site_models.evidence import SiteEvidence
from boilerplate.site_models.site_model import headlines
from boilerplate.site_models.sketch import MIN_PROBABILITY, Sketch, sketch
from boilerplate.site_models.weights import FEATURES, WEIGHTS, trust
from training.corpora import GoldPage
from training.fit import train_model
from training.folds import FOLDS
from training.gold_pages import gold_pages, sites_of
from training.options import cache_option, jobs_option, mode_option, source_option
from training.progress import log_to_stderr
from training.samples import sample

SITE_PAGES: Final = (2, 5, 10, 20)  # numbers of pages to learn from; one page tells too little
PARTS: Final = 4  # of a site's pages; each is scored with the evidence of the others
LEAST_PAGES: Final = 8  # of a site; those with fewer train the general model
REPORTED_LOSS: Final = 0.003  # sites that lose more line F1 are counted in the output

LOWERING: Final = frozenset(
    {"on_one_page", "on_few_pages", "on_many_pages", "loose_match", "after_article"}
)
HTML_ONLY: Final = frozenset({"place", "labelled_place", "labelled_path"})


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
    """A page of a site with the scores of a general model that never saw the site.

    ``labelled`` is its sketch with the labels that a person would have given.
    """

    site: str
    drawn: Sketch
    labelled: Sketch
    headlines: np.ndarray
    article: float
    threshold: float
    y: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A page with the evidence from n other pages of its site, which have labels or none.

    ``columns`` are the evidence (lines, features), ``odds`` the log-odds over the threshold, ``y``
    the gold.
    """

    site: str
    n: int
    has_labels: bool
    columns: Floats
    odds: Floats
    y: Floats


def scored(gold: GoldPage, mode: Kind, model: Model) -> Scored | None:
    """A gold page with a general model's scores; None if it has no lines."""
    found = sample(gold, mode)
    if found is None or not found.page.nonblank:
        return None
    page = replace(found.page, url=None).without_blank_lines
    scores = model.predict(page)
    labels = [found.target_labels[i] for i in found.page.nonblank]
    drawn, labelled = (sketch(page, scores.probability, each) for each in (None, labels))
    threshold = best_threshold(scores.probability, scores.chars, scores.article)
    titles = headlines(page)[: drawn.n]
    y = found.y[found.page.nonblank[: drawn.n]]
    return Scored(gold.site, drawn, labelled, titles, scores.article, threshold, y)


def views(pages: Sequence[Scored]) -> Iterator[View]:
    """The pages of one site, each with the evidence from some of the others."""
    n = len(pages)
    order = np.random.default_rng(crc32(pages[0].site.encode())).permutation(n).tolist()
    for part in range(min(PARTS, n)):
        here = order[part::PARTS]
        others = [pages[i] for i in order if i not in set(here)]
        for number in (number for number in SITE_PAGES if number <= len(others)):
            for has_labels in (False, True):
                known = (page.labelled if has_labels else page.drawn for page in others[:number])
                evidence = SiteEvidence(list(known))
                for page in (pages[i] for i in here):
                    if (page.y == 1).any():
                        yield view(page, evidence, number, has_labels)


def view(page: Scored, evidence: SiteEvidence, n: int, has_labels: bool) -> View:
    """A page with the evidence from n others."""
    known = page.y >= 0
    features = evidence.features(page.drawn, page.headlines).values
    odds = page.drawn.log_odds - float(logit(np.array(page.threshold), MIN_PROBABILITY))
    columns = features * trust(page.article, evidence.n_labelled)
    return View(
        page.site, n, has_labels, columns[known], odds[known], (page.y[known] == 1).astype(float)
    )


def group_of(each: View) -> tuple[str, int, bool]:
    """The pages whose gains count together: of a site, and learned from alike."""
    return each.site, each.n, each.has_labels


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
    groups = sorted({group_of(each) for each in seen})
    index = {name: at for at, name in enumerate(groups)}
    group = np.array([index[group_of(each)] for each in seen])
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


def gains(
    seen: Iterable[View], weights: Floats, names: Sequence[str]
) -> dict[tuple[bool, int], list[float]]:
    """The gain of each site in line F1, by whether pages had labels, and their number."""
    found: dict[tuple[str, int, bool], list[float]] = defaultdict(list)
    none = np.zeros(len(names))
    for each in seen:
        gain = line_f1(each, weights, names) - line_f1(each, none, names)
        found[group_of(each)].append(gain)
    out: dict[tuple[bool, int], list[float]] = defaultdict(list)
    for (_, n, has_labels), values in sorted(found.items()):
        out[has_labels, n].append(float(np.mean(values)))
    return out


def part_of(site: str) -> int:
    """The part of a site in the cross-validation of the weights."""
    return crc32(b"weights" + site.encode()) % FOLDS


def cross_validated(
    seen: Sequence[View], names: Sequence[str]
) -> dict[tuple[bool, int], list[float]]:
    """The gains of each part of the sites with the weights that the others give."""
    tried: dict[tuple[bool, int], list[float]] = defaultdict(list)
    for part in range(FOLDS):
        weights = fit([each for each in seen if part_of(each.site) != part], names)
        inside = (each for each in seen if part_of(each.site) == part)
        for key, values in gains(inside, weights, names).items():
            tried[key] += values
    return tried


def report(title: str, found: Mapping[tuple[bool, int], Sequence[float]]) -> None:
    """Print what sites gain."""
    click.echo(title)
    for (has_labels, n), values in sorted(found.items()):
        lost = sum(value < -REPORTED_LOSS for value in values)
        click.echo(
            f"  {n:2} pages{' with labels' if has_labels else '':12}, {len(values)} sites: line F1 "
            f"{100 * np.mean(values):+.1f}, worst {100 * min(values):+.1f}, "
            f"{lost} lose more than {100 * REPORTED_LOSS:.1f}"
        )


@click.command()
@source_option
@cache_option
@jobs_option
@mode_option
@click.option(
    "--model", metavar="FILE",
    help=f"A model of the sites with fewer than {LEAST_PAGES} pages; without, one is trained.",
)  # fmt: skip
def main(source: Path, cache: Path, jobs: int, mode: tuple[Kind, ...], model: str | None) -> None:
    """Fit the weights of a site's evidence, and print their gain on other sites."""
    sites = sites_of(gold_pages(source, cache, ("train", "dev")))
    few = [gold for pages in sites.values() if len(pages) < LEAST_PAGES for gold in pages]
    for each in mode:
        general = (
            load_model(model)
            if model
            else train_model(few, None, {}, jobs, log_to_stderr, modes=[each])
        )
        seen: list[View] = []
        for pages in (pages for pages in sites.values() if len(pages) >= LEAST_PAGES):
            found = [scored(gold, each, general) for gold in pages]
            if known := [page for page in found if page is not None]:
                seen += views(known)
        names = [name for name in FEATURES if each == "html" or name not in HTML_ONLY]
        named = zip(names, fit(seen, names).round(2).tolist(), strict=True)
        click.echo(f"{each}: {dict(named)}")
        report("on other sites", cross_validated(seen, names))
        in_use = np.array([WEIGHTS[each].get(name, 0.0) for name in names])
        report("the weights in use, which have seen these sites", gains(seen, in_use, names))


if __name__ == "__main__":
    main(prog_name="python -m training.site_weights")
