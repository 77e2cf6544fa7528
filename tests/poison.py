"""A Cleaner that does what a page's words tell it to: what workers must outlive."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from boilerplate import Cleaner, CleanPage, Page
from boilerplate.plugins.matcher import Matcher

DIE = "please die"
DIE_ONCE = "please die once, and say so in "  # the path of a file, up to the next <
KILL = "please be killed unless there is "  # the path of a file, up to the next <
HANG = "please hang"
SLEEP = "please sleep"
WAIT = "please wait for "  # the path of a file, up to the next <
GROW = "please grow"
RAISE = "please raise"
RULES = "please let rules die"

OPINIONS = Matcher.opinions


def _die(_matcher: Matcher, _page: Page) -> Any:
    os.kill(os.getpid(), signal.SIGSEGV)


class PoisonCleaner(Cleaner):
    """Obeys."""

    def clean(self, source: Any, *more: Any, **named: Any) -> CleanPage:
        text = source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)
        if DIE_ONCE in text:
            flag = Path(text.partition(DIE_ONCE)[2].partition("<")[0])
            if not flag.exists():
                flag.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        elif DIE in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if KILL in text and not Path(text.partition(KILL)[2].partition("<")[0]).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        if HANG in text:
            pow(3, 10**10)  # in C, with the interpreter's lock held
        if SLEEP in text:
            time.sleep(10_000)
        if WAIT in text:
            awaited = Path(text.partition(WAIT)[2].partition("<")[0])
            while not awaited.exists():
                time.sleep(0.01)
        if GROW in text:
            grown = [bytearray(1 << 20) for _ in range(1 << 20)]
            del grown
        if RAISE in text:
            raise RuntimeError("as told")
        Matcher.opinions = _die if RULES in text else OPINIONS  # type: ignore[method-assign]
        return super().clean(source, *more, **named)

    def __reduce__(self) -> tuple[Any, ...]:
        return (PoisonCleaner, super().__reduce__()[1])
