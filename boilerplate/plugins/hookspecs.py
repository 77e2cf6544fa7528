"""The hooks that a plugin may implement, version 1.

A plugin is a module or an object with functions of these names, marked with ``hookimpl``. Each
may take fewer arguments than are listed, and all hooks are optional. A module that sets
``BOILERPLATE_API = 1`` is refused by a boilerplate with another version of the hooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

import pluggy

from boilerplate.page import Label, Page
from boilerplate.plugins.rules import Opinion, SiteRules

if TYPE_CHECKING:
    import click

PROJECT: Final = "boilerplate"
HOOKS: Final = ("site_rules", "label_lines", "site_model", "register_commands")

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def site_rules() -> Iterable[SiteRules]:  # type: ignore[empty-body]
    """The sites that the plugin is for, with their rules; called once, when it is loaded."""


@hookspec
def label_lines(page: Page, scores: Sequence[float]) -> Mapping[int, Label | Opinion] | None:
    """Opinions on lines of a page, by their index in ``page.lines``; none for the other lines.

    The page has no blank lines. ``scores`` are the model's probabilities of CONTENT, one for each
    line. A Label or a Verdict decides the line, and a Verdict may name its role; a Vote changes its
    probability. Called for pages of
    the sites that the plugin's ``site_rules`` name, or for all pages if it names none.
    """


@hookspec
def site_model(page: Page) -> str | PathLike[str] | Any | None:
    """A site model for the page: the path of a model file, or a loaded model, or None.

    A loaded model is a SiteModel, or any object with ``correct`` as in
    ``boilerplate.site_models.folder.Corrector``. Called for the same pages as ``label_lines``.
    """


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to ``boilerplate``, as with ``@cli.command()``."""
