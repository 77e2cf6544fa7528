"""The pytest plugin: collects the saved pages of site plugins, ``pages/*.expected``.

pytest loads it wherever boilerplate is installed, so it loads next to nothing itself, and
collects nothing but files that lie in a ``pages`` folder beside a plugin's rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from boilerplate.labelling.fixtures import Outcome


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ExpectedFile | None:
    """One test for each page of a site plugin."""
    if file_path.suffix != ".expected":
        return None
    from boilerplate.labelling.fixtures import is_fixture

    return ExpectedFile.from_parent(parent, path=file_path) if is_fixture(file_path) else None


class ExpectedFile(pytest.File):
    """The file of a page's labels."""

    def collect(self) -> Iterable[PageItem]:
        """The page is the one test in it."""
        yield PageItem.from_parent(self, name=self.path.stem)


class PageItem(pytest.Item):
    """A page that should come out as its labels say."""

    def runtest(self) -> None:
        """Clean the page with its plugin and compare."""
        from boilerplate.labelling.fixtures import check

        outcome = check(self.path)
        if outcome.wrong:
            raise WrongLabelsError(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diff, or the one sentence of a plugin's own error."""
        from boilerplate.labelling.fixtures import FixtureError
        from boilerplate.plugins.plugin import PluginError

        if isinstance(excinfo.value, WrongLabelsError):
            return "\n".join([excinfo.value.outcome.summary, *excinfo.value.outcome.diff])
        if isinstance(excinfo.value, (FixtureError, PluginError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the labels are, and what the test is called."""
        return self.path, 0, f"page {self.name}"


class WrongLabelsError(Exception):
    """Lines that did not come out as expected."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.summary)
        self.outcome = outcome
