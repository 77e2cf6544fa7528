"""Wheels with plugins, which pip installs and removes. Neither runs code of theirs."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser, Error
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from boilerplate.plugins.checking import PLUGIN_NAME
from boilerplate.plugins.paths import ENTRY_POINT_GROUP, OWN_DISTRIBUTION
from boilerplate.plugins.plugin import PluginError

# NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl, as in the specification of wheels.
_WHEEL_NAME: Final = re.compile(r"([A-Za-z0-9._]+)-([^-\s]+)(-\d[^-\s]*)?(-[^-\s]+){3}\.whl")
MOST_ENTRY_POINTS: Final = 1 << 20  # bytes of a wheel's entry_points.txt
MOST_MEMBERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel: its file, the distribution that it has, its version, and its plugins' names."""

    path: Path
    distribution: str
    version: str
    plugins: tuple[str, ...]


def read_wheel(path: Path) -> Wheel:
    """What a wheel has, of which nothing is unpacked or run.

    Raises PluginError if the file is no wheel, has no plugin, or has files for places outside.
    """
    named = _WHEEL_NAME.fullmatch(path.name)
    if not named or not zipfile.is_zipfile(path):
        what = "a zip file, but no wheel" if zipfile.is_zipfile(path) else "no wheel"
        raise PluginError(
            f"{path} is {what}; 'boilerplate plugins package' and then 'pip wheel' make one"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise PluginError(f"{path} has more than {MOST_MEMBERS} files")
            for member in members:
                if _leads_out(member.filename):
                    raise PluginError(f"{path} has a file for {member.filename!r}, outside of it")
            infos = {m.filename: m for m in members}
            folders = [name for name in infos if re.fullmatch(r"[^/]+\.dist-info/WHEEL", name)]
            if len(folders) != 1:
                raise PluginError(f"{path} is a zip file, but no wheel: it has no .dist-info/WHEEL")
            points = infos.get(folders[0].replace("/WHEEL", "/entry_points.txt"))
            text = b""
            if points is not None:
                with archive.open(points) as file:
                    text = file.read(MOST_ENTRY_POINTS + 1)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise PluginError(f"{path} is damaged: {error}") from error
    plugins = _plugins(path, text)
    if not plugins:
        raise PluginError(
            f"{path} has no plugin: no entry point in the group {ENTRY_POINT_GROUP!r}"
        )
    return Wheel(path, named[1], named[2], plugins)


def _leads_out(name: str) -> bool:
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(name)
        if path.anchor or ".." in path.parts:
            return True
    return False


def _plugins(path: Path, entry_points: bytes) -> tuple[str, ...]:
    if len(entry_points) > MOST_ENTRY_POINTS:
        raise PluginError(f"{path} has more than {MOST_ENTRY_POINTS} bytes of entry points")
    parser = ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(entry_points.decode("utf-8"))
    except (Error, UnicodeDecodeError) as error:
        raise PluginError(f"{path}: its entry points cannot be read: {error}") from error
    names = tuple(parser[ENTRY_POINT_GROUP]) if parser.has_section(ENTRY_POINT_GROUP) else ()
    for name in names:
        if not PLUGIN_NAME.fullmatch(name):
            raise PluginError(f"{path}: {name!r} is no name of a plugin")
    return names


def install_wheel(wheel: Wheel, force: bool = False) -> None:
    """Install a wheel with the pip of this Python; ``force`` also over an installed one.

    Raises PluginError if its distribution is installed already, or if pip fails.
    """
    if _key(wheel.distribution) == _key(OWN_DISTRIBUTION):
        raise PluginError(f"{wheel.path} is boilerplate itself, and no plugin")
    try:
        there = distribution(wheel.distribution).version
    except PackageNotFoundError:
        there = ""
    if there and not force:
        raise PluginError(f"{wheel.distribution} {there} is installed already; --force replaces it")
    again = ("--force-reinstall", "--no-deps") if there else ()
    _pip("install", *again, str(wheel.path.resolve()))


def uninstall_package(name: str) -> None:
    """Remove an installed distribution with the pip of this Python. PluginError if pip fails."""
    _pip("uninstall", "--yes", name)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run = subprocess.run(  # noqa: S603 - our own Python, and arguments without a shell
        [*command, *arguments], capture_output=True, text=True, errors="replace", check=False
    )
    if run.returncode:
        said = [line for line in (run.stderr or run.stdout).splitlines() if line.strip()]
        raise PluginError(f"pip {arguments[0]}: {' '.join(said[-3:]) or 'it failed'}")


def _key(name: str) -> str:
    """The name of a distribution as names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()
