"""``boilerplate plugins new``, ``test`` and ``package``: make plugins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from boilerplate.cli.sources import Input, find_inputs
from boilerplate.cli.terminal import echo, warn
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
from boilerplate.plugins.paths import LEFTOVERS

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


@click.command()
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


@click.command()
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
        for warning in result.warnings:
            warn(str(path), warning)
        echo(f"{path}: {result.summary}", fg="red" if result.wrong else "green")
        for line in result.diff:
            echo(line, fg={"-": "red", "+": "green", "@": "cyan"}.get(line[:1]))
    raise SystemExit(1 if failed else 0)


@click.command()
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
    shutil.copytree(folder, target / module, ignore=shutil.ignore_patterns(*LEFTOVERS))
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
