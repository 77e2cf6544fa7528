"""A call that takes too long ends, and leaves everything as it was."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from boilerplate.plugins.timeout import TookTooLongError, within


def test_what_a_call_returns_in_time_comes_back() -> None:
    assert within(60, lambda: "değer") == "değer"


def test_what_a_call_raises_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 / 0)


def test_an_answer_that_comes_too_late_is_not_taken() -> None:
    def stubborn() -> str:
        try:
            time.sleep(60)
        except BaseException:  # noqa: BLE001 - as a careless plugin would
            return "late"
        return "never"

    with pytest.raises(TookTooLongError):
        within(0.05, stubborn)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no such signals here")
class TestSignals:
    def test_the_caller_s_handler_and_timer_go_on(self) -> None:
        rang = []
        before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            assert within(60, lambda: "x") == "x"
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
            time.sleep(0.3)
            assert rang == [1]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def test_no_timer_is_left_after_a_call(self) -> None:
        before = signal.getsignal(signal.SIGALRM)
        with pytest.raises(TookTooLongError):
            within(0.05, lambda: time.sleep(60))
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGALRM) is before


def test_another_thread_is_interrupted_once_and_goes_on() -> None:
    told = []

    def work() -> None:
        try:
            within(0.05, endless)
        except TookTooLongError:
            told.append("late")
        told.append(sum(range(100_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert told == ["late", sum(range(100_000))]


def endless() -> None:
    while True:
        pass
