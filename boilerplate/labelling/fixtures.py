"""Pages kept beside a plugin with the labels that they should get, and whether they get them.

A plugin's folder holds its rules and ``pages/``: each page as it was saved, and beside it
``PAGE.expected``, a file of labels (see ``boilerplate.labelling.labels``): each line of the page
with ``+`` before it where it is kept, ``-`` where it is dropped, ``?`` where either is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions
from boilerplate.labelling.labels import (
    SIGNS,
    LabelsError,
    LabelsFile,
    draft,
    labels_of,
    parse_labels,
    save_labels,
)
from boilerplate.page import Page
from boilerplate.result import CleanPage

if TYPE_CHECKING:
    from boilerplate.model.model import Model

PAGES: Final = "pages"
SUFFIX: Final = ".expected"
# A folder with one of these, and with pages, is a plugin with fixtures.
PLUGIN_FILES: Final = ("__init__.py", "rules.toml")


class FixtureError(ValueError):
    """A fixture that cannot be read; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fixture became: expected and actual lines, and what the plugin changed.

    ``set_right`` and ``set_wrong`` count the lines that the plugin changed for better and for
    worse; ``diff`` is a unified diff from the expected lines to the actual ones, with reasons,
    and empty where they are the same.
    """

    lines: int
    wrong: int
    set_right: int
    set_wrong: int
    diff: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The counts in words."""
        wrong = f"{self.wrong} of {self.lines} lines wrong" if self.wrong else "as expected"
        return f"{wrong}; the plugin set {self.set_right} right and {self.set_wrong} wrong"


def fixtures_in(folder: Path) -> Iterator[Path]:
    """The ``.expected`` files of all plugins in a folder and below it, sorted."""
    return (path for path in sorted(folder.rglob(f"*{SUFFIX}")) if is_fixture(path))


def is_fixture(path: Path) -> bool:
    """Whether a path is a plugin's ``pages/PAGE.expected``."""
    return (
        path.suffix == SUFFIX
        and path.parent.name == PAGES
        and any((path.parent.parent / name).is_file() for name in PLUGIN_FILES)
    )


def write_expected(page: CleanPage, path: Path) -> None:
    """Write a page's labels as they are now, for an author to correct."""
    save_labels(draft(page, page.url), path)


def write_known(page: Page, labels: Path, path: Path) -> None:
    """Write what someone labelled of a page; LabelsError where the labels are of another."""
    known = parse_labels(labels.read_text(encoding="utf-8"), str(labels))
    labels_of(page, known, str(labels))
    save_labels(replace(known, url=page.url), path)


def read_expected(path: Path) -> LabelsFile:
    """What a page should become; FixtureError names the line that has no sign."""
    try:
        return parse_labels(path.read_text(encoding="utf-8"), str(path))
    except LabelsError as error:
        raise FixtureError(str(error)) from error


def check(path: Path, model: Model | None = None) -> Outcome:
    """Clean the page of an ``.expected`` file with its plugin alone, and compare.

    Raises FixtureError, OSError, and PluginError where the plugin itself fails.
    """
    from boilerplate.cleaner import Cleaner
    from boilerplate.plugins.manager import load_folder, no_plugins

    expected = read_expected(path)
    page, plain = (
        Cleaner(model, plugins=plugins).clean(path.with_suffix("").read_bytes(), expected.url)
        for plugins in (load_folder(path.parent.parent), no_plugins())
    )
    labelled = draft(page)
    want, have, without = expected.signed, labelled.signed, draft(plain).signed
    reasons = [visible(p.reason) for _, p in numbered_predictions(page)]
    if expected.texts != labelled.texts:
        said = ("the page has other lines:", *_diff(want, have, reasons))
        return Outcome(len(have), len(have), 0, 0, said)
    # What may be either is as it should be.
    want = [h if SIGNS[w[0]] is None else w for w, h in zip(want, have, strict=True)]
    trios = list(zip(want, have, without, strict=True))
    return Outcome(
        len(have),
        wrong=sum(w != h for w, h, _ in trios),
        set_right=sum(w == h != m for w, h, m in trios),
        set_wrong=sum(w == m != h for w, h, m in trios),
        diff=tuple(_diff(want, have, reasons)),
    )


def _diff(want: Sequence[str], have: Sequence[str], reasons: Sequence[str]) -> Iterator[str]:
    """The lines that differ, each with one line around it, as a unified diff has them."""
    import difflib

    matcher = difflib.SequenceMatcher(None, want, have, autojunk=False)
    for group in matcher.get_grouped_opcodes(1):
        yield f"@@ line {group[0][3] + 1} @@"
        for what, i, i_end, j, j_end in group:
            if what == "equal":
                yield from (f"  {line}" for line in want[i:i_end])
                continue
            yield from (f"- {line}" for line in want[i:i_end])
            yield from (f"+ {have[k]}  ({reasons[k]})" for k in range(j, j_end))
