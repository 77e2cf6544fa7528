"""The shape of a labelled page in every corpus, and what an adapter offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A stored page and its annotations.

    ``gold`` is the article, one paragraph a line; None if the corpus has no article for the page.
    ``optional`` lines are neither surely content nor surely chrome, and are not scored;
    ``boilerplate`` lines are surely chrome. Both have one line of the page in each entry. ``site``
    groups the pages that may share a template; it is never split between training and test.
    A page that was read line by line has its ``lines``, cut as they were then, and their ``roles``
    (``boilerplate.roles.ROLES``; "" where the reader could not tell). ``genre`` is what such a
    corpus calls the page: a recipe, or the corpus that it comes from.
    ``html`` is as stored, with a byte order mark added if nothing else tells the encoding.
    """

    corpus: str
    id: str
    html: bytes
    gold: str | None
    url: str | None = None
    site: str = ""
    language: str = ""
    page_type: str = "article"
    genre: str = ""
    title: str = ""
    optional: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Adapter(Protocol):
    """What an adapter module offers.

    ``REPOSITORIES`` maps the name of each archive to the folder of the clone in it.
    """

    NAME: str
    LICENCE: str
    COMMIT: str
    REPOSITORIES: Mapping[str, str]

    def pages(self, root: Path) -> Iterator[GoldPage]:
        """The pages of the clone at ``root``, in a fixed order; those without HTML are skipped."""
