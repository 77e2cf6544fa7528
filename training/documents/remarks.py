"""Remarks that stand beside figures: where they come from, and what to beware of."""

from __future__ import annotations

from typing import Final

from training.documents.results import Json, Results

GENERATED: Final = "<!-- made by `python -m training card`: change that, not this -->"
NOT_YET: Final = "Not measured yet: `python -m benchmarks.accuracy --split test`."


def caveats(results: Results, measured: Json) -> str:
    """Warnings about the figures, in Markdown; empty if there are none."""
    remarks = []
    if measured.get("learned_from_this_split"):
        remarks.append(
            f"**The model has learned from split `{measured['split']}`:** these figures show how "
            "well it remembers, not how well it does on new sites."
        )
    if measured.get("model") != results.model:
        remarks.append(
            "**These figures were measured for another model file than the shipped one.**"
        )
    return "\n\n".join(remarks)


def data_line(measured: Json) -> str:
    """One paragraph: which pages, commit, model and versions of the tools."""
    corpora = measured["corpora"]
    pages = sum(corpus["pages"] for corpus in corpora.values())
    sites = sum(corpus["sites"] for corpus in corpora.values())
    versions = ", ".join(f"{name} {number}" for name, number in measured["versions"].items())
    lines = [
        f"Measured on split `{measured['split']}`, {pages} pages of {sites} sites, at commit "
        f"`{measured['commit'][:10]}`{' with changes' if measured['changed_since_commit'] else ''}"
        f", model `{measured['model']['sha256']}`. Versions: {versions}."
    ]
    if measured["missing"]:
        lines.append(f"Not installed, so not measured: {', '.join(measured['missing'])}.")
    return " ".join(lines)
