"""Calling a function with a time limit, as far as Python can enforce one."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, TypeVar

T = TypeVar("T")

# Seconds until the timer fires again, for code that catches the exception and goes on.
REPEAT_SECONDS: Final = 0.1


class CallTimeoutError(BaseException):
    """Raised inside a call that takes longer than it may.

    Not an Exception, so that an ``except Exception`` in the called code does not swallow it.
    """


def run_with_timeout(seconds: float, call: Callable[[], T]) -> T:
    """Return what ``call`` returns. Raises CallTimeoutError if it takes longer than ``seconds``.

    In the main thread of a POSIX system, a timer signal interrupts Python code, ``time.sleep``
    and the matching of ``re``. In other threads and on Windows, a second thread interrupts Python
    code only. Neither can interrupt C code that does not return to the interpreter; a result that
    arrives too late is discarded.
    """
    started = time.monotonic()
    result = (_run_with_signal if _may_use_signals() else _run_with_thread)(seconds, call)
    if time.monotonic() - started > seconds:
        raise CallTimeoutError
    return result


def _may_use_signals() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        # None: the handler was not installed from Python, so it could not be restored.
        and signal.getsignal(signal.SIGALRM) is not None
    )


def _run_with_signal(seconds: float, call: Callable[[], T]) -> T:
    running = True

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if running:
            raise CallTimeoutError

    started = time.monotonic()
    previous_handler = signal.signal(signal.SIGALRM, interrupt)
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
    try:
        try:
            return call()
        finally:
            running = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler)
        if remaining:  # the caller had a timer running: continue it, less the time spent here
            remaining = max(remaining - (time.monotonic() - started), 1e-6)
            signal.setitimer(signal.ITIMER_REAL, remaining, interval)


def _run_with_thread(seconds: float, call: Callable[[], T]) -> T:
    import ctypes

    caller = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    lock = threading.Lock()
    done = interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        with lock:
            if not done:
                interrupted = True
                raise_in(caller, ctypes.py_object(CallTimeoutError))

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        return call()
    finally:
        with lock:
            done = True
        timer.cancel()
        if interrupted:
            # An exception that was set and not raised yet is raised here. Clearing it instead, or
            # where none is set, would leave Python 3.11 looking for one forever, and hang it as
            # soon as a function is traced.
            with suppress(CallTimeoutError):
                for _ in range(1000):
                    pass
