"""The README's figures, docs/accuracy.md and docs/model-card.md, made from docs/results/.

No figure is typed by hand, so none can be out of date. ``python -m training card`` writes the
documents; with ``--check`` it only says whether they would change.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.documents.accuracy_tables import (
    MEAN,
    MEASURE_NAMES,
    MODE_NAMES,
    WORLD,
    accuracy_tables,
    capitalised,
    tools_by_corpus,
)
from training.documents.experiment_tables import ablation_tables, report_tables, unseen_tables
from training.documents.markdown import with_section
from training.documents.model_card import model_card
from training.documents.remarks import GENERATED, NOT_YET, caveats, data_line
from training.documents.results import OURS, QUOTED_SPLITS, Results, first_split, results_in
from training.roles.document import document as roles_document

README_MARKERS: Final = (
    "<!-- figures: made by `python -m training card` -->",
    "<!-- end of figures -->",
)
METHOD: Final = """\
Every tool got the same pages, as HTML and as bare text (the lines of the page, joined by
newlines; tools that read HTML got each as a `<p>`). Word F1 compares the words of what a tool
keeps with those of the gold. Line F1 asks which lines of the page it keeps: those of which half
the words, aligned in order, are in its text. Figures are means over pages. A tool that raises,
crashes or takes longer than its time limit has kept nothing on that page.

"Line rule" is what corpora of web text are filtered with, written here after C4, Gopher and
FineWeb, with the sentence ends of all scripts. "Everything" keeps all lines.

"Boilerplate" keeps what a careful reader would, headlines and captions too. Most golds of the older
corpora leave these out: "boilerplate, by convention" was told to drop the roles that the gold of
each corpus leaves out (`training/conventions.py`), as a user can. On world pages both are the
same."""
README_GROUPS: Final = (WORLD, "wcxb/article", "wcxb", "daniel", "fundus", "magic-html", MEAN)


def readme_section(results: Results) -> str:
    """The section of the README: two small tables, and where the rest is."""
    measured = results.accuracy
    if not measured:
        return NOT_YET
    pages = sum(corpus["pages"] for corpus in measured["corpora"].values())
    parts = [
        f"{pages} pages of sites that training never saw, means over pages; the number of pages "
        "in brackets. [docs/accuracy.md](docs/accuracy.md) has every corpus, page type and "
        "language, how it was measured, and where it fails; [the model card]"
        "(docs/model-card.md) tells what the model learned from."
    ]
    if measured["learned_from_this_split"]:
        parts[0] = parts[0].replace("sites that training never saw", "the training data")
    parts.append(caveats(results, measured))
    for kind, measure in (("html", "word_f1"), ("text", "line_f1")):
        mode = measured["modes"].get(kind)
        if mode:
            groups = [g for g in README_GROUPS if g in mode["tools"][OURS]["groups"]]
            parts += [
                f"{capitalised(MODE_NAMES[kind])}, {MEASURE_NAMES[measure]}:",
                tools_by_corpus(mode, measure, groups),
            ]
    parts.append("![Accuracy by corpus](docs/pictures/accuracy.png)")
    return "\n\n".join(filter(None, parts))


def accuracy_document(results: Results) -> str:
    """The text of docs/accuracy.md."""
    parts = [GENERATED, "# How good it is, and where it fails", METHOD]
    if not results.accuracy_by_split:
        parts.append(NOT_YET)
    else:
        parts += [
            "![By corpus](pictures/accuracy.png)",
            "![By language](pictures/languages.png)",
        ]
    for split in QUOTED_SPLITS:
        if measured := results.accuracy_by_split.get(split):
            parts += [data_line(measured), caveats(results, measured), accuracy_tables(measured)]
    if results.report:
        parts += [caveats(results, results.report), report_tables(results.report)]
    if ablation := first_split(results.ablation_by_split):
        parts.append(ablation_tables(ablation))
    for measured in filter(None, map(results.unseen_by_split.get, QUOTED_SPLITS)):
        parts.append(unseen_tables(measured))
    return "\n\n".join(filter(None, parts)) + "\n"


def texts_by_path(docs: Path, readme: Path | None = None) -> dict[Path, str]:
    """The text that each document should have, by path."""
    results = results_in(docs)
    made: dict[str, Callable[[Results], str]] = {
        "accuracy.md": accuracy_document,
        "model-card.md": model_card,
        "roles.md": lambda found: roles_document(first_split(found.roles_by_split)),
    }
    out = {docs / name: make(results) for name, make in made.items()}
    readme = readme or docs.parent / "README.md"
    if readme.is_file():
        out[readme] = with_section(
            readme.read_text("utf-8"), readme_section(results), README_MARKERS
        )
    return out


def outdated(docs: Path) -> list[str]:
    """A message for each document or result that is out of date; empty if none is."""
    messages = [
        f"{path.name} is not what `python -m training card` writes"
        for path, text in texts_by_path(docs).items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    messages += [
        f"results/{name} was measured for another model file than the shipped one"
        for name in results_in(docs).stale
    ]
    return messages


def write_documents(docs: Path) -> list[Path]:
    """Write the documents that changed; their paths."""
    changed = []
    for path, text in texts_by_path(docs).items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed
