"""Finding plugins: objects given in Python, plugins in folders, installed packages."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

from boilerplate.plugins.hookspecs import hookimpl
from boilerplate.plugins.paths import (
    ENTRY_POINT_GROUP,
    distribution_of,
    is_bundled,
    user_folder,
    version_of,
)
from boilerplate.plugins.plugin import Origin, Plugin, PluginError, Settings
from boilerplate.plugins.rules import SiteRules
from boilerplate.plugins.toml import read_rules

RULES_FILE: Final = "rules.toml"  # of a plugin that is a folder

Load = Callable[[], object]  # loads a plugin that was found; may raise anything


def find_plugins(settings: Settings) -> Iterator[tuple[Plugin, Load]]:
    """Every plugin and how to load it, in order of precedence: given, from folders, installed."""
    for name, given in settings.given.items():
        yield Plugin(name, "user", "given in Python"), lambda given=given: given  # type: ignore[misc]
    for folder in settings.folders:
        yield from find_in_folder(Path(folder))
    if settings.only != frozenset():  # none of them would be loaded, and searching takes time
        yield from _find_installed()


def find_in_folder(folder: Path) -> Iterator[tuple[Plugin, Load]]:
    """The plugins in a folder, sorted by name; a folder that is a plugin itself is the only one."""
    if folder != user_folder() and (itself := _plugin_folder(folder)):
        yield itself
        return
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        if folder != user_folder():  # which is optional, unlike a folder that was named
            yield Plugin(str(folder), "user", str(folder)), partial(_raise, error)
        return
    for path in paths:
        if not path.name.startswith((".", "_")) and (found := _plugin_at(path)):
            yield found


def find_at(path: Path) -> tuple[Plugin, Load]:
    """The one plugin that this folder or file is. Raises PluginError if it is none."""
    if found := _plugin_at(path):
        return found
    if not path.exists():
        raise PluginError(f"{path}: there is no such file or folder")
    if path.is_dir():
        raise PluginError(f"{path} is not a plugin: it has neither {RULES_FILE} nor __init__.py")
    raise PluginError(f"{path} is not a plugin: that is a folder, a .toml or a .py file")


def _plugin_at(path: Path) -> tuple[Plugin, Load] | None:
    """The plugin that a file or a folder is; None if it is none."""
    if path.suffix == ".toml" and path.is_file():
        return Plugin(path.stem, "user", str(path)), partial(RulesPlugin, path)
    if path.suffix == ".py" and path.is_file():
        return Plugin(path.stem, "user", str(path)), partial(_import_file, path.stem, path)
    return _plugin_folder(path)


def _plugin_folder(path: Path) -> tuple[Plugin, Load] | None:
    """The plugin that a folder is; None if it is none."""
    name = path.resolve().name
    if (path / "__init__.py").is_file():
        return Plugin(name, "user", str(path)), partial(_import_file, name, path / "__init__.py")
    if (path / RULES_FILE).is_file():
        return Plugin(name, "user", str(path)), partial(RulesPlugin, path / RULES_FILE)
    return None


class RulesPlugin:
    """A plugin that is a rules file and nothing else."""

    def __init__(self, path: Path) -> None:
        self.rules = read_rules(path)

    @hookimpl
    def site_rules(self) -> tuple[SiteRules, ...]:
        """The rules of the file."""
        return self.rules


def _raise(error: Exception) -> object:
    """Stands for a plugin that could not be found, so that this is reported like any failure."""
    raise error


def _import_file(name: str, path: Path) -> ModuleType:
    full_name = f"_boilerplate_user_plugins_{name}"
    spec = importlib.util.spec_from_file_location(full_name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[full_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(full_name, None)
        raise
    return module


def _find_installed() -> Iterator[tuple[Plugin, Load]]:
    """The plugins of installed packages, the bundled ones last."""
    try:
        points = sorted(
            entry_points(group=ENTRY_POINT_GROUP),
            key=lambda point: (_origin(point) == "bundled", point.name),
        )
    except Exception as error:  # noqa: BLE001 - the metadata of any package may be broken
        yield Plugin("entry points", "installed", "installed packages"), partial(_raise, error)
        return
    for point in points:
        place = f"{distribution_of(point)} ({point.value})"
        yield Plugin(point.name, _origin(point), place, version_of(point)), point.load


def _origin(point: EntryPoint) -> Origin:
    return "bundled" if is_bundled(point) else "installed"
