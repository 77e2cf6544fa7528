"""The tables of docs/output.md and the results they are made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from benchmarks.format_structures import KINDS
from training.documents.markdown import markdown_table, with_section
from training.documents.results import as_json
from training.paths import DOCS, RESULTS

RESULTS_FILE: Final = RESULTS / "formats.json"
DOCUMENT: Final = DOCS / "output.md"
MARKERS: Final = {
    name: (
        f"<!-- formats, {name}: made by `python -m benchmarks.formats --write` -->",
        f"<!-- /formats, {name} -->",
    )
    for name in ("examples", "world", "ours")
}
SPLITS: Final = ("test", "dev")


def results() -> dict[str, Any]:
    """What was measured, by part and split; {} if nothing was."""
    found: dict[str, Any] = {}
    if RESULTS_FILE.exists():
        found = json.loads(RESULTS_FILE.read_text("utf-8"))
    return found


def write(part: str, found: Mapping[str, Any]) -> None:
    """Write one part of the results, and the sections of the document that are made of them."""
    RESULTS_FILE.write_text(as_json({**results(), part: dict(found)}), "utf-8")
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8"), results()), "utf-8")


def with_tables(text: str, measured: Mapping[str, Any]) -> str:
    """The document with the tables of what was measured."""
    if "examples" in measured:
        text = with_section(text, beside_others(measured["examples"]), MARKERS["examples"])
    if tables := [
        beside_others(measured[f"world-{split}"])
        for split in SPLITS
        if f"world-{split}" in measured
    ]:
        text = with_section(text, "\n\n".join(tables), MARKERS["world"])
    if {"lines-dev", "time-dev", "validity-dev"} <= measured.keys():
        text = with_section(text, ours(measured, "dev"), MARKERS["ours"])
    return text


def beside_others(part: Mapping[str, Any]) -> str:
    """A table of what each tool keeps of one set of pages."""
    first = next(iter(part["tools"].values()))
    kinds = [kind for kind in KINDS if first[kind]["content"]]
    heads = [f"{kind} ({first[kind]['content']:,})" for kind in kinds]
    rows = [
        [
            name,
            *(f"{_share(row[kind]['kept'])} +{row[kind]['chrome_kept']}" for kind in kinds),
            f"{row['valid_tables']} of {row['tables']}",
        ]
        for name, row in part["tools"].items()
    ]
    about = part["about"]
    versions = ", ".join(f"{name} {version}" for name, version in part["versions"].items())
    return (
        f"{part['pages']} pages{_split(about)}, commit {about['commit'][:7]}, {versions}:\n\n"
        + markdown_table(["", *heads, "valid tables"], rows)
    )


def _split(about: Mapping[str, Any]) -> str:
    if not about["split"]:
        return ""
    seen = ", which the shipped model has learned from" if about["learned_from_this_split"] else ""
    return f" of the {about['split']} split{seen}"


def ours(measured: Mapping[str, Any], split: str) -> str:
    """A table of what our formats keep of kept lines, whether they are valid, and their time."""
    lines, time, validity = (measured[f"{part}-{split}"] for part in ("lines", "time", "validity"))
    markdown, html = lines["tools"].values()
    pages = validity["pages"]

    def right(fault: str) -> str:
        return str(pages - validity["faults"][fault])

    rows = [
        [
            f"of {markdown[kind]['content']:,} {kind}, the share that stays what it is",
            *(_share(each[kind]["kept"]) for each in (markdown, html)),
            {"links": "0.95", "table rows": "0.95"}.get(kind, ""),
        ]
        for kind in KINDS
    ]
    rows += [
        [
            "valid tables",
            *(
                f"{validity[f'valid_{name}_tables']} of {validity[f'{name}_tables']}"
                for name in ("markdown", "html")
            ),
            "0.95",
        ],
        ["pages with the text of the kept lines", right("text of Markdown"),
         right("text of HTML"), f"{pages}"],
        ["pages whose Markdown has no tags", right("tags in Markdown"), "", ""],
        ["pages that html5lib reads as they are written", "",
         right("html5lib sees another tree"), f"{pages}"],
        ["pages of which nh3 changes nothing", "", right("nh3 changes it"), f"{pages}"],
        ["pages without active content", *[right("active content")] * 2, f"{pages}"],
        *(
            [f"time, that of the text being 1, {label}",
             *(f"{time[name][key]:.2f}" for name in ("markdown", "html")), "1.50"]
            for label, key in (("median page", "median_ratio"), ("all pages", "total_ratio"))
        ),
    ]  # fmt: skip
    about = validity["about"]
    return (
        f"{pages} pages{_split(about)}, commit {about['commit'][:7]}; a page's "
        f"text takes {time['text']['ms']:.0f} ms:\n\n"
        + markdown_table(["", "Markdown", "HTML", "target"], rows)
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
