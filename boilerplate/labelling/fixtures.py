"""Fixtures of plugins: saved pages with the labels that they should get.

A plugin's folder has its rules and a folder ``pages``, with each page as it was saved and, next
to it, ``PAGE.expected``. That is a file of labels (see ``boilerplate.labelling.labels``): each
line of the page with ``+`` before it if it should be kept, ``-`` if dropped, ``?`` for either.
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
    labelled_page,
    parse_labels,
    predicted_labels,
    save_labels,
)
from boilerplate.page import Page
from boilerplate.result import CleanPage

if TYPE_CHECKING:
    from boilerplate.model.model import Model
    from boilerplate.plugins import Plugins

PAGES: Final = "pages"
EXPECTED_SUFFIX: Final = ".expected"
# A folder with one of these files and with pages is a plugin with fixtures.
PLUGIN_FILES: Final = ("__init__.py", "rules.toml")


class FixtureError(ValueError):
    """A fixture cannot be read; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class FixtureResult:
    """The result of a fixture.

    ``wrong`` of its ``lines`` have another label than expected. ``set_right`` and ``set_wrong``
    count the lines whose label the plugin corrected or made wrong. ``diff`` is a unified diff from
    the expected to the actual labels, with reasons; empty if they are equal. ``warnings`` are those
    of ``text_warnings``.
    """

    lines: int
    wrong: int
    set_right: int
    set_wrong: int
    diff: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The counts in words."""
        wrong = f"{self.wrong} of {self.lines} lines wrong" if self.wrong else "as expected"
        return f"{wrong}; the plugin set {self.set_right} right and {self.set_wrong} wrong"


def fixtures_in(folder: Path) -> Iterator[Path]:
    """The ``.expected`` files of all plugins in a folder and below it, sorted by path."""
    return (path for path in sorted(folder.rglob(f"*{EXPECTED_SUFFIX}")) if is_fixture(path))


def is_fixture(path: Path) -> bool:
    """Whether a path is a plugin's ``pages/PAGE.expected``."""
    return (
        path.suffix == EXPECTED_SUFFIX
        and path.parent.name == PAGES
        and any((path.parent.parent / name).is_file() for name in PLUGIN_FILES)
    )


def write_predicted_labels(page: CleanPage, path: Path) -> None:
    """Write the predicted labels of a page, to be corrected."""
    save_labels(predicted_labels(page, page.url), path)


def copy_labels(page: Page, source: Path, path: Path) -> None:
    """Copy a page's labels from another file. Raises LabelsError if they are of another page."""
    labels = parse_labels(source.read_text(encoding="utf-8"), str(source))
    labelled_page(page, labels, str(source))
    save_labels(replace(labels, url=page.url), path)


def read_expected(path: Path) -> LabelsFile:
    """Read the expected labels of a page. Raises OSError, and FixtureError with the wrong line."""
    try:
        return parse_labels(path.read_text(encoding="utf-8"), str(path))
    except LabelsError as error:
        raise FixtureError(str(error)) from error


def check_fixture(path: Path, model: Model | None = None) -> FixtureResult:
    """Clean the page of an ``.expected`` file with its plugin alone, and compare the labels.

    Raises FixtureError, OSError, and PluginError if the plugin fails.
    """
    from boilerplate.cleaner import Cleaner
    from boilerplate.plugins import no_plugins
    from boilerplate.plugins.copies import copies_if_possible
    from boilerplate.plugins.manager import load_path

    labels = read_expected(path)
    plugins = load_path(path.parent.parent)
    plugins.copies = copies_if_possible()
    with_plugin, without_plugin = (
        Cleaner(model, plugins=each).clean(path.with_suffix("").read_bytes(), labels.url)
        for each in (plugins, no_plugins())
    )
    warnings = tuple(_text_warnings(path, with_plugin.page, plugins))
    predicted = predicted_labels(with_plugin)
    expected, actual = labels.signed, predicted.signed
    before = predicted_labels(without_plugin).signed
    reasons = [visible(p.reason) for _, p in numbered_predictions(with_plugin)]
    if labels.texts != predicted.texts:
        diff = ("the page has other lines:", *_diff(expected, actual, reasons))
        return FixtureResult(len(actual), len(actual), 0, 0, diff, warnings)
    # A line that may be either is always right.
    expected = [a if SIGNS[e[0]] is None else e for e, a in zip(expected, actual, strict=True)]
    lines = list(zip(expected, actual, before, strict=True))
    return FixtureResult(
        len(actual),
        wrong=sum(e != a for e, a, _ in lines),
        set_right=sum(e == a != b for e, a, b in lines),
        set_wrong=sum(e == b != a for e, a, b in lines),
        diff=tuple(_diff(expected, actual, reasons)),
        warnings=warnings,
    )


def text_warnings(path: Path) -> list[str]:
    """What rules of a plugin do nothing on the page of an ``.expected`` file: it is bare text.

    None if other rules, or code, can act on the page. Raises FixtureError, OSError, and PluginError
    if the plugin fails.
    """
    from boilerplate.plugins.manager import load_path
    from boilerplate.reading.read import read

    page = read(path.with_suffix("").read_bytes(), read_expected(path).url)
    return list(_text_warnings(path, page, load_path(path.parent.parent)))


def _text_warnings(path: Path, page: Page, plugins: Plugins) -> Iterator[str]:
    from boilerplate.plugins.checking import acts_on_text, rules_for_html

    (plugin,) = plugins.active
    if page.kind == "text" and not acts_on_text(plugin, page.url):
        for rule in rules_for_html(plugin, page.url):
            yield f"{PAGES}/{path.stem} is bare text: this rule needs HTML and does nothing: {rule}"


def _diff(expected: Sequence[str], actual: Sequence[str], reasons: Sequence[str]) -> Iterator[str]:
    """The lines of a unified diff with one line of context."""
    import difflib

    matcher = difflib.SequenceMatcher(None, expected, actual, autojunk=False)
    for group in matcher.get_grouped_opcodes(1):
        yield f"@@ line {group[0][3] + 1} @@"
        for operation, i, i_end, j, j_end in group:
            if operation == "equal":
                yield from (f"  {line}" for line in expected[i:i_end])
                continue
            yield from (f"- {line}" for line in expected[i:i_end])
            yield from (f"+ {actual[k]}  ({reasons[k]})" for k in range(j, j_end))
