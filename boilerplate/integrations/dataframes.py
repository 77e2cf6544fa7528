"""Pages in memory: lists, and columns of pandas and polars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from boilerplate.api.clean import default_cleaner
from boilerplate.cleaner import Cleaner
from boilerplate.reading.magic import NotAPageError
from boilerplate.reading.source import Source as Given
from boilerplate.result import CleanPage

Column = TypeVar("Column")
Source = str | bytes | None


def clean_list(
    sources: Sequence[Source],
    urls: Iterable[str | None] | None = None,
    cleaner: Cleaner | None = None,
    n_jobs: int = 1,
) -> list[CleanPage | None]:
    """Clean pages, HTML or text, in their order; None stays None, and so become bytes of no page.

    ``urls`` has one URL for each page. ``cleaner`` None takes the shipped model. ``n_jobs`` is the
    number of joblib's processes, -1 for all cores. A page that crashes its process fails the whole
    list: for millions of untrusted pages use ``boilerplate.batch.run``. Raises ValueError if the
    numbers of pages and URLs differ.
    """
    cleaner = cleaner or default_cleaner()
    url_list = [None] * len(sources) if urls is None else list(urls)
    if len(url_list) != len(sources):
        raise ValueError(
            f"a URL for each page is needed: {len(sources)} pages, {len(url_list)} URLs"
        )
    pairs = zip(sources, url_list, strict=True)
    if n_jobs == 1:
        return [_clean(cleaner, source, url) for source, url in pairs]
    from joblib import Parallel, delayed

    task = delayed(_clean)
    cleaned: list[CleanPage | None] = Parallel(n_jobs)(task(cleaner, *pair) for pair in pairs)
    return cleaned


def clean_column(
    pages: Column, urls: Any = None, cleaner: Cleaner | None = None, n_jobs: int = 1
) -> Column:
    """The kept text of each page of a pandas or polars Series, as a Series of the same index.

    Missing values stay missing. ``urls`` is a Series of the same length. In polars the function
    also works in an expression: ``pl.col("html").map_batches(clean_column,
    return_dtype=pl.String)``.
    """
    texts = [
        page.text if page else None
        for page in clean_list(
            _values(pages), None if urls is None else _values(urls), cleaner, n_jobs
        )
    ]
    series: Any = pages
    if _is_polars(series):
        import polars

        result: Any = polars.Series(series.name, texts, dtype=polars.String)
    else:
        import pandas

        result = pandas.Series(texts, index=series.index, name=series.name, dtype="object")
    column: Column = result
    return column


def _clean(cleaner: Cleaner, source: Source, url: str | None) -> CleanPage | None:
    if source is None:
        return None
    try:
        return cleaner.clean(Given(source, url))
    except NotAPageError:
        return None


def _values(column: Any) -> list[Any]:
    if _is_polars(column):
        return list(column.to_list())
    missing = column.isna().tolist()
    return [None if none else value for value, none in zip(column.tolist(), missing, strict=True)]


def _is_polars(column: Any) -> bool:
    return type(column).__module__.partition(".")[0] == "polars"
