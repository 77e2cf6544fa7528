"""What a plugin's code may change of the process that it runs in, and has put back.

Only where it does not run in a copy of the process: see ``copies``.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

T = TypeVar("T")

_STREAMS: Final = ("stdin", "stdout", "stderr")


def own_copy(value: T) -> T:
    """A copy of a page, or of what is said of one, that a plugin may change as it likes."""
    return pickle.loads(pickle.dumps(value, 5))  # type: ignore[no-any-return] # noqa: S301 - ours


@contextmanager
def unchanged_process() -> Iterator[None]:
    """Put back the working directory, signal handlers, standard streams and warnings filters."""
    try:
        folder = os.getcwd()  # noqa: PTH109 - a str is enough
    except OSError:  # it was removed
        folder = ""
    streams = [getattr(sys, name) for name in _STREAMS]
    filters, showwarning = warnings.filters[:], warnings.showwarning
    handlers = _handlers()
    try:
        yield
    finally:
        if folder:
            with suppress(OSError):
                os.chdir(folder)
        for name, stream in zip(_STREAMS, streams, strict=True):
            setattr(sys, name, stream)
        if warnings.filters != filters:  # else warnings would be shown again that were shown once
            warnings.resetwarnings()
            warnings.filters.extend(filters)  # type: ignore[attr-defined]
        warnings.showwarning = showwarning
        for number, handler in handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)


def _handlers() -> dict[int, signal._HANDLER]:
    """The handlers of signals that Python has installed, which it can install again."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    found = {number: signal.getsignal(number) for number in signal.valid_signals()}
    return {number: handler for number, handler in found.items() if handler is not None}
