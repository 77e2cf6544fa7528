"""Where plugins and site models are looked for: configuration folders and installed packages."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Final

import click

ENTRY_POINT_GROUP: Final = "boilerplate"
OWN_DISTRIBUTION: Final = "boilerplate-lines"  # plugins of this distribution are the bundled ones
PLUGINS_VARIABLE: Final = "BOILERPLATE_PLUGINS"  # names of the only plugins to load
PLUGINS_DIR_VARIABLE: Final = "BOILERPLATE_PLUGINS_DIR"
SITE_MODELS_VARIABLE: Final = "BOILERPLATE_SITE_MODELS"

# What editors, version control, file managers and Python leave in a folder; no part of a plugin.
LEFTOVERS: Final = (
    "__pycache__", "*.py[co]", "*.bak", "*~", "#*#", ".#*", "*.orig", "*.rej", "*.sw[nop]", "*.tmp",
    ".git", ".hg", ".svn", ".DS_Store", "Thumbs.db",
)  # fmt: skip


def user_folder() -> Path:
    """The folder of a user's own plugins, whether it exists or not."""
    return Path(click.get_app_dir("boilerplate")) / "plugins"


def site_models_folder() -> Path:
    """The default folder of site models, whether it exists or not."""
    return Path(click.get_app_dir("boilerplate")) / "site-models"


def chosen_site_models() -> Path | None:
    """The folder of site models that is used if none is named; None if there is none.

    It is BOILERPLATE_SITE_MODELS, whether it exists or not, or else the default folder.
    """
    if named := os.environ.get(SITE_MODELS_VARIABLE):
        return Path(named)
    folder = site_models_folder()
    return folder if folder.is_dir() else None


def distribution_of(point: EntryPoint) -> str:
    """The name of the distribution that an entry point belongs to, "?" if unknown."""
    return _name_of(point.dist) if point.dist else "?"


def version_of(point: EntryPoint) -> str:
    """The version of the distribution that an entry point belongs to, "" if unknown."""
    return _version_of(point.dist) if point.dist else ""


# Each access reads and parses a file.


@cache
def _name_of(distribution: Distribution) -> str:
    return distribution.name


@cache
def _version_of(distribution: Distribution) -> str:
    return distribution.version


def is_bundled(point: EntryPoint) -> bool:
    """Whether a plugin comes with this package."""
    return distribution_of(point).lower().replace("_", "-") == OWN_DISTRIBUTION


def may_have_added_plugins() -> bool:
    """Whether there may be plugins besides the bundled ones; cheap, since it loads none."""
    if os.environ.get(PLUGINS_DIR_VARIABLE) or user_folder().exists():
        return True
    try:
        return not all(map(is_bundled, entry_points(group=ENTRY_POINT_GROUP)))
    except Exception:  # noqa: BLE001 - broken metadata of any package; loading plugins reports it
        return True
