"""``boilerplate plugins``: see, explain, begin and test plugins; the options that choose them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from boilerplate.report import visible

if TYPE_CHECKING:
    from boilerplate.plugins import Plugin, Plugins

F = TypeVar("F", bound=Callable[..., Any])


def plugin_options(command: F) -> F:
    """The options that choose plugins, for a command that asks them."""
    options = (
        click.option(
            "--plugins-dir", multiple=True, metavar="DIR",
            type=click.Path(exists=True, file_okay=False),
            help="Load the .toml and .py plugins in DIR too; also BOILERPLATE_PLUGINS_DIR.",
        ),
        click.option(
            "--no-plugin", multiple=True, metavar="NAME",
            help="Leave this plugin out. BOILERPLATE_PLUGINS='' leaves out all.",
        ),
        click.option(
            "--strict-plugins", is_flag=True, help="Fail when a plugin does, instead of warning."
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def load_for_commands(
    plugins_dir: Sequence[str] = (),
    no_plugin: Sequence[str] = (),
    strict_plugins: bool = False,
    quiet: bool = False,
) -> Plugins:
    """The plugins that a command's options choose; their failures go to standard error."""
    from boilerplate.plugins import PluginError, Settings, load_plugins

    settings = Settings.from_environment(plugins_dir, no_plugin, strict_plugins)
    try:
        return load_plugins(settings, _unheard if quiet else _warn)
    except PluginError as error:
        raise click.ClickException(str(error)) from error


def _warn(name: str, problem: str) -> None:
    click.echo(f"boilerplate: plugin {visible(name)}: {visible(problem)}", err=True)


def _unheard(_name: str, _problem: str) -> None:
    """For a command that shows the problems itself."""


@click.group()
def plugins() -> None:
    """Site plugins: what is known of single sites, as rules and as code."""


@plugins.command("list")
@plugin_options
def list_plugins(**chosen: Any) -> None:
    """Show every plugin that was found: loaded, blocked or broken."""
    found = load_for_commands(**chosen, quiet=True).found
    for plugin in found:
        click.echo("\n".join(_described(plugin)))
    if not found:
        click.echo("no plugins were found")


def _described(plugin: Plugin) -> list[str]:
    state = "blocked" if plugin.blocked else "" if plugin.active else "not loaded"
    facts = (plugin.name, plugin.version, plugin.origin, state)
    lines = ["  ".join(filter(None, facts)), f"  from   {plugin.place}"]
    if plugin.hooks:
        lines.append(f"  hooks  {', '.join(plugin.hooks)}")
    if plugin.hosts:
        lines.append(f"  sites  {_some(plugin.hosts)}")
    wrong = plugin.problems + [w for m in plugin.matchers for w in m.problems()]
    return [visible(line) for line in (*lines, *(f"  wrong  {problem}" for problem in wrong))]


def _some(hosts: Sequence[str], most: int = 6) -> str:
    more = f" and {len(hosts) - most} more" if len(hosts) > most else ""
    return ", ".join(hosts[:most]) + more
