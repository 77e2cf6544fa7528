"""The worker process: cleans one page after the other within a budget."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import pickle
import signal
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

from boilerplate.batch.cleaner_config import Recipe, fingerprint
from boilerplate.batch.record import Fields, Record, opened, scrubbed
from boilerplate.cleaner import Cleaner
from boilerplate.plugins.plugin import PluginError
from boilerplate.serialize import failed_record, to_json

# Ready, an answer, one of a page that was read in part, an error record, out of memory, fatal.
Status = Literal[b"R", b"A", b"P", b"E", b"M", b"F"]

PATIENCE: Final = 4  # times a page's seconds of work, until it has taken too long by the clock

MiB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a record: UTF-8 JSON without a line end, and whether it is an error record.

    ``in_part`` is whether the page's end was left unread.
    """

    json: bytes
    failed: bool = False
    in_part: bool = False

    @property
    def status(self) -> Status:
        """How a worker tells its parent of it."""
        return b"E" if self.failed else b"P" if self.in_part else b"A"


def error_record(record: Record, error: str) -> Answer:
    """What stands for a record of which nothing came."""
    failed = failed_record(record.id, scrubbed(error), url=record.url, record=record.number)
    return Answer(to_json(failed), failed=True)


def clean_record(cleaner: Cleaner, record: Record, fields: Fields, reasons: bool = False) -> Answer:
    """One record's answer, with ``reasons`` or without; an error record if anything fails.

    MemoryError, and PluginError of strict plugins, are raised.
    """
    try:
        record = opened(record, fields)
        if record.error:
            return error_record(record, record.error)
        _forgive(cleaner)
        page = cleaner.clean(record.source, record.url, record.kind, record.charset)
        values = page.to_dict(record.id, record=record.number, reasons=reasons)
        return Answer(to_json(values), in_part=page.page.unread > 0)
    except (MemoryError, PluginError):
        raise
    except Exception as error:  # noqa: BLE001 - one page's failure must not cost the others
        return error_record(record, " ".join(f"{type(error).__name__}: {error}".split())[:1000])


def _forgive(cleaner: Cleaner) -> None:
    """Forget which plugins failed on other pages: which these were differs between runs."""
    for plugin in cleaner.plugins.found:
        plugin.failures = 0


def serve() -> None:
    """Answer the parent's records until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the parent's; what is under way ends well
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plugin prints is no answer
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(BrokenPipeError, EOFError):
        try:
            recipe: Recipe = pickle.load(questions)  # noqa: S301 - from the parent
            cleaner = recipe.build()
            # A model that was shipped whole is the same model; to hash it again takes seconds.
            known = recipe.fingerprint if cleaner.model.path is None else fingerprint(cleaner)
            with contextlib.suppress(Exception):  # of a plugin, which fails on real pages too
                cleaner.clean("<p>What is loaded late is loaded now.</p>")
        except Exception as error:  # noqa: BLE001 - told to the parent, which ends the run
            _answer(answers, b"F", f"{type(error).__name__}: {error}".encode())
            return
        _limit_memory(recipe.budget.memory)
        _answer(answers, b"R", json.dumps(known).encode())
        while True:
            records: list[Record] = pickle.load(questions)  # noqa: S301 - from the parent
            for record in records:
                _begin_page(recipe.budget.seconds, nowhere)
                try:
                    answer = clean_record(cleaner, record, recipe.fields, recipe.reasons)
                except MemoryError:
                    _end_page()
                    _answer(answers, b"M", b"")
                    return
                except PluginError as error:
                    _end_page()
                    _answer(answers, b"F", str(error).encode("utf-8", "replace"))
                    return
                _end_page()
                _answer(answers, answer.status, answer.json)


def _begin_page(seconds: float, nowhere: int) -> None:
    """End this process if a page takes longer, in C code too.

    What counts is the processor's time, which does not depend on how busy the machine is; a
    page that only waits is ended by the clock, later.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends the process
        signal.setitimer(signal.ITIMER_PROF, seconds)
    faulthandler.dump_traceback_later(seconds * PATIENCE, exit=True, file=nowhere)


def _end_page() -> None:
    faulthandler.cancel_dump_traceback_later()
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)


def _answer(answers: IO[bytes], status: Status, data: bytes) -> None:
    answers.write(status + len(data).to_bytes(8, "big") + data)
    answers.flush()


def _limit_memory(mebibytes: int) -> None:
    """Let what a page needs beyond the present fail as MemoryError; on Linux only."""
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[5])  # data, as RLIMIT_DATA counts
        limit = pages * resource.getpagesize() + mebibytes * MiB
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
