"""Calling a plugin's code in a copy of this process, of which only the answer is kept.

A copy (``os.fork``) that hangs in C, crashes or exits ends alone, and what it changes, from the
working directory to the page, ends with it. Each call begins as the process is, whichever pages it
had before, so that an answer depends on its page alone.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

from boilerplate.plugins.clock import OwnTime, took_too_long, waited_too_long

T = TypeVar("T")

can_copy: Final = hasattr(os, "fork") and hasattr(signal, "setitimer")
_PR_SET_PDEATHSIG: Final = 1  # for prctl of Linux: the signal to get when the parent ends
# A copy ends itself after this many times its seconds by the clock, if its parent has not, which is
# gone then (and takes it along, on Linux).
_ORPHAN_FACTOR: Final = 50
_LOOK_SECONDS: Final = 0.1  # until a copy that does not answer is looked at again
_HEAD: Final = 9  # bytes before an answer: whether the call failed, and the answer's size


class CopyError(Exception):
    """The code that a copy ran raised, or ended it; says how."""


class CopyEndedError(CopyError):
    """The code that a copy ran has ended it."""


def copies_if_possible() -> Copies | None:
    """How copies are made where nobody waits for their end; None where there can be none."""
    return Copies() if can_copy else None


@dataclass(frozen=True, slots=True)
class Copies:
    """How copies of this process are made.

    ``closed`` are file descriptors that a copy must not keep open, for somebody waits for their
    end. ``held`` stops, while a copy is at work, what would end this process for taking long.
    """

    closed: tuple[int, ...] = ()
    held: Callable[[], AbstractContextManager[object]] = nullcontext

    def call(
        self, seconds: float, function: Callable[[], T], describe: Callable[[BaseException], str]
    ) -> T:
        """What ``function`` returns in a copy of this process; it must be picklable.

        It has ``seconds`` of processor time, and what OwnTime allows it for waiting. Raises
        CallTimeoutError if it takes longer, CopyError with what ``describe`` says of an exception
        that it raises, and CopyEndedError if it ends the copy.
        """
        for stream in (sys.stdout, sys.stderr):  # or the copy would write what they hold as well
            with suppress(AttributeError, OSError, ValueError):
                stream.flush()
        _prctl()  # in this process, so that its copies need not load it
        answers, to_answer = os.pipe()
        try:
            with self.held():
                pid = os.fork()
                if not pid:
                    self._be_the_copy(seconds, function, describe, to_answer)
                os.close(to_answer)
                own_time = OwnTime(pid, seconds)
                answer, status = _answer_of(pid, answers, own_time)
        finally:
            os.close(answers)
        if not _is_whole(answer):
            raise _how_it_ended(status, seconds, own_time)
        if answer[0]:
            raise CopyError(answer[_HEAD:].decode("utf-8", "replace"))
        return pickle.loads(answer[_HEAD:])  # type: ignore[no-any-return] # noqa: S301 - a copy's

    def _be_the_copy(
        self,
        seconds: float,
        function: Callable[[], object],
        describe: Callable[[BaseException], str],
        to_answer: int,
    ) -> None:
        """Call the function, send its answer and end. Never returns."""
        try:
            _end_with_parent()
            for descriptor in self.closed:
                os.close(descriptor)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)  # what a plugin prints goes to standard error
            os.setsid()  # so that what it starts can be ended with it
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is for the process itself
            for number, timer, limit in (
                (signal.SIGPROF, signal.ITIMER_PROF, seconds),
                (signal.SIGALRM, signal.ITIMER_REAL, seconds * _ORPHAN_FACTOR),
            ):
                signal.signal(number, signal.SIG_DFL)  # ends the copy, also in C
                signal.setitimer(timer, limit)
            _no_core_file()
            try:
                failed, data = False, pickle.dumps(function(), 5)
            except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
                failed, data = True, describe(error).encode("utf-8", "replace")
            for stream in (sys.stdout, sys.stderr):
                with suppress(Exception):
                    stream.flush()
            message = bytes([failed]) + len(data).to_bytes(8, "big") + data
            while message:
                message = message[os.write(to_answer, message) :]
        finally:
            os._exit(0)


def _answer_of(pid: int, answers: int, own_time: OwnTime) -> tuple[bytes, int | None]:
    """What a copy has written and how it ended; None if it was killed, for its time is over.

    It is killed as well once its answer is whole, with all processes that it has started.
    """
    received = bytearray()
    status: int | None = None
    is_open = True
    waiting = select.poll()
    waiting.register(answers, select.POLLIN)
    is_over = False
    try:
        while not _is_whole(received) and status is None and not is_over:
            if not is_open:
                time.sleep(0.001)  # it is about to end, or has closed what it answers with
            elif waiting.poll(_LOOK_SECONDS * 1000):
                part = os.read(answers, 1 << 16)
                received += part
                is_open = bool(part)
                continue
            status = _status_of(pid)  # what it has started may keep the pipe open
            is_over = status is None and own_time.is_over
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(-pid, signal.SIGKILL)
        if status is None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # which may have no group of its own yet
            status = os.waitpid(pid, 0)[1]
    return bytes(received), None if is_over else status


def _is_whole(received: bytes | bytearray) -> bool:
    size = int.from_bytes(received[1:_HEAD], "big")
    return len(received) >= _HEAD and len(received) >= _HEAD + size


def _status_of(pid: int) -> int | None:
    """A process's status if it has ended; else None."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return status if ended else None


def _how_it_ended(status: int | None, seconds: float, own_time: OwnTime) -> BaseException:
    if status is None:
        return waited_too_long(own_time)
    if not os.WIFSIGNALED(status):
        return CopyEndedError(f"it ended its process with status {os.WEXITSTATUS(status)}")
    number = os.WTERMSIG(status)
    if number == signal.SIGPROF:
        return took_too_long(seconds)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    return CopyEndedError(f"it crashed ({name})")


def _end_with_parent() -> None:
    """Let this process, a copy, end when its parent is killed. On Linux only."""
    if prctl := _prctl():
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


@cache
def _prctl() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    import ctypes  # not needed by those who have no plugins

    return getattr(ctypes.CDLL(None), "prctl", None)


def _no_core_file() -> None:
    """Let this process leave no file when it crashes."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
