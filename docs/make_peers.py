"""Writes the tables of docs/peers.md: ``python docs/make_peers.py``.

They list all cases in docs/results/accuracy-test.json and speed.json in which another tool is ahead
of us; none is chosen by hand. ``--check`` writes nothing, and fails if the page is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

DOCS: Final = Path(__file__).parent
PAGE: Final = DOCS / "peers.md"
OURS: Final = "boilerplate"
MODES: Final = {"html": "HTML", "text": "bare text"}
MEASURES: Final = {"word_f1": "word F1", "line_f1": "line F1"}
MIN_PAGES: Final = 10  # of a group in the table; smaller groups are only counted
TITLES: Final = {
    "daniel": "DAnIEL", "wcxb": "WCXB", "readability": "readability's own pages",
    "mercury-parser": "mercury-parser's own pages", "language": "all corpora",
}  # fmt: skip

Json = Mapping[str, Any]


class Gap(NamedTuple):
    """A group of pages on which another tool is ahead of us, by one measure."""

    mode: str
    group: str
    pages: int
    measure: str
    ours: float
    error: float
    tool: str
    theirs: float


def gaps(results: Json) -> Iterator[Gap]:
    """For each group of pages and measure, the tool that is furthest ahead of us, if any is."""
    for mode, measured in results["modes"].items():
        tools = {name: tool["groups"] for name, tool in measured["tools"].items()}
        for group, ours in tools[OURS].items():
            if "mean" in group or group.endswith("/?"):
                continue
            for measure in MEASURES:
                theirs, tool = max((each[group][measure], name) for name, each in tools.items())
                if theirs > ours[measure]:
                    error = ours.get(f"{measure}_error") or 0.0
                    yield Gap(
                        mode, group, ours["pages"], measure, ours[measure], error, tool, theirs
                    )


def accuracy_table(found: Sequence[Gap]) -> str:
    """The gaps on groups of enough pages, the widest first."""
    rows = sorted(found, key=lambda gap: (gap.ours - gap.theirs, gap))
    lines = ["| pages of | number | input | measure | boilerplate | best other tool "
             "| gap, points |",
             "|---|---:|---|---|---:|---|---:|"]  # fmt: skip
    for gap in rows:
        if gap.pages >= MIN_PAGES:
            lines.append(
                f"| {group_title(gap.group)} | {gap.pages} | {MODES[gap.mode]} "
                f"| {MEASURES[gap.measure]} "
                f"| {gap.ours:.3f} ± {gap.error:.3f} | {gap.tool}: {gap.theirs:.3f} "
                f"| {100 * (gap.theirs - gap.ours):.1f} |"
            )
    return "\n".join(lines)


def scarce_languages(found: Sequence[Gap]) -> str:
    """A sentence on the languages of few pages on which another tool is ahead."""
    codes = sorted({
        gap.group.partition("/")[2]
        for gap in found
        if gap.group.startswith("language/") and gap.pages < MIN_PAGES
    })  # fmt: skip
    named = ", ".join(f"`{code}`" for code in codes)
    return f"Of languages with fewer than {MIN_PAGES} test pages, another tool is ahead on {named}."


def group_title(group: str) -> str:
    """The name of a group as readers see it.

    >>> group_title("language/ja"), group_title("wcxb/product")
    ('all corpora, `ja`', 'WCXB, product')
    """
    corpus, _, part = group.partition("/")
    name = TITLES.get(corpus, corpus)
    return f"{name}, {f'`{part}`' if len(part) == 2 else part}" if part else name


def speed_table(speed: Json) -> str:
    """The tools whose median page takes less time than ours, the fastest first."""
    lines = ["| input | tool | median page, ms | ours, ms | times as fast |",
             "|---|---|---:|---:|---:|"]  # fmt: skip
    for mode in MODES:
        ours = speed[mode][OURS]["ms"]
        for name, each in sorted(speed[mode].items(), key=lambda item: item[1]["ms"]):
            if each["ms"] < ours and name != "parse alone":
                lines.append(
                    f"| {MODES[mode]} | {name} | {each['ms']:.2f} | {ours:.2f} "
                    f"| {ours / each['ms']:.1f} |"
                )
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The page with tables of what docs/results has now."""
    results, speed = (
        json.loads((DOCS / "results" / f"{name}.json").read_text("utf-8"))
        for name in ("accuracy-test", "speed")
    )
    found = list(gaps(results))
    tables = {
        "accuracy": f"{accuracy_table(found)}\n\n{scarce_languages(found)}",
        "speed": speed_table(speed),
    }
    for name, body in tables.items():
        first, last = f"<!-- {name}: made by `python docs/make_peers.py` -->", f"<!-- /{name} -->"
        text = re.sub(
            f"{re.escape(first)}.*?{re.escape(last)}",
            lambda _, f=first, b=body, z=last: f"{f}\n{b}\n{z}",  # type: ignore[misc]
            text,
            flags=re.S,
        )
    return text


def main() -> None:
    """Write the page, or check that it is up to date."""
    now = PAGE.read_text("utf-8")
    made = with_tables(now)
    if "--check" in sys.argv[1:]:
        if made != now:
            sys.exit(f"{PAGE.name} is not what `python docs/make_peers.py` writes")
        return
    PAGE.write_text(made, "utf-8")


if __name__ == "__main__":
    main()
