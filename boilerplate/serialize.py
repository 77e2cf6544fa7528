"""A cleaned page as JSON, and back: one schema for the command line, shards, reports and Python.

``docs/reference/clean-page.schema.json`` is the schema as JSON Schema, ``clean-page.md`` beside it
describes each key. ``CleanPage.to_dict`` and ``CleanPage.from_dict`` are built from this module.
"""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final, Literal, Protocol

from boilerplate.page import Label, Line, Metadata, Page, site_of, texts_of

SCHEMA: Final = 2  # raised when a key goes or means something else; not when one is added

FETCHED_KEYS: Final = ("status", "date", "content_type")  # of a page in a WARC file
# What is known of the article, in the order of ``metadata.article.ArticleMetadata``; the keys of
# JSON's ``metadata`` are these, the headline after the title, and ``sources`` at the end.
METADATA_FIELDS: Final = (
    "title", "authors", "published", "modified", "description", "language", "site_name",
    "canonical_url", "image", "tags", "licence", "type",
)  # fmt: skip
METADATA_LISTS: Final = ("authors", "tags")  # the others are strings
METADATA_KEYS: Final = ("title", "headline", *METADATA_FIELDS[1:])

_CONTENT, _BOILERPLATE = Label.CONTENT.value, Label.BOILERPLATE.value

# The fields of a Prediction in their order: line, label, probability, reason, role, language,
# language confidence, and what decided the label.
LineValues = tuple[Line, Label, float, str, str | None, str | None, float, str]


class LinePlace(Protocol):
    """Where a line stands, see ``output.places.Place``."""

    @property
    def path(self) -> str | None:
        """A CSS selector of its element."""

    @property
    def source_line(self) -> int | None:
        """The line of the source."""


def line_records(
    lines: Sequence[Line],
    labels: Sequence[Label],
    probabilities: Sequence[float],
    reasons: Sequence[str] | None,
    roles: Sequence[str | None],
    languages: Sequence[tuple[str | None, float]],
    deciders: Sequence[str],
    places: Sequence[LinePlace | None] | None = None,
) -> list[dict[str, Any]]:
    """The lines of a page as JSON values, from one value a line of each column.

    ``start`` and ``end`` are the code points of a kept line in the page's ``text``, where kept
    lines are joined by newlines. ``reasons`` None leaves all reasons null, ``places`` None leaves
    out where the lines stand.
    """
    records: list[dict[str, Any]] = []
    start = 0
    for text, label, probability, reason, role, (language, confidence), decided_by in zip(
        texts_of(lines),
        labels,
        probabilities,
        repeat(None, len(lines)) if reasons is None else reasons,
        roles,
        languages,
        deciders,
        strict=True,
    ):
        kept = label is Label.CONTENT
        end = start + len(text)
        records.append(
            {
                "text": text,
                "label": _CONTENT if kept else _BOILERPLATE,
                "probability": probability,
                "reason": reason or None,
                "role": role,
                "language": language,
                "language_confidence": confidence,
                "decided_by": decided_by,
                "start": start if kept else None,
                "end": end if kept else None,
            }
        )
        if kept:
            start = end + 1
    for record, place in zip(records, places or (), strict=False):
        record["path"] = place and place.path
        record["source_line"] = place and place.source_line
    return records


def metadata_record(metadata: object, headline: str | None = None) -> dict[str, Any]:
    """An article's metadata as a JSON value; ``metadata`` None gives one without any.

    ``metadata`` has the attributes METADATA_FIELDS, and ``sources``.
    """
    values: dict[str, Any] = {"title": None, "headline": headline or None}
    for key in METADATA_FIELDS:
        value = getattr(metadata, key, None)
        values[key] = list(value or ()) if key in METADATA_LISTS else value
    sources = getattr(metadata, "sources", {})
    values["sources"] = {key: sources.get(key) for key in METADATA_FIELDS}
    return values


def page_record(
    page: Page,
    lines: list[dict[str, Any]],
    *,
    metadata: dict[str, Any],
    source: str | None,
    record: int | None,
    text: str,
    language: str | None,
    languages: Iterable[tuple[str, float]],
    threshold: float,
    kept_roles: Iterable[str],
    plugin_errors: Iterable[str],
    drift: float | None,
) -> dict[str, Any]:
    """A cleaned page as a JSON value.

    ``lines`` are from ``line_records``, ``metadata`` from ``metadata_record``.
    """
    return {
        "schema": SCHEMA,
        "source": source,
        "record": record,
        "url": page.url,
        "site": page.site,
        "fetched": None,
        "language": language,
        "languages": [{"language": code, "probability": p} for code, p in languages],
        "kind": page.kind,
        "threshold": threshold,
        "keep": list(kept_roles),
        "text": text,
        "metadata": metadata,
        "lines": lines,
        "plugin_errors": list(plugin_errors),
        "drift": drift,
        "unread": page.unread,
        "error": None,
    }


def failed_record(
    source: str | None,
    error: str,
    *,
    url: str | None = None,
    record: int | None = None,
    fetched: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON value of a page that could not be read or cleaned: no lines, and the ``error``."""
    return {
        "schema": SCHEMA,
        "source": source,
        "record": record,
        "url": url,
        "site": site_of(url),
        "fetched": fetched,
        "language": None,
        "languages": [],
        "kind": None,
        "threshold": None,
        "keep": [],
        "text": "",
        "metadata": metadata_record(None),
        "lines": [],
        "plugin_errors": [],
        "drift": None,
        "unread": 0,
        "error": error,
    }


def to_json(
    record: Mapping[str, Any],
    surrogates: Literal["replace", "backslashreplace"] = "replace",
    indent: int | None = None,
) -> bytes:
    r"""A JSON value as UTF-8, without a line end; on one line, unless ``indent`` is given.

    UTF-8 has no lone surrogates, as in the name of a file that is not UTF-8. Each becomes ``?``,
    which keeps the lengths of strings, or with "backslashreplace" JSON's escape, which JSON
    readers turn into the surrogate again. JSON has no NaN and no infinity: they become null.

    >>> to_json({"text": "a\udc80"}), to_json({"text": "a\udc80"}, "backslashreplace")
    (b'{"text": "a?"}', b'{"text": "a\\udc80"}')
    """
    try:
        text = json.dumps(record, ensure_ascii=False, indent=indent, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(record), ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", surrogates)


def _finite(value: Any) -> Any:
    """A JSON value with null for each number that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """What a cleaned page's JSON value holds, checked; markup and the body text are not in it.

    ``metadata`` are the fields of an ``ArticleMetadata`` that have a value.
    """

    page: Page
    lines: list[LineValues]
    language: str | None
    languages: tuple[tuple[str, float], ...]
    threshold: float
    plugin_errors: tuple[str, ...]
    drift: float | None
    kept_roles: tuple[str, ...]
    metadata: dict[str, Any]


def parse_record(record: object) -> ParsedPage:
    """The parts of a cleaned page from its JSON value.

    Raises ValueError, with the key, where a value is missing or of the wrong type, where the
    schema is another version's, and for a page that failed. What follows from other keys
    (``text``, ``site``, ``start``, ``end``) is not read, and other keys are ignored.
    """
    values = _object(record, "")
    if "schema" in values and (isinstance(values["schema"], bool) or values["schema"] != SCHEMA):
        raise ValueError(
            f"'schema' is {reprlib.repr(values['schema'])}; this version reads {SCHEMA}"
        )
    if (error := values.get("error")) is not None:
        raise ValueError(f"'error' is set, so there is no page: {reprlib.repr(error)}")
    _check(values, _PAGE_CHECKS, "")
    metadata = _object(values["metadata"], "metadata")
    _check(metadata, _METADATA_CHECKS, "metadata.")
    sources = _object(metadata["sources"], "metadata.sources")
    _check(sources, dict.fromkeys(METADATA_FIELDS, _STRING_OR_NULL), "metadata.sources.")
    lines = [_line(each, i) for i, each in enumerate(values["lines"])]
    drift = values["drift"]
    return ParsedPage(
        Page(
            tuple(line for line, *_ in lines),
            kind=values["kind"],
            url=values["url"],
            metadata=Metadata(
                title=metadata["title"] or "",
                headline=metadata["headline"] or "",
                description=metadata["description"] or "",
                type=metadata["type"] or "",
            ),
            unread=values["unread"],
        ),
        lines,
        values["language"],
        tuple(_language(each, i) for i, each in enumerate(values["languages"])),
        float(values["threshold"]),
        tuple(values["plugin_errors"]),
        None if drift is None else float(drift),
        tuple(values["keep"]),
        {
            **{key: metadata[key] for key in METADATA_FIELDS if key not in METADATA_LISTS},
            **{key: tuple(metadata[key]) for key in METADATA_LISTS},
            "sources": {key: sources[key] for key in METADATA_FIELDS if sources[key] is not None},
        },
    )


def _language(record: object, index: int) -> tuple[str, float]:
    values = _object(record, f"languages[{index}]")
    _check(values, _LANGUAGE_CHECKS, f"languages[{index}].")
    return values["language"], float(values["probability"])


def _line(record: object, index: int) -> LineValues:
    values = _object(record, f"lines[{index}]")
    _check(values, _LINE_CHECKS, f"lines[{index}].")
    return (
        Line(values["text"]),
        Label(values["label"]),
        float(values["probability"]),
        values["reason"] or "",
        values["role"],
        values["language"],
        float(values["language_confidence"]),
        values["decided_by"],
    )


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_string_or_null(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_share_or_null(value: object) -> bool:
    return value is None or _is_share(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_list_of_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in ("html", "text")


def _is_label(value: object) -> bool:
    return isinstance(value, str) and value in tuple(Label)


# What each key that is read must hold, and how that is called in an error.
Checks = dict[str, tuple[Callable[[object], bool], str]]
_STRING: Final = (_is_string, "a string")
_STRING_OR_NULL: Final = (_is_string_or_null, "a string or null")
_STRINGS: Final = (_is_list_of_strings, "a list of strings")
_SHARE: Final = (_is_share, "a number from 0 to 1")
_PAGE_CHECKS: Final[Checks] = {
    "schema": (_is_count, f"the number {SCHEMA}"),
    "url": _STRING_OR_NULL,
    "language": _STRING_OR_NULL,
    "languages": (_is_list, "a list"),
    "kind": (_is_kind, "'html' or 'text'"),
    "threshold": _SHARE,
    "keep": _STRINGS,
    "metadata": (lambda value: True, "an object"),
    "lines": (_is_list, "a list"),
    "plugin_errors": _STRINGS,
    "drift": (_is_share_or_null, "a number from 0 to 1 or null"),
    "unread": (_is_count, "a number of characters"),
}
_LANGUAGE_CHECKS: Final[Checks] = {"language": _STRING, "probability": _SHARE}
_METADATA_CHECKS: Final[Checks] = {
    **dict.fromkeys(METADATA_KEYS, _STRING_OR_NULL),
    **dict.fromkeys(METADATA_LISTS, _STRINGS),
    "sources": (lambda value: True, "an object"),
}
_LINE_CHECKS: Final[Checks] = {
    "text": _STRING,
    "label": (_is_label, "'content' or 'boilerplate'"),
    "probability": _SHARE,
    "reason": _STRING_OR_NULL,
    "role": _STRING_OR_NULL,
    "language": _STRING_OR_NULL,
    "language_confidence": _SHARE,
    "decided_by": _STRING,
}


def _object(value: object, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        what = f"{key!r} is {reprlib.repr(value)}" if key else f"a {type(value).__name__} was given"
        raise ValueError(f"{what}; an object is needed")
    return value


def _check(values: Mapping[str, Any], checks: Checks, at: str) -> None:
    for key, (holds, what) in checks.items():
        if key not in values:
            raise ValueError(f"{at + key!r} is missing; it must be {what}")
        if not holds(values[key]):
            raise ValueError(f"{at + key!r} is {reprlib.repr(values[key])}; it must be {what}")
