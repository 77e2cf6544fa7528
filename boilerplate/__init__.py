"""Clean text from scraped pages, in any language: which lines are article, which are chrome.

>>> import boilerplate
>>> boilerplate.clean("<nav><a href=/>Home</a></nav>").text
''
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from boilerplate.acceleration import accelerated
    from boilerplate.cleaner import Cleaner, clean
    from boilerplate.model import Model, load_model
    from boilerplate.readers import read

# Loaded on first use, so that importing the package costs milliseconds.
_LAZY = {
    "Cleaner": "boilerplate.cleaner",
    "clean": "boilerplate.cleaner",
    "Model": "boilerplate.model",
    "load_model": "boilerplate.model",
    "read": "boilerplate.readers",
    "accelerated": "boilerplate.acceleration",
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
    "Prediction",
    "accelerated",
    "clean",
    "load_model",
    "read",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
