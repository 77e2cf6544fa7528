"""Site models in a folder, found by a page's site."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Final, Protocol
from unicodedata import category

from boilerplate.model.archive import changed_and_size
from boilerplate.model.stack import Scores
from boilerplate.page import Page
from boilerplate.site_models.file import SITE_FILE
from boilerplate.site_models.site_model import SiteModel, is_of

SUFFIX: Final = ".site.zip"  # of a site model's file, after the site's name

_SITE: Final = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*")


class Corrector(Protocol):
    """Corrects the general model's scores on pages of a site it knows, as a SiteModel does.

    A plugin may return one from its hook ``site_model``.
    """

    def correct(self, page: Page, scores: Scores) -> Scores:
        """The corrected scores of a page without blank lines.

        ``scores.probability`` (n,) are the general model's probabilities of content, one for each
        of the page's n lines. Return ``dataclasses.replace(scores, probability=...)`` with an
        array of the same shape and values in 0..1; ``scores`` itself where there is nothing to
        correct. ``site_reasons`` may hold for each line two reasons, why it is content and why it
        is not, "" for none; ``drift`` in 0..1, how little the page looks like its site;
        ``log_roles`` may be corrected too. Errors, results of another shape and changes of other
        fields are reported as the plugin's, and the scores left as they are.
        """


class SiteModels:
    """The site models in a folder, each loaded when the first page of its site is cleaned.

    ``path`` is a folder of files named SITE.site.zip, or one such file, which is also used
    for pages whose site is not known. Raises FileNotFoundError where there is neither.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.exists():
            raise FileNotFoundError(f"{path}: there is no folder or file of site models")

    def find(self, site: str | None) -> SiteModel | None:
        """The model of a site or of the nearest domain above it; None where there is none."""
        if not self.path.is_dir():
            alone = load_site_model(self.path)
            return alone if is_of(site, alone.site) else None
        for name in _domains(site):
            path = self.path / f"{name}{SUFFIX}"
            if os.path.isfile(path):  # noqa: PTH113 - unlike Path.is_file, it is False for a name too long
                return load_site_model(path)
        return None


def _domains(site: str | None) -> Iterable[str]:
    """A host name and the domains above it: a.b.example, b.example, example."""
    if site and is_site(site):
        labels = site.split(".")
        yield from (".".join(labels[i:]) for i in range(len(labels)))


def is_site(name: str) -> bool:
    """Whether a name is a host name, which is also safe as the name of a file.

    >>> is_site("daily.example"), is_site("ข่าว.example"), is_site("../etc/passwd")
    (True, True, False)
    """
    # Vowel signs and tone marks are no \w, and Thai and Hindi host names have them.
    letters = name if name.isascii() else "".join(c for c in name if category(c)[0] != "M")
    return _SITE.fullmatch(letters) is not None


def load_site_model(path: str | PathLike[str]) -> SiteModel:
    """The model in a file, read again when the file changes; SiteModelError for a bad file."""
    return _load(str(path), *changed_and_size(path, SITE_FILE))


@lru_cache(maxsize=64)
def _load(path: str, changed: int, size: int) -> SiteModel:
    # ``changed`` and ``size`` are part of the key, so a file that has changed is read again.
    return SiteModel.load(path)


def corrector_of(models: SiteModels | SiteModel | None, page: Page) -> Corrector | None:
    """The site model for a page, among those that a Cleaner was given; None for none."""
    if isinstance(models, SiteModel):
        return models if is_of(page.site, models.site) else None
    return models.find(page.site) if models else None
