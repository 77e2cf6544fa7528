"""What a page hides, and what it stores for its scripts: labels that are no matter of wording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from boilerplate.model.stack import Scores
from boilerplate.numeric import Bools, Floats
from boilerplate.page import Label, Page, elements_around, tag_of
from boilerplate.reading.stored import STORED_TAG

# A page shows no article if what is kept of it is shorter than this share of a stored one.
SHOWN_SHARE: Final = 0.5

# What ``reading.document`` names so lies over the page, or is there for screen readers only.
OVER_ROLES: Final = frozenset(("role=dialog", "role=alertdialog", "role=tooltip"))

# Words in the class and id names of tabs, accordions, slides and the like, and how many elements
# above the hidden one are asked for them.
OPENED: Final = re.compile(
    r"tab(?![a-z])|tab-?pan|accord|collaps|expand|panel|slid|slick|swip|carous|faq|toggle|answer|"
    r"(?<![a-z])more(?![a-z])|mobile|desktop",
    re.IGNORECASE,
)
NAMED_ABOVE: Final = 3
HEADINGS: Final = frozenset(("h1", "h2", "figcaption"))
HIDDEN: Final = (Label.BOILERPLATE, "hidden, while the page shows its text")
STORED: Final = (Label.CONTENT, "only in a script of the page, which shows no article")
BESIDE: Final = (Label.BOILERPLATE, "beside an article that only a script of the page has")
UNUSED: Final = (Label.BOILERPLATE, "in a script of the page, which shows its article")

Verdicts = Mapping[int, tuple[Label, str]]  # the label and its reason, by the index of a line
NO_VERDICTS: Final[Verdicts] = {}


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which lines of a page are hidden, and which stored for scripts (``reading.stored``), (n,).

    ``chars`` are the lengths of the lines.
    """

    page: Page
    hidden: Bools
    stored: Bools
    chars: Floats

    def without_stored(self, probability: Floats) -> Floats:
        """Probabilities of content, in which stored lines are sure to be it, or not to be it."""
        if not self.stored.any():
            return probability
        others = self.chars[(probability >= 0.5) & ~self.stored & ~self.hidden].sum()
        is_shown = others >= SHOWN_SHARE * self.chars[self.stored].sum()
        return np.where(self.stored, 0.0 if is_shown else 1.0, probability)

    def verdicts(self, kept: Bools) -> Verdicts:
        """The labels that the page itself decides; ``kept``, (n,), is what would be kept otherwise.

        Hidden lines are dropped, unless they are in something that readers open, such as a tab, or
        more text is kept of them than of those that are shown: then a script would show them.
        Dialogs and tooltips, which lie over the page, are dropped if anything else is kept.
        Stored lines are kept where the page shows no article, and nothing else but headings.
        """
        found: dict[int, tuple[Label, str]] = {}
        if self.stored.any():
            for i in np.flatnonzero(self.stored).tolist():
                found[i] = STORED if kept[i] else UNUSED
            if (self.stored & kept).any():
                others = np.flatnonzero(kept & ~self.stored).tolist()
                return found | {i: BESIDE for i in others if not self._is_heading(i)}
        unseen = np.flatnonzero(kept & self.hidden).tolist()  # no stored line is kept here
        if unseen and (shown := self.chars[kept & ~self.hidden].sum()) > 0:
            over = [i for i in unseen if self._is_over(i)]
            below = sorted({*unseen} - {*over})
            found |= dict.fromkeys(over, HIDDEN)
            if self.chars[below].sum() <= shown:
                found |= {i: HIDDEN for i in below if not self._may_open(i)}
        return found

    def _is_heading(self, line: int) -> bool:
        return any(element.tag in HEADINGS for element in elements_around(self.page, line))

    def _is_over(self, line: int) -> bool:
        """Whether a line lies over the page, or is there for screen readers only."""
        return any(
            element.hidden and not OVER_ROLES.isdisjoint(element.names)
            for element in elements_around(self.page, line)
        )

    def _may_open(self, line: int) -> bool:
        """Whether a hidden line is in something that readers open, by the names around it."""
        around = list(elements_around(self.page, line))
        outermost = max(i for i, element in enumerate(around) if element.hidden)
        names = (name for element in around[: outermost + NAMED_ABOVE] for name in element.names)
        return any(map(OPENED.search, names))


def visibility(page: Page, scores: Scores) -> Visibility:
    """What is hidden and what is stored of a page that has these scores."""
    n = len(page.lines)
    hidden = scores.hidden if len(scores.hidden) else np.zeros(n, bool)
    stored = np.zeros(n, bool)
    last = len(page.elements) - 1
    if last >= 0 and tag_of(page.elements, last) == STORED_TAG:
        stored[:] = [line.markup is not None and line.markup.element == last for line in page.lines]
    return Visibility(page, hidden, stored, scores.chars)
