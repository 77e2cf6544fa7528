"""Articles that a page has for scripts only, in JSON: taken where the page shows none itself."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from boilerplate import kernels
from boilerplate.page import Element, Line, Markup, markup_column, texts_of
from boilerplate.reading.document import parsed, rewrite
from boilerplate.reading.limits import LIMITS

STORED_TAG: Final = "script"  # of the element that holds such lines, as no other line has it
# {...}, window.name = {...}, or window.name = JSON.parse("{...}")
_STATE: Final = re.compile(
    r"""^\s*(?:(?:window\.|var |self\.)?[\w.$\[\]'"]+\s*=\s*)?(?:(JSON\.parse\((?="))|(?=[\[{]))"""
)
_DECODER: Final = json.JSONDecoder(strict=False)
_DENSE: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TAG: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_LETTERS: Final = re.compile(r"[^\W_]+")  # and digits
_PROSE_END: Final = re.compile(r"[.!?…。！？।؟]")


@dataclass(frozen=True, slots=True)
class StoredParams:
    """Lengths are as ``length`` counts them."""

    shortest: int = 40  # characters of an article
    article: int = 100  # at least, to be one
    paragraph: int = 60  # at least, for a text in a script's state to be prose
    # With so much prose, as a share of the stored one, a page surely shows an article itself.
    # Below it the model decides.
    own_share: float = 2.0
    # Of a stored text, looked for on the page: how many letters, at how many places.
    probe: int = 16
    probes: int = 20
    depth: int = 4  # of lists and objects around the texts of one article
    scripts: int = 40
    values: int = 200_000  # of a script that are looked at


PARAMS: Final = StoredParams()
_LEAST: Final = PARAMS.paragraph // 3  # characters that may be as long, see ``length``


def with_stored(
    scripts: Sequence[Any], body: str, lines: Sequence[Line], elements: Sequence[Element]
) -> tuple[Sequence[Line], Sequence[Element]]:
    """The lines and elements of a page, with those of an article that is only in its scripts.

    ``scripts`` are the elements of scripts without an address, ``body`` is the article of the
    page's JSON-LD, or nothing. Such lines stand after the headline, in an element of their own.
    """
    if not body and _prose_of(lines, PARAMS.article) >= PARAMS.article:
        return lines, elements
    own = _prose_of(lines)
    state = _state_prose(scripts) if own < PARAMS.article else ""
    for text in (body, state):
        if len(text) < PARAMS.shortest:
            continue
        paragraphs = _paragraphs(text)
        stored = sum(map(length, paragraphs))
        if (
            stored >= PARAMS.article
            and own < PARAMS.own_share * stored
            and not _is_shown(paragraphs, lines)
        ):
            return _added(paragraphs, lines, elements)
    return lines, elements


def length(text: str) -> float:
    """The length of a text in letters of an alphabet: Chinese and Korean say more with one.

    >>> length("barley"), length("大麦")
    (6.0, 5.0)
    """
    return len(text) + (0.0 if text.isascii() else 1.5 * len(_DENSE.findall(text)))


def _prose_of(lines: Sequence[Line], enough: float = math.inf) -> float:
    """The length of the lines that are long and no links, or ``enough`` if that is reached."""
    found = 0.0
    for text, link_chars in zip(texts_of(lines), markup_column(lines, "link_chars"), strict=True):
        if 2 * link_chars < len(text) and len(text) > _LEAST:
            chars = length(text)
            found += chars if chars >= PARAMS.paragraph else 0
            if found >= enough:
                return enough
    return found


def _is_shown(paragraphs: Sequence[str], lines: Sequence[Line]) -> bool:
    """Whether the page has most of a stored text, looked for at some places of it.

    Only letters and digits count: stored texts have other quotation marks, or none.
    """
    page = "\n".join(texts_of(lines))
    if 2 * sum(text[: PARAMS.probe] in page for text in paragraphs) > len(paragraphs) > 1:
        return True  # mostly it is as simple as that
    page = _letters([page])
    stored = _letters(paragraphs)
    step = max(len(stored) // PARAMS.probes, 1)
    probes = [stored[at : at + PARAMS.probe] for at in range(0, len(stored), step)]
    return 2 * sum(probe in page for probe in probes) >= len(probes)


def _letters(texts: Iterable[str]) -> str:
    return "".join(_LETTERS.findall("\n".join(texts).casefold()))


def _added(
    paragraphs: Sequence[str], lines: Sequence[Line], elements: Sequence[Element]
) -> tuple[tuple[Line, ...], tuple[Element, ...]]:
    headlines = [
        i
        for i, line in enumerate(lines)
        if line.markup is not None and elements[line.markup.element].tag == "h1"
    ]
    at = headlines[0] + 1 if headlines else 0
    element = Element(STORED_TAG, (), 0 if elements else -1)
    markup = Markup(len(elements))
    added = [Line(text, markup) for text in paragraphs]
    return (*lines[:at], *added, *lines[at:]), (*elements, element)


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a stored text, which may be HTML, also escaped once or twice."""
    for _ in range(2):
        text = html.unescape(text)
    if _TAG.search(text):
        document = parsed(text)
        rewrite(document)
        return texts_of(kernels.split_html(document).lines)
    return [squeezed for line in text.splitlines() if (squeezed := " ".join(line.split()))]


def _state_prose(scripts: Sequence[Any]) -> str:
    """The longest prose in the state that scripts begin with (JSON, alone or assigned), if any."""
    found: list[tuple[float, str]] = []
    for script in scripts[: PARAMS.scripts]:
        text = script.text
        if len(text) > LIMITS.max_json_ld or "ld+json" in (script.attr("type") or ""):
            continue
        if start := _STATE.match(text):
            try:
                value, _ = _DECODER.raw_decode(text, start.end())
                if start[1]:  # JSON in a string
                    value = _DECODER.decode(value)
            except (ValueError, TypeError, RecursionError):
                continue
            found += _articles(value)
    return max(found, key=lambda each: each[0], default=(0.0, ""))[1]


def _articles(value: Any) -> Iterator[tuple[float, str]]:
    """The texts that may be an article, with their lengths: long ones, and lists of paragraphs."""
    queue, seen = [value], 0
    while queue and seen < PARAMS.values:
        thing = queue.pop()
        seen += 1
        if isinstance(thing, str):
            if prose := _prose(thing):
                yield length(prose), prose
        elif isinstance(thing, dict):
            queue.extend(thing.values())
        elif isinstance(thing, list):
            queue.extend(thing)
            parts = [text for item in thing[:1000] for text in _texts(item, PARAMS.depth)]
            if len(parts) > 1:
                yield sum(map(length, parts)), "\n".join(parts)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if prose := _prose(value):
            yield prose
    elif depth and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each, depth - 1)


def _prose(text: str) -> str:
    """A text if it is prose, else nothing."""
    if len(text) < 20 or not _PROSE_END.search(text):
        return ""
    shown = _TAG.sub("", text)
    words = shown.count(" ") + 1
    is_prose = (
        length(shown) >= PARAMS.paragraph
        and (words >= 8 or not shown.isascii())
        and not re.search(r"[{}]|function|https?://\S+$", shown[:200])
    )
    return text if is_prose else ""
