"""Command-line options that the commands of training/ and benchmarks/ share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from boilerplate.model.file import MODES
from training.corpora import CORPORA
from training.paths import ARCHIVES, CACHE, DOCS, LEXICON

SPLITS = ("train", "dev", "test")
FOLDER = click.Path(path_type=Path)

source_option = click.option(
    "--source", type=click.Path(path_type=Path, exists=True), default=ARCHIVES,
    show_default=False, envvar="BOILERPLATE_CORPORA",
    help="Folder of corpora: archives or clones.",
)  # fmt: skip
cache_option = click.option(
    "--cache", type=FOLDER, default=CACHE, show_default=False, help="Where archives are unpacked."
)
jobs_option = click.option("--jobs", default=2, show_default=True, help="Number of processes.")
split_option = click.option("--split", type=click.Choice(SPLITS), default="dev", show_default=True)
held_out_split_option = click.option(
    "--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True
)
splits_option = click.option(
    "--split", type=click.Choice(SPLITS), multiple=True, default=["dev"], show_default=True
)
model_option = click.option("--model", help="Model file.  [default: the shipped one]")
mode_option = click.option(
    "--mode", type=click.Choice(MODES), multiple=True, default=MODES,
    help="Only HTML or only bare text.  [default: both]",
)  # fmt: skip
lexicon_option = click.option(
    "--lexicon", type=FOLDER, default=LEXICON, show_default=False,
    help="Folder of the phrase lexicon; if it is missing, no phrases are used.",
)  # fmt: skip
docs_option = click.option("--docs", type=FOLDER, default=DOCS, show_default=False)
without_option = click.option(
    "--without", multiple=True, type=click.Choice(list(CORPORA)), help="Leave a corpus out."
)


def gold_page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that runs a model on gold pages of some splits."""
    for option in (splits_option, model_option, cache_option, source_option):
        command = option(command)
    return command
