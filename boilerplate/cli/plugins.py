"""``boilerplate plugins``: list, explain, create, test and package plugins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from boilerplate.cli.sources import Input, find_inputs
from boilerplate.cli.terminal import echo, warn
from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions, sign_of
from boilerplate.labelling.fixtures import (
    EXPECTED_SUFFIX,
    PAGES,
    FixtureError,
    check_fixture,
    copy_labels,
    fixtures_in,
    write_predicted_labels,
)
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

    settings = Settings.from_environment(plugins_dir, no_plugin, strict_plugins)
    try:
        loaded = load_plugins(settings, _ignore if quiet else warn_about_plugin)
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
    problems = plugin.problems + [each for m in plugin.matchers for each in m.problems()]
    lines += [f"  wrong  {problem}" for problem in problems]
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
            yield f"{name} {value}{note}{f'  {at}' if at else ''}"
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


# Labels below a country's domain that are no part of a site's name.
_SECOND_LEVEL_DOMAINS: Final = frozenset("ac co com edu gov net ne or org".split())


def plugin_name(host: str) -> str:
    """The default name of a plugin for a host.

    >>> plugin_name("dailysabah.com"), plugin_name("news.bbc.co.uk")
    ('dailysabah', 'news-bbc')
    """
    labels = host.split(".")[:-1] or [host]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL_DOMAINS:
        labels.pop()
    return re.sub(r"[^a-z0-9-]", "-", "-".join(labels))


def _page_bytes(found: Input) -> bytes:
    """The bytes of a page. A ClickException if it cannot be read."""
    try:
        return found.read()
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise click.ClickException(f"{found.name}: {problem}") from error


@plugins.command()
@click.argument("site")
@click.argument("pages", nargs=-1, required=True, type=click.Path())
@click.option("--name", help="The plugin's name. Default: made from SITE.")
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
    """Create a plugin for SITE from saved PAGES of it: files, folders or glob patterns.

    \b
    Writes a folder with
      rules.toml            the rules, to be filled in
      pages/PAGE            copies of the pages
      pages/PAGE.expected   their lines: + kept, - dropped, ? either

    The labels come from PAGE.labels, which "boilerplate label" writes, or else from the model.
    Correct them, write rules, and run "boilerplate plugins test". More pages can be added later
    with the same command; it never overwrites a file.
    """
    from boilerplate.cleaner import Cleaner
    from boilerplate.labelling.labels import LabelsError, labels_path
    from boilerplate.plugins import no_plugins
    from boilerplate.reading.magic import NotAPageError
    from boilerplate.reading.read import read

    url = site if "//" in site else f"https://{site}/"
    host = site_of(url)
    if not host or "." not in host:
        raise click.BadParameter(f"{site!r} is not a host name; write it as in news.example.com")
    found = [(Path(each.name), _page_bytes(each)) for each in find_inputs(pages)]
    plugin_folder = folder / (name or plugin_name(host))
    (plugin_folder / PAGES).mkdir(parents=True, exist_ok=True)
    rules = plugin_folder / "rules.toml"
    if not rules.exists() and not (plugin_folder / "__init__.py").exists():
        rules.write_text(scaffold("rules.toml", host=host), encoding="utf-8")
        echo(f"wrote {rules}")
    cleaner = Cleaner(plugins=no_plugins())
    for page, data in found:
        copy = plugin_folder / PAGES / re.sub(r"\.(gz|zst)$", "", page.name)
        expected = copy.with_name(copy.name + EXPECTED_SUFFIX)
        if copy.exists() or expected.exists():
            echo(f"{copy} exists already and was not changed", err=True)
            continue
        labels_file = labels_path(page, labels)
        try:
            if labels_file.is_file():
                copy_labels(read(data, url), labels_file, expected)
            else:
                write_predicted_labels(cleaner.clean(data, url), expected)
        except (LabelsError, NotAPageError) as error:
            where = "" if isinstance(error, LabelsError) else f"{page}: "
            raise click.ClickException(f"{where}{error}") from error
        copy.write_bytes(data)
        source = f", labelled as in {labels_file}" if labels_file.is_file() else ""
        echo(f"wrote {copy} and {expected.name}{source}")
    echo(f"next: correct the signs in {plugin_folder / PAGES}, write rules, then run")
    echo(f"  boilerplate plugins test {plugin_folder}")


@plugins.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def test(folders: tuple[Path, ...]) -> None:
    """Compare the labels of saved pages of plugins with the expected ones.

    FOLDERS are searched for plugins with pages; the current folder by default. The exit status
    is 1 if any line is wrong. pytest collects the same pages where boilerplate is installed.
    """
    from boilerplate.plugins import PluginError

    paths = [path for folder in folders or (Path(),) for path in fixtures_in(folder)]
    if not paths:
        raise click.ClickException("no pages/*.expected beside a rules.toml or __init__.py here")
    failed = False
    for path in paths:
        try:
            result = check_fixture(path)
        except (FixtureError, PluginError, OSError) as error:
            echo(f"{path}: {error}", fg="red")
            failed = True
            continue
        failed |= result.wrong > 0
        echo(f"{path}: {result.summary}", fg="red" if result.wrong else "green")
        for line in result.diff:
            echo(line, fg={"-": "red", "+": "green", "@": "cyan"}.get(line[:1]))
    raise SystemExit(1 if failed else 0)


@plugins.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--dir", "into", default=".", type=click.Path(file_okay=False, path_type=Path),
    help="Where the package's folder goes. Default: here.",
)  # fmt: skip
def package(folder: Path, into: Path) -> None:
    """Make a Python package, ready for PyPI, from a plugin's FOLDER."""
    import shutil

    if not (folder / "rules.toml").is_file():
        raise click.BadParameter(f"{folder} has no rules.toml", param_hint="FOLDER")
    name = folder.resolve().name
    module = "boilerplate_" + re.sub(r"\W", "_", name)
    target = into / f"boilerplate-{name}"
    if target.exists():
        raise click.ClickException(f"{target} exists already and was not changed")
    left_out = shutil.ignore_patterns("__pycache__", "*.bak", "*~")  # backups of editors too
    shutil.copytree(folder, target / module, ignore=left_out)
    for template, path in (
        ("pyproject.toml", target / "pyproject.toml"),
        ("README.md", target / "README.md"),
        ("__init__.py", target / module / "__init__.py"),
    ):
        if not path.exists():
            path.write_text(scaffold(template, name=name, module=module), encoding="utf-8")
    echo(f"wrote {target}; next:")
    echo(f"  pip install -e {target} && boilerplate plugins list")
    echo(f"  cd {target} && pytest")


def scaffold(template: str, **values: str) -> str:
    """The text of a file of a new plugin, from its template."""
    from importlib.resources import files
    from string import Template

    path = files("boilerplate") / "data" / "scaffold" / f"{template}.txt"
    return Template(path.read_text(encoding="utf-8")).substitute(values)
