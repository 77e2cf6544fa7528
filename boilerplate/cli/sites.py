"""``boilerplate sites``: the site models that there are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from boilerplate.cli.terminal import echo, warn
from boilerplate.plugins.paths import chosen_site_models, site_models_folder
from boilerplate.site_models.file import SiteModelError
from boilerplate.site_models.folder import SUFFIX, is_site
from boilerplate.site_models.site_model import SiteModel

_FOLDER: Final = click.option(
    "--site-models", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="The folder of site models. Default: BOILERPLATE_SITE_MODELS, else the one in your "
    "configuration.",
)  # fmt: skip


@click.group()
def sites() -> None:
    """List, show and remove site models.

    'boilerplate train site NAME PAGES' makes one, and 'train site NAME PAGES --check' says
    whether a site still looks like its model.
    """


@sites.command("list")
@_FOLDER
def list_(folder: Path | None) -> None:
    """List the sites that have a model, and what each learned from.

    Exit status: 0 success, 1 some file is no site model.
    """
    folder = _chosen(folder)
    paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    if not paths:
        echo(f"no site models in {folder}")
    failed = False
    for path in paths:
        try:
            echo(f"{path.name.removesuffix(SUFFIX)}  {page_counts(SiteModel.load(path))}")
        except SiteModelError as error:
            warn(path.name, str(error))
            failed = True
    sys.exit(1 if failed else 0)


@sites.command()
@click.argument("name")
@_FOLDER
def show(name: str, folder: Path | None) -> None:
    """Show the model of site NAME: its file, its pages, its lines and labels.

    Exit status: 0 success, 1 there is none.
    """
    path = _path(name, folder)
    try:
        model = SiteModel.load(path)
    except SiteModelError as error:
        raise click.ClickException(str(error)) from error
    kept = model.sample_.pages
    content = sum(int((page.label == 1).sum()) for page in kept)
    chrome = sum(int((page.label == -1).sum()) for page in kept)
    echo(f"file       {path}, {path.stat().st_size / 1000:.0f} kB")
    echo(f"site       {model.site or 'any'}")
    echo(f"pages      {page_counts(model)}")
    echo(f"lines      {model.sample_.n}, of which {content} are labelled content, {chrome} chrome")
    if outliers := int(model.evidence.outliers.sum()):
        echo(f"left out   {outliers} with next to nothing in common with the others")


@sites.command()
@click.argument("name")
@_FOLDER
def remove(name: str, folder: Path | None) -> None:
    """Remove the model of site NAME.

    Exit status: 0 success, 1 there is none.
    """
    path = _path(name, folder)
    path.unlink()
    echo(f"{path}: removed")


def page_counts(model: SiteModel) -> str:
    """How many pages a model keeps, how many of them are labelled, and how many are copies."""
    counts = [f"{model.n_pages} page{'' if model.n_pages == 1 else 's'}"]
    if labelled := model.sample_.n_labelled:
        counts.append(f"{labelled} of them labelled")
    if copies := int(model.evidence.copies.sum()):
        counts.append(f"{copies} of them with the same article as another")
    return ", ".join(counts)


def _chosen(folder: Path | None) -> Path:
    return folder or chosen_site_models() or site_models_folder()


def _path(name: str, folder: Path | None) -> Path:
    name = name.lower().removeprefix("www.")
    folder = _chosen(folder)
    path = folder / f"{name}{SUFFIX}"
    if not is_site(name) or not path.is_file():
        raise click.ClickException(f"there is no model of {name} in {folder}")
    return path
