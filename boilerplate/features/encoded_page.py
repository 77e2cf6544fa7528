"""The lines of a page as arrays: what is computed of them before any model has scored them."""

from __future__ import annotations

from dataclasses import dataclass

from boilerplate.kernels.arrays import PageText, Tree
from boilerplate.language.lines import LineLanguages
from boilerplate.numeric import Floats, Ints
from boilerplate.page import Kind


@dataclass(slots=True)
class EncodedPage:
    """The lines of a page as arrays: n lines, f features.

    ``chars`` (n,) are the lengths of the normalised lines, ``lengths`` the same normalised by
    script, ``terminals`` their sentence ends, ``links`` the part of ``lengths`` that is in links,
    or a little more, because it counts invisible characters. ``features`` (n, f) are the blocks
    "text", "languages" and, in HTML, "markup". ``text`` is what n-grams are read from, None once
    they have been; ``bag`` are the buckets and weights of the whole page's words and tokens
    (``page_bag``).
    """

    chars: Floats
    lengths: Floats
    terminals: Floats
    links: Floats
    text: PageText | None
    tree: Tree | None
    features: Floats
    bag: tuple[Ints, Floats]
    line_languages: LineLanguages

    @property
    def n(self) -> int:
        """The number of lines."""
        return len(self.chars)

    @property
    def kept_text(self) -> PageText:
        """The ``text``; raises ValueError where it is not kept any more."""
        if self.text is None:
            raise ValueError("the text of this page was not kept")
        return self.text

    @property
    def kind(self) -> Kind:
        """Whether the lines have markup."""
        return "text" if self.tree is None else "html"
