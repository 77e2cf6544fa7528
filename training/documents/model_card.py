"""The model card: what the shipped model is for, what it was trained on, how good it is."""

from __future__ import annotations

from training.documents.accuracy_tables import (
    CORPUS_MEASURES,
    LANGUAGE_PREFIX,
    LEAST_PAGES,
    MEAN,
    MEASURE_NAMES,
    MODE_NAMES,
    TITLES,
    capitalised,
    corpora_in,
    groups_in,
)
from training.documents.markdown import markdown_table
from training.documents.remarks import GENERATED, NOT_YET, caveats, data_line
from training.documents.results import OURS, Json, Results


def model_card(results: Results) -> str:
    """The text of docs/model-card.md."""
    about, measured = results.about, results.accuracy
    parts = [
        GENERATED,
        "# Model card",
        "The model that comes with the package, `boilerplate/data/model.zip`: for each line of a "
        "page, the probability that it belongs to the article, and those of 24 "
        "[roles](roles.md). How it works is told in "
        "[architecture.md](architecture.md).",
        markdown_table(
            ["", ""],
            [
                ["file", f"{results.model['bytes']:,} bytes, SHA-256 `{results.model['sha256']}…`"],
                [
                    "format",
                    f"version {about['format_version']}, features {about['feature_schema']}",
                ],
                ["licence", "Apache-2.0, as the package"],
                ["modes", "HTML; bare text"],
                ["pages learned from", f"{about['pages']}, splits `{about['splits']}`"],
                ["phrase lexicon", "yes" if about.get("lexicon") else "no"],
            ],
            words=2,
        ),
        "## What it is for",
        "Cleaning scraped pages before their text is read, searched or learned from, in any "
        "language, with the markup or without. It is not a filter for quality or for what is "
        "true, and it knows nothing about the rights to a page's text.",
        "## What it learned from",
        _training_table(results),
        "Every line of the pages of `world` and `reread` was read and given a role by one written "
        "guide; the roles come from them, and from catalogues of programs' phrases. The other "
        "corpora say only what their articles hold, each by its own convention; the shipped trees "
        "follow the readers'.",
        "The page texts belong to their publishers, and none is in this repository or in the "
        "model file, which holds weights only; the licences cover the annotations. Sites, not "
        "pages, are split into `train`, `dev` and `test` (training/split.tsv), for pages of one "
        "site share their chrome.",
    ]
    if about.get("lexicon"):
        parts.append(
            "In bare text it also learned from pages put together of chrome phrases (from free "
            "software's translation catalogues) and sentences (from Universal Dependencies "
            "treebanks without a non-commercial clause), for languages that the corpora lack."
        )
    if about.get("quick"):
        parts.append("**A quick model, of one page in eight: for trying out, not for use.**")
    parts.append("## How good it is")
    if measured:
        parts += [caveats(results, measured), _evaluation_table(measured), data_line(measured)]
        parts.append(
            "Beside other tools, and by page type and language: [accuracy.md](accuracy.md)."
        )
    else:
        parts.append(NOT_YET)
    if results.report:
        errors = ", ".join(
            f"{c['ece']:.3f} in {MODE_NAMES[kind]}"
            for kind, c in results.report["calibration"].items()
        )
        parts.append(
            f"Expected calibration error on split `{results.report['split']}`: {errors}. See "
            "[Calibration](accuracy.md#calibration)."
        )
    parts += ["## Known limits", _limits(results)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _training_table(results: Results) -> str:
    corpora = results.about["corpora"]
    lines = results.about["lines"]
    total = sum(lines.values()) or 1
    held_back = results.accuracy.get("corpora", {})
    names = [*corpora, *(name for name in held_back if name not in corpora)]
    split = results.accuracy.get("split", "test")
    rows = []
    for name in names:
        corpus, held = corpora.get(name, {}), held_back.get(name, {})
        source = corpus or held
        rows.append(
            [
                name,
                f"`{source['commit']}`",
                source["licence"],
                str(corpus.get("pages", 0)),
                f"{lines.get(name, 0) / total:.1%}",
                str(held.get("pages", "")),
            ]
        )
    if "lexicon" in lines:
        share = f"{lines['lexicon'] / total:.1%}"
        rows.append(["pages put together of phrases", "", "", "", share, ""])
    head = ["corpus", "commit", "licence", "pages learned from", "share of lines"]
    return markdown_table([*head, f"pages of split `{split}`"], rows, words=3)


def _evaluation_table(measured: Json) -> str:
    modes = {kind: mode["tools"][OURS]["groups"] for kind, mode in measured["modes"].items()}
    first = next(iter(measured["modes"].values()))
    groups = [*corpora_in(first), MEAN]
    columns = [(kind, measure) for kind in modes for measure in CORPUS_MEASURES]
    return markdown_table(
        [
            "corpus",
            "pages",
            *(f"{capitalised(MODE_NAMES[k])}, {MEASURE_NAMES[m]}" for k, m in columns),
        ],
        (
            [
                TITLES.get(group, group),
                str(modes[next(iter(modes))][group]["pages"]),
                *(f"{modes[k][group][m]:.3f}" for k, m in columns),
            ]
            for group in groups
        ),
    )


def _limits(results: Results) -> str:
    limits = [
        "- Text that scripts put on the page is not in the HTML, and so not in the result.",
        "- It labels whole lines: where a page runs chrome and article together, both go.",
        "- What counts as content is what one guide says, in the opinion of one careful reader. "
        "Who wants bylines, comments or no captions chooses so by role.",
        "- Half of all pages are English, and most of the other languages' are news.",
    ]
    if measured := results.accuracy:
        for kind, mode in measured["modes"].items():
            groups = mode["tools"][OURS]["groups"]
            parts = groups_in(mode, "wcxb/", LEAST_PAGES) + groups_in(
                mode, LANGUAGE_PREFIX, LEAST_PAGES
            )
            worst = sorted(parts, key=lambda name: groups[name]["word_f1"])[:3]
            named = ", ".join(
                f"{name.removeprefix(LANGUAGE_PREFIX)} ({groups[name]['word_f1']:.2f})"
                for name in worst
            )
            if named:
                limits.append(f"- Lowest word F1 in {MODE_NAMES[kind]}: {named}.")
    return "\n".join(limits)
