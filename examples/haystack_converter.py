"""Haystack: a converter from pages, as files or as ByteStreams, to Documents of their articles.

Copy this file into your project; it needs haystack-ai and boilerplate-lines.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from haystack import Document, component
from haystack.components.converters.utils import get_bytestream_from_source, normalize_metadata
from haystack.dataclasses import ByteStream

import boilerplate

log = logging.getLogger(__name__)


@component
class BoilerplateToDocument:
    """Converts pages, HTML or text, to Markdown of their articles, with their metadata.

    The ``url`` in a ByteStream's metadata, which ``LinkContentFetcher`` puts there, is the page's
    URL. Pages without an article are left out, and so are those that fail, with a warning.
    ``options`` are those of ``boilerplate.clean``: ``{"keep": ["byline"]}``.
    """

    def __init__(self, links: bool = True, options: dict[str, Any] | None = None) -> None:
        self.links = links
        self.options = options

    @component.output_types(documents=list[Document])
    def run(
        self,
        sources: list[str | Path | ByteStream],
        meta: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> dict[str, list[Document]]:
        """The articles of these pages as ``documents``."""
        documents = []
        for source, given in zip(sources, normalize_metadata(meta, len(sources)), strict=True):
            try:
                stream = get_bytestream_from_source(source)
                url = stream.meta.get("url")
                page = boilerplate.clean(stream.data, url, **(self.options or {}))
            except (OSError, ValueError) as error:
                log.warning("%s was left out: %s", str(source)[:200], error)
                continue
            if text := page.to_markdown(links=self.links):
                said = page.metadata
                found = {"title": said.title, "authors": list(said.authors) or None}
                found |= {"published": said.published, "language": page.language}
                known = {name: value for name, value in found.items() if value}
                documents.append(Document(content=text, meta={**stream.meta, **known, **given}))
        return {"documents": documents}
