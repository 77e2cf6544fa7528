"""A datatrove step: ``from boilerplate.integrations.datatrove import BoilerplateExtractor``."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep
from datatrove.utils.typeshelper import StatHints

from boilerplate.batch.cleaner_config import Budget, CleanerConfig
from boilerplate.batch.pool import WorkerPool
from boilerplate.batch.record import Record
from boilerplate.cleaner import Cleaner


class BoilerplateExtractor(PipelineStep):  # type: ignore[misc,unused-ignore]
    """Replaces each document's HTML or text by its article.

    The URL is read from the document's metadata, and ``boilerplate_language``,
    ``boilerplate_site`` and ``boilerplate_threshold`` are written there. Each task has a worker
    process, so that a page over its budget costs that page only. As with datatrove's own
    extractors, documents without a result are left out and counted: as "dropped" if no text is
    left, as "errors" if the page failed.
    """

    name = "boilerplate"
    type = "EXTRACTOR"

    def __init__(self, cleaner: Cleaner | None = None, budget: Budget | None = None) -> None:
        super().__init__()
        self.config = CleanerConfig.of(cleaner or Cleaner(), budget=budget)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """The documents with their articles, in their order."""
        waiting: deque[Document] = deque()

        def records() -> Iterator[Record]:
            for number, document in enumerate(data):
                waiting.append(document)
                url = document.metadata.get("url")
                yield Record(number, str(document.id), document.text, url and str(url))

        with WorkerPool(self.config) as workers:
            for _, result in workers.clean(records()):
                document = waiting.popleft()
                self.stat_update(StatHints.total)
                cleaned: dict[str, Any] = json.loads(result.json)
                if result.failed or not cleaned["text"]:
                    self.stat_update("errors" if result.failed else StatHints.dropped)
                    continue
                document.text = cleaned["text"]
                for key in ("language", "site", "threshold"):
                    document.metadata[f"boilerplate_{key}"] = cleaned[key]
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document
