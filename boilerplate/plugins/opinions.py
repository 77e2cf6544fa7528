"""What the plugins say of one page."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeVar, cast

from boilerplate.page import Label, Page, Selector
from boilerplate.plugins.guard import own_copy
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.plugin import Limits, Plugin
from boilerplate.plugins.rules import Opinion, Verdict, Vote
from boilerplate.plugins.strikes import PageStrikes, Strikes
from boilerplate.roles import ROLES, RoleChoice, no_such_role, role_choice

S = TypeVar("S")  # Scores: importing their module would load numpy for a list of plugins
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the plugins say of a page's lines, by the lines' indices.

    ``verdicts`` are labels, with the reasons that go into the predictions; ``votes`` are log-odds
    to add, with their reasons; ``errors`` say which plugins failed, and how. ``judges`` say who
    gave the verdicts, as in ``Prediction.decided_by``, ``voters`` whose vote is the strongest in
    the direction of the sum. ``roles`` are those that plugins chose to keep or to drop, ``named``
    those that verdicts name for their lines.
    """

    verdicts: Mapping[int, tuple[Label, str]] = field(default_factory=dict)
    votes: Mapping[int, tuple[float, str]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    judges: Mapping[int, str] = field(default_factory=dict)
    voters: Mapping[int, str] = field(default_factory=dict)
    roles: RoleChoice = field(default_factory=dict)
    named: Mapping[int, str] = field(default_factory=dict)

    def reason(self, line: int, otherwise: str) -> str:
        """The reason of a line: that of a verdict, or of the votes and then the model's own."""
        if line in self.verdicts:
            return self.verdicts[line][1]
        if line in self.votes:
            return f"{self.votes[line][1]}, {otherwise}"
        return otherwise


NO_OPINIONS: Final = Opinions()


class PagePlugins:
    """The plugins that apply to one page. A plugin that fails is not called again for the page.

    ``call`` calls a plugin safely (``Plugins.call``); ``plugins`` are those that apply, in order
    of precedence, each with the matchers of those of its rules that apply. ``errors`` collects
    what goes wrong, ``strikes`` count it. ``shared`` is whether a plugin's code runs in this
    process, so that it must be given values of its own.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        plugins: tuple[tuple[Plugin, tuple[Matcher, ...]], ...],
        limits: Limits,
        strikes: Strikes | PageStrikes,
        shared: bool,
    ) -> None:
        self._call_safely = call
        self._limits = limits
        self._strikes = strikes
        self._own = own_copy if shared else _same
        self.plugins = plugins
        self._failed: set[str] = set()
        self.errors: list[str] = []
        for plugin, _ in plugins:
            if plugin.name in strikes.off:
                self._failed.add(plugin.name)
                self.errors.append(f"{plugin.name}: switched off")

    @property
    def select(self) -> Callable[[Any], dict[Selector, list[Any]]] | None:
        """Selects elements of a parsed document for the rules; None if no rule needs it."""
        return self._select if any(m.needs_markup for _, ms in self.plugins for m in ms) else None

    def _select(self, document: Any) -> dict[Selector, list[Any]]:
        selected: dict[Selector, list[Any]] = {}
        for plugin, matchers in self.plugins:
            for matcher in matchers:
                if matcher.needs_markup:
                    select = partial(matcher.select, document)
                    selected |= self._call(plugin, "selectors", select) or {}
        return selected

    def corrected(self, page: Page, scores: S) -> S:
        """The model's scores as the first site model of a plugin corrects them.

        A plugin's site model is a file's path, or a ``site_models.folder.Corrector``.
        """
        for plugin, matchers in self.plugins:
            of_rules = [m.rules.site_model for m in matchers if m.rules.site_model]
            found: Any = of_rules[0] if of_rules else None
            if not of_rules and "site_model" in plugin.hooks:
                ask = partial(_corrected_by_code, plugin, page, scores, self._own)
                found = self._call(plugin, "its site model", ask, code=True)
            if isinstance(found, str):
                correct = partial(_corrected_by_file, found, page, scores)
                found = self._call(plugin, "its site model", correct)
            if isinstance(found, dict):
                found = replace(cast("Any", scores), **found)
            if found is not None:
                return cast("S", found)
        return scores

    def opinions(self, page: Page, probability: Any) -> Opinions:
        """What the plugins say of the page's lines, given their probability of CONTENT, (n,)."""
        scores: list[float] = probability.tolist()
        verdicts: dict[int, tuple[str, Verdict]] = {}
        contradicted: dict[int, str] = {}
        votes: dict[int, tuple[float, str]] = {}
        judges: dict[int, str] = {}
        ballots: dict[int, list[tuple[float, str]]] = {}
        roles: dict[str, tuple[bool, str]] = {}
        for plugin, matchers in self.plugins:
            for i, opinion in self._opinions_of(plugin, matchers, page, scores).items():
                by = f"plugin:{plugin.name}"
                reason = f"{by}: {opinion.rule}"
                if isinstance(opinion, Vote):
                    total, reasons = votes.get(i, (0.0, ""))
                    reason = f"{reason} ({opinion.log_odds:+g})"
                    reasons = f"{reasons}, {reason}" if reasons else reason
                    votes[i] = total + opinion.log_odds, reasons
                    ballots.setdefault(i, []).append((opinion.log_odds, by))
                elif i not in verdicts:
                    verdicts[i] = reason, opinion
                    judges[i] = by
                elif verdicts[i][1].label is not opinion.label:
                    contradicted.setdefault(i, f" (against {reason})")
            if plugin.name not in self._failed:
                roles = {**_role_choice(plugin, matchers), **roles}
        return Opinions(
            {i: (v.label, reason + contradicted.get(i, "")) for i, (reason, v) in verdicts.items()},
            votes,
            tuple(self.errors),
            judges,
            {i: _strongest(votes[i][0], cast) for i, cast in ballots.items()},
            roles,
            {i: verdict.role for i, (_, verdict) in verdicts.items() if verdict.role},
        )

    def _opinions_of(
        self, plugin: Plugin, matchers: Sequence[Matcher], page: Page, scores: Sequence[float]
    ) -> dict[int, Opinion]:
        """One plugin's opinions, in which its code wins over its rules; none if it fails."""
        seconds = self._limits.labelling_seconds(len(page.lines))
        opinions: dict[int, Opinion] | None = {}
        if matchers:
            call = partial(_opinions_of_rules, matchers, page)
            opinions = self._call(plugin, "labelling lines", call, seconds)
        if "label_lines" in plugin.hooks:
            call = partial(_opinions_of_code, plugin, page, scores, self._own)
            of_code = self._call(plugin, "labelling lines", call, seconds, code=True)
            opinions = (opinions or {}) | (of_code or {})
        if plugin.name in self._failed:
            return {}
        self._strikes.worked(plugin.name)
        return opinions or {}

    def _call(
        self,
        plugin: Plugin,
        action: str,
        call: Callable[[], T],
        seconds: float | None = None,
        code: bool = False,
    ) -> T | None:
        if plugin.name in self._failed:
            return None
        errors_before = len(self.errors)
        answer: T | None = self._call_safely(plugin, action, call, self.errors, seconds, code)
        if len(self.errors) > errors_before:
            self._failed.add(plugin.name)
        return answer


class _NoPagePlugins(PagePlugins):
    """No plugin applies, as on most pages: one object for all of them, which calls nothing."""

    def __init__(self) -> None:
        self.plugins = ()
        self.errors = []

    select = None

    def corrected(self, page: Page, scores: S) -> S:
        return scores

    def opinions(self, page: Page, probability: Any) -> Opinions:
        return NO_OPINIONS


NO_PAGE_PLUGINS: Final = _NoPagePlugins()


def _same(value: T) -> T:
    return value


def _corrected_by_file(path: str, page: Page, scores: S) -> S:
    from boilerplate.site_models.folder import load_site_model  # loads numpy

    return cast("S", load_site_model(path).correct(page, cast("Any", scores)))


def _corrected_by_code(
    plugin: Plugin, page: Page, scores: Any, own: Callable[[Any], Any]
) -> dict[str, Any] | str | None:
    """What a plugin's code corrects of the scores, or the path of a site model; None for none."""
    answers = plugin.relay.site_model(page=own(page))
    if not answers:
        return None
    if isinstance(answers[0], str | os.PathLike):
        return "".join(os.fspath(answers[0]))
    from boilerplate.plugins.corrections import checked_corrections  # loads numpy

    return checked_corrections(answers[0].correct(*own((page, scores))), scores)


def _strongest(total: float, cast: Sequence[tuple[float, str]]) -> str:
    """Who has the strongest vote in the direction of the sum; the first of equals."""
    return max(cast, key=lambda ballot: ballot[0] if total >= 0 else -ballot[0])[1]


def _role_choice(plugin: Plugin, matchers: Iterable[Matcher]) -> RoleChoice:
    """The roles that one plugin keeps and drops; rules for a path win over a host's."""
    choice: RoleChoice = {}
    for matcher in _shortest_path_first(matchers):
        rules = matcher.rules
        by = f"plugin:{plugin.name}"
        choice = {**choice, **role_choice(rules.keep_roles, rules.drop_roles, by)}
    return choice


def _shortest_path_first(matchers: Iterable[Matcher]) -> list[Matcher]:
    return sorted(matchers, key=lambda matcher: max(map(len, matcher.rules.hosts)))


def _opinions_of_rules(matchers: Iterable[Matcher], page: Page) -> dict[int, Opinion]:
    """The opinions of one plugin's rules: those for a path win over a host's."""
    out: dict[int, Opinion] = {}
    for matcher in _shortest_path_first(matchers):
        for i, opinion in matcher.opinions(page).items():
            before = out.get(i)
            if isinstance(opinion, Vote) and isinstance(before, Vote):
                opinion = Vote(before.log_odds + opinion.log_odds, f"{before.rule}, {opinion.rule}")
            out[i] = opinion
    return out


def _opinions_of_code(
    plugin: Plugin, page: Page, scores: Sequence[float], own: Callable[[Any], Any]
) -> dict[int, Opinion]:
    """The opinions of one plugin's code."""
    out: dict[int, Opinion] = {}
    for answer in plugin.relay.label_lines(page=own(page), scores=list(scores)):
        out |= _checked_answer(answer, page)
    return out


def _checked_answer(answer: Any, page: Page) -> dict[int, Opinion]:
    """What ``label_lines`` returned, checked; opinions on blank lines are left out."""
    if not isinstance(answer, Mapping):
        raise TypeError(f"label_lines returned {describe_type(answer)} instead of a mapping")
    out: dict[int, Opinion] = {}
    for line, opinion in answer.items():
        i = _checked_index(line, page)
        checked = _checked_opinion(i, opinion)
        if page.lines[i].text.strip():
            out[i] = checked
    return out


def _checked_index(line: Any, page: Page) -> int:
    if isinstance(line, bool) or not hasattr(line, "__index__"):
        raise TypeError(
            f"label_lines labels line {line!r:.40}, {describe_type(line)} instead of an index"
        )
    i = operator.index(line)
    if not 0 <= i < len(page.lines):
        raise ValueError(
            f"label_lines labels line {i}, but the page's lines are 0 to {len(page.lines) - 1}"
        )
    return i


def _checked_opinion(i: int, opinion: Any) -> Opinion:
    if isinstance(opinion, Label):
        opinion = Verdict(opinion, "label_lines")
    if not isinstance(opinion, (Verdict, Vote)):
        raise TypeError(
            f"label_lines gives line {i} {describe_type(opinion)}; "
            "a Label, Verdict or Vote is needed"
        )
    if not isinstance(opinion.rule, str):
        raise TypeError(
            f"label_lines gives line {i} {describe_type(opinion.rule)} for a rule instead of text"
        )
    rule = "".join(opinion.rule)  # a str, and nothing that is one as well
    if isinstance(opinion, Verdict) and not isinstance(opinion.label, Label):
        raise TypeError(f"label_lines gives line {i} {describe_type(opinion.label)} for a label")
    if isinstance(opinion, Verdict) and opinion.role not in (None, *ROLES):
        raise ValueError(f"label_lines gives line {i} a role: {no_such_role(opinion.role)}")
    if isinstance(opinion, Vote):
        if not math.isfinite(opinion.log_odds):
            raise ValueError(f"label_lines gives line {i} a vote of {opinion.log_odds!r:.80}")
        return Vote(float(opinion.log_odds), rule)
    return Verdict(opinion.label, rule, opinion.role and str(opinion.role))


def describe_type(value: object) -> str:
    """What a value is, the same in every run: its repr may contain a memory address."""
    return f"a value of type {type(value).__name__}"
