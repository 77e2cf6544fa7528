"""How long code has run or slept, which does not depend on what else the machine does."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Final

# Code may sleep, or wait for a disk, as long as it may use the processor.
_OWN_TIME_FACTOR: Final = 2
# Where the system does not tell how long code had to wait for a processor: as long as on a machine
# with ten times as much to do as it has cores.
_CLOCK_FACTOR: Final = 10


class CallTimeoutError(BaseException):
    """Raised inside a call that takes longer than it may; says what limit it has passed.

    Not an Exception, so that an ``except Exception`` in the called code does not swallow it.
    """


class OwnTime:
    """The time by the clock that a process or a thread has for itself, from now on.

    ``task`` is its id, ``seconds`` the processor time that it may use. On Linux, time in which it
    waited for a processor does not count.
    """

    def __init__(self, task: int, seconds: float) -> None:
        self._task = task
        self._begun = time.monotonic()
        waited = self._waited()
        self._waited_before = waited or 0.0
        self.limit = seconds * (_CLOCK_FACTOR if waited is None else _OWN_TIME_FACTOR)

    @property
    def is_over(self) -> bool:
        """Whether it has had more than its limit."""
        passed = time.monotonic() - self._begun
        if passed <= self.limit:
            return False
        waited = self._waited()
        if waited is not None and self._is_waiting():
            return False
        return passed - ((waited or 0.0) - self._waited_before) > self.limit

    def _waited(self) -> float | None:
        """The seconds that it has waited for a processor; None where that is not known."""
        try:
            return int(self._told("schedstat").split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return None

    def _is_waiting(self) -> bool:
        """Whether it may be waiting for a processor now, which is counted when it has got one."""
        if self._task == threading.get_native_id():
            return False
        with suppress(OSError, IndexError):
            return self._told("stat").rpartition(b")")[2].split()[0] == b"R"
        return False

    def _told(self, what: str) -> bytes:
        with open(f"/proc/{self._task}/{what}", "rb") as file:  # noqa: PTH123 - Path takes thrice as long
            return file.read()


def took_too_long(seconds: float) -> CallTimeoutError:
    """The error of a call that has used more processor time than ``seconds``."""
    return CallTimeoutError(f"it took more than {seconds:g} s of processor time")


def waited_too_long(own_time: OwnTime) -> CallTimeoutError:
    """The error of a call that did not end, and used little of the processor."""
    return CallTimeoutError(f"it did not end within {own_time.limit:g} s")
