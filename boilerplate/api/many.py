"""``clean_many``: one page after the other, in one process or several."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, field
from typing import Any, Final

from boilerplate.api.clean import chosen_cleaner
from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.packed import compact, unpacked_page
from boilerplate.batch.pool import WorkerPool
from boilerplate.batch.record import Record, limit_size
from boilerplate.batch.run import cores
from boilerplate.batch.worker import cleaned_page, error_message
from boilerplate.cleaner import Cleaner
from boilerplate.page import Kind, Page
from boilerplate.plugins.plugin import PluginError
from boilerplate.plugins.strikes import RunStrikes, Strikes
from boilerplate.reading.source import Source, source_of
from boilerplate.reading.urls import given_url
from boilerplate.result import CleanPage

# Starting a process takes as long as cleaning some tens of pages: fewer are cleaned in this one.
FEW: Final = 32


def clean_many(
    sources: Iterable[Any],
    workers: int | None = None,
    progress: bool = False,
    *,
    kind: Kind | None = None,
    charset: str | None = None,
    reasons: bool = False,
    **options: Any,
) -> Iterator[CleanPage]:
    """Clean many pages: a generator of one ``CleanPage`` for each, in their order.

    Pages are read from ``sources`` as they are needed, some tens ahead, so that any number of them
    fits into memory. A page that cannot be read or cleaned never stops the others: it comes back
    without lines, and its ``error`` says why. Results are the same for any number of workers, which
    send columns back, and no reasons unless asked: those of all lines take half as much time again.

    Args:
        sources: What ``boilerplate.clean`` takes, each alone or as a tuple (source, URL), or a
            mapping with "html" or "text", and "url" and "charset" if they are known.
        workers: How many processes clean pages. 1 uses this one. None takes one for each core, and
            this one for lists of up to 32 pages. In worker processes a page has 30 seconds and
            1 GiB, and one that ends its process is an error as well.
        progress: Whether a bar is shown on standard error.
        kind: "html" or "text", for all pages; None tells by content.
        charset: The encoding that the HTTP header of each page names.
        reasons: Whether the predictions say why each line was kept or dropped.
        options: ``threshold``, ``keep``, ``drop``, ``plugins``, ``site_models``, as for ``clean``.

    Raises:
        TypeError: ``sources`` is one page, or an option has another type than is accepted.
        ValueError: An option has a value that is not accepted. Both are raised by the call itself.

    >>> pages = clean_many(["<p>Un bac<p>Deux bacs", ("<p>Bir vapur", "gazete.example/1"), 5])
    >>> [(len(page.predictions), page.site, page.error[:28]) for page in pages]
    [(2, None, ''), (1, 'gazete.example', ''), (0, None, 'TypeError: a page is str or ')]
    """
    _refuse_one_page(sources)
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise ValueError(f"workers is a number of processes from 1 on, or None, not {workers!r}")
    cleaner = chosen_cleaner(**options)
    source_of("", kind="text" if kind is None else kind, charset=charset)  # are they valid?
    total = len(sources) if isinstance(sources, Sized) else None
    if workers is None:
        workers = 1 if total is not None and total <= FEW else cores()
    reader = _Reader(iter(sources), kind, charset)
    if workers == 1:
        cleaned = _clean_here(cleaner, reader, reasons)
    else:
        config = CleanerConfig.of(cleaner, reasons=reasons, form="packed")
        strikes = RunStrikes(config.failures, cleaner.plugins.warn)
        cleaned = _clean_in_workers(config, reader, workers, strikes)
    return _shown(cleaned, total) if progress else cleaned


def _refuse_one_page(sources: Any) -> None:
    if isinstance(sources, str | bytes | bytearray | memoryview | Page | Mapping):
        raise TypeError(
            f"clean_many takes many pages, not one {type(sources).__name__}; write "
            "boilerplate.clean(page), or clean_many([page])"
        )
    if isinstance(sources, os.PathLike):
        raise TypeError(
            "clean_many takes many pages, not a path; write "
            f"boilerplate.clean_many(pathlib.Path({str(sources)!r}).glob('**/*.html'))"
        )
    if not isinstance(sources, Iterable):
        raise TypeError(f"clean_many takes an iterable of pages, not {type(sources).__name__}")


@dataclass(slots=True)
class _Reader:
    """Reads each item into a Record; one that is no page becomes a Record with an error.

    What the iterable itself raises is kept in ``failure``, so that pages before it come out first.
    """

    items: Iterator[Any]
    kind: Kind | None
    charset: str | None
    failure: Exception | None = field(default=None)

    def __iter__(self) -> Iterator[Record]:
        number = 0
        while True:
            try:
                item = next(self.items)
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 - raised again, after the pages before it
                self.failure = error
                return
            yield self._record(number, item)
            number += 1

    def _record(self, number: int, item: Any) -> Record:
        url: Any = None
        try:
            source, url = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
            given = self._given(source, _none_if_blank(url))
        except Exception as error:  # noqa: BLE001 - one page's failure must not cost the others
            known = url if isinstance(url, str) else None
            return Record(number, str(number), url=known, error=error_message(error))
        record = Record(number, str(number), given.data, given.url, given.kind, given.charset)
        return limit_size(record)

    def _given(self, source: Any, url: Any) -> Source:
        if isinstance(source, Page):
            return _of_page(source, url)
        if isinstance(source, Mapping):
            return self._of_mapping(source, url)
        return source_of(source, url, self.kind, self.charset)

    def _of_mapping(self, record: Mapping[Any, Any], url: Any) -> Source:
        url = url or _none_if_blank(record.get("url"))
        charset = record.get("charset") or self.charset
        for name in ("html", "text"):
            page = record.get(name)
            if isinstance(page, str):  # whatever it says: a record is no mistake in a call
                kind: Kind | None = self.kind or ("html" if name == "html" else None)
                return Source(page, given_url(url), kind, charset)
            if page is not None:
                return source_of(page, url, self.kind, charset)
        raise ValueError("this mapping has neither 'html' nor 'text'")


def _none_if_blank(url: Any) -> Any:
    """Data without a URL has None, an empty string, or a missing value (NaN, pandas' NA)."""
    if isinstance(url, str):
        return url or None
    missing = (isinstance(url, float) and url != url) or type(url).__name__ == "NAType"
    return None if missing else url


def _of_page(page: Page, url: Any) -> Source:
    """What a Page was read from."""
    url = given_url(url) or page.url
    if page.html:
        return Source(page.html, url, "html")
    if page.kind == "html":
        raise ValueError("this Page has no markup; give it to boilerplate.clean")
    return Source("\n".join(line.text for line in page.lines), url, "text")


def _failed(record: Record, error: str) -> CleanPage:
    return CleanPage(Page((), url=record.url), (), error=error)  # type: ignore[arg-type]


def _clean_here(cleaner: Cleaner, reader: _Reader, reasons: bool) -> Iterator[CleanPage]:
    strikes = Strikes(cleaner.plugins.settings.limits.failures)
    for record in reader:
        if record.error:
            yield _failed(record, record.error)
            continue
        try:
            with cleaner.plugins.counting(strikes):
                page = compact(cleaned_page(cleaner, record), reasons)
        except (MemoryError, PluginError):
            raise
        except Exception as error:  # noqa: BLE001 - one page's failure must not cost the others
            page = _failed(record, error_message(error))
        yield page
    if reader.failure:
        raise reader.failure


def _clean_in_workers(
    config: CleanerConfig, reader: _Reader, workers: int, strikes: RunStrikes
) -> Iterator[CleanPage]:
    with WorkerPool(config, workers) as pool:
        for record, result in pool.clean(reader, strikes):
            if result.failed:
                yield _failed(record, json.loads(result.json)["error"])
            else:
                yield unpacked_page(result.json)
    if reader.failure:
        raise reader.failure


def _shown(cleaned: Iterator[CleanPage], total: int | None) -> Iterator[CleanPage]:
    """The pages, with a bar on standard error that counts them."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        BarColumn(), MofNCompleteColumn(), TextColumn("pages, {task.fields[errors]} errors"),
        TimeElapsedColumn(), console=Console(stderr=True),
    )  # fmt: skip
    errors = 0
    with bar, contextlib.closing(cleaned):  # type: ignore[type-var]
        task = bar.add_task("", total=total, errors=0)
        for page in cleaned:
            errors += bool(page.error)
            bar.update(task, advance=1, errors=errors)
            yield page
