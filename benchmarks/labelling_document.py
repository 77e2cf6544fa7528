"""The tables of docs/labelling.md and the results they are made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from training.documents.markdown import write_section
from training.paths import DOCS, RESULTS

RESULTS_FILE: Final = RESULTS / "labelling.json"
DOCUMENT: Final = DOCS / "labelling.md"
MARKERS: Final = {
    name: (
        f"<!-- {name}: made by `python -m benchmarks.labelling{options}` -->",
        f"<!-- /{name} -->",
    )
    for name, options in (("person", ""), ("many", " --many 300"))
}


def write_sites(sites: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write the results of some sites; those of other sites stay, with their commits."""
    before = json.loads(RESULTS_FILE.read_text("utf-8")) if RESULTS_FILE.exists() else {}
    known = before.get("person", {}).get("sites", {})
    now = {site: {**row, "about": dict(about)} for site, row in sites.items()}
    found = {"sites": dict(sorted((known | now).items()))}
    write("person", found, person_table(found))


def write(name: str, found: Mapping[str, Any], table: str) -> None:
    """Write one part of the results, and its table into the document."""
    results = json.loads(RESULTS_FILE.read_text("utf-8")) if RESULTS_FILE.exists() else {}
    RESULTS_FILE.write_text(
        json.dumps({**results, name: dict(found)}, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    write_section(DOCUMENT, table, MARKERS[name])


def person_table(results: Mapping[str, Any]) -> str:
    """A table of what labelling ten pages costs a person."""
    out = [
        "| site | split | lines | in doubt | in stretches | wrong | keys | seconds | each line "
        "by itself | waits, s (processor) | general | with other pages | and labels |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for site, row in results["sites"].items():
        out.append(
            f"| {site} | {row['split']} | {row['lines']} | {row['doubtful']} | {row['stretches']} "
            f"| {row['wrong']} | {row['keys']} | {row['seconds']:.0f} | {row['strictly']:.0f} "
            f"| {row['waited']:.0f} ({row['worked']:.0f}) | {row['general']:.3f} "
            f"| {row['unlabelled']:.3f} | {row['taught']:.3f} |"
        )
    return "\n".join(out)


def many_table(results: Mapping[str, Any]) -> str:
    """A table of what hundreds of pages cost the machine."""
    out = [
        f"{results['pages']} pages of {results['lines']} lines: the first one can be shown after "
        f"{results['shown']} seconds of one core, after a restart as well; the process has "
        f"{results['megabytes']} MB.\n",
        "| pages finished | seconds to the next page | seconds to the new estimate, beside it |",
        "|---:|---:|---:|",
    ]
    out += [
        f"| {n} | {row['next']:.2f} | {row['gain']:.2f} |" for n, row in results["steps"].items()
    ]
    return "\n".join(out)
