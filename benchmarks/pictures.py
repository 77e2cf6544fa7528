"""The benchmark's pictures: bars by corpus, and by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from training.card import (
    BESIDE,
    LANGUAGES,
    LEAST_PAGES,
    MEAN,
    MEASURE_NAMES,
    MODE_NAMES,
    TITLES,
    corpora_of,
    has_measure,
    parts_of,
)

DPI: Final = 120
# Okabe and Ito's palette, which the colour-blind can tell apart; a tool has one everywhere.
COLOURS: Final = {
    "boilerplate": "#D55E00", "trafilatura": "#0072B2", "trafilatura, precision": "#56B4E9",
    "rs-trafilatura": "#000000", "resiliparse": "#009E73", "readability-lxml": "#F0E442",
    "newspaper4k": "#E69F00", "jusText": "#CC79A7", "boilerpy3": "#999999",
    "line rule": "#5D3A9B",
}  # fmt: skip
SHOWN_MEASURE: Final = {"html": "word_f1", "text": "line_f1"}


def draw(results: Mapping[str, Any], folder: Path, ours: str) -> None:
    """accuracy.png and languages.png, each with a panel a mode."""
    folder.mkdir(parents=True, exist_ok=True)
    modes = results["modes"]
    by_corpus = {kind: [*corpora_of(mode), MEAN] for kind, mode in modes.items()}
    _panels(results, by_corpus, ours, folder / "accuracy.png")
    newer = all(has_measure(mode, "char_f1") for mode in modes.values())
    least = 1 if newer else LEAST_PAGES
    by_language = {kind: parts_of(mode, LANGUAGES, least) for kind, mode in modes.items()}
    if not any(by_language.values()):
        return
    target = folder / "languages.png"
    if newer:
        _panels(results, by_language, ours, target, "char_f1", BESIDE)
    else:
        _panels(results, by_language, ours, target, most=4)


def _panels(
    results: Mapping[str, Any],
    groups: Mapping[str, Sequence[str]],
    ours: str,
    target: Path,
    shown_measure: str | None = None,
    beside: Sequence[str] | None = None,
    most: int = 7,
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.4 * len(groups)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(groups), 1, squeeze=False)[:, 0]
    for panel, (kind, names) in zip(panels, groups.items(), strict=True):
        measure = shown_measure or SHOWN_MEASURE[kind]
        tools = results["modes"][kind]["tools"]
        shown = _leaders(tools, measure, ours, most, beside)
        width = 0.85 / len(shown)
        for i, tool in enumerate(shown):
            found = [tools[tool]["groups"][name] for name in names]
            panel.bar(
                [x + (i - (len(shown) - 1) / 2) * width for x in range(len(names))],
                [each[measure] for each in found],
                width,
                yerr=[each.get(f"{measure}_error", 0.0) for each in found],
                error_kw={"elinewidth": 0.6, "ecolor": "0.3"},
                color=COLOURS[tool],
                label=tool,
            )
        pages = tools[ours]["groups"]
        labels = [f"{TITLES.get(n, n.rpartition('/')[2])}\n{pages[n]['pages']}" for n in names]
        panel.set_xticks(range(len(names)), labels)
        panel.set_ylim(0, 1)
        panel.set_ylabel(MEASURE_NAMES[measure])
        panel.set_title(
            f"{MODE_NAMES[kind]}: {MEASURE_NAMES[measure]}, split {results['split']}; pages below, "
            "bars show a standard error",
            fontsize=10,
        )
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    figure.savefig(target, dpi=DPI, metadata={"Software": None})


def _leaders(
    tools: Mapping[str, Any],
    measure: str,
    ours: str,
    most: int,
    beside: Sequence[str] | None = None,
) -> list[str]:
    """We and the best of the others, or of those ``beside``, over all corpora, the best first."""
    order = sorted(tools, key=lambda name: -tools[name]["groups"][MEAN][measure])
    others = [name for name in order if name not in (ours, "everything")]
    others = [name for name in others if beside is None or name in beside]
    return [ours, *others[: most - 1]]
