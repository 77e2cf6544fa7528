"""The hooks: what a plugin may say. Version 1.

A plugin is a module or an object with functions of these names, marked with ``hookimpl``; each
may take fewer arguments than are listed, and all hooks are optional. A module that says
``BOILERPLATE_API = 1`` is refused by a boilerplate whose hooks have become others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import pluggy

from boilerplate.page import Label, Page
from boilerplate.plugins.rules import Opinion, SiteRules

if TYPE_CHECKING:
    import click

PROJECT = "boilerplate"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def site_rules() -> Iterable[SiteRules]:  # type: ignore[empty-body]
    """The sites that the plugin knows, with their rules; asked once, when it is loaded."""


@hookspec
def label_lines(page: Page, scores: Sequence[float]) -> Mapping[int, Label | Opinion] | None:
    """Opinions on lines of a page, by their index in ``page.lines``; none on the others.

    The page has no blank lines. ``scores`` are the model's probabilities of CONTENT, one a line.
    A Label or a Verdict is the last word, a Vote a nudge. Asked for pages of the sites that the
    plugin's ``site_rules`` name, or for all pages if it names none.
    """


@hookspec
def site_model(page: Page) -> str | PathLike[str] | Any | None:
    """What was learned of the page's site: a model file's path, or a loaded model, or None.

    Asked as ``label_lines`` is.
    """


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to ``boilerplate``: ``@cli.command()`` on functions of your own."""
