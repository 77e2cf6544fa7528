"""Where what users add is found: folders of their configuration, and installed packages."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Final

import click

GROUP: Final = "boilerplate"  # of the entry points
DISTRIBUTION: Final = "boilerplate-lines"  # whose plugins are the bundled ones
ONLY_VARIABLE: Final = "BOILERPLATE_PLUGINS"
FOLDERS_VARIABLE: Final = "BOILERPLATE_PLUGINS_DIR"


def user_folder() -> Path:
    """Where a user's own plugins live, whether it exists or not."""
    return Path(click.get_app_dir("boilerplate")) / "plugins"


def site_models_folder() -> Path:
    """Where site models lie that no option names, whether it exists or not."""
    return Path(click.get_app_dir("boilerplate")) / "site-models"


def distribution_of(point: EntryPoint) -> str:
    """The name of the package that an entry point comes with, "?" where that is not known."""
    return _name_of(point.dist) if point.dist else "?"


@cache
def _name_of(distribution: Distribution) -> str:
    return distribution.name  # reads a file each time it is asked


def is_bundled(point: EntryPoint) -> bool:
    """Whether a plugin comes with this package."""
    return distribution_of(point).lower().replace("_", "-") == DISTRIBUTION


def are_plugins_added() -> bool:
    """Whether there may be plugins but the bundled ones; loading any costs more than looking."""
    if os.environ.get(FOLDERS_VARIABLE) or user_folder().exists():
        return True
    try:
        return not all(map(is_bundled, entry_points(group=GROUP)))
    except Exception:  # noqa: BLE001 - of any package's metadata; who loads them says what it is
        return True
