"""``boilerplate plugins``: list and explain plugins, and the commands of other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from boilerplate.cli.plugin_installing import check, install, uninstall
from boilerplate.cli.plugin_making import new, package, test
from boilerplate.cli.terminal import warn
from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions, sign_of
from boilerplate.page import site_of

if TYPE_CHECKING:
    from boilerplate.plugins import Plugin, Plugins, SiteRules

F = TypeVar("F", bound=Callable[..., Any])


def plugin_options(command: F) -> F:
    """The options that choose plugins, for a command that cleans pages."""
    return selection_options(
        click.option(
            "--strict-plugins", is_flag=True, help="Fail when a plugin does, instead of warning."
        )(command)
    )


def selection_options(command: F) -> F:
    """The options that choose plugins, for a command that shows them."""
    options = (
        click.option(
            "--plugins-dir", multiple=True, metavar="DIR",
            type=click.Path(exists=True, file_okay=False),
            help="Also load the plugins in DIR, or the plugin that DIR is. BOILERPLATE_PLUGINS_DIR "
            "names more such folders.",
        ),
        click.option(
            "--no-plugin", multiple=True, metavar="NAME",
            help="Do not load this plugin. BOILERPLATE_PLUGINS='' loads none.",
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
    """Load the plugins that a command's options choose; failures go to standard error."""
    from boilerplate.plugins import PluginError, Settings, load_plugins
    from boilerplate.plugins.copies import copies_if_possible

    settings = Settings.from_environment(plugins_dir, no_plugin, strict_plugins)
    try:
        warn_about = _ignore if quiet else warn_about_plugin
        loaded = load_plugins(settings, warn_about, copies=copies_if_possible())
    except PluginError as error:
        raise click.ClickException(str(error)) from error
    names = sorted({plugin.name for plugin in loaded.found})
    for name in no_plugin:
        if name not in names and settings.only != frozenset():
            raise click.BadParameter(
                f"no plugin is named {name!r}; there are {', '.join(names)}",
                param_hint="--no-plugin",
            )
    for name in sorted((settings.only or frozenset()) - {*names}):
        warn("BOILERPLATE_PLUGINS", f"no plugin is named {name!r}")
    return loaded


def warn_about_plugin(name: str, problem: str) -> None:
    """Print a plugin's problem on standard error."""
    warn(f"plugin {name}", problem)


def _ignore(_name: str, _problem: str) -> None:
    """For a command that shows the problems itself."""


@click.group()
def plugins() -> None:
    """Site plugins: rules and code for single sites."""


@plugins.command("list")
@selection_options
def list_plugins(**chosen: Any) -> None:
    """Show every plugin that was found: loaded, blocked or broken."""
    found = load_for_commands(**chosen, quiet=True).found
    for plugin in found:
        click.echo("\n".join(_description(plugin)))
    for names, hosts in _shared_hosts(found).items():
        click.echo(
            visible(f"{_some(hosts)}: rules of {names}; where they disagree, the first wins")
        )
    if not found:
        click.echo("no plugins were found")


def _description(plugin: Plugin) -> list[str]:
    state = "blocked" if plugin.blocked else "" if plugin.active else "not loaded"
    title = (plugin.name, plugin.version, plugin.origin, state)
    lines = ["  ".join(filter(None, title)), f"  from   {plugin.place}"]
    if plugin.hooks:
        lines.append(f"  hooks  {', '.join(plugin.hooks)}")
    if plugin.hosts:
        lines.append(f"  sites  {_some(plugin.hosts)}")
    lines += [f"  wrong  {problem}" for problem in plugin.all_problems()]
    return [visible(line) for line in lines]


def _some(hosts: Sequence[str], most: int = 6) -> str:
    more = f" and {len(hosts) - most} more" if len(hosts) > most else ""
    return ", ".join(hosts[:most]) + more


def _shared_hosts(found: Iterable[Plugin]) -> dict[str, list[str]]:
    """The hosts for which several plugins have verdicts, by the names of these plugins."""
    names: dict[str, list[str]] = {}
    for plugin in found:
        hosts = {h: None for m in plugin.matchers if m.rules.vote is None for h in m.rules.hosts}
        for host in hosts if plugin.active else ():
            names.setdefault(host, []).append(plugin.name)
    shared: dict[str, list[str]] = {}
    for host, plugins_of_host in names.items():
        if len(plugins_of_host) > 1:
            shared.setdefault(" and ".join(plugins_of_host), []).append(host)
    return shared


@plugins.command()
@click.argument("url")
@click.argument("page", required=False, type=click.Path(exists=True, dir_okay=False))
@selection_options
def explain(url: str, page: str | None, **chosen: Any) -> None:
    """Show which plugins apply to URL, with which rules, and why.

    With PAGE, a file, also show their opinions on its lines.
    """
    url = url if "//" in url else f"https://{url}"
    host = site_of(url)
    if not host:
        raise click.BadParameter(
            f"{url!r} has no host name; write it as in https://news.example.com/"
        )
    loaded = load_for_commands(**chosen)
    applying = loaded.on(url).plugins
    for plugin, matchers in applying:
        click.echo(visible(f"{plugin.name} ({plugin.origin}, {plugin.place})"))
        for matcher in matchers:
            click.echo(visible(f"  for {', '.join(matcher.rules.hosts)}, which {host} belongs to"))
            for line in _rule_lines(matcher.rules):
                click.echo(visible(f"    {line}"))
        if code := [hook for hook in plugin.hooks if hook in ("label_lines", "site_model")]:
            click.echo(f"  calls its code: {', '.join(code)}")
    if not applying:
        click.echo(f"no plugin applies to {visible(host)}; the model decides alone")
    if page:
        _explain_page(loaded, url, page)


def _rule_lines(rules: SiteRules) -> Iterator[str]:
    from boilerplate.plugins.rules import SELECTOR_FIELDS, STRING_FIELDS

    for name in STRING_FIELDS:
        if name == "hosts":
            continue
        note = "  (no effect on bare text)" if name in SELECTOR_FIELDS else ""
        for value in getattr(rules, name):
            at = rules.where.get(f"{name}={value}", "")
            role = rules.role_of(name, value)
            named = f"  (role: {role})" if role else ""
            yield f"{name} {value}{named}{note}{f'  {at}' if at else ''}"
    if rules.site_model:
        yield f"site_model {rules.site_model}"
    if rules.vote:
        yield f"vote {rules.vote:g}: these rules change the probability and decide nothing"


def _explain_page(loaded: Plugins, url: str, page: str) -> None:
    from boilerplate.cleaner import Cleaner

    cleaner = Cleaner(plugins=loaded)
    cleaned = cleaner.clean(Path(page).read_bytes(), url)
    lines = numbered_predictions(cleaned)
    compact = cleaned.page.without_blank_lines
    plugins = loaded.on(url)
    scores = plugins.corrected(compact, cleaner.model.predict(compact))
    opinions = plugins.opinions(compact, scores.probability)
    judged = {*opinions.verdicts, *opinions.votes}
    changed = [
        (number, p)
        for i, (number, p) in enumerate(lines)
        if i in judged or p.decided_by.startswith("plugin:")
    ]
    if cleaned.page.kind == "text":
        click.echo(f"{visible(page)} is bare text: rules with selectors have no effect on it")
    for i, p in changed:
        click.echo(f"{i:5} {sign_of(p)} {visible(p.line.text)}  ({visible(p.reason)})")
    click.echo(f"plugins have an opinion on {len(changed)} of {len(lines)} lines")


for _command in (check, install, new, package, test, uninstall):
    plugins.add_command(_command)
