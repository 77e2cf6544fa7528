"""Tables of the report, of ablation and of unseen languages, in Markdown."""

from __future__ import annotations

from typing import Final

from training.documents.accuracy_tables import MODE_NAMES, TITLES, capitalised
from training.documents.markdown import markdown_table
from training.documents.results import Json

MIXED_MEASURES: Final = {
    "mixed": "char F1, two languages", "one_language": "char F1, one language",
    "notices_dropped": "notices dropped", "quotations_kept": "quotations kept",
}  # fmt: skip
PAGE_SOURCES: Final = {
    "corpora": "Pages of the corpora",
    "made_up": "Pages in one language put together of phrases and sentences",
}
MODELS: Final = ("seen", "unseen")
EDGE_NAMES: Final = {
    "first": "first", "middle": "middle", "last": "last", "headline": "headlines",
    "after": "after the end", "cut": "groups cut",
}  # fmt: skip


def report_tables(report: Json) -> str:
    """Tables of the oracle, the calibration and the worst pages of one split."""
    parts = []
    oracle = report["oracle"]
    parts += [
        "## What limits it",
        "The oracle has perfect labels on our lines: what it lacks is lost before any model "
        "decides, where the page is cut into lines, or because the text is not in the HTML. "
        f"HTML, split `{report['split']}`, word F1:",
        markdown_table(
            ["", "pages", "ours", "oracle"],
            (
                [name, str(row["pages"]), f"{row['ours']:.3f}", f"{row['oracle']:.3f}"]
                for name, row in oracle.items()
            ),
        ),
        *edge_tables(report),
        "## Calibration",
        "Of the lines given a probability, how many are content; the expected calibration error "
        "(Naeini et al. 2015) is the mean distance over lines, in ten bins of equal width.",
        markdown_table(
            ["mode", "lines", "expected calibration error", "Brier score"],
            (
                [
                    capitalised(MODE_NAMES[kind]),
                    f"{c['lines']}",
                    f"{c['ece']:.4f}",
                    f"{c['brier']:.4f}",
                ]
                for kind, c in report["calibration"].items()
            ),
        ),
        "![Reliability](pictures/reliability.png)",
        f"## The {len(report['worst'])} worst pages",
        "By word F1, HTML. Where the oracle is low too, the lines or the gold are to blame.",
        markdown_table(
            ["page", "type", "language", "precision", "recall", "F1", "oracle"],
            (
                [
                    f"`{row['page']}`",
                    row["type"],
                    row["language"],
                    *(f"{row[k]:.3f}" for k in ("precision", "recall", "f1", "oracle")),
                ]
                for row in report["worst"]
            ),
            words=3,
        ),
    ]
    return "\n\n".join(parts)


def edge_tables(report: Json) -> list[str]:
    """The ends of articles, headlines, and groups cut in two, by corpus and mode."""
    parts = [
        "## Ends of articles, and groups",
        f"Of the articles of split `{report['split']}`, how often the first, the middle and the "
        f"last line of {report['long_line']} characters or more is kept, and the first such line "
        "after the end. Headlines are those of pages that were read line by line. A group is "
        f"{report['least_siblings']} elements or more of the same parent, tag and names, with a "
        "line that is kept: it is cut if others of them are dropped. In brackets of how many. Each "
        "corpus is scored by its convention. "
        "`python -m training score` prints the same.",
    ]
    for kind, found in report["edges"].items():
        names = [name for name in EDGE_NAMES if any(name in row for row in found.values())]
        rows = (
            [group, *(_kept_of(row.get(name)) for name in names)] for group, row in found.items()
        )
        parts += [
            f"{capitalised(MODE_NAMES[kind])}:",
            markdown_table(["", *(EDGE_NAMES[name] for name in names)], rows),
        ]
    return parts


def _kept_of(found: Json | None) -> str:
    return f"{found['share']:.2f} ({found['of']})" if found else ""


def ablation_tables(results: Json) -> str:
    """Tables of what the model loses without each corpus and each feature group, by mode."""
    sampled = results["one_page_in"]
    parts = [
        "## What each part is worth",
        f"A model is trained on `train` ({results['pages']} pages"
        + (f", one page in {sampled} of them all" if sampled > 1 else "")
        + f") and scored on `{results['split']}`, then trained again with one thing left out: a "
        "corpus, a table of the linear model, the page types, a group of the trees' columns. "
        "The figures are line F1 / word F1; below the first row, what is lost (-) or won (+) "
        "in points. `python -m training ablate`, at commit "
        f"`{results['commit'][:10]}`, with the lessons of that time.",
    ]
    for kind, variants in results["modes"].items():
        whole = next(iter(variants.values()))
        groups = [*(name for name in whole if name not in ("mean", "mixed")), "mean"]
        head = ["without", *(TITLES.get(name, name) for name in groups)]
        rows = [
            ["nothing", *(f"{whole[g]['line_f1']:.3f} / {whole[g]['word_f1']:.3f}" for g in groups)]
        ]
        for name, scores in list(variants.items())[1:]:
            rows.append([name, *(_change(scores.get(g), whole[g]) for g in groups)])
        parts += [f"{capitalised(MODE_NAMES[kind])}:", markdown_table(head, rows)]
        if "mixed" in whole:
            parts += [
                "On pages that were put together in two languages from `dev` "
                "(`python -m training mixed`), in percent:",
                markdown_table(
                    ["without", *MIXED_MEASURES.values()],
                    (
                        [name, *(_percent(scores["mixed"][key]) for key in MIXED_MEASURES)]
                        for name, scores in (
                            {"nothing": whole} | dict(list(variants.items())[1:])
                        ).items()
                    ),
                ),
            ]
    return "\n\n".join(parts)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _change(scores: Json | None, whole: Json) -> str:
    if scores is None:
        return ""
    return " / ".join(
        f"{100 * (scores[measure] - whole[measure]):+.1f}" for measure in ("line_f1", "word_f1")
    )


def unseen_tables(results: Json) -> str:
    """Tables of what a language loses if training has none of it, by the source of its pages."""
    sampled = results["one_page_in"]
    parts = [
        f"## Languages never seen in training, split `{results['split']}`",
        f"Bare text. A model is trained on `train` ({results['pages_learned']} pages, in all their "
        "layouts and with what is made up"
        + (f", from one page in {sampled}" if sampled > 1 else "")
        + ") and trained again without one language: no page that the corpus or the detector says "
        "is in it, none of its phrases, sentences and notices. The first figures are line F1 / "
        "character-weighted F1; the change is in points of the second, with its standard error "
        "over pages. `python -m training unseen"
        + (f" --sample {sampled}" if sampled > 1 else "")
        + (f" --split {results['split']}" if results["split"] != "dev" else "")
        + f"`, at commit `{results['commit'][:10]}`, with the lessons of that time.",
    ]
    for source, title in PAGE_SOURCES.items():
        found = {
            code: (row["pages_held_out"], row[source])
            for code, row in results["languages"].items()
            if source in row
        }
        if not found:
            continue
        rows = [
            [
                code,
                str(row["pages"]),
                str(held_out),
                *(f"{row[f'{k}_line_f1']:.3f} / {row[f'{k}_char_f1']:.3f}" for k in MODELS),
                f"{100 * row['char_change']:+.1f} ± {100 * row['char_change_error']:.1f}",
            ]
            for code, (held_out, row) in found.items()
        ]
        head = ["", "pages", "pages held out", "trained with it", "without", "change"]
        parts += [f"{title}:", markdown_table(head, rows)]
    return "\n\n".join(parts)
