"""Finding, loading, blocking and isolating plugins.

Plugins are strangers' code, and pluggy isolates nothing: so every call of one goes through
``Plugins.ask``, where whatever it raises, returns or takes costs a warning that names it and
its opinion on that page, and no more.
"""

from __future__ import annotations

import importlib.util
import math
import operator
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, TypeVar

import pluggy

from boilerplate import hookspecs
from boilerplate.deadline import TookTooLongError, within
from boilerplate.page import Label, Page, Selector
from boilerplate.places import (
    FOLDERS_VARIABLE,
    GROUP,
    ONLY_VARIABLE,
    distribution_of,
    is_bundled,
    user_folder,
)
from boilerplate.rules import (
    API_VERSION,
    Matcher,
    Opinion,
    RulesError,
    SiteRules,
    Verdict,
    Vote,
    holds_for,
    read_rules,
    suffixes,
)

T = TypeVar("T")
S = TypeVar("S")  # Scores; named there, numpy would be loaded for whoever lists plugins
Warn = Callable[[str, str], None]  # told a plugin's name and what is wrong
Origin = Literal["user", "installed", "bundled"]

ORIGINS: Final[tuple[Origin, ...]] = ("user", "installed", "bundled")  # the first wins
HOOKS: Final = ("site_rules", "label_lines", "site_model", "register_commands")
RULES_FILE: Final = "rules.toml"  # of a plugin that is a folder
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


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the plugins say of a page's lines, by their index.

    ``verdicts`` are labels with the reasons that go into the predictions; ``votes`` are
    log-odds to add and the reasons for them; ``errors`` name the plugins that failed.
    """

    verdicts: Mapping[int, tuple[Label, str]] = field(default_factory=dict)
    votes: Mapping[int, tuple[float, str]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    def reason(self, line: int, otherwise: str) -> str:
        """Why a line is labelled as it is: a verdict, or the votes before the model's reason."""
        if line in self.verdicts:
            return self.verdicts[line][1]
        if line in self.votes:
            return f"{self.votes[line][1]}, {otherwise}"
        return otherwise


NO_OPINIONS: Final = Opinions()


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
        return SiteKnowledge(self, tuple(by_plugin))

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


def _a(value: object) -> str:
    """What a value is, in the same words in every run: a repr may hold an address."""
    return f"a value of type {type(value).__name__}"


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


# ------------------------------------------------------------------------------- one page


class SiteKnowledge:
    """What plugins know of one page's site; each is asked once, and ``errors`` fills meanwhile.

    ``plugins`` are those that know the site, each with its rules for it.
    """

    def __init__(self, plugins: Plugins, known: tuple[tuple[Plugin, tuple[Matcher, ...]], ...]):
        self._asker = plugins
        self.plugins = known
        self._silent: set[str] = set()
        self.errors: list[str] = []
        for plugin, _ in known:
            if plugin.failures >= FAILURES:
                self._silent.add(plugin.name)
                self.errors.append(f"{plugin.name}: switched off")

    @property
    def select(self) -> Callable[[Any], dict[Selector, list[Any]]] | None:
        """Chooses elements of a parsed document for the rules that ask for it; None if none do."""
        return self._select if any(m.needs_markup for _, ms in self.plugins for m in ms) else None

    def _select(self, document: Any) -> dict[Selector, list[Any]]:
        chosen: dict[Selector, list[Any]] = {}
        for plugin, matchers in self.plugins:
            for matcher in matchers:
                if matcher.needs_markup:
                    chosen |= self._ask(plugin, "rules", partial(matcher.select, document)) or {}
        return chosen

    def corrected(self, page: Page, spoken: Sequence[int], scores: S) -> S:
        """The model's scores as the site model of a plugin corrects them.

        It is a file's path, or has ``correct(page, spoken, scores)``.
        """
        offered = self.site_model(page)
        if offered is None:
            return scores
        plugin, model = offered
        call = partial(_corrected, model, page, spoken, scores)
        return self._ask(plugin, "its site model", call) or scores

    def site_model(self, page: Page) -> tuple[Plugin, Any] | None:
        """The first plugin that offers a site model, with it: a file's path or a loaded model."""
        for plugin, matchers in self.plugins:
            for matcher in matchers:
                if matcher.rules.site_model:
                    return plugin, matcher.rules.site_model
            if "site_model" in plugin.hooks:
                call = partial(plugin.hook.site_model, page=page)
                if answer := self._ask(plugin, "site_model", call):
                    return plugin, answer[0]
        return None

    def opinions(self, page: Page, spoken: Sequence[int], probability: Any) -> Opinions:
        """What the plugins say of the page's lines.

        ``probability`` of CONTENT, (n,), is of the lines whose indices are ``spoken``.
        """
        scores = [0.0] * len(page.lines)
        for i, p in zip(spoken, probability.tolist(), strict=True):
            scores[i] = p
        verdicts: dict[int, tuple[str, Verdict]] = {}
        against: dict[int, str] = {}
        votes: dict[int, tuple[float, str]] = {}
        for plugin, matchers in self.plugins:
            call = partial(_opinions_of, plugin, matchers, page, scores)
            seconds = SECONDS_A_PAGE + SECONDS_A_LINE * len(page.lines)
            for i, opinion in (self._ask(plugin, "its opinion", call, seconds) or {}).items():
                reason = f"plugin:{plugin.name}: {opinion.rule}"
                if isinstance(opinion, Vote):
                    total, reasons = votes.get(i, (0.0, ""))
                    said = f"{reason} ({opinion.log_odds:+g})"
                    votes[i] = total + opinion.log_odds, f"{reasons}, {said}" if reasons else said
                elif i not in verdicts:
                    verdicts[i] = reason, opinion
                elif verdicts[i][1].label is not opinion.label:
                    against.setdefault(i, f" (against {reason})")
        return Opinions(
            {i: (v.label, reason + against.get(i, "")) for i, (reason, v) in verdicts.items()},
            votes,
            tuple(self.errors),
        )

    def _ask(
        self, plugin: Plugin, what: str, call: Callable[[], T], seconds: float | None = None
    ) -> T | None:
        if plugin.name in self._silent:
            return None
        known_errors = len(self.errors)
        answer = self._asker.ask(plugin, what, call, self.errors, seconds)
        if len(self.errors) > known_errors:
            self._silent.add(plugin.name)  # its opinion on this page is lost, all of it
        elif what == "its opinion":
            plugin.failures = 0
        return answer


class _NothingKnown(SiteKnowledge):
    """No plugin knows the site: the answer for most pages, so it is made once and asks no one."""

    def __init__(self) -> None:
        self.plugins = ()
        self.errors = []

    select = None

    def site_model(self, page: Page) -> None:
        return None

    def corrected(self, page: Page, spoken: Sequence[int], scores: S) -> S:
        return scores

    def opinions(self, page: Page, spoken: Sequence[int], probability: Any) -> Opinions:
        return NO_OPINIONS


NOTHING_KNOWN: Final = _NothingKnown()


def _corrected(model: Any, page: Page, spoken: Sequence[int], scores: S) -> S:
    if isinstance(model, (str, os.PathLike)):
        from boilerplate.sites import load_site_model  # and numpy, which listing needs not

        model = load_site_model(os.fspath(model))
    corrected = model.correct(page, spoken, scores)
    probability: Any = getattr(corrected, "probability", None)
    if getattr(probability, "shape", None) != (len(spoken),):
        raise TypeError(f"correct returned {_a(corrected)}, which is no Scores of the lines")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("correct returned probabilities that are none")
    return corrected  # type: ignore[no-any-return]


def _opinions_of(
    plugin: Plugin, matchers: Iterable[Matcher], page: Page, scores: Sequence[float]
) -> dict[int, Opinion]:
    """One plugin's opinions: its code's before its rules', the rules for a path before a host's."""
    out: dict[int, Opinion] = {}
    for matcher in sorted(matchers, key=lambda m: max(map(len, m.rules.hosts))):
        for i, opinion in matcher.opinions(page).items():
            before = out.get(i)
            if isinstance(opinion, Vote) and isinstance(before, Vote):
                opinion = Vote(before.log_odds + opinion.log_odds, f"{before.rule}, {opinion.rule}")
            out[i] = opinion
    if "label_lines" in plugin.hooks:
        for answer in plugin.hook.label_lines(page=page, scores=scores):
            out |= _checked(answer, page)
    return out


def _checked(answer: Any, page: Page) -> dict[int, Opinion]:
    if not isinstance(answer, Mapping):
        raise TypeError(f"label_lines returned {_a(answer)}, which is no mapping")
    return {
        i: opinion
        for line, said in answer.items()
        for i, opinion in (_checked_one(line, said, page),)
        if page.lines[i].text.strip()
    }


def _checked_one(line: Any, said: Any, page: Page) -> tuple[int, Opinion]:
    if isinstance(line, bool) or not hasattr(line, "__index__"):
        raise TypeError(f"label_lines labels line {line!r:.40}, {_a(line)}, which is no index")
    i = operator.index(line)
    if not 0 <= i < len(page.lines):
        raise ValueError(
            f"label_lines labels line {i}, but the page's lines are 0 to {len(page.lines) - 1}"
        )
    if isinstance(said, Label):
        said = Verdict(said, "label_lines")
    if not isinstance(said, (Verdict, Vote)):
        raise TypeError(
            f"label_lines gives line {i} {_a(said)}; a Label, Verdict or Vote is needed"
        )
    if not isinstance(said.rule, str):
        raise TypeError(f"label_lines gives line {i} {_a(said.rule)} for a rule, which is no text")
    if isinstance(said, Verdict) and not isinstance(said.label, Label):
        raise TypeError(f"label_lines gives line {i} {_a(said.label)} for a label")
    if isinstance(said, Vote):
        if not math.isfinite(said.log_odds):
            raise ValueError(f"label_lines gives line {i} a vote of {said.log_odds!r:.80}")
        said = Vote(float(said.log_odds), said.rule)
    return i, said


# ------------------------------------------------------------------------------- finding


def load_plugins(
    settings: Settings | None = None, warn: Warn | None = None, bundled: bool = True
) -> Plugins:
    """The plugins that can be found, loaded; what is wrong with one is noted in its problems.

    ``warn`` is told the name of a plugin and what is wrong; None gives a PluginWarning.
    ``bundled`` False leaves out those that come with the package.

    Raises PluginError if ``settings.strict`` and something is wrong with any.
    """
    plugins = Plugins(Settings.from_environment() if settings is None else settings, warn)
    for plugin, load in find(plugins):
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


def find(plugins: Plugins) -> Iterator[tuple[Plugin, Callable[[], object]]]:
    """Every plugin there is and how to load it, those whose word counts more first."""
    settings = plugins.settings
    for name, given in settings.given.items():
        yield Plugin(name, "user", "given in Python"), lambda given=given: given  # type: ignore[misc]
    for folder in settings.folders:
        yield from _in_folder(Path(folder))
    if settings.only != frozenset():  # nothing of them would be loaded, and looking costs
        yield from _installed()


def _in_folder(
    folder: Path, only: str | None = None
) -> Iterator[tuple[Plugin, Callable[[], object]]]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        if folder != user_folder():  # which need not be there; one that was named should
            yield Plugin(str(folder), "user", str(folder)), partial(_raise, error)
        return
    for path in paths:
        if only is not None and path.name != only:
            continue
        if path.name.startswith((".", "_")):
            continue
        if path.suffix == ".toml" and path.is_file():
            yield Plugin(path.stem, "user", str(path)), partial(RulesPlugin, path)
        elif path.suffix == ".py" and path.is_file():
            yield Plugin(path.stem, "user", str(path)), partial(_module, path.stem, path)
        elif (path / "__init__.py").is_file():
            yield Plugin(path.name, "user", str(path)), partial(_package, path)
        elif (path / RULES_FILE).is_file():
            yield (
                Plugin(path.name, "user", str(path)),
                partial(RulesPlugin, path / RULES_FILE),
            )


class RulesPlugin:
    """A plugin that is a rules file and nothing else."""

    def __init__(self, path: Path) -> None:
        self.rules = read_rules(path)

    @hookspecs.hookimpl
    def site_rules(self) -> tuple[SiteRules, ...]:
        """The rules of the file."""
        return self.rules


def _raise(error: Exception) -> object:
    """In the place of what could not be found, so that it is told as a failed plugin is."""
    raise error


def _package(folder: Path) -> ModuleType:
    return _module(folder.name, folder / "__init__.py")


def _module(name: str, path: Path) -> ModuleType:
    full = f"_boilerplate_user_plugins_{name}"
    spec = importlib.util.spec_from_file_location(full, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[full] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(full, None)
        raise
    return module


def _installed() -> Iterator[tuple[Plugin, Callable[[], object]]]:
    try:
        points = sorted(entry_points(group=GROUP), key=lambda p: (_origin(p) == "bundled", p.name))
    except Exception as error:  # noqa: BLE001 - the metadata of any package may be broken
        yield Plugin("entry points", "installed", "installed packages"), partial(_raise, error)
        return
    for point in points:
        version = point.dist.version if point.dist else ""
        plugin = Plugin(
            point.name, _origin(point), f"{distribution_of(point)} ({point.value})", version
        )
        yield plugin, point.load


def _origin(point: EntryPoint) -> Origin:
    return "bundled" if is_bundled(point) else "installed"
