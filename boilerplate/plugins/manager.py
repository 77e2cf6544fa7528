"""What happens to a plugin: it is found, loaded, matched with pages by their URL, and called.

Plugins are untrusted code, and pluggy does not isolate them: one hook that raises ends the whole
call. So every call into a plugin goes through ``Plugins.call``. If a plugin raises, returns
something invalid, takes too long or, where code is called in copies of the process, ends it, there
is a warning with its name, and its opinion on that page is left out; the page is still cleaned.
"""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import pluggy

from boilerplate.plugins import hookspecs
from boilerplate.plugins.clock import CallTimeoutError
from boilerplate.plugins.copies import Copies, CopyEndedError
from boilerplate.plugins.describing import describe_error
from boilerplate.plugins.discovery import RulesPlugin, find_at, find_plugins
from boilerplate.plugins.guard import unchanged_process
from boilerplate.plugins.hosts import ANY_SITE, applies_to, hosts_with_rules_for
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.opinions import NO_PAGE_PLUGINS, PagePlugins, describe_type
from boilerplate.plugins.plugin import Plugin, PluginError, PluginWarning, Settings, Warn
from boilerplate.plugins.rules import API_VERSION, SiteRules
from boilerplate.plugins.strikes import Failure, PageStrikes, Strikes
from boilerplate.plugins.timeout import run_with_timeout

T = TypeVar("T")


def load_plugins(
    settings: Settings | None = None,
    warn: Warn | None = None,
    bundled: bool = True,
    copies: Copies | None = None,
) -> Plugins:
    """Find and load plugins; what is wrong with one is noted in its ``problems``.

    ``settings`` None takes them from the environment. ``warn`` is called with the name of a plugin
    and what is wrong with it; None issues a PluginWarning. ``bundled`` False leaves out the plugins
    that come with the package. ``copies`` are for the code of plugins: it is loaded in one first,
    and not here if it ends that, and called in them for pages.

    Raises PluginError if ``settings.strict`` and anything is wrong with any of them.
    """
    plugins = Plugins(Settings.from_environment() if settings is None else settings, warn)
    plugins.copies = copies
    for plugin, load in find_plugins(plugins.settings):
        if bundled or plugin.origin != "bundled":
            plugins.add(plugin, load)
    return plugins


def load_path(path: Path, settings: Settings | None = None, warn: Warn | None = None) -> Plugins:
    """Load the one plugin that this folder or file is, and no other.

    Raises PluginError if it is none, and if anything is wrong with it, unless ``settings`` are
    given and not strict.
    """
    plugins = Plugins(settings or Settings(strict=True), warn)
    plugins.add(*find_at(path))
    return plugins


@cache
def default_plugins() -> Plugins:
    """All plugins that can be found: what a Cleaner uses if it is given none."""
    return load_plugins()


def no_plugins() -> Plugins:
    """No plugins at all, for measuring what the model does by itself."""
    return Plugins(Settings(only=frozenset()))


class Plugins:
    """Loaded plugins, in order of precedence; picklable for worker processes.

    ``found`` are all that were found, also those that are blocked or could not be loaded.
    ``strikes`` count their failures on pages. With ``copies``, their code is called in copies of
    this process. ``careful`` is for a page that has ended a worker process: then rules are tried in
    a copy first, and without ``copies`` nothing of a plugin is called.
    """

    def __init__(self, settings: Settings, warn: Warn | None = None) -> None:
        self.settings = settings
        self.warn = warn or _warn
        self.strikes: Strikes | PageStrikes = Strikes(settings.limits.failures)
        self.copies: Copies | None = None
        self.careful = False
        self.found: list[Plugin] = []
        self._first_of_name: dict[str, Plugin] = {}
        self._by_host: dict[str, list[tuple[Plugin, Matcher]]] = {}
        self._for_all_sites: list[Plugin] = []

    @property
    def active(self) -> list[Plugin]:
        """The plugins that were loaded and are called."""
        return [plugin for plugin in self.found if plugin.active]

    def __reduce__(self) -> tuple[Any, ...]:
        return (load_plugins, (self.settings,))

    # ---------------------------------------------------------------------------------- loading

    def add(self, plugin: Plugin, load: Callable[[], object]) -> None:
        """Load a plugin unless it is blocked; what is wrong is noted in its ``problems``."""
        self.found.append(plugin)
        first = self._first_of_name.setdefault(plugin.name, plugin)
        settings = self.settings
        if plugin.name in settings.without or (
            settings.only is not None and plugin.name not in settings.only
        ):
            plugin.blocked = True
            return
        if first is not plugin:
            plugin.problems.append(
                f"not loaded: the {first.origin} plugin {first.place} has the same name"
            )
            return
        load_seconds = settings.limits.load_seconds
        if self.copies and plugin.origin != "bundled" and not _is_rules_file(load):
            attempt = partial(_try_to_load, load, plugin.name)
            if not self.call(plugin, "loading", attempt, seconds=load_seconds, code=True):
                # Nor may worker processes load it.
                self.settings = replace(settings, without=settings.without | {plugin.name})
                return
        loaded = self.call(plugin, "loading", load, seconds=load_seconds)
        if loaded is None:
            if not plugin.problems:
                self._record_failure(plugin, "loading: the plugin is None", None, ValueError())
            return
        if not plugin.version:
            version = partial(getattr, loaded, "__version__", "")
            plugin.version = self.call(plugin, "version", lambda: str(version())) or ""
        plugin.relay = self.call(plugin, "hooks", partial(_register, loaded, plugin.name))
        if plugin.relay is not None:
            plugin.hooks = _hooks_of(plugin.relay)
            index = partial(self._index, plugin)
            plugin.active = bool(self.call(plugin, "site_rules", index, seconds=load_seconds))

    def _index(self, plugin: Plugin) -> bool:
        """Ask a plugin for its rules and index them by host."""
        if "site_rules" in plugin.hooks:
            plugin.matchers = tuple(map(Matcher, _rules_of(plugin)))
        for matcher in plugin.matchers:
            for host in dict.fromkeys(h.partition("/")[0] for h in matcher.rules.hosts):
                self._by_host.setdefault(host, []).append((plugin, matcher))
        if plugin.is_for_all_sites:
            self._for_all_sites.append(plugin)
        return True

    # --------------------------------------------------------------- a page, and the command line

    def on(self, url: str | None) -> PagePlugins:
        """The plugins that apply to a page with this URL, with those of their rules that do."""
        if not self._by_host and not self._for_all_sites:
            return NO_PAGE_PLUGINS
        applying: dict[int, list[Matcher]] = {id(plugin): [] for plugin in self._for_all_sites}
        for host in hosts_with_rules_for(url or ""):
            for plugin, matcher in self._by_host.get(host, ()):
                if any(applies_to(each, url or "") for each in matcher.rules.hosts):
                    matchers = applying.setdefault(id(plugin), [])
                    if matcher not in matchers:
                        matchers.append(matcher)
        if not applying:
            return NO_PAGE_PLUGINS
        by_precedence = [(p, tuple(applying[id(p)])) for p in self.found if id(p) in applying]
        return PagePlugins(
            self.call, tuple(by_precedence), self.settings.limits, self.strikes, self.copies is None
        )

    def has_rules_for(self, site: str) -> bool:
        """Whether a plugin has rules for a site or a domain above it; rules for all are not."""
        hosts = hosts_with_rules_for(f"https://{site}/")
        return any(host in self._by_host for host in hosts if host != ANY_SITE)

    def add_commands(self, cli: Any) -> None:
        """Let the plugins add commands to a click group; none can replace an existing one."""
        for plugin in self.active:
            if "register_commands" not in plugin.hooks:
                continue
            before = dict(cli.commands)
            self.call(plugin, "register_commands", partial(plugin.relay.register_commands, cli=cli))
            for name, command in before.items():
                if cli.commands.get(name) is not command:
                    cli.commands[name] = command
                    problem = f"register_commands: the command {name!r} exists already"
                    self._record_failure(plugin, problem, None, ValueError(name))

    # -------------------------------------------------------------------------------- isolation

    def call(
        self,
        plugin: Plugin,
        action: str,
        function: Callable[[], T],
        errors: list[str] | None = None,
        seconds: float | None = None,
        code: bool = False,
    ) -> T | None:
        """Return what ``function`` of a plugin returns; None if it fails, which is recorded.

        ``action`` says in messages what was tried. A failure is added to ``errors``, the errors of
        one page, or to the plugin's problems if that is None. ``seconds`` None is the time for a
        page. ``code`` is whether it is a plugin's own code that is called for a page: its answer
        must be picklable. Raises PluginError on failure if the settings are strict.
        """
        if seconds is None:
            seconds = self.settings.limits.page_seconds
        try:
            if self.careful and errors is not None and not (code and self.copies):
                self._try_in_a_copy(seconds, function)
            if not code:  # rules never wait for anything
                return run_with_timeout(seconds, function, waits=errors is None)
            if self.copies:
                return self.copies.call(seconds, function, describe_error)
            with unchanged_process():
                return run_with_timeout(seconds, function)
        except KeyboardInterrupt as error:
            if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                raise
            self._record_failure(plugin, f"{action}: KeyboardInterrupt", errors, error)
            return None
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, even exit
            self._record_failure(plugin, f"{action}: {describe_error(error)}", errors, error)
            return None

    @contextmanager
    def counting(self, strikes: Strikes | PageStrikes) -> Iterator[None]:
        """Count failures with these ``strikes`` in a block: it has pages of another run."""
        before, self.strikes = self.strikes, strikes
        try:
            yield
        finally:
            self.strikes = before

    def _try_in_a_copy(self, seconds: float, function: Callable[[], object]) -> None:
        """Raise what ``function`` raises in a copy of this process."""
        if not self.copies:
            raise CopyEndedError("left out: the page has ended a worker process with its plugins")
        self.copies.call(seconds, lambda: function() is None, describe_error)

    def _record_failure(
        self, plugin: Plugin, problem: str, errors: list[str] | None, error: BaseException
    ) -> None:
        if self.settings.strict:
            raise PluginError(f"plugin {plugin.name}: {problem}") from error
        self.warn(plugin.name, problem)
        if errors is None:
            plugin.problems.append(problem)
            return
        errors.append(f"{plugin.name}: {problem}")
        ended = isinstance(error, CallTimeoutError | CopyEndedError)
        if switched_off := self.strikes.failed(Failure(plugin.name, problem, ended)):
            plugin.problems.append(switched_off)
            self.warn(plugin.name, switched_off)


def _is_rules_file(load: Callable[[], object]) -> bool:
    return isinstance(load, partial) and load.func is RulesPlugin


def _try_to_load(load: Callable[[], object], name: str) -> bool:
    """Do what loading a plugin does, to see whether it ends; what it raises does not matter."""
    with suppress(Exception, SystemExit):
        relay = _register(load(), name)
        if "site_rules" in _hooks_of(relay):
            for answer in relay.site_rules():
                list(answer if isinstance(answer, Iterable) else ())
    return True


def _register(loaded: object, name: str) -> Any:
    """Pluggy's object that calls the hooks of this plugin alone.

    Each plugin has a plugin manager of its own: a shared one calls either all of them or none.
    """
    if type(loaded) is RulesPlugin:
        return OnlyRules(loaded.rules)
    api = getattr(loaded, "BOILERPLATE_API", API_VERSION)
    if api != API_VERSION:
        raise ValueError(f"it needs version {api!r} of the hooks; this is version {API_VERSION}")
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(loaded, name)
    manager.check_pending()  # a misspelt hook would never be called
    if not manager.get_hookcallers(loaded):
        raise ValueError(f"it has no hook; the hooks are {', '.join(hookspecs.HOOKS)}")
    return manager.hook


@dataclass(frozen=True, slots=True)
class OnlyRules:
    """What ``_register`` gives for a file of rules, of which a folder may have ten thousand.

    Pluggy takes a millisecond to look through an object for hooks.
    """

    rules: tuple[SiteRules, ...]

    def site_rules(self) -> list[tuple[SiteRules, ...]]:
        """The answers of all plugins, which is one."""
        return [self.rules]


def _hooks_of(relay: Any) -> tuple[str, ...]:
    if isinstance(relay, OnlyRules):
        return ("site_rules",)
    return tuple(name for name in hookspecs.HOOKS if getattr(relay, name).get_hookimpls())


def _rules_of(plugin: Plugin) -> tuple[SiteRules, ...]:
    rules: list[SiteRules] = []
    for answer in plugin.relay.site_rules():
        for each in (answer,) if isinstance(answer, SiteRules) else answer:
            if not isinstance(each, SiteRules):
                raise TypeError(f"it returned {describe_type(each)} instead of SiteRules")
            rules.append(each)
    return tuple(rules)


def _warn(name: str, problem: str) -> None:
    warnings.warn(f"plugin {name}: {problem}", PluginWarning, stacklevel=2)
