"""Finding, loading, blocking and isolating plugins.

Plugins are strangers' code, and pluggy isolates nothing: so every call of one goes through
``Plugins.ask``, where whatever it raises, returns or takes costs a warning that names it and
its opinion on that page, and no more.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pluggy

from boilerplate.plugins import hookspecs
from boilerplate.plugins.discovery import _in_folder, find
from boilerplate.plugins.hosts import holds_for, suffixes
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.opinions import NOTHING_KNOWN, SiteKnowledge
from boilerplate.plugins.plugin import (
    FAILURES,
    HOOKS,
    SECONDS_A_PAGE,
    SECONDS_TO_LOAD,
    Plugin,
    PluginError,
    PluginWarning,
    Settings,
    T,
    Warn,
    _a,
)
from boilerplate.plugins.rules import API_VERSION, RulesError, SiteRules
from boilerplate.plugins.timeout import TookTooLongError, within


class Plugins:
    """Loaded plugins, in the order of whose word counts more; picklable for worker processes.

    ``found`` are all of them, blocked and broken ones too.
    """

    def __init__(self, settings: Settings, warn: Warn | None = None) -> None:
        self.settings = settings
        self.warn = warn or _warn
        self.found: list[Plugin] = []
        self._by_host: dict[str, list[tuple[Plugin, Matcher]]] = {}
        self._everywhere: list[Plugin] = []

    @property
    def active(self) -> list[Plugin]:
        """The plugins that are asked."""
        return [plugin for plugin in self.found if plugin.active]

    def __reduce__(self) -> tuple[Any, ...]:
        return (load_plugins, (self.settings,))

    # ------------------------------------------------------------------------- the seam

    def ask(
        self,
        plugin: Plugin,
        what: str,
        call: Callable[[], T],
        errors: list[str] | None = None,
        seconds: float | None = None,
    ) -> T | None:
        """What ``call`` into a plugin returns; None where it fails, which is noted.

        Raises PluginError instead if plugins were asked to be strict.
        """
        if seconds is None:
            seconds = SECONDS_A_PAGE
        try:
            answer = within(seconds, call)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the seam: a plugin may even exit
            self._failed(plugin, f"{what}: {_told(error, seconds)}", errors, error)
            return None
        return answer

    def _failed(
        self, plugin: Plugin, problem: str, errors: list[str] | None, error: BaseException
    ) -> None:
        if self.settings.strict:
            raise PluginError(f"plugin {plugin.name}: {problem}") from error
        if errors is None:
            plugin.problems.append(problem)
        else:
            errors.append(f"{plugin.name}: {problem}")
            plugin.failures += 1
        self.warn(plugin.name, problem)
        if plugin.failures == FAILURES:
            off = f"switched off: it failed {FAILURES} times in a row"
            plugin.problems.append(off)
            self.warn(plugin.name, off)

    # ------------------------------------------------------------------------- one page

    def on(self, url: str | None) -> SiteKnowledge:
        """What the plugins know of the site of a URL."""
        if not self._by_host and not self._everywhere:
            return NOTHING_KNOWN
        known: dict[int, list[Matcher]] = {id(plugin): [] for plugin in self._everywhere}
        for host in suffixes(url or ""):
            for plugin, matcher in self._by_host.get(host, ()):
                if any(holds_for(each, url or "") for each in matcher.rules.hosts):
                    matchers = known.setdefault(id(plugin), [])
                    if matcher not in matchers:
                        matchers.append(matcher)
        if not known:
            return NOTHING_KNOWN
        by_plugin = [(p, tuple(known[id(p)])) for p in self.found if id(p) in known]
        return SiteKnowledge(self.ask, tuple(by_plugin))

    def add_commands(self, cli: Any) -> None:
        """Let the plugins add commands to a click group; none replaces one that is there."""
        for plugin in self.active:
            if "register_commands" not in plugin.hooks:
                continue
            before = dict(cli.commands)
            call = partial(plugin.hook.register_commands, cli=cli)
            self.ask(plugin, "register_commands", call)
            for name, command in before.items():
                if cli.commands.get(name) is not command:
                    cli.commands[name] = command
                    self._failed(
                        plugin, f"register_commands: there is a command {name!r} already", None,
                        ValueError(name),
                    )  # fmt: skip

    # -------------------------------------------------------------------------- loading

    def add(self, plugin: Plugin, load: Callable[[], object]) -> None:
        """Load a plugin, with whatever is wrong with it noted in its problems."""
        self.found.append(plugin)
        settings = self.settings
        if plugin.name in settings.without or (
            settings.only is not None and plugin.name not in settings.only
        ):
            plugin.blocked = True
            return
        first = next((p for p in self.found[:-1] if p.name == plugin.name), None)
        if first:
            plugin.problems.append(f"not loaded: {first.origin} plugin {first.place} has its name")
            return
        loaded = self.ask(plugin, "loading", load, seconds=SECONDS_TO_LOAD)
        if loaded is None:
            if not plugin.problems:
                self._failed(plugin, "loading: there is nothing in it", None, ValueError())
            return
        if not plugin.version:
            told = partial(getattr, loaded, "__version__", "")
            plugin.version = self.ask(plugin, "version", lambda: str(told())) or ""
        plugin.hook = self.ask(plugin, "hooks", partial(_hooks_of, loaded, plugin.name))
        if plugin.hook is not None:
            plugin.hooks = tuple(n for n in HOOKS if getattr(plugin.hook, n).get_hookimpls())
            call = partial(self._index, plugin)
            plugin.active = bool(self.ask(plugin, "site_rules", call, seconds=SECONDS_TO_LOAD))

    def _index(self, plugin: Plugin) -> bool:
        if "site_rules" in plugin.hooks:
            plugin.matchers = tuple(map(Matcher, _rules_of(plugin)))
        for matcher in plugin.matchers:
            for host in dict.fromkeys(h.partition("/")[0] for h in matcher.rules.hosts):
                self._by_host.setdefault(host, []).append((plugin, matcher))
        if plugin.everywhere:
            self._everywhere.append(plugin)
        return True


def _hooks_of(loaded: object, name: str) -> Any:
    """The hooks as this plugin alone implements them.

    A manager of its own for each plugin: one that is shared calls all of them or none.
    """
    api = getattr(loaded, "BOILERPLATE_API", API_VERSION)
    if api != API_VERSION:
        raise ValueError(f"it is for version {api!r} of the hooks; this is {API_VERSION}")
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(loaded, name)
    manager.check_pending()  # a misspelt hook would never be called
    if not manager.get_hookcallers(loaded):
        raise ValueError(f"it has no hook; there are {', '.join(HOOKS)}")
    return manager.hook


def _rules_of(plugin: Plugin) -> tuple[SiteRules, ...]:
    rules: list[SiteRules] = []
    for answer in plugin.hook.site_rules():
        for each in (answer,) if isinstance(answer, SiteRules) else answer:
            if not isinstance(each, SiteRules):
                raise TypeError(f"it returned {_a(each)}, which is no SiteRules")
            rules.append(each)
    return tuple(rules)


def _told(error: BaseException, seconds: float) -> str:
    """What went wrong, on one line."""
    if isinstance(error, TookTooLongError):
        return f"it took more than {seconds:g} s"
    if isinstance(error, RulesError):
        return str(error)
    try:
        return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    except Exception:  # noqa: BLE001 - a stranger's exception may not even be able to tell
        return type(error).__name__


def _warn(name: str, problem: str) -> None:
    warnings.warn(f"plugin {name}: {problem}", PluginWarning, stacklevel=2)


def load_plugins(
    settings: Settings | None = None, warn: Warn | None = None, bundled: bool = True
) -> Plugins:
    """The plugins that can be found, loaded; what is wrong with one is noted in its problems.

    ``warn`` is told the name of a plugin and what is wrong; None gives a PluginWarning.
    ``bundled`` False leaves out those that come with the package.

    Raises PluginError if ``settings.strict`` and something is wrong with any.
    """
    plugins = Plugins(Settings.from_environment() if settings is None else settings, warn)
    for plugin, load in find(plugins.settings):
        if bundled or plugin.origin != "bundled":
            plugins.add(plugin, load)
    return plugins


def load_folder(folder: Path) -> Plugins:
    """The one plugin that is a folder, for its author: whatever is wrong raises PluginError."""
    folder = folder.resolve()
    plugins = Plugins(Settings(strict=True))
    for plugin, load in _in_folder(folder.parent, only=folder.name):
        plugins.add(plugin, load)
    if not plugins.active:
        raise PluginError(f"{folder} is no plugin: it has neither rules.toml nor __init__.py")
    return plugins


@cache
def default_plugins() -> Plugins:
    """What a Cleaner that was given no Plugins uses: all that can be found."""
    return load_plugins()


def no_plugins() -> Plugins:
    """No plugins at all, for measuring what the model does by itself."""
    return Plugins(Settings(only=frozenset()))
