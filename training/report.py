"""Where a model is wrong: its calibration, the best possible scores, and the worst pages."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.metrics import Score, word_score
from boilerplate.model.file import MODES
from boilerplate.page import Kind
from boilerplate.plugins.manager import no_plugins
from training.align import CONTENT_SHARE, content_shares
from training.corpora import GoldPage
from training.documents.results import DIGITS
from training.edges import LEAST_SIBLINGS, LONG, edges
from training.samples import sample

BINS: Final = 10
WORST_PAGES: Final = 20
# From Okabe and Ito's palette for colour-blind readers.
COLOURS: Final = {"html": "#0072B2", "text": "#D55E00"}


@dataclass(frozen=True, slots=True)
class Examined:
    """A page's lines by bins of probability, (BINS, 3), and its scores.

    The columns of ``bins`` are the number of lines, the sum of their probabilities, and the number
    that are content. ``oracle`` is the word F1 of perfect labels on our lines; ``ours`` and
    ``oracle`` are for HTML only.
    """

    gold: GoldPage
    bins: np.ndarray
    squared_error: float
    ours: Score | None = None
    oracle: float = 0.0


def binned(probability: np.ndarray, content: np.ndarray) -> np.ndarray:
    """By bin of probability: lines, sum of probabilities, and lines of content; (BINS, 3).

    >>> binned(np.array([0.05, 0.95, 1.0]), np.array([0, 1, 1]))[[0, 9]].round(2).tolist()
    [[1.0, 0.05, 0.0], [2.0, 1.95, 2.0]]
    """
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    columns = (np.ones(len(place)), probability, content)
    return np.column_stack([np.bincount(place, column, minlength=BINS) for column in columns])


def calibration_error(bins: np.ndarray) -> float:
    """The expected calibration error: mean distance of probability and share of content.

    >>> calibration_error(binned(np.array([0.9, 0.9]), np.array([1, 0]))).__round__(2)
    0.4
    """
    lines = bins[:, 0].sum()
    return float(np.abs(bins[:, 1] - bins[:, 2]).sum() / lines) if lines else 0.0


def examine(cleaner: Cleaner, gold: GoldPage, mode: Kind) -> Examined | None:
    """Clean one page in one mode; the result has no text of the page."""
    labelled = sample(gold, mode)
    if labelled is None or gold.gold is None:
        return None
    cleaned = cleaner.clean(labelled.page)
    known = labelled.y >= 0
    probability = np.array([p.probability for p in cleaned.predictions])[known]
    content = labelled.y[known]
    bins = binned(probability, content)
    squared = float(((probability - content) ** 2).sum())
    name_only = GoldPage(
        gold.corpus, gold.id, b"", None, language=gold.language, page_type=gold.page_type
    )
    if mode == "text":
        return Examined(name_only, bins, squared)
    texts = [line.text for line in labelled.page.lines]
    shares = content_shares(texts, gold.gold)
    perfect = "\n".join(t for t, s in zip(texts, shares, strict=True) if s >= CONTENT_SHARE)
    return Examined(
        name_only,
        bins,
        squared,
        word_score(cleaned.text, gold.gold),
        word_score(perfect, gold.gold).f1,
    )


def report(model: str | None, golds: Sequence[GoldPage], jobs: int) -> dict[str, Any]:
    """Calibration and edges by mode; for HTML, our scores and the oracle's, and the worst pages."""
    cleaner = Cleaner(model, plugins=no_plugins())
    out: dict[str, Any] = {
        "calibration": {}, "edges": {}, "long_line": LONG, "least_siblings": LEAST_SIBLINGS
    }  # fmt: skip
    for mode in MODES:
        out["edges"][mode] = {
            group: {
                name: {"of": many, "share": round(share, DIGITS)}
                for name, (many, share) in found.items()
            }
            for group, found in edges(model, golds, mode, jobs).items()
        }
        pages = Parallel(n_jobs=jobs, batch_size=8)(
            delayed(examine)(cleaner, gold, mode) for gold in golds if gold.gold
        )
        examined = [page for page in pages if page is not None]
        out["calibration"][mode] = calibration(examined)
        if mode == "html":
            out["oracle"] = by_group(examined)
            out["worst"] = worst(examined)
    return out


def calibration(pages: Sequence[Examined]) -> dict[str, Any]:
    """Of all lines: the expected calibration error, the Brier score, and the bins to draw."""
    bins = np.sum([page.bins for page in pages], axis=0) if pages else np.zeros((BINS, 3))
    lines = int(bins[:, 0].sum())
    return {
        "lines": lines,
        "ece": round(calibration_error(bins), DIGITS),
        "brier": round(math.fsum(page.squared_error for page in pages) / max(1, lines), DIGITS),
        "bins": [
            {
                "lines": int(n),
                "mean_probability": round(p / n, DIGITS) if n else None,
                "content_share": round(content / n, DIGITS) if n else None,
            }
            for n, p, content in bins.tolist()
        ],
    }


def by_group(pages: Sequence[Examined]) -> dict[str, dict[str, float]]:
    """Our and the oracle's mean word F1 for each corpus and each page type of WCXB."""
    groups: dict[str, list[Examined]] = defaultdict(list)
    for page in pages:
        groups[page.gold.corpus].append(page)
        if page.gold.corpus == "wcxb":
            groups[f"wcxb/{page.gold.page_type}"].append(page)
    return {
        name: {
            "pages": len(found),
            "ours": round(math.fsum(p.ours.f1 for p in found if p.ours) / len(found), DIGITS),
            "oracle": round(math.fsum(p.oracle for p in found) / len(found), DIGITS),
        }
        for name, found in sorted(groups.items())
    }


def worst(pages: Sequence[Examined]) -> list[dict[str, Any]]:
    """The pages with the lowest word F1, by name."""
    scored = [(page.ours.f1, page.gold.corpus, page.gold.id, page) for page in pages if page.ours]
    chosen = [page for *_, page in sorted(scored, key=lambda each: each[:3])[:WORST_PAGES]]
    return [
        {
            "page": f"{page.gold.corpus}/{page.gold.id}",
            "type": page.gold.page_type,
            "language": page.gold.language,
            "precision": round(page.ours.precision, DIGITS),
            "recall": round(page.ours.recall, DIGITS),
            "f1": round(page.ours.f1, DIGITS),
            "oracle": round(page.oracle, DIGITS),
        }
        for page in chosen
        if page.ours
    ]


def draw(by_mode: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    """Draw the reliability diagram: share of content by probability; below, the lines per bin."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for mode, found in by_mode.items():
        bins = [each for each in found["bins"] if each["lines"]]
        upper.plot(
            [each["mean_probability"] for each in bins],
            [each["content_share"] for each in bins],
            "o-",
            color=COLOURS[mode],
            label=f"{mode}, expected calibration error {found['ece']:.3f}",
        )
        lower.step(
            [(i + 0.5) / BINS for i in range(BINS)],
            [max(each["lines"], 1) for each in found["bins"]],
            where="mid",
            color=COLOURS[mode],
        )
    upper.set_ylabel("share of lines that are content")
    upper.legend(loc="upper left", frameon=False)
    lower.set_yscale("log")
    lower.set_ylabel("lines")
    lower.set_xlabel("probability of content")
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=120, metadata={"Software": None})
