"""``Cleaner.clean``: the whole story of one page, top to bottom."""

from __future__ import annotations

from functools import cache
from os import PathLike
from typing import Any

import numpy as np

from boilerplate.language import detect_language
from boilerplate.model import Model, load_model
from boilerplate.page import CleanPage, Kind, Label, Line, Page, Prediction
from boilerplate.readers import read
from boilerplate.reasons import reasons

DEFAULT_THRESHOLD = 0.5


class Cleaner:
    """Cleans pages with choices made once; reusable, and picklable for worker processes.

    ``model`` is a loaded Model, the path of a model file, or None for the shipped one;
    ``threshold`` is the probability of CONTENT from which a line is kept.
    """

    def __init__(
        self,
        model: Model | str | PathLike[str] | None = None,
        threshold: float = DEFAULT_THRESHOLD,
    ) -> None:
        if not 0.0 <= threshold <= 1.0:
            raise ValueError(f"a threshold is a probability between 0 and 1, not {threshold!r}")
        self.model = model if isinstance(model, Model) else load_model(model)
        self.threshold = threshold

    def clean(
        self,
        source: str | bytes | Page,
        url: str | None = None,
        kind: Kind | None = None,
        charset: str | None = None,
    ) -> CleanPage:
        """The page with a prediction for each line.

        ``source`` is HTML or bare text as str or bytes, or a Page; ``kind`` None tells HTML
        from text by content; ``charset`` is the transport's word on the encoding of bytes.
        Raises TypeError and ValueError for arguments of the wrong kind, never for bad pages.
        """
        page = source if isinstance(source, Page) else read(source, url, kind, charset)
        spoken = [i for i, line in enumerate(page.lines) if not is_blank(line)]
        scored = self.model.predict(page, spoken)
        probability = np.zeros(len(page.lines))
        probability[spoken] = scored.probability
        why = ["blank line"] * len(page.lines)
        for i, reason in zip(spoken, reasons(page, spoken, scored), strict=True):
            why[i] = reason
        predictions = tuple(
            Prediction(line, self.label(line, p), p, reason)
            for line, p, reason in zip(page.lines, probability.round(4).tolist(), why, strict=True)
        )
        return CleanPage(page, predictions, detect_language(page, probability))

    def label(self, line: Line, probability: float) -> Label:
        """CONTENT from the threshold on; a blank line never is."""
        keep = probability >= self.threshold and not is_blank(line)
        return Label.CONTENT if keep else Label.BOILERPLATE

    def __reduce__(self) -> tuple[Any, ...]:
        return (Cleaner, (self.model, self.threshold))


def is_blank(line: Line) -> bool:
    """Whether a line has nothing to show."""
    return not line.text or line.text.isspace()


@cache
def default_cleaner() -> Cleaner:
    """The Cleaner of ``boilerplate.clean``: the shipped model, the default threshold."""
    return Cleaner()


def clean(
    source: str | bytes | Page, url: str | None = None, kind: Kind | None = None
) -> CleanPage:
    """Clean one page with the shipped model; see ``Cleaner.clean``."""
    return default_cleaner().clean(source, url, kind)
