"""``boilerplate plugins``: see, explain, begin and test plugins; the options that choose them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from boilerplate.cli.terminal import tell, warn
from boilerplate.display import visible
from boilerplate.explain.terminal import sign, spoken
from boilerplate.labelling.fixtures import (
    EXPECTED_SUFFIX,
    PAGES,
    FixtureError,
    check_fixture,
    fixtures_in,
    write_predicted_labels,
)
from boilerplate.page import site_of

if TYPE_CHECKING:
    from boilerplate.plugins.manager import Plugins
    from boilerplate.plugins.plugin import Plugin
    from boilerplate.plugins.rules import SiteRules

F = TypeVar("F", bound=Callable[..., Any])


def plugin_options(command: F) -> F:
    """The options that choose plugins, for a command that asks them about pages."""
    return choosing_options(
        click.option(
            "--strict-plugins", is_flag=True, help="Fail when a plugin does, instead of warning."
        )(command)
    )


def choosing_options(command: F) -> F:
    """The options that choose plugins."""
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
    from boilerplate.plugins.manager import load_plugins
    from boilerplate.plugins.plugin import PluginError, Settings

    settings = Settings.from_environment(plugins_dir, no_plugin, strict_plugins)
    try:
        loaded = load_plugins(settings, _unheard if quiet else warn_of_plugin)
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
        click.echo(f"boilerplate: BOILERPLATE_PLUGINS: no plugin is named {name!r}", err=True)
    return loaded


def warn_of_plugin(name: str, problem: str) -> None:
    """One line on standard error."""
    warn(f"plugin {name}", problem)


def _unheard(_name: str, _problem: str) -> None:
    """For a command that shows the problems itself."""


@click.group()
def plugins() -> None:
    """Site plugins: what is known of single sites, as rules and as code."""


@plugins.command("list")
@choosing_options
def list_plugins(**chosen: Any) -> None:
    """Show every plugin that was found: loaded, blocked or broken."""
    found = load_for_commands(**chosen, quiet=True).found
    for plugin in found:
        click.echo("\n".join(_described(plugin)))
    for names, hosts in _shared_hosts(found).items():
        click.echo(
            visible(f"{_some(hosts)}: known to {names}; where they disagree, the first wins")
        )
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


def _shared_hosts(found: Iterable[Plugin]) -> dict[str, list[str]]:
    """The hosts that several plugins have verdicts for, by the plugins' names."""
    names: dict[str, list[str]] = {}
    for plugin in found:
        ruled = {h: None for m in plugin.matchers if m.rules.vote is None for h in m.rules.hosts}
        for host in ruled if plugin.active else ():
            names.setdefault(host, []).append(plugin.name)
    shared: dict[str, list[str]] = {}
    for host, them in names.items():
        if len(them) > 1:
            shared.setdefault(" and ".join(them), []).append(host)
    return shared


@plugins.command()
@click.argument("url")
@click.argument("page", required=False, type=click.Path(exists=True, dir_okay=False))
@choosing_options
def explain(url: str, page: str | None, **chosen: Any) -> None:
    """Tell which plugins know the site of URL, with which rules, and why.

    With PAGE, a file, also what they say of its lines.
    """
    url = url if "//" in url else f"https://{url}"
    host = site_of(url)
    if not host:
        raise click.BadParameter(f"{url!r} names no host; write it as in https://news.example.com/")
    loaded = load_for_commands(**chosen)
    known = loaded.on(url)
    for plugin, matchers in known.plugins:
        click.echo(visible(f"{plugin.name} ({plugin.origin}, {plugin.place})"))
        for matcher in matchers:
            click.echo(visible(f"  for {', '.join(matcher.rules.hosts)}, which {host} belongs to"))
            for line in _rules_told(matcher.rules):
                click.echo(visible(f"    {line}"))
        if code := [hook for hook in plugin.hooks if hook in ("label_lines", "site_model")]:
            click.echo(f"  asks its code: {', '.join(code)}")
    if not known.plugins:
        click.echo(f"no plugin knows {visible(host)}; the model decides alone")
    if page:
        _explain_page(loaded, url, page)


def _rules_told(rules: SiteRules) -> Iterator[str]:
    from boilerplate.plugins.rules import SELECTOR_FIELDS, STRING_FIELDS

    for name in STRING_FIELDS:
        if name == "hosts":
            continue
        silent = "  (says nothing on bare text)" if name in SELECTOR_FIELDS else ""
        for value in getattr(rules, name):
            at = rules.where.get(f"{name}={value}", "")
            yield f"{name} {value}{silent}{f'  {at}' if at else ''}"
    if rules.site_model:
        yield f"site_model {rules.site_model}"
    if rules.vote:
        yield f"vote {rules.vote:g}: these rules nudge the model and don't overrule it"


def _explain_page(loaded: Plugins, url: str, page: str) -> None:
    from boilerplate.cleaner import Cleaner

    cleaned = Cleaner(plugins=loaded).clean(Path(page).read_bytes(), url)
    said = [(i, p) for i, p in spoken(cleaned) if "plugin:" in p.reason]
    if cleaned.page.kind == "text":
        click.echo(f"{visible(page)} is bare text: rules for markup say nothing on it")
    for i, p in said:
        click.echo(f"{i:5} {sign(p)} {visible(p.line.text)}  ({visible(p.reason)})")
    click.echo(f"{len(said)} of {len(spoken(cleaned))} lines have an opinion of a plugin")


_SECOND_LEVELS: Final = frozenset("ac co com edu gov net ne or org".split())


def plugin_name(host: str) -> str:
    """What a plugin for a host is called, unless its author says otherwise.

    >>> plugin_name("dailysabah.com"), plugin_name("news.bbc.co.uk")
    ('dailysabah', 'news-bbc')
    """
    labels = host.split(".")[:-1] or [host]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVELS:
        labels.pop()
    return re.sub(r"[^a-z0-9-]", "-", "-".join(labels))


@plugins.command()
@click.argument("site")
@click.argument("pages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--name", help="The plugin's name. Default: from the site's.")
@click.option(
    "--dir", "folder", default=".", type=click.Path(file_okay=False, path_type=Path),
    help="Where the plugin's folder goes. Default: here.",
)  # fmt: skip
@click.option(
    "--labels", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
    help="Where PAGE.labels are. Default: beside the pages.",
)  # fmt: skip
def new(
    site: str, pages: tuple[str, ...], name: str | None, folder: Path, labels: Path | None
) -> None:
    """Begin a plugin for SITE from saved PAGES of it.

    \b
    Writes a folder with
      rules.toml            the rules, to be filled in
      pages/PAGE            the pages, copied
      pages/PAGE.expected   their lines: + kept, - dropped, ? either

    A page's lines are as PAGE.labels has them, which "boilerplate label" writes, or as the model
    labels them now. Correct them, write rules, and see with "boilerplate plugins test" what they
    do. More pages can be added later in the same way; what is there is never overwritten.
    """
    from boilerplate.cleaner import Cleaner
    from boilerplate.labelling.fixtures import copy_labels
    from boilerplate.labelling.labels import LabelsError, labels_path
    from boilerplate.plugins.manager import no_plugins
    from boilerplate.reading.read import read

    url = site if "//" in site else f"https://{site}/"
    host = site_of(url)
    if not host or "." not in host:
        raise click.BadParameter(f"{site!r} names no site; write it as in news.example.com")
    own = folder / (name or plugin_name(host))
    (own / PAGES).mkdir(parents=True, exist_ok=True)
    rules = own / "rules.toml"
    if not rules.exists() and not (own / "__init__.py").exists():
        rules.write_text(scaffold("rules.toml", host=host), encoding="utf-8")
        tell(f"wrote {rules}")
    cleaner = Cleaner(plugins=no_plugins())
    for page in map(Path, pages):
        copy = own / PAGES / page.name
        expected = copy.with_name(copy.name + EXPECTED_SUFFIX)
        if copy.exists() or expected.exists():
            tell(f"{copy} is there already and was left alone", err=True)
            continue
        data = page.read_bytes()
        known = labels_path(page, labels)
        if known.is_file():
            try:
                copy_labels(read(data, url), known, expected)
            except LabelsError as error:
                raise click.ClickException(str(error)) from error
        else:
            write_predicted_labels(cleaner.clean(data, url), expected)
        copy.write_bytes(data)
        taken = f", labelled as in {known}" if known.is_file() else ""
        tell(f"wrote {copy} and {expected.name}{taken}")
    tell(f"next: correct the signs in {own / PAGES}, write rules, then run")
    tell(f"  boilerplate plugins test {own}")


@plugins.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def test(folders: tuple[Path, ...]) -> None:
    """Compare what plugins make of their saved pages with what their authors expect.

    FOLDERS are searched for plugins with pages; the current folder by default. The exit status
    is 1 if any line is wrong. pytest collects the same pages where boilerplate is installed.
    """
    from boilerplate.plugins.plugin import PluginError

    paths = [path for folder in folders or (Path(),) for path in fixtures_in(folder)]
    if not paths:
        raise click.ClickException("no pages/*.expected beside a rules.toml or __init__.py here")
    failed = False
    for path in paths:
        try:
            outcome = check_fixture(path)
        except (FixtureError, PluginError, OSError) as error:
            tell(f"{path}: {error}", fg="red")
            failed = True
            continue
        failed |= outcome.wrong > 0
        tell(f"{path}: {outcome.summary}", fg="red" if outcome.wrong else "green")
        for line in outcome.diff:
            tell(line, fg={"-": "red", "+": "green", "@": "cyan"}.get(line[:1]))
    raise SystemExit(1 if failed else 0)


@plugins.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--dir", "into", default=".", type=click.Path(file_okay=False, path_type=Path),
    help="Where the package's folder goes. Default: here.",
)  # fmt: skip
def package(folder: Path, into: Path) -> None:
    """Make a Python package, ready for PyPI, of a plugin's FOLDER."""
    import shutil

    if not (folder / "rules.toml").is_file():
        raise click.BadParameter(f"{folder} has no rules.toml", param_hint="FOLDER")
    name = folder.resolve().name
    module = "boilerplate_" + re.sub(r"\W", "_", name)
    target = into / f"boilerplate-{name}"
    if target.exists():
        raise click.ClickException(f"{target} is there already and was left alone")
    shutil.copytree(folder, target / module, ignore=shutil.ignore_patterns("__pycache__"))
    for template, path in (
        ("pyproject.toml", target / "pyproject.toml"),
        ("README.md", target / "README.md"),
        ("__init__.py", target / module / "__init__.py"),
    ):
        if not path.exists():
            path.write_text(scaffold(template, name=name, module=module), encoding="utf-8")
    tell(f"wrote {target}; next:")
    tell(f"  pip install -e {target} && boilerplate plugins list")
    tell(f"  cd {target} && pytest")


def scaffold(template: str, **words: str) -> str:
    """One of the files that a new plugin begins with."""
    from importlib.resources import files
    from string import Template

    path = files("boilerplate") / "data" / "scaffold" / f"{template}.txt"
    return Template(path.read_text(encoding="utf-8")).substitute(words)
