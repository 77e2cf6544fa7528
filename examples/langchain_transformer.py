"""LangChain: documents of whole pages become documents of their articles, as Markdown.

Copy this file into your project; it needs langchain-core and boilerplate-lines.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.documents import BaseDocumentTransformer, Document

import boilerplate

log = logging.getLogger(__name__)


class BoilerplateTransformer(BaseDocumentTransformer):
    """Cleans the pages, HTML or text, that a loader has put into documents.

    A page's URL is the ``source`` of its metadata, where loaders put it. Title, authors, date and
    language are added to the metadata, as strings. Pages without an article are left out, and so
    are pages that fail, with a warning. ``options`` are those of ``boilerplate.clean_many``.
    """

    def __init__(self, *, links: bool = True, **options: Any) -> None:
        self.links = links
        self.options = {"workers": 1, **options}

    def transform_documents(
        self, documents: Sequence[Document], **kwargs: Any
    ) -> Sequence[Document]:
        """The articles of these documents, in their order."""
        return list(self.lazy_transform(documents, **kwargs))

    def lazy_transform(self, documents: Sequence[Document], **kwargs: Any) -> Iterator[Document]:
        """The same one by one."""
        pages = [{"text": each.page_content, "url": url_of(each)} for each in documents]
        cleaned = boilerplate.clean_many(pages, **{**self.options, **kwargs})
        for document, page in zip(documents, cleaned, strict=True):
            if page.error:
                log.warning("%s was left out: %s", document.metadata.get("source"), page.error)
            elif text := page.to_markdown(links=self.links):
                metadata = {**document.metadata, **described(page)}
                yield Document(page_content=text, metadata=metadata, id=document.id)


def url_of(document: Document) -> str | None:
    """The URL that a document was loaded from; None for one from a file."""
    source = str(document.metadata.get("source", ""))
    return source if source.startswith(("http://", "https://")) else None


def described(page: boilerplate.CleanPage) -> dict[str, str]:
    """What the page says of itself, in the types that vector stores take."""
    said = page.metadata
    found = {"title": said.title, "authors": ", ".join(said.authors), "published": said.published}
    return {name: value for name, value in {**found, "language": page.language}.items() if value}
