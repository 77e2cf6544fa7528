"""A call that may not take longer than so many seconds, as far as Python can see to it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

T = TypeVar("T")

RING_AGAIN: Final = 0.1  # seconds; for code that catches everything and goes on


class TookTooLongError(BaseException):
    """Raised inside a call whose time is up.

    Not an Exception, so that the call's own ``except Exception`` does not swallow it.
    """


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns; TookTooLongError where it takes longer than ``seconds``.

    In the main thread a timer's signal interrupts Python code, ``time.sleep`` and the matching
    of ``re``; elsewhere, and on Windows, a second thread interrupts Python code alone. Code of
    other languages that does not come back cannot be interrupted by either: what it returns,
    too late, is not taken.
    """
    begun = time.monotonic()
    result = (_by_signal if _owns_signals() else _by_thread)(seconds, call)
    if time.monotonic() - begun > seconds:
        raise TookTooLongError
    return result


def _owns_signals() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM)
        is not None  # None: a handler that Python can't restore
    )


def _by_signal(seconds: float, call: Callable[[], T]) -> T:
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise TookTooLongError

    begun = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
    try:
        try:
            return call()
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # a timer of the caller's own: it goes on where it would be by now
            still = max(left - (time.monotonic() - begun), 1e-6)
            signal.setitimer(signal.ITIMER_REAL, still, interval)


def _by_thread(seconds: float, call: Callable[[], T]) -> T:
    import ctypes

    me = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    lock = threading.Lock()
    done = False

    def ring() -> None:
        with lock:
            if not done:
                raise_in(me, ctypes.py_object(TookTooLongError))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        return call()
    finally:
        with lock:
            done = True
        raise_in(me, None)  # one that rang at the last moment must not go off later
        timer.cancel()
