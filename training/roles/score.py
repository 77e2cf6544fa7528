"""How well roles are named: on pages that were read line by line, of sites never seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed

from boilerplate.cleaner import Cleaner
from boilerplate.metrics import word_score
from boilerplate.model.file import MODES
from boilerplate.page import Kind, Label
from boilerplate.plugins.manager import no_plugins
from boilerplate.roles import BESIDE_ROLES, CHROME_ROLES, CONTENT_ROLES, ROLES
from training.conventions import cleaner_for
from training.corpora import GoldPage
from training.documents.results import DIGITS
from training.samples import Sample, counts_by_role, sample

LEAST_LINES: Final = 5  # of a role in a language; the F1 of fewer is noise


@dataclass(frozen=True, slots=True)
class Named:
    """The lines of a page that have a role: the role, the one that was named, whether kept."""

    gold: GoldPage
    true: np.ndarray
    named: np.ndarray
    kept: np.ndarray


def name_lines(cleaner: Cleaner, gold: GoldPage, mode: Kind) -> Named | None:
    """Clean one page in one mode; None if it has no lines. The result has no text of the page."""
    labelled = sample(gold, mode)
    if labelled is None or labelled.roles is None:
        return None
    columns = cleaner.clean(labelled.page).predictions
    known = np.flatnonzero(labelled.roles >= 0)
    named = np.array([ROLES.index(role) if role else -1 for role in columns.roles])[known]
    kept = np.array([label is Label.CONTENT for label in columns.labels])[known]
    about = GoldPage(gold.corpus, gold.id, b"", None, language=gold.language, genre=gold.genre)
    return Named(about, labelled.roles[known], named, kept)


def score(model: str | None, golds: Sequence[GoldPage], jobs: int) -> dict[str, Any]:
    """All figures of roles by mode: ``golds`` are pages of one split, those with roles are used."""
    cleaner = Cleaner(model, plugins=no_plugins())
    read = [gold for gold in golds if gold.roles]
    modes = {}
    for mode in MODES:
        pages = Parallel(n_jobs=jobs, batch_size=8)(
            delayed(name_lines)(cleaner, gold, mode) for gold in read
        )
        modes[mode] = figures([page for page in pages if page is not None])
    return {"modes": modes, "readers": readers(model, golds)}


def figures(pages: Sequence[Named]) -> dict[str, Any]:
    """Confusions, F1 of each role, shares kept, and macro F1 by language."""
    confusion = np.zeros((len(ROLES), len(ROLES)), int)
    kept, of_dropped = np.zeros((2, len(ROLES), 2), int)
    by_language: dict[str, np.ndarray] = defaultdict(lambda: np.zeros_like(confusion))
    for page in pages:
        np.add.at(confusion, (page.true, page.named), 1)
        np.add.at(by_language[page.gold.language or "?"], (page.true, page.named), 1)
        kept += counts_by_role(page.true, page.kept.astype(int))
        right = (page.true == page.named).astype(int)
        of_dropped += counts_by_role(page.true, np.where(page.kept, -1, right))
    f1 = f1_of(confusion)
    return {
        "pages": len(pages),
        "lines": int(confusion.sum()),
        "macro_f1": mean(f1),
        "roles": {
            role: {
                "lines": int(confusion[i].sum()),
                "f1": rounded(f1[i]),
                "kept": share(kept[i]),
                **({"named_right": share(of_dropped[i])} if role in CHROME_ROLES else {}),
            }
            for i, role in enumerate(ROLES)
        },
        "groups": {
            name: share(kept[[ROLES.index(role) for role in some]].sum(0))
            for name, some in (
                ("content", CONTENT_ROLES), ("beside", BESIDE_ROLES), ("chrome", CHROME_ROLES)
            )
        },
        "confusion": confusion.tolist(),
        "languages": {
            language: {"lines": int(table.sum()), "macro_f1": mean(f1_of(table, LEAST_LINES))}
            for language, table in sorted(by_language.items())
        },
    }  # fmt: skip


def readers(model: str | None, golds: Sequence[GoldPage]) -> dict[str, Any]:
    """Word F1 against each corpus's own gold: of a careful reader, of ours, and by convention.

    Means over the pages that were read again; the reader's text is what was labelled content.
    """
    by_id = {f"{gold.corpus}/{gold.id}": gold for gold in golds}
    ours = Cleaner(model, plugins=no_plugins())
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for page in golds:
        original = by_id.get(page.id)
        if not page.roles or original is None or not original.gold:
            continue
        labelled = sample(original, "html")
        if labelled is None:
            continue
        by_convention = cleaner_for(original.corpus, ours)
        texts = (
            page.gold or "", ours.clean(labelled.page).text, by_convention.clean(labelled.page).text
        )  # fmt: skip
        reader, default, conventional = (word_score(t, original.gold).f1 for t in texts)
        rows[original.corpus].append((reader, default, conventional))
    return {
        corpus: {
            "pages": len(some),
            **{
                name: rounded(float(value))
                for name, value in zip(
                    ("reader", "default", "convention"), np.mean(some, 0), strict=True
                )
            },
        }
        for corpus, some in rows.items()
    }


def by_role(labels: Sequence[Label], labelled: Sample) -> tuple[tuple[int, int], ...]:
    """How many lines of each role are dropped and kept; empty for pages without roles."""
    if labelled.roles is None:
        return ()
    kept = np.array([label is Label.CONTENT for label in labels], int)
    return tuple(map(tuple, counts_by_role(labelled.roles, kept).tolist()))


def kept_by_role(tables: Iterable[tuple[tuple[int, int], ...]]) -> dict[str, dict[str, float]]:
    """For each role the number of lines, and the share of them that is kept."""
    counts = sum((np.array(table) for table in tables if table), np.zeros((len(ROLES), 2), int))
    return {
        role: {"lines": dropped + kept, "kept": round(kept / (dropped + kept), DIGITS)}
        for role, (dropped, kept) in zip(ROLES, counts.tolist(), strict=True)
        if dropped + kept
    }


def f1_of(confusion: np.ndarray, least: int = 1) -> np.ndarray:
    """The F1 of each role, (24,), from true roles in rows; nan of those with too few lines."""
    right = np.diag(confusion).astype(float)
    wanted, named = confusion.sum(1), confusion.sum(0)
    f1 = 2 * right / np.maximum(wanted + named, 1)
    return np.where(wanted >= least, f1, np.nan)


def mean(values: np.ndarray) -> float | None:
    """The mean of the values that are there."""
    return rounded(float(np.nanmean(values))) if not np.isnan(values).all() else None


def share(counts: np.ndarray) -> float | None:
    """The share of the second of two counts."""
    return rounded(float(counts[1] / counts.sum())) if counts.sum() else None


def rounded(value: float) -> float | None:
    """A figure of the results; None for nan."""
    return None if np.isnan(value) else round(float(value), DIGITS)
