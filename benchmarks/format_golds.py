"""Pages of which it is known what structures their content has, and what their chrome has.

The pages in ``examples/formats`` say it with comments around their content. World pages were read
line by line: a structure belongs to the content if nearly all words in it are in lines of content,
a row of a table, an item of a list or code if most are in lines of that role. What stands beside
the text, such as the author or tags, belongs to neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import turbohtml
from turbohtml import Text

from benchmarks.format_structures import KINDS, Structures, found_in, structures
from boilerplate.kernels.plain_html import SKIPPED_TAGS
from boilerplate.reading.encoding import decode
from boilerplate.roles import CHROME_ROLES, CONTENT_ROLES, ROLES
from training.align import label_counts
from training.corpora import GoldPage
from training.paths import ROOT

EXAMPLES: Final = ROOT / "examples" / "formats"
SURE: Final = 0.9  # of the words of a structure are content, or chrome
_MARKED: Final = "<!-- {0} -->(.*?)<!-- /{0} -->"
_CHROME: Final = slice(ROLES.index(CHROME_ROLES[0]), len(ROLES))
# The roles of the lines that each kind of structure is made of; links stand in all of them.
KIND_ROLES: Final = {
    "table rows": ("table",),
    "list items": ("list",),
    "code blocks": ("code",),
    "links": CONTENT_ROLES,
    "headings": ("headline", "subheading"),
}


@dataclass(frozen=True, slots=True)
class FormatGold:
    """A page, and the structures of its content and of its chrome."""

    name: str
    markup: str
    url: str | None
    content: Structures
    chrome: Structures


def example_pages(folder: Path = EXAMPLES) -> Iterator[FormatGold]:
    """The pages of a folder that say what their content is."""
    for path in sorted(folder.glob("*.html")):
        markup = path.read_text("utf-8")
        [canonical] = turbohtml.parse(markup).select('link[rel="canonical"]')
        url = str(canonical.attr("href"))
        content, beside = (
            structures("".join(re.findall(_MARKED.format(name), markup, re.DOTALL)), url)
            for name in ("content", "beside")
        )
        everything = structures(markup, url)
        chrome = {kind: everything[kind] - content[kind] - beside[kind] for kind in KINDS}
        yield FormatGold(path.stem, markup, url, content, chrome)


def world_pages(golds: Iterable[GoldPage]) -> Iterator[FormatGold]:
    """The pages that were read line by line."""
    labels = {role: i for i, role in enumerate(ROLES)}
    for gold in golds:
        if not gold.roles:
            continue
        markup = decode(gold.html)
        roles = [labels.get(role or "", -1) for role in gold.roles]
        content: Structures = {kind: Counter() for kind in KINDS}
        chrome: Structures = {kind: Counter() for kind in KINDS}
        for kind, key, counts in labelled(markup, gold.url, gold.lines, roles, len(ROLES)):
            share = counts[: len(CONTENT_ROLES)].sum() / counts.sum()
            of_kind = sum(counts[labels[role]] for role in KIND_ROLES[kind])
            if share >= SURE and of_kind * 2 > counts.sum():
                content[kind][key] += 1
            elif counts[_CHROME].sum() >= SURE * counts.sum():
                chrome[kind][key] += 1
        yield FormatGold(gold.id, markup, gold.url, content, chrome)


def labelled(
    markup: str, url: str | None, lines: Sequence[str], labels: Sequence[int], count: int
) -> Iterator[tuple[str, str, np.ndarray]]:
    """The kind and the key of each structure of a page, and how many of its words have each label.

    ``lines`` are those of the page, with a label from 0 to ``count`` - 1 each, or -1. The last of
    the ``count`` + 1 numbers is for words without a label.
    """
    document = turbohtml.parse(markup)
    base = document.base_url(url or "") or url
    document.remove(", ".join(sorted(SKIPPED_TAGS - {"base"})))
    texts = [node for node in document.descendants if isinstance(node, Text)]
    counts = label_counts([node.data for node in texts], lines, labels, count)
    number = {node: i for i, node in enumerate(texts)}
    for each in found_in(document.root, base):
        own = counts[[number[node] for node in each.texts]].sum(0) if each.texts else counts[:0]
        if each.key and own.sum():
            yield each.kind, each.key, own


def structures_of_lines(
    markup: str, url: str | None, lines: Sequence[str], kept: Sequence[bool]
) -> Structures:
    """The structures of a page all of whose words are in lines that are kept."""
    found: Structures = {kind: Counter() for kind in KINDS}
    for kind, key, counts in labelled(markup, url, lines, [int(keep) for keep in kept], 2):
        if counts[1] == counts.sum():
            found[kind][key] += 1
    return found
