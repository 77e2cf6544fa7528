"""Plugins made in Python, and a page to try them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from boilerplate import Cleaner, CleanPage, Page, SiteRules, hookimpl
from boilerplate.model.stack import Scores
from boilerplate.plugins import Limits, Plugins, Settings, load_plugins, no_plugins
from tests.made_up import SENTENCES, made_up_model

MODEL = made_up_model()
URL = "https://www.a.example/spor/1"
TEXT = "Paylaş\n" + SENTENCES["tr"] + "\n\nもっと見る"
PLAIN = Cleaner(MODEL, plugins=no_plugins()).clean(TEXT, URL)  # as the model alone labels it


def plugin(**hooks: Callable[..., Any]) -> SimpleNamespace:
    """A plugin with these functions as its hooks."""
    return SimpleNamespace(**{name: hookimpl(function) for name, function in hooks.items()})


def rules(**fields: Any) -> SimpleNamespace:
    """A plugin with rules, for a.example unless ``hosts`` are given."""
    return plugin(site_rules=lambda: [SiteRules(**{"hosts": ["a.example"], **fields})])


def load(strict: bool = False, limits: Limits | None = None, **given: object) -> Plugins:
    """These plugins, by name, and no others."""
    only = frozenset(given)
    return load_plugins(Settings(given=given, strict=strict, only=only, limits=limits or Limits()))


def clean(plugins: Plugins, source: str | Page = TEXT, url: str | None = URL) -> CleanPage:
    return Cleaner(MODEL, plugins=plugins).clean(source, url)


class FakeSiteModel:
    """Is sure that a page's first line is content."""

    site = "a.example"

    def correct(self, page: Page, scores: Scores) -> Scores:
        probability = scores.probability.copy()
        probability[0] = 1.0
        return replace(scores, probability=probability)
