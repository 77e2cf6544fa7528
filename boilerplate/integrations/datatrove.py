"""A datatrove step: ``from boilerplate.integrations.datatrove import BoilerplateExtractor``."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep
from datatrove.utils.typeshelper import StatHints

from boilerplate.batch.cleaner_config import Budget, Recipe
from boilerplate.batch.pool import Workers
from boilerplate.batch.record import Record
from boilerplate.cleaner import Cleaner


class BoilerplateExtractor(PipelineStep):  # type: ignore[misc,unused-ignore]
    """Replaces each document's HTML or text by what of it is article.

    The URL is read from the metadata; ``language``, ``site`` and ``threshold`` are written to
    it, under names with ``boilerplate_`` before. Each task has a worker process, so that a page
    over its budget costs that page only. As with datatrove's own extractors, documents of which
    nothing comes are dropped and counted: "dropped" without text, "errors" where a page failed.
    """

    name = "boilerplate"
    type = "EXTRACTOR"

    def __init__(self, cleaner: Cleaner | None = None, budget: Budget | None = None) -> None:
        super().__init__()
        self.recipe = Recipe.of(cleaner or Cleaner(), budget=budget)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """The documents with their articles, in their order."""
        waiting: deque[Document] = deque()

        def records() -> Iterator[Record]:
            for number, document in enumerate(data):
                waiting.append(document)
                url = document.metadata.get("url")
                yield Record(number, str(document.id), document.text, url and str(url))

        with Workers(self.recipe) as workers:
            for _, answer in workers.clean(records()):
                document = waiting.popleft()
                self.stat_update(StatHints.total)
                cleaned: dict[str, Any] = json.loads(answer.json)
                if answer.failed or not cleaned["text"]:
                    self.stat_update("errors" if answer.failed else StatHints.dropped)
                    continue
                document.text = cleaned["text"]
                for key in ("language", "site", "threshold"):
                    document.metadata[f"boilerplate_{key}"] = cleaned[key]
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document
