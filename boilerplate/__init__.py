"""Clean text from scraped pages, in any language: which lines are article, which are chrome.

``clean`` takes one page in any form, and gives a ``CleanPage``: its ``text``, and for each ``Line``
a ``Prediction`` with a ``Label``, a probability, a role and a reason. ``clean_many`` does so for a
stream of pages, ``extract`` gives the text alone. A ``Cleaner`` keeps options and a model for many
calls; ``read`` makes a ``Page`` without labels. ``SiteModel`` learns from pages of one site;
``SiteRules`` and ``hookimpl`` are for plugins. ``accelerated`` is whether the compiled part is in
use.

>>> import boilerplate
>>> boilerplate.clean("<nav><a href=/>Home</a></nav>").text
''
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boilerplate.api.clean import clean, extract
    from boilerplate.api.many import clean_many
    from boilerplate.cleaner import Cleaner
    from boilerplate.kernels.select import accelerated
    from boilerplate.page import Label, Line, Page
    from boilerplate.plugins.hookspecs import hookimpl
    from boilerplate.plugins.rules import SiteRules
    from boilerplate.predictions import Prediction
    from boilerplate.reading.read import read
    from boilerplate.result import CleanPage
    from boilerplate.site_models.site_model import SiteModel

__all__ = [
    "CleanPage",
    "Cleaner",
    "Label",
    "Line",
    "Page",
    "Prediction",
    "SiteModel",
    "SiteRules",
    "accelerated",
    "clean",
    "clean_many",
    "extract",
    "hookimpl",
    "read",
]

# Loaded on first use, so that importing the package costs milliseconds.
_LAZY = {
    "CleanPage": "boilerplate.result",
    "Cleaner": "boilerplate.cleaner",
    "Label": "boilerplate.page",
    "Line": "boilerplate.page",
    "Page": "boilerplate.page",
    "Prediction": "boilerplate.predictions",
    "SiteModel": "boilerplate.site_models.site_model",
    "SiteRules": "boilerplate.plugins.rules",
    "accelerated": "boilerplate.kernels.select",
    "clean": "boilerplate.api.clean",
    "clean_many": "boilerplate.api.many",
    "extract": "boilerplate.api.clean",
    "hookimpl": "boilerplate.plugins.hookspecs",
    "read": "boilerplate.reading.read",
}

# Names that stood here in 0.1.0 and still answer, so that plugins written for it go on working.
_OF_0_1 = {
    "Element": "boilerplate.page",
    "LabelledPage": "boilerplate.result",
    "Markup": "boilerplate.page",
    "Metadata": "boilerplate.page",
    "Model": "boilerplate.model.model",
    "Plugins": "boilerplate.plugins.manager",
    "SiteModels": "boilerplate.site_models.folder",
    "Verdict": "boilerplate.plugins.rules",
    "Vote": "boilerplate.plugins.rules",
    "load_model": "boilerplate.model.model",
    "load_plugins": "boilerplate.plugins.manager",
    "read_rules": "boilerplate.plugins.toml",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("boilerplate-lines")
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name in _OF_0_1:
        return getattr(import_module(_OF_0_1[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
