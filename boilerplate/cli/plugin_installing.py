"""``boilerplate plugins check``, ``install`` and ``uninstall``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from boilerplate.cli.terminal import echo, warn
from boilerplate.labelling.fixtures import FixtureError, fixtures_in, text_warnings
from boilerplate.plugins.paths import distribution_of, is_bundled, user_folder

_PATH = click.Path(exists=True, path_type=Path)
_NEXT = "next: boilerplate plugins list"


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
def check(paths: tuple[Path, ...]) -> None:
    """Check plugins: folders, .toml and .py files.

    A plugin's Python files are run, as they are where it is used; rules files run nothing. Rules
    with selectors need HTML: a saved page of bare text, on which they do nothing, is a warning.
    The exit status is 1 if anything is wrong.
    """
    from boilerplate.plugins import PluginError
    from boilerplate.plugins.checking import check_plugin

    failed = False
    for path in paths:
        try:
            checked = check_plugin(path)
        except PluginError as error:
            raise click.UsageError(str(error)) from error
        for problem in checked.problems:
            echo(f"{path}: {problem}", fg="red")
        failed |= bool(checked.problems)
        if not checked.problems:
            for warning in _warnings(path):
                warn(str(path), warning)
            plugin = checked.plugin
            sites = f", for {', '.join(plugin.hosts[:6])}" if plugin.hosts else ""
            echo(f"{path}: {plugin.name} can be used{sites}", fg="green")
    raise SystemExit(1 if failed else 0)


def _warnings(path: Path) -> Iterator[str]:
    """What rules of a plugin do nothing on its saved pages, which are bare text."""
    for expected in fixtures_in(path) if path.is_dir() else ():
        try:
            yield from text_warnings(expected)
        except (FixtureError, OSError) as error:
            yield str(error)


@click.command()
@click.argument("path", type=_PATH, metavar="PLUGIN")
@click.option("--force", is_flag=True, help="Replace a plugin of the same name.")
def install(path: Path, force: bool) -> None:
    """Install PLUGIN for you: a folder, a .toml or .py file, or a wheel.

    A folder or a file is checked, and copied into the folder of your plugins, in boilerplate's
    configuration folder, where the command line and Python find it. Nothing of it is run: of Python
    files only the grammar is checked. A wheel, such as one of 'boilerplate plugins package', is
    installed with pip. A plugin with Python files runs as you, wherever pages are cleaned.
    """
    from boilerplate.plugins import PluginError
    from boilerplate.plugins.checking import check_plugin
    from boilerplate.plugins.discovery import RULES_FILE
    from boilerplate.plugins.installing import install as install_copy
    from boilerplate.plugins.wheels import install_wheel, read_wheel

    try:
        if path.is_file() and path.suffix not in (".toml", ".py"):
            wheel = read_wheel(path)
            install_wheel(wheel, force)
            echo(f"installed {wheel.distribution} {wheel.version} with pip, which has the plugin")
            echo(f"  {', '.join(wheel.plugins)}")
            echo(_NEXT)
            return
        if path.name == RULES_FILE:
            raise PluginError(f"{path} is a part of a plugin: install its folder, {path.parent}")
        checked = check_plugin(path, run=False)
        if checked.problems:
            raise PluginError("\n".join((f"{path} is not installed:", *checked.problems)))
        target = install_copy(checked, user_folder(), force)
    except PluginError as error:
        raise click.UsageError(str(error)) from error
    echo(f"installed {checked.plugin.name} as {target}")
    if checked.has_code:
        echo("it has Python files, which were not run; they are whenever it is used")
    echo(_NEXT)


@click.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Also remove files that were changed since.")
def uninstall(name: str, force: bool) -> None:
    """Remove the plugin NAME that 'boilerplate plugins install' or pip has installed.

    Of a copy, the files that were installed are removed and nothing else; of a package, all of it,
    with pip. Bundled plugins stay; --no-plugin NAME does without one.
    """
    from boilerplate.explain.html_parts import counted
    from boilerplate.plugins import PluginError
    from boilerplate.plugins.installing import installed_points
    from boilerplate.plugins.installing import uninstall as remove_copy
    from boilerplate.plugins.wheels import uninstall_package

    points = installed_points(name)
    packages = sorted({distribution_of(point) for point in points if not is_bundled(point)})
    try:
        if removed := remove_copy(name, user_folder(), force):
            echo(f"removed {name}: {counted(len(removed.files), 'file')} in {user_folder()}")
            for path in removed.left:
                warn(str(path), "was not installed, and stays")
        elif packages:
            uninstall_package(packages[0])
            echo(f"removed the package {packages[0]}, which has the plugin {name}, with pip")
        elif points:
            raise PluginError(f"{name} comes with boilerplate; --no-plugin {name} does without it")
        else:
            raise PluginError(
                f"no plugin {name!r} is installed; 'boilerplate plugins list' shows all"
            )
    except PluginError as error:
        raise click.UsageError(str(error)) from error
    echo(_NEXT)
