"""What the plugins say of one page."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from boilerplate.page import Label, Page, Selector
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.plugin import FAILURES, SECONDS_A_LINE, SECONDS_A_PAGE, Plugin, S, T, _a
from boilerplate.plugins.rules import Opinion, Verdict, Vote


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the plugins say of a page's lines, by their index.

    ``verdicts`` are labels with the reasons that go into the predictions; ``votes`` are
    log-odds to add and the reasons for them; ``errors`` name the plugins that failed.
    ``judges`` are the names of the plugins that a verdict is from, ``voters`` of those whose vote
    weighs most in the direction of the votes' sum.
    """

    verdicts: Mapping[int, tuple[Label, str]] = field(default_factory=dict)
    votes: Mapping[int, tuple[float, str]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    judges: Mapping[int, str] = field(default_factory=dict)
    voters: Mapping[int, str] = field(default_factory=dict)

    def reason(self, line: int, otherwise: str) -> str:
        """Why a line is labelled as it is: a verdict, or the votes before the model's reason."""
        if line in self.verdicts:
            return self.verdicts[line][1]
        if line in self.votes:
            return f"{self.votes[line][1]}, {otherwise}"
        return otherwise


NO_OPINIONS: Final = Opinions()


class SiteKnowledge:
    """What plugins know of one page's site; each is asked once, and ``errors`` fills meanwhile.

    ``plugins`` are those that know the site, each with its rules for it; ``ask`` calls one of them
    (``Plugins.ask``).
    """

    def __init__(
        self, ask: Callable[..., Any], known: tuple[tuple[Plugin, tuple[Matcher, ...]], ...]
    ) -> None:
        self._call = ask
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

    def corrected(self, page: Page, scores: S) -> S:
        """The model's scores as the site model of a plugin corrects them.

        It is a file's path, or has ``correct(page, scores)``.
        """
        offered = self.site_model(page)
        if offered is None:
            return scores
        plugin, model = offered
        call = partial(_corrected, model, page, scores)
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

    def opinions(self, page: Page, probability: Any) -> Opinions:
        """What the plugins say of the page's lines, given their probability of CONTENT, (n,)."""
        scores: list[float] = probability.tolist()
        verdicts: dict[int, tuple[str, Verdict]] = {}
        against: dict[int, str] = {}
        votes: dict[int, tuple[float, str]] = {}
        judges: dict[int, str] = {}
        ballots: dict[int, list[tuple[float, str]]] = {}
        for plugin, matchers in self.plugins:
            call = partial(_opinions_of, plugin, matchers, page, scores)
            seconds = SECONDS_A_PAGE + SECONDS_A_LINE * len(page.lines)
            for i, opinion in (self._ask(plugin, "its opinion", call, seconds) or {}).items():
                reason = f"plugin:{plugin.name}: {opinion.rule}"
                if isinstance(opinion, Vote):
                    total, reasons = votes.get(i, (0.0, ""))
                    said = f"{reason} ({opinion.log_odds:+g})"
                    votes[i] = total + opinion.log_odds, f"{reasons}, {said}" if reasons else said
                    ballots.setdefault(i, []).append((opinion.log_odds, plugin.name))
                elif i not in verdicts:
                    verdicts[i] = reason, opinion
                    judges[i] = plugin.name
                elif verdicts[i][1].label is not opinion.label:
                    against.setdefault(i, f" (against {reason})")
        return Opinions(
            {i: (v.label, reason + against.get(i, "")) for i, (reason, v) in verdicts.items()},
            votes,
            tuple(self.errors),
            judges,
            {i: _strongest(votes[i][0], cast) for i, cast in ballots.items()},
        )

    def _ask(
        self, plugin: Plugin, what: str, call: Callable[[], T], seconds: float | None = None
    ) -> T | None:
        if plugin.name in self._silent:
            return None
        known_errors = len(self.errors)
        answer: T | None = self._call(plugin, what, call, self.errors, seconds)
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

    def corrected(self, page: Page, scores: S) -> S:
        return scores

    def opinions(self, page: Page, probability: Any) -> Opinions:
        return NO_OPINIONS


NOTHING_KNOWN: Final = _NothingKnown()


def _corrected(model: Any, page: Page, scores: S) -> S:
    if isinstance(model, (str, os.PathLike)):
        from boilerplate.site_models.folder import (
            load_site_model,  # and numpy, which listing needs not
        )

        model = load_site_model(os.fspath(model))
    corrected = model.correct(page, scores)
    probability: Any = getattr(corrected, "probability", None)
    if getattr(probability, "shape", None) != (len(page.lines),):
        raise TypeError(f"correct returned {_a(corrected)}, which is no Scores of the lines")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("correct returned probabilities that are none")
    return corrected  # type: ignore[no-any-return]


def _strongest(total: float, cast: Sequence[tuple[float, str]]) -> str:
    """The plugin whose vote weighs most in the direction of the sum, the first of equals."""
    return max(cast, key=lambda ballot: ballot[0] if total >= 0 else -ballot[0])[1]


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
