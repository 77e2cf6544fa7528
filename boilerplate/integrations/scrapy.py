"""A Scrapy item pipeline: the article of each item's page.

In ``settings.py``::

    ITEM_PIPELINES = {"boilerplate.integrations.scrapy.BoilerplatePipeline": 300}
    BOILERPLATE_HTML_FIELD = "html"    # where an item has its page; str, bytes or a Response
    BOILERPLATE_TEXT_FIELD = "text"    # where its article goes
    BOILERPLATE_KEEP = ["date"]        # roles that are kept as well; BOILERPLATE_DROP: left out
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Self

from itemadapter import ItemAdapter

from boilerplate.cleaner import Cleaner
from boilerplate.reading.magic import NotAPageError
from boilerplate.reading.source import Source, source_of

logger = logging.getLogger(__name__)


class BoilerplatePipeline:
    """Writes the article of an item's page into the item; the item's ``url`` gives the site.

    Items without a page are passed on as they are. Of bytes that are no page, such as a PDF, the
    article is empty, and a warning is logged.
    """

    def __init__(
        self, cleaner: Cleaner | None = None, html_field: str = "html", text_field: str = "text"
    ) -> None:
        self.cleaner = cleaner or Cleaner()
        self.html_field = html_field
        self.text_field = text_field

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """The pipeline with the project's settings."""
        settings = crawler.settings
        return cls(
            Cleaner(
                settings.get("BOILERPLATE_MODEL"),
                settings.get("BOILERPLATE_THRESHOLD"),
                keep=settings.getlist("BOILERPLATE_KEEP"),
                drop=settings.getlist("BOILERPLATE_DROP"),
            ),
            settings.get("BOILERPLATE_HTML_FIELD", "html"),
            settings.get("BOILERPLATE_TEXT_FIELD", "text"),
        )

    def process_item(self, item: Any, spider: Any = None) -> Any:
        """The item, with the article of its page."""
        adapter = ItemAdapter(item)
        source: Any = adapter.get(self.html_field)
        url = adapter.get("url")
        if source is not None:
            try:
                text = self.cleaner.clean(_given(source, url)).text
            except NotAPageError as error:  # a PDF, for example; the item goes on
                logger.warning("%s: %s", url, error)
                text = ""
            adapter[self.text_field] = text
        return item


def _given(source: Any, url: Any) -> Source:
    """The page of an item, with the item's URL; text and bytes are pages, whatever they say."""
    given = Source(source) if isinstance(source, str | bytes) else source_of(source)
    return replace(given, url=str(url)) if url else given
