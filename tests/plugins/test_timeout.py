"""A call that takes too long is interrupted, and signal handlers and timers are restored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from boilerplate.plugins.clock import CallTimeoutError, OwnTime
from boilerplate.plugins.timeout import run_with_timeout


def test_the_result_of_a_call_is_returned() -> None:
    assert run_with_timeout(60, lambda: "değer") == "değer"


def test_an_exception_of_a_call_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run_with_timeout(60, lambda: 1 / 0)


def test_a_result_that_arrives_too_late_is_discarded() -> None:
    def stubborn() -> str:
        try:
            time.sleep(60)
        except BaseException:  # noqa: BLE001 - as a badly written plugin does
            return "timeout"
        return "never"

    with pytest.raises(CallTimeoutError):
        run_with_timeout(0.05, stubborn)


def test_a_call_that_waits_has_more_time_than_one_that_works() -> None:
    def waits() -> str:
        time.sleep(0.3)
        return "değer"

    assert run_with_timeout(0.2, waits) == "değer"
    with pytest.raises(CallTimeoutError, match=r"more than 0\.2 s of processor time"):
        run_with_timeout(0.2, endless)
    with pytest.raises(CallTimeoutError, match=r"did not end within 0\.4 s"):
        run_with_timeout(0.2, lambda: time.sleep(60))


def test_time_in_which_others_had_the_processor_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = time.monotonic()
    monkeypatch.setattr(OwnTime, "_waited", lambda self: time.monotonic() - begun)
    own_time = OwnTime(os.getpid(), 0.01)
    time.sleep(0.1)
    assert own_time.limit == 0.02
    assert not own_time.is_over
    monkeypatch.setattr(OwnTime, "_waited", lambda self: None)  # as on other systems than Linux
    assert OwnTime(os.getpid(), 0.01).limit == 0.1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
class TestSignals:
    def test_handler_and_timer_of_the_caller_are_restored(self) -> None:
        fired = []
        before = signal.signal(signal.SIGALRM, lambda *_: fired.append(1))
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            assert run_with_timeout(60, lambda: "x") == "x"
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
            time.sleep(0.3)
            assert fired == [1]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def test_no_timer_runs_after_a_timeout(self) -> None:
        before = signal.getsignal(signal.SIGALRM)
        with pytest.raises(CallTimeoutError):
            run_with_timeout(0.05, lambda: time.sleep(60))
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGALRM) is before


def test_a_call_in_another_thread_is_interrupted_once() -> None:
    events = []

    def work() -> None:
        try:
            run_with_timeout(0.05, endless)
        except CallTimeoutError:
            events.append("timeout")
        events.append(sum(range(100_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert events == ["timeout", sum(range(100_000))]


def endless() -> None:
    while True:
        pass


TRACED = """
import sys, threading, time
from boilerplate.plugins.clock import CallTimeoutError
from boilerplate.plugins.timeout import run_with_timeout

def calls():
    run_with_timeout(60, int)
    for late in (lambda: time.sleep(0.02), lambda: [None for _ in iter(int, 1)]):
        try:
            run_with_timeout(0.01, late)
        except CallTimeoutError:
            pass

thread = threading.Thread(target=calls)
thread.start()
thread.join()
sys.settrace(lambda *_: None)
run_with_timeout(60, int)
sys.settrace(None)
print("done")
"""


def test_functions_can_be_traced_after_calls_in_other_threads() -> None:
    # Python 3.11 hangs there if an asynchronous exception is cleared, or left over.
    command = [sys.executable, "-c", TRACED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "done\n"
