"""Calling a function with a limit of time, as far as Python can enforce one.

The limit is of processor time, so that it does not depend on what else the machine does. Code that
waits uses none, so there is another limit for it behind that.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, TypeVar

from boilerplate.plugins.clock import CallTimeoutError, OwnTime, took_too_long, waited_too_long

T = TypeVar("T")

# Seconds until a call that is late is looked at, or interrupted, again: it may have had little of
# the processor, or catch the exception and go on.
REPEAT_SECONDS: Final = 0.1
_KNOWS_OTHERS: Final = hasattr(time, "pthread_getcpuclockid")  # the processor time of threads


class Stopwatch:
    """The time that a call of the current thread has left: ``seconds`` of processor time.

    ``waits`` is whether it may wait for anything, so that the time in which it does is limited too.
    """

    def __init__(self, seconds: float, waits: bool) -> None:
        self.seconds = seconds
        self._own_time = OwnTime(threading.get_native_id(), seconds) if waits else None
        self._thread = threading.get_ident()
        self._begun = time.monotonic()
        self._processor_begun = time.thread_time() if _KNOWS_OTHERS else time.process_time()

    def check(self) -> None:
        """Raise CallTimeoutError if the call has taken too long; also from other threads."""
        if time.monotonic() - self._begun <= self.seconds:
            return  # so it cannot have used more
        if self._processor_time() - self._processor_begun > self.seconds:
            raise took_too_long(self.seconds)
        if self._own_time and self._own_time.is_over:
            raise waited_too_long(self._own_time)

    def _processor_time(self) -> float:
        """That of the thread; of all threads, on systems that tell no thread that of another."""
        if not _KNOWS_OTHERS:
            return time.process_time()
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread))

    @property
    def is_late(self) -> bool:
        """Whether the call has taken too long."""
        with suppress(CallTimeoutError):
            self.check()
            return False
        return True


def run_with_timeout(seconds: float, call: Callable[[], T], waits: bool = True) -> T:
    """Return what ``call`` returns. Raises CallTimeoutError if it takes longer than it may.

    That is ``seconds`` of processor time, or what ``OwnTime`` allows it for waiting, unless it
    never ``waits``. In the main thread of a POSIX system, a timer signal interrupts Python code,
    ``time.sleep`` and the matching of ``re``. In other threads and on Windows, a second thread
    interrupts Python code only. Neither can interrupt C code that does not return to the
    interpreter; a result that arrives too late is discarded.
    """
    watch = Stopwatch(seconds, waits)
    result = (_run_with_signal if _may_use_signals() else _run_with_thread)(watch, call)
    watch.check()
    return result


def _may_use_signals() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        # None: the handler was not installed from Python, so it could not be restored.
        and signal.getsignal(signal.SIGALRM) is not None
    )


def _run_with_signal(watch: Stopwatch, call: Callable[[], T]) -> T:
    running = True

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if running:
            watch.check()

    started = time.monotonic()
    previous_handler = signal.signal(signal.SIGALRM, interrupt)
    # No call can have used up its processor time before so much time has passed by the clock.
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, watch.seconds, REPEAT_SECONDS)
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


def _run_with_thread(watch: Stopwatch, call: Callable[[], T]) -> T:
    import ctypes

    caller = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    lock = threading.Lock()
    done = threading.Event()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        wait = watch.seconds
        while not done.wait(wait):
            wait = REPEAT_SECONDS
            with lock:
                if not done.is_set() and watch.is_late:
                    interrupted = True
                    raise_in(caller, ctypes.py_object(CallTimeoutError))
                    return

    threading.Thread(target=interrupt, daemon=True).start()
    try:
        return call()
    except CallTimeoutError:
        watch.check()  # raises it with words
        raise
    finally:
        with lock:
            done.set()
        if interrupted:
            # An exception that was set and not raised yet is raised here. Clearing it instead, or
            # where none is set, would leave Python 3.11 looking for one forever, and hang it as
            # soon as a function is traced.
            with suppress(CallTimeoutError):
                for _ in range(1000):
                    pass
