"""The pytest plugin: collects the fixtures of site plugins, ``pages/*.expected``, as tests.

pytest loads it wherever boilerplate is installed, so it imports next to nothing at first, and
collects only files in a folder ``pages`` next to a plugin's rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from boilerplate.labelling.fixtures import FixtureResult


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ExpectedFile | None:
    """Collect the fixtures of site plugins."""
    if file_path.suffix != ".expected":
        return None
    from boilerplate.labelling.fixtures import is_fixture

    return ExpectedFile.from_parent(parent, path=file_path) if is_fixture(file_path) else None


class ExpectedFile(pytest.File):
    """The expected labels of a page: a file with one test."""

    def collect(self) -> Iterable[PageItem]:
        """Yield the one test."""
        yield PageItem.from_parent(self, name=self.path.stem)


class PageItem(pytest.Item):
    """The test that a page gets the expected labels."""

    def runtest(self) -> None:
        """Clean the page with its plugin and compare the labels."""
        from boilerplate.labelling.fixtures import check_fixture

        result = check_fixture(self.path)
        for warning in result.warnings:
            self.warn(pytest.PytestWarning(warning))
        if result.wrong:
            raise WrongLabelsError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diff, or the message of the plugin's error; a traceback only for other errors."""
        from boilerplate.labelling.fixtures import FixtureError
        from boilerplate.plugins import PluginError

        if isinstance(excinfo.value, WrongLabelsError):
            return "\n".join([excinfo.value.result.summary, *excinfo.value.result.diff])
        if isinstance(excinfo.value, (FixtureError, PluginError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The path of the labels, and the name of the test."""
        return self.path, 0, f"page {self.name}"


class WrongLabelsError(Exception):
    """Lines of a fixture have other labels than expected."""

    def __init__(self, result: FixtureResult) -> None:
        super().__init__(result.summary)
        self.result = result
