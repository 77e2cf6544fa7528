"""After a run: the sites that are worth a site model or a plugin, and the commands to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from boilerplate.batch.record import FIELD_NAMES, Fields, Statuses
from boilerplate.batch.site_counts import LEAST_PAGES
from boilerplate.cli.hints import train_sites_line
from boilerplate.cli.one_file import was_chosen
from boilerplate.cli.terminal import say
from boilerplate.display import visible

if TYPE_CHECKING:
    from boilerplate.batch.shard import Job, Shard
    from boilerplate.explain.summary import ToLearn

MAX_SITES: Final = 10  # that are named


def sites_to_learn(shards: Sequence[Shard], job: Job) -> ToLearn | None:
    """The sites of a run that have many pages and neither a plugin nor a site model, if any."""
    from boilerplate.batch.manifest import sites_without_help
    from boilerplate.explain.summary import ToLearn

    counts = sites_without_help(shards, job)
    found = counts.largest(LEAST_PAGES)
    if not found:
        return None
    params = click.get_current_context().params
    options = _options(job.config.fields, job.statuses)
    if was_chosen("site_models"):
        options += ["--site-models", str(params["site_models"])]
    commands = (
        ("To learn them", train_sites_line(params["sources"], *options)),
        ("To write rules for one", f"boilerplate plugins new {found[0][0]} PAGES"),
    )
    more = len(found) - MAX_SITES
    return ToLearn(tuple(found[:MAX_SITES]), max(more, 0), counts.missed, commands)


def _options(fields: Fields, statuses: Statuses) -> list[str]:
    """The options of the run that reading its input again needs."""
    usual = Fields()
    named = [(name, getattr(fields, name)) for name in FIELD_NAMES]
    options = [f"--field={name}={value}" for name, value in named if value != getattr(usual, name)]
    return options + [f"--status={a}-{b}" for a, b in statuses]


def print_to_learn(found: ToLearn) -> None:
    """Print the sites and the commands."""
    named = ", ".join(f"{visible(site)} ({pages:,} pages)" for site, pages in found.sites)
    more = f" and {found.more:,} more" if found.more else ""
    say(
        f"sites with {LEAST_PAGES} pages or more, and neither a site model nor a plugin: "
        f"{named}{more}"
    )
    if found.missed:
        say(f"only the sites with most pages are counted, and up to {found.missed:,} too low")
    for purpose, command in found.commands:
        say(f"{purpose[0].lower()}{purpose[1:]}: {visible(command)}")
