"""The pictures of the accuracy benchmark: bars by corpus, and by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from training.documents.accuracy_tables import (
    COMPARED,
    LANGUAGE_PREFIX,
    LEAST_PAGES,
    MEAN,
    MEASURE_NAMES,
    MODE_NAMES,
    TITLES,
    corpora_in,
    groups_in,
    has_measure,
)
from training.documents.figures import new_figure, save_figure

# From Okabe and Ito's palette for colour-blind readers; a tool has one colour in all pictures.
COLOURS: Final = {
    "boilerplate": "#D55E00", "boilerplate, by convention": "#F0A070",
    "trafilatura": "#0072B2", "trafilatura, precision": "#56B4E9",
    "rs-trafilatura": "#000000", "resiliparse": "#009E73", "readability-lxml": "#F0E442",
    "newspaper4k": "#E69F00", "jusText": "#CC79A7", "boilerpy3": "#999999",
    "line rule": "#5D3A9B",
}  # fmt: skip
SHOWN_MEASURE: Final = {"html": "word_f1", "text": "line_f1"}


def draw(results: Mapping[str, Any], folder: Path, ours: str) -> None:
    """Draw accuracy.png and languages.png, each with one panel for each mode."""
    folder.mkdir(parents=True, exist_ok=True)
    modes = results["modes"]
    by_corpus = {kind: [*corpora_in(mode), MEAN] for kind, mode in modes.items()}
    _panels(results, by_corpus, ours, folder / "accuracy.png")
    has_char_f1 = all(has_measure(mode, "char_f1") for mode in modes.values())
    least = 1 if has_char_f1 else LEAST_PAGES
    by_language = {kind: groups_in(mode, LANGUAGE_PREFIX, least) for kind, mode in modes.items()}
    if not any(by_language.values()):
        return
    target = folder / "languages.png"
    if has_char_f1:
        _panels(results, by_language, ours, target, "char_f1", COMPARED)
    else:
        _panels(results, by_language, ours, target, most=4)


def _panels(
    results: Mapping[str, Any],
    groups: Mapping[str, Sequence[str]],
    ours: str,
    target: Path,
    shown_measure: str | None = None,
    others: Sequence[str] | None = None,
    most: int = 7,
) -> None:
    figure = new_figure(11, 3.4 * len(groups))
    panels = figure.subplots(len(groups), 1, squeeze=False)[:, 0]
    for panel, (kind, names) in zip(panels, groups.items(), strict=True):
        measure = shown_measure or SHOWN_MEASURE[kind]
        tools = results["modes"][kind]["tools"]
        shown = _leaders(tools, measure, ours, most, others)
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
    save_figure(figure, target)


def _leaders(
    tools: Mapping[str, Any],
    measure: str,
    ours: str,
    most: int,
    others: Sequence[str] | None = None,
) -> list[str]:
    """Our name, then the best other tools over all corpora; only ``others`` if they are given."""
    order = sorted(tools, key=lambda name: -tools[name]["groups"][MEAN][measure])
    rest = [name for name in order if name not in (ours, "everything")]
    rest = [name for name in rest if others is None or name in others]
    return [ours, *rest[: most - 1]]
