"""A call that takes too long is interrupted, and signal handlers and timers are restored."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from boilerplate.plugins.timeout import CallTimeoutError, run_with_timeout


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
