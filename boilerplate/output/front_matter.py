"""Metadata as front matter: YAML between two lines of dashes, before Markdown."""

from __future__ import annotations

import json

from boilerplate.metadata.article import FIELDS, ArticleMetadata


def front_matter(metadata: ArticleMetadata) -> str:
    """The fields that have a value, in the order of ArticleMetadata; empty if none has.

    Strings are written as JSON has them, which YAML reads too: so no value can be taken for a
    number, a date or markup.

    >>> print(front_matter(ArticleMetadata(title="Die Fähre: zurück", tags=("See", "1 000"))))
    ---
    title: "Die Fähre: zurück"
    tags: ["See", "1 000"]
    ---
    <BLANKLINE>
    """
    values = {name: getattr(metadata, name) for name in FIELDS}
    lines = [f"{name}: {_json(value)}" for name, value in values.items() if value]
    return "\n".join(["---", *lines, "---", ""]) if lines else ""


def _json(value: str | tuple[str, ...]) -> str:
    return json.dumps(value, ensure_ascii=False)
