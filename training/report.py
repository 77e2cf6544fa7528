"""Where a model is wrong: calibration, what perfect labels could reach, and the worst pages."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from boilerplate.model.columns import MODES
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.metrics import Score, word_score
from boilerplate.page import Kind
from boilerplate.plugins.manager import no_plugins
from training.align import CONTENT_SHARE, content_shares
from training.corpora import GoldPage
from training.dataset import sample

BINS: Final = 10
WORST: Final = 20
DIGITS: Final = 4
# Okabe and Ito's, which the colour-blind can tell apart.
COLOURS: Final = {"html": "#0072B2", "text": "#D55E00"}


@dataclass(frozen=True, slots=True)
class Examined:
    """A page's lines by bins of probability, and its scores; ``bins`` is (BINS, 3).

    A bin's columns are its lines, the sum of their probabilities, and how many are content.
    ``oracle`` is the F1 of perfect labels on our lines; ours and it are for HTML only.
    """

    gold: GoldPage
    bins: np.ndarray
    squared_error: float
    ours: Score | None = None
    oracle: float = 0.0


def binned(probability: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Lines, sum of probabilities and lines of content by bin of probability, (BINS, 3).

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


def examine(cleaner: Cleaner, gold: GoldPage, kind: Kind) -> Examined | None:
    """One page in one mode, without its text."""
    labelled = sample(gold, kind)
    if labelled is None or gold.gold is None:
        return None
    cleaned = cleaner.clean(labelled.page)
    told = labelled.y >= 0
    probability = np.array([p.probability for p in cleaned.predictions])[told]
    content = labelled.y[told]
    bins = binned(probability, content)
    squared = float(((probability - content) ** 2).sum())
    nothing = GoldPage(
        gold.corpus, gold.id, b"", None, language=gold.language, page_type=gold.page_type
    )
    if kind == "text":
        return Examined(nothing, bins, squared)
    texts = [line.text for line in labelled.page.lines]
    shares = content_shares(texts, gold.gold)
    perfect = "\n".join(t for t, s in zip(texts, shares, strict=True) if s >= CONTENT_SHARE)
    return Examined(
        nothing,
        bins,
        squared,
        word_score(cleaned.text, gold.gold),
        word_score(perfect, gold.gold).f1,
    )


def report(model: str | None, golds: Sequence[GoldPage], jobs: int) -> dict[str, Any]:
    """Calibration by mode, ours and the oracle by group, and the worst pages, for HTML."""
    cleaner = Cleaner(model, plugins=no_plugins())
    out: dict[str, Any] = {"calibration": {}}
    for kind in MODES:
        pages = Parallel(n_jobs=jobs, batch_size=8)(
            delayed(examine)(cleaner, gold, kind) for gold in golds if gold.gold
        )
        found = [page for page in pages if page is not None]
        out["calibration"][kind] = calibration(found)
        if kind == "html":
            out["oracle"] = by_group(found)
            out["worst"] = worst(found)
    return out


def calibration(pages: Sequence[Examined]) -> dict[str, Any]:
    """Lines of all pages together: the error, the Brier score, and the bins to draw."""
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
    """Mean word F1, ours and the oracle's, for each corpus and each WCXB page type."""
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
    """The pages of the lowest word F1, by name only."""
    scored = [(page.ours.f1, page.gold.corpus, page.gold.id, page) for page in pages if page.ours]
    chosen = [page for *_, page in sorted(scored, key=lambda each: each[:3])[:WORST]]
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
    """The reliability diagram: share of content against probability, with the lines below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for kind, found in by_mode.items():
        bins = [each for each in found["bins"] if each["lines"]]
        upper.plot(
            [each["mean_probability"] for each in bins],
            [each["content_share"] for each in bins],
            "o-",
            color=COLOURS[kind],
            label=f"{kind}, expected calibration error {found['ece']:.3f}",
        )
        lower.step(
            [(i + 0.5) / BINS for i in range(BINS)],
            [max(each["lines"], 1) for each in found["bins"]],
            where="mid",
            color=COLOURS[kind],
        )
    upper.set_ylabel("share of lines that are content")
    upper.legend(loc="upper left", frameon=False)
    lower.set_yscale("log")
    lower.set_ylabel("lines")
    lower.set_xlabel("probability of content")
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=120, metadata={"Software": None})
