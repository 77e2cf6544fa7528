"""The Python twin of the counter of tags that may make a page's tree far larger than its markup."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

# HTML's "active formatting elements" but ``a`` and ``nobr``, of which only one is ever open: a
# paragraph reopens those that were left open before it.
FORMATTING_TAGS: Final = tuple("b big code em font i s small strike strong tt u".split())
ROOT_TAGS: Final = ("html", "body")
_SPACE: Final = r" \t\n\f\r"  # in HTML nothing else is


def tag_pattern(before: str, tags: Collection[str], after: str) -> re.Pattern[str]:
    """A pattern that finds any of some tags, in either case; ``{space}`` is HTML's whitespace."""
    after = after.replace("{space}", _SPACE)
    return re.compile(f"{before}(?:{'|'.join(tags)}){after}", re.IGNORECASE | re.ASCII)


FORMATTING_TAG: Final = tag_pattern("(</?)", FORMATTING_TAGS, "(?=[{space}/>])")
ROOT_WITH_ATTRIBUTES: Final = tag_pattern("<(?=", ROOT_TAGS, "[{space}/])")


def tag_counts(markup: str) -> tuple[int, int]:
    """How many root tags have attributes, and the most formatting elements open at once.

    Tags are counted where they stand in the markup, without parsing it.

    >>> tag_counts("<html lang=en><body><b><i></i><code>")
    (1, 2)
    """
    opened = most = 0
    for tag in FORMATTING_TAG.finditer(markup):
        opened = max(opened - 1, 0) if tag[1] == "</" else opened + 1
        most = max(most, opened)
    return sum(1 for _ in ROOT_WITH_ATTRIBUTES.finditer(markup)), most
