"""Clean text from scraped pages, in any language: which lines are article, which are chrome.

>>> import boilerplate
>>> boilerplate.clean("<nav><a href=/>Home</a></nav>").text
''
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boilerplate.acceleration import accelerated
    from boilerplate.cleaner import Cleaner, clean
    from boilerplate.hookspecs import hookimpl
    from boilerplate.model import Model, load_model
    from boilerplate.page import (
        CleanPage,
        Element,
        Label,
        LabelledPage,
        Line,
        Markup,
        Metadata,
        Page,
        Prediction,
    )
    from boilerplate.plugins import Plugins, load_plugins
    from boilerplate.readers import read
    from boilerplate.rules import SiteRules, Verdict, Vote, read_rules
    from boilerplate.sites import SiteModel, SiteModels

# Loaded on first use, so that importing the package costs milliseconds.
_LAZY = {
    "CleanPage": "boilerplate.page",
    "Element": "boilerplate.page",
    "Label": "boilerplate.page",
    "LabelledPage": "boilerplate.page",
    "Line": "boilerplate.page",
    "Markup": "boilerplate.page",
    "Metadata": "boilerplate.page",
    "Page": "boilerplate.page",
    "Prediction": "boilerplate.page",
    "Cleaner": "boilerplate.cleaner",
    "clean": "boilerplate.cleaner",
    "Model": "boilerplate.model",
    "load_model": "boilerplate.model",
    "read": "boilerplate.readers",
    "Plugins": "boilerplate.plugins",
    "load_plugins": "boilerplate.plugins",
    "hookimpl": "boilerplate.hookspecs",
    "SiteRules": "boilerplate.rules",
    "Verdict": "boilerplate.rules",
    "Vote": "boilerplate.rules",
    "read_rules": "boilerplate.rules",
    "accelerated": "boilerplate.acceleration",
    "SiteModel": "boilerplate.sites",
    "SiteModels": "boilerplate.sites",
}

__all__ = [
    "CleanPage",
    "Cleaner",
    "Element",
    "Label",
    "LabelledPage",
    "Line",
    "Markup",
    "Metadata",
    "Model",
    "Page",
    "Plugins",
    "Prediction",
    "SiteModel",
    "SiteModels",
    "SiteRules",
    "Verdict",
    "Vote",
    "accelerated",
    "clean",
    "hookimpl",
    "load_model",
    "load_plugins",
    "read",
    "read_rules",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
