"""Site models in a folder, found by a page's site."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Final, Protocol

from boilerplate.model.archive import changed_and_size
from boilerplate.model.stack import Scores
from boilerplate.page import Page
from boilerplate.site_models.file import SITE_FILE
from boilerplate.site_models.site_model import SiteModel, is_of

SUFFIX: Final = ".site.zip"  # of a site model's file, after the site's name

_SITE: Final = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*")


class Corrector(Protocol):
    """What knows a site: a SiteModel, or anything with its ``correct``."""

    def correct(self, page: Page, scores: Scores) -> Scores:
        """The scores of a page's lines, corrected; none of the lines is blank."""


class SiteModels:
    """The site models in a folder, each loaded when a page of its site first comes.

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
            if os.path.isfile(path):  # noqa: PTH113 - a name too long for a file is none to it
                return load_site_model(path)
        return None


def _domains(site: str | None) -> Iterable[str]:
    """A host name and the domains above it: a.b.example, b.example, example."""
    if site and is_site(site):
        labels = site.split(".")
        yield from (".".join(labels[i:]) for i in range(len(labels)))


def is_site(name: str) -> bool:
    """Whether a name is a host's, and so can name a file.

    >>> is_site("daily.example"), is_site("räksmörgås.example"), is_site("../etc/passwd")
    (True, True, False)
    """
    return _SITE.fullmatch(name) is not None


def load_site_model(path: str | PathLike[str]) -> SiteModel:
    """The model in a file, read once and again when the file changes; SiteModelError for none."""
    return _load(str(path), *changed_and_size(path, SITE_FILE))


@lru_cache(maxsize=64)
def _load(path: str, changed: int, size: int) -> SiteModel:
    # ``changed`` and ``size`` are part of the key: a model learned again is read again.
    return SiteModel.load(path)


def corrector_of(models: SiteModels | SiteModel | None, page: Page) -> Corrector | None:
    """What corrects a page, among the site models that a Cleaner was given."""
    if isinstance(models, SiteModel):
        return models if is_of(page.site, models.site) else None
    return models.find(page.site) if models else None
