"""A plugin, its settings and its errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.paths import FOLDERS_VARIABLE, ONLY_VARIABLE, user_folder

T = TypeVar("T")
S = TypeVar("S")  # Scores; named there, numpy would be loaded for whoever lists plugins
Warn = Callable[[str, str], None]  # told a plugin's name and what is wrong
Origin = Literal["user", "installed", "bundled"]

HOOKS: Final = ("site_rules", "label_lines", "site_model", "register_commands")

SECONDS_TO_LOAD: Final = 10.0  # an import may read files; one that waits for a network is broken
SECONDS_A_PAGE: Final = 2.0  # for one hook on one page, where all else takes milliseconds
SECONDS_A_LINE: Final = 0.001  # more, for a page of very many lines
FAILURES: Final = 3  # in a row, until a plugin is switched off for the run


class PluginError(Exception):
    """A plugin failed, and its failures were asked to be fatal."""


class PluginWarning(UserWarning):
    """A plugin failed, and its opinion is missing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which plugins to load: all that a worker process needs to load the same ones.

    ``folders`` hold single-file plugins, the first wins; ``without`` and ``only`` are names as
    ``boilerplate plugins list`` prints them, ``only`` None for all; ``given`` are plugin
    objects that the caller made, by name.
    """

    folders: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    strict: bool = False
    given: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_environment(
        cls, folders: Sequence[str] = (), without: Iterable[str] = (), strict: bool = False
    ) -> Settings:
        """Settings with what the environment and the user's folder add to a caller's wishes.

        ``BOILERPLATE_PLUGINS`` set to names, with commas between, loads these and no others;
        set to nothing, none.
        """
        only = os.environ.get(ONLY_VARIABLE)
        named = os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep)
        return cls(
            tuple(dict.fromkeys((*folders, *filter(None, named), str(user_folder())))),
            frozenset(without),
            None if only is None else frozenset(filter(None, map(str.strip, only.split(",")))),
            strict,
        )


@dataclass(slots=True)
class Plugin:
    """A plugin that was found: what it is, and what became of it."""

    name: str
    origin: Origin
    place: str
    version: str = ""
    hook: Any = None
    hooks: tuple[str, ...] = ()
    matchers: tuple[Matcher, ...] = ()
    problems: list[str] = field(default_factory=list)
    blocked: bool = False
    active: bool = False
    failures: int = 0  # in a row

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that its rules are for."""
        return tuple(dict.fromkeys(h for m in self.matchers for h in m.rules.hosts))

    @property
    def everywhere(self) -> bool:
        """Whether its code is asked about every page: it has some, and names no site."""
        return not self.matchers and bool({"label_lines", "site_model"} & set(self.hooks))


def _a(value: object) -> str:
    """What a value is, in the same words in every run: a repr may hold an address."""
    return f"a value of type {type(value).__name__}"
