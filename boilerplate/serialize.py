"""A cleaned page as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boilerplate.page import Kind, Label, Line, Page, is_blank
from boilerplate.result import CleanPage, Prediction, Predictions


def page_of_record(record: Mapping[str, Any]) -> CleanPage:
    """A page from its record in a shard, which holds no markup and no reasons."""
    text = record.get("page") or ""
    predictions = Predictions.of(
        Prediction(
            Line(text[each["start"] : each["end"]]),
            Label.CONTENT if each["content"] else Label.BOILERPLATE,
            each["probability"],
            "",
            each["kind"],
            each["language"],
        )
        for each in record.get("lines") or ()
    )
    kind: Kind = "html" if record.get("kind") == "html" else "text"
    page = Page(
        tuple(predictions.lines),
        kind=kind,
        url=record.get("url"),
        unread=record.get("unread") or 0,
    )
    return CleanPage(
        page,
        predictions,
        record.get("language"),
        record.get("threshold") or 0.5,
        tuple(record.get("plugin_errors") or ()),
        record.get("drift"),
    )


def page_record(name: str, page: CleanPage) -> dict[str, Any]:
    """A page as a JSON object, with every line, so that another threshold can be chosen later.

    Blank lines are there too: the n-th entry is the n-th line of a text input.
    """
    return {
        "source": name,
        "url": page.url,
        "site": page.site,
        "language": page.language,
        "kind": page.page.kind,
        "threshold": page.threshold,
        "plugin_errors": list(page.plugin_errors),
        "drift": page.drift,
        "unread": page.page.unread,
        "lines": [
            {
                "text": p.line.text,
                "label": p.label.value,
                "probability": p.probability,
                "reason": p.reason,
                "kind": p.kind,
                "language": p.language,
                "language_confidence": p.language_confidence,
            }
            for p in page.predictions
        ],
    }


def page_fields(page: CleanPage) -> dict[str, Any]:
    """A cleaned page as JSON: every line as a span of ``page`` with its score.

    ``page`` holds the lines that are not blank, joined by newlines, ``text`` those that are
    kept; spans count characters (Unicode code points) from 0.
    """
    lines = []
    texts = []
    start = 0
    said = page.predictions  # of which reasons are not asked: no record holds them
    for line, label, probability, kind, (language, _) in zip(
        said.lines, said.labels, said.probabilities, said.kinds, said.languages, strict=True
    ):
        if is_blank(line):
            continue
        end = start + len(line.text)
        lines.append(
            {
                "start": start,
                "end": end,
                "probability": probability,
                "content": label is Label.CONTENT,
                "kind": kind,
                "language": language,
            }
        )
        texts.append(line.text)
        start = end + 1
    return {
        "site": page.site,
        "language": page.language,
        "kind": page.page.kind,
        "threshold": page.threshold,
        "drift": page.drift,
        "unread": page.page.unread,
        "plugin_errors": list(page.plugin_errors),
        "text": page.text,
        "page": "\n".join(texts),
        "lines": lines,
        "error": None,
    }
