"""Putting a plugin into the user's folder, and removing what was put there.

Nothing of a plugin is run. A copy appears whole or not at all. Beside it is a receipt, a file that
no search for plugins looks at, with the files and their checksums: what has no receipt was put
there by somebody else, and is left alone.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path, PurePosixPath
from typing import Any, Final

from boilerplate.files import digest_of, write_atomically
from boilerplate.plugins.checking import PLUGIN_NAME, Checked
from boilerplate.plugins.paths import ENTRY_POINT_GROUP, LEFTOVERS, distribution_of, is_bundled
from boilerplate.plugins.plugin import PluginError

FORMS: Final = ("", ".toml", ".py")  # how the name of a plugin ends in a folder of plugins


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed: its ``files``, and ``left``, what else is in the plugin's folder."""

    files: tuple[Path, ...]
    left: tuple[Path, ...]


def install(checked: Checked, folder: Path, force: bool = False) -> Path:
    """Copy a plugin without problems into a folder of plugins, and return its new path.

    Leftovers of editors and of Python are not copied. ``force`` replaces what is there under the
    name. Raises PluginError if the name is taken, or if a link in the plugin leads out of it, and
    OSError.
    """
    source, name = checked.path.resolve(), checked.plugin.name
    if folder.resolve().is_relative_to(source):
        raise PluginError(f"{checked.path} is where plugins are installed")
    if not force:
        _check_free(name, folder)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (name if source.is_dir() else checked.path.name)
    if source == target.resolve():
        raise PluginError(f"{checked.path} is in the folder of your plugins already")
    work = folder / f".installing-{name}-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)  # of a process of this number that was killed
    try:
        work.mkdir()
        new = work / target.name
        if source.is_dir():
            _check_links(source)
            shutil.copytree(source, new, ignore=shutil.ignore_patterns(*LEFTOVERS))
        else:
            shutil.copyfile(source, new)
        receipt = {"files": _digests(new, work)}
        old = [folder / f"{name}{form}" for form in FORMS]
        for path in (each for each in old if os.path.lexists(each)):
            path.rename(work / f"old-{path.name}")
        try:
            new.rename(target)
        except BaseException:
            for path in old:
                with suppress(OSError):
                    (work / f"old-{path.name}").rename(path)
            raise
        write_atomically(_receipt(name, folder), json.dumps(receipt, indent=1).encode())
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def uninstall(name: str, folder: Path, force: bool = False) -> Removed | None:
    """Remove the files that ``install`` put into a folder; None if it has no plugin of this name.

    Raises PluginError if it was not put there by ``install``, or if a file has been changed since,
    unless ``force``.
    """
    there = [p for form in FORMS if os.path.lexists(p := folder / f"{name}{form}")]
    if not PLUGIN_NAME.fullmatch(name) or not there:
        return None
    digests = _read_receipt(name, folder)
    if digests is None:
        raise PluginError(
            f"{there[0]} was not put there by 'boilerplate plugins install'; remove it yourself"
        )
    files = {path: digests[path] for path in sorted(digests) if (folder / path).is_file()}
    changed = [path for path, digest in files.items() if digest_of([folder / path]) != digest]
    if changed and not force:
        raise PluginError(
            f"{folder / changed[0]} has been changed since it was installed; --force removes it too"
        )
    for path in files:
        (folder / path).unlink()
    target = folder / name
    for cache in sorted(target.rglob("__pycache__")) if target.is_dir() else ():
        shutil.rmtree(cache)
    for each in sorted((p for p in target.rglob("*") if p.is_dir()), reverse=True):
        with suppress(OSError):  # something else is in it
            each.rmdir()
    with suppress(OSError):
        target.rmdir()
    _receipt(name, folder).unlink()
    left = sorted(p for p in target.rglob("*") if not p.is_dir()) if target.is_dir() else []
    return Removed(tuple(folder / path for path in files), tuple(left))


def installed_points(name: str) -> list[Any]:
    """The entry points of installed packages for plugins of a name."""
    return [point for point in entry_points(group=ENTRY_POINT_GROUP) if point.name == name]


def _check_free(name: str, folder: Path) -> None:
    """Raise PluginError if there is a plugin of a name already."""
    for form in FORMS:
        if os.path.lexists(path := folder / f"{name}{form}"):
            raise PluginError(f"{path} is there already; --force replaces it")
    for point in installed_points(name):
        whose = (
            "comes with boilerplate"
            if is_bundled(point)
            else f"is of the package {distribution_of(point)}"
        )
        raise PluginError(
            f"a plugin {name} {whose}; --force installs yours, which is used instead of it"
        )


def _check_links(source: Path) -> None:
    """Raise PluginError if a link in a folder leads out of it, or a file is no regular file."""
    for path in source.rglob("*"):
        real = path.resolve()
        if not real.is_relative_to(source) or not (real.is_file() or real.is_dir()):
            raise PluginError(f"{path} is a link out of the plugin, or no file; it is not copied")


def _digests(new: Path, work: Path) -> dict[str, str]:
    files = sorted(new.rglob("*")) if new.is_dir() else [new]
    return {p.relative_to(work).as_posix(): digest_of([p]) for p in files if p.is_file()}


def _receipt(name: str, folder: Path) -> Path:
    return folder / f".{name}.installed.json"


def _read_receipt(name: str, folder: Path) -> dict[str, str] | None:
    """The files of a receipt with their digests; None if there is no valid one."""
    try:
        files = json.loads(_receipt(name, folder).read_bytes())["files"]
        valid = all(
            PurePosixPath(path).parts[0] in {name, f"{name}.toml", f"{name}.py"}
            and ".." not in PurePosixPath(path).parts
            and isinstance(digest, str)
            for path, digest in files.items()
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return files if valid else None
