"""The worker process: cleans one page after the other, within limits of time and memory."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import pickle
import signal
import time
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from boilerplate.batch.child import limit_memory, send_message
from boilerplate.batch.cleaner_config import CleanerConfig, ResultForm, SketchOf, fingerprint
from boilerplate.batch.packed import packed
from boilerplate.batch.record import Fields, Record, RecordError, replace_surrogates, unpack
from boilerplate.batch.sketches import sketched
from boilerplate.cleaner import Cleaner
from boilerplate.metadata.claims import claims_of
from boilerplate.page import Page
from boilerplate.plugins.copies import Copies, can_copy
from boilerplate.plugins.plugin import PluginError
from boilerplate.plugins.strikes import PageStrikes, RunStrikes
from boilerplate.reading.magic import NotAPageError
from boilerplate.reading.source import Source
from boilerplate.result import CleanPage
from boilerplate.serialize import failed_record, to_json
from boilerplate.site_models.folder import corrector_of, is_site

# The first byte of each message to the parent: ready; a cleaned page; a cleaned page that was not
# read to its end; a page that failed; out of memory; an error that ends the run; the site of the
# page that comes next, and what plugins did on it, pickled.
MessageType = Literal[b"R", b"A", b"P", b"E", b"M", b"F", b"S", b"O"]


# A page may take this many times its seconds of processor time by the clock.
WALL_CLOCK_FACTOR: Final = 4
# A worker may take so many seconds of processor time to start: what it loads may hang.
START_SECONDS: Final = 120.0
MAX_ERROR_CHARS: Final = 1000


@dataclass(frozen=True, slots=True)
class CleanedRecord:
    """A record's page as UTF-8 JSON on one line, and how it went.

    Where the config asks for it, a packed page or a sketch is there instead, unless it ``failed``.
    ``failed`` is whether it holds an error instead of a page, ``in_part`` whether the page's end
    was not read or not there, ``to_retry`` whether the error may be the machine's. ``site`` is the
    page's site if it has neither a plugin nor a site model, else "". ``plugins`` is what those did
    that apply to the page, if any does.
    """

    json: bytes
    failed: bool = False
    in_part: bool = False
    to_retry: bool = False
    site: str = ""
    plugins: PageStrikes | None = None

    @property
    def message_type(self) -> MessageType:
        """The type of the message that brings it to the parent process."""
        return b"E" if self.failed else b"P" if self.in_part else b"A"

    def may_be_due_to(self, plugins: Collection[str]) -> bool:
        """Whether one of these plugins was called for the page, or may have ended it."""
        return bool(plugins) and (self.failed or not self.called.isdisjoint(plugins))

    @property
    def called(self) -> frozenset[str]:
        """The plugins that were called for the page, as far as is known."""
        return self.plugins.names if self.plugins else frozenset()


def failed_page(record: Record, error: str) -> CleanedRecord:
    """What a record becomes that cannot be cleaned."""
    values = failed_record(
        record.id,
        replace_surrogates(error),
        url=record.url,
        record=record.number,
        fetched=_fetched(record),
    )
    return CleanedRecord(to_json(values), failed=True)


def _fetched(record: Record) -> dict[str, Any] | None:
    return asdict(record.fetched) if record.fetched else None


def clean_record(
    cleaner: Cleaner,
    record: Record,
    fields: Fields,
    reasons: bool = False,
    form: ResultForm = "json",
) -> CleanedRecord:
    """Clean one record; whatever error its page raises becomes part of the result.

    ``reasons`` is whether the lines say why they were kept or dropped, ``form`` whether the page is
    JSON, packed or sketched. Raises MemoryError, and PluginError if plugins are strict.
    """
    try:
        record = unpack(record, fields)
        if record.error:
            return failed_page(record, record.error)
        if isinstance(form, SketchOf):
            return CleanedRecord(sketched(record, form.site, cleaner.model).to_bytes())
        page = cleaned_page(cleaner, record, with_metadata=form == "json")
        unread = page.page.unread + record.unread
        if form == "packed":
            return CleanedRecord(packed(page, reasons), in_part=unread > 0)
        values = page.to_dict(record.id, record=record.number, reasons=reasons)
        values["fetched"] = _fetched(record)
        values["unread"] = unread
        site = site_without_help(cleaner, page.page)
        return CleanedRecord(to_json(values), in_part=unread > 0, site=site)
    except (MemoryError, PluginError):
        raise
    except Exception as error:  # noqa: BLE001 - one page's failure must not cost the others
        return failed_page(record, error_message(error))


def site_without_help(cleaner: Cleaner, page: Page) -> str:
    """A page's site, if no plugin and no site model is for it; else ""."""
    site = page.site or ""
    if "." not in site or not is_site(site) or cleaner.plugins.has_rules_for(site):
        return ""
    return "" if corrector_of(cleaner.site_models, page) else site


def cleaned_page(cleaner: Cleaner, record: Record, *, with_metadata: bool = False) -> CleanPage:
    """The cleaned page of a record that was unpacked; raises whatever the page raises.

    ``with_metadata`` is whether its metadata will be asked for.
    """
    look = claims_of if with_metadata else None
    return cleaner.clean(Source(record.source, record.url, record.kind, record.charset, look))


def error_message(error: Exception) -> str:
    """What is said of a page that could not be cleaned, on one line."""
    if isinstance(error, NotAPageError | RecordError):
        return str(error)[:MAX_ERROR_CHARS]
    return " ".join(f"{type(error).__name__}: {error}".split())[:MAX_ERROR_CHARS]


@dataclass(frozen=True, slots=True)
class Request:
    """Records to clean, one after the other, without the plugins that are switched off: ``off``.

    ``careful`` is for a record that has ended a worker.
    """

    records: Sequence[Record]
    off: frozenset[str] = frozenset()
    careful: bool = False


def serve() -> None:
    """Clean the records that the parent process sends, until it is gone.

    The parent sends a pickled CleanerConfig, then Requests. Each message to it is its type, its
    length in 8 bytes, and its data.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles ^C
    requests = os.fdopen(os.dup(0), "rb")
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plugin prints goes to standard error
    warnings.simplefilter("ignore")
    timers = _Timers(os.open(os.devnull, os.O_WRONLY))
    with contextlib.suppress(BrokenPipeError, EOFError):
        try:
            with timers.running(START_SECONDS):
                config: CleanerConfig = pickle.load(requests)  # noqa: S301 - from the parent
                cleaner = config.build()
                # A model that came pickled is the parent's; hashing it again would take seconds.
                known = config.fingerprint if cleaner.model.path is None else fingerprint(cleaner)
                with contextlib.suppress(Exception):  # rules may fail here as on any page
                    _load_what_is_loaded_on_first_use(cleaner)
        except Exception as error:  # noqa: BLE001 - the parent raises it, and ends the run
            send_message(results, b"F", f"{type(error).__name__}: {error}".encode())
            return
        plugins = cleaner.plugins
        if can_copy:
            plugins.copies = Copies((0, requests.fileno(), results.fileno()), timers.held)
        limit_memory(config.budget.memory)
        send_message(results, b"R", json.dumps(known).encode())
        while True:
            request: Request = pickle.load(requests)  # noqa: S301 - from the parent
            plugins.careful = request.careful
            so_far = RunStrikes(config.failures)
            for record in request.records:
                # What is switched off by these pages alone is so with those before them as well.
                strikes = PageStrikes(request.off | so_far.off)
                try:
                    with timers.running(config.budget.seconds), plugins.counting(strikes):
                        cleaned = clean_record(
                            cleaner, record, config.fields, config.reasons, config.form
                        )
                except MemoryError:
                    send_message(results, b"M", b"")
                    return
                except PluginError as error:
                    send_message(results, b"F", str(error).encode("utf-8", "replace"))
                    return
                if cleaned.site:
                    send_message(results, b"S", cleaned.site.encode())
                if strikes.successes or strikes.failures:
                    so_far.count(strikes)
                    send_message(results, b"O", pickle.dumps(strikes, 5))
                send_message(results, cleaned.message_type, cleaned.json)


def _load_what_is_loaded_on_first_use(cleaner: Cleaner) -> None:
    """Clean a page that is nobody's; a plugin's code is for pages of the run, and not called."""
    with_code = frozenset(p.name for p in cleaner.plugins.active if p.has_code_for_pages)
    with cleaner.plugins.counting(PageStrikes(with_code)):
        cleaner.clean("<p>The first page loads what is loaded on first use.</p>")


class _Timers:
    """End this process if a page takes too long, even if it never leaves C code.

    The limit is of processor time, which does not depend on how busy the machine is. A page that
    waits without using the processor is ended by the clock, later; a copy of this process that
    calls a plugin's code has limits of its own, and does not count. ``null`` is where the
    interpreter may write what it has to say of it.
    """

    def __init__(self, null: int) -> None:
        self._null = null
        self._end = 0.0  # by the clock

    @contextlib.contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        """Limit the processor time of a block."""
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process
            signal.setitimer(signal.ITIMER_PROF, seconds)
        self._end = time.monotonic() + seconds * WALL_CLOCK_FACTOR
        self._watch()
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_PROF, 0)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Stop the clock for a block within a ``running`` one."""
        faulthandler.cancel_dump_traceback_later()
        begun = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - begun
            self._watch()

    def _watch(self) -> None:
        seconds = max(self._end - time.monotonic(), 1e-3)
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._null)
