"""Finding plugins: given objects, folders, installed packages."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

from boilerplate.plugins import hookspecs
from boilerplate.plugins.paths import GROUP, distribution_of, is_bundled, user_folder
from boilerplate.plugins.plugin import Origin, Plugin, Settings
from boilerplate.plugins.rules import SiteRules
from boilerplate.plugins.toml import read_rules

RULES_FILE: Final = "rules.toml"  # of a plugin that is a folder


def find(settings: Settings) -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Every plugin there is and how to load it, those whose word counts more first."""
    for name, given in settings.given.items():
        yield Plugin(name, "user", "given in Python"), lambda given=given: given  # type: ignore[misc]
    for folder in settings.folders:
        yield from _in_folder(Path(folder))
    if settings.only != frozenset():  # nothing of them would be loaded, and looking costs
        yield from _installed()


def _in_folder(
    folder: Path, only: str | None = None
) -> Iterator[tuple[Plugin, Callable[[], object]]]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        if folder != user_folder():  # which need not be there; one that was named should
            yield Plugin(str(folder), "user", str(folder)), partial(_raise, error)
        return
    for path in paths:
        if only is not None and path.name != only:
            continue
        if path.name.startswith((".", "_")):
            continue
        if path.suffix == ".toml" and path.is_file():
            yield Plugin(path.stem, "user", str(path)), partial(RulesPlugin, path)
        elif path.suffix == ".py" and path.is_file():
            yield Plugin(path.stem, "user", str(path)), partial(_module, path.stem, path)
        elif (path / "__init__.py").is_file():
            yield Plugin(path.name, "user", str(path)), partial(_package, path)
        elif (path / RULES_FILE).is_file():
            yield (
                Plugin(path.name, "user", str(path)),
                partial(RulesPlugin, path / RULES_FILE),
            )


class RulesPlugin:
    """A plugin that is a rules file and nothing else."""

    def __init__(self, path: Path) -> None:
        self.rules = read_rules(path)

    @hookspecs.hookimpl
    def site_rules(self) -> tuple[SiteRules, ...]:
        """The rules of the file."""
        return self.rules


def _raise(error: Exception) -> object:
    """In the place of what could not be found, so that it is told as a failed plugin is."""
    raise error


def _package(folder: Path) -> ModuleType:
    return _module(folder.name, folder / "__init__.py")


def _module(name: str, path: Path) -> ModuleType:
    full = f"_boilerplate_user_plugins_{name}"
    spec = importlib.util.spec_from_file_location(full, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[full] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(full, None)
        raise
    return module


def _installed() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    try:
        points = sorted(entry_points(group=GROUP), key=lambda p: (_origin(p) == "bundled", p.name))
    except Exception as error:  # noqa: BLE001 - the metadata of any package may be broken
        yield Plugin("entry points", "installed", "installed packages"), partial(_raise, error)
        return
    for point in points:
        version = point.dist.version if point.dist else ""
        plugin = Plugin(
            point.name, _origin(point), f"{distribution_of(point)} ({point.value})", version
        )
        yield plugin, point.load


def _origin(point: EntryPoint) -> Origin:
    return "bundled" if is_bundled(point) else "installed"
