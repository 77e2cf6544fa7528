"""A plugin, the settings that choose plugins, and what a plugin may cost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.paths import PLUGINS_DIR_VARIABLE, PLUGINS_VARIABLE, user_folder

Warn = Callable[[str, str], None]  # called with a plugin's name and what is wrong with it
Origin = Literal["user", "installed", "bundled"]


class PluginError(Exception):
    """A plugin failed, and the settings are strict."""


class PluginWarning(UserWarning):
    """A plugin failed; its opinion on the page is missing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a plugin may take and how often it may fail.

    ``load_seconds`` is for importing it and for ``site_rules``, which may read files; a plugin
    that waits for the network there is broken. ``page_seconds`` is for one hook on one page, where
    everything else takes milliseconds; labelling a page gets ``line_seconds`` more for each of its
    lines. All are processor time; ``OwnTime`` says how long code may wait beside that. After
    ``failures`` failures, as ``Strikes`` counts them, a plugin is switched off for the rest of the
    run.
    """

    load_seconds: float = 10.0
    page_seconds: float = 2.0
    line_seconds: float = 0.001
    failures: int = 3

    def labelling_seconds(self, lines: int) -> float:
        """The time for labelling a page with so many lines."""
        return self.page_seconds + self.line_seconds * lines


@dataclass(frozen=True, slots=True)
class Settings:
    """Which plugins to load: all that a worker process needs to load the same ones.

    ``folders`` are searched for plugins, in this order; ``without`` and ``only`` are names as
    ``boilerplate plugins list`` prints them, ``only`` None for all. ``strict`` raises PluginError
    where a plugin fails, instead of warning. ``given`` are plugin objects by name, for plugins
    made in Python. ``limits`` say what a plugin may cost.
    """

    folders: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    strict: bool = False
    given: Mapping[str, object] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environment(
        cls, folders: Sequence[str] = (), without: Iterable[str] = (), strict: bool = False
    ) -> Settings:
        """Settings with the environment's and the user's folders added to ``folders``.

        ``BOILERPLATE_PLUGINS``, if set, holds the comma-separated names of the only plugins to
        load; if it is empty, none is loaded.
        """
        only = os.environ.get(PLUGINS_VARIABLE)
        from_variable = os.environ.get(PLUGINS_DIR_VARIABLE, "").split(os.pathsep)
        return cls(
            tuple(dict.fromkeys((*folders, *filter(None, from_variable), str(user_folder())))),
            frozenset(without),
            None if only is None else frozenset(filter(None, map(str.strip, only.split(",")))),
            strict,
        )


@dataclass(slots=True)
class Plugin:
    """A plugin that was found.

    ``place`` is the file, folder or package it comes from. ``hooks`` are the names of the hooks
    it implements; ``relay`` is pluggy's object that calls them, None if it was not loaded.
    ``matchers`` hold its rules. ``problems`` say what is wrong with it. It is ``blocked`` if the
    settings leave it out, and ``active`` if it was loaded and is called.
    """

    name: str
    origin: Origin
    place: str
    version: str = ""
    relay: Any = None
    hooks: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    problems: list[str] = field(default_factory=list)
    blocked: bool = False
    active: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that its rules are for."""
        return tuple(dict.fromkeys(h for m in self.matchers for h in m.rules.hosts))

    def all_problems(self) -> list[str]:
        """What is wrong with it, and with the patterns and selectors of its rules."""
        return [*self.problems, *(each for m in self.matchers for each in m.problems())]

    @property
    def is_for_all_sites(self) -> bool:
        """Whether its code is called for every page: it has hooks for pages and names no site."""
        return not self.matchers and self.has_code_for_pages

    @property
    def has_code_for_pages(self) -> bool:
        """Whether code of its own is called for pages."""
        return bool({"label_lines", "site_model"} & set(self.hooks))
