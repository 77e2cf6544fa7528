"""A simulated person who labels pages in a real browser.

The times are those of the keystroke-level model (Card, Moran and Newell 1980); the person knows the
corpus's labels.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from boilerplate.page import Label


@dataclass(frozen=True, slots=True)
class PersonTimes:
    """Seconds, after Card, Moran and Newell 1980."""

    key: float = 0.28  # of a typist of 40 words a minute
    point: float = 1.1  # at something with a mouse
    click: float = 0.2  # press and release the button
    hand: float = 0.4  # move the hand to the mouse or back
    decide: float = 1.35  # mental preparation for a decision
    glance: float = 0.3  # one fixation of a reader's eye
    look: float = 5.0  # over a new page


TIMES: Final = PersonTimes()

POLL_SECONDS: Final = 0.01
MAX_WAIT_SECONDS: Final = 60.0
SIGNS: Final = {Label.CONTENT: "+", Label.BOILERPLATE: "-", None: ""}
# What the labelling page shows, and whether it is still busy.
STATE: Final = """() => ({
  busy: document.getElementById('lines').ariaBusy === 'true'
    || document.getElementById('saved').textContent === 'saving',
  name: document.getElementById('name').textContent || document.getElementById('title').textContent,
  unseen: document.querySelector('#lines .cursor')?.getBoundingClientRect().top > innerHeight,
  rows: [...document.querySelectorAll('#lines .line')].map(
    row => [row.dataset.sign, row.classList.contains('doubtful')]),
  finished: document.querySelectorAll('#pages .finished').length,
})"""


@dataclass(slots=True)
class Spent:
    """What labelling some pages costs: counts, and seconds of the person and the machine.

    ``unseen`` lines are wrong but not marked as doubtful. ``waited`` are seconds from Enter until
    the next page is shown, ``worked`` the processor time of the server in them.
    """

    lines: int = 0
    wrong: int = 0
    unseen: int = 0
    doubtful: int = 0
    stretches: int = 0
    keys: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    worked: float = 0.0

    def press(self, n: int = 1) -> None:
        """Count keys that are pressed."""
        self.keys += n
        self.seconds += TIMES.key * n

    @property
    def strictly(self) -> float:
        """The seconds if each doubtful line took a decision of its own."""
        return self.seconds + (self.doubtful - self.stretches) * (TIMES.decide - TIMES.glance)


@dataclass(slots=True)
class Person:
    """A person at the labelling page who knows the labels."""

    page: Any
    gold: Mapping[str, Sequence[Label | None]]
    spent: Spent = field(default_factory=Spent)

    def state(self) -> dict[str, Any]:
        """What the page shows, once it is not busy; TimeoutError if it stays busy."""
        end = time.monotonic() + MAX_WAIT_SECONDS
        while time.monotonic() < end:
            found: dict[str, Any] = self.page.evaluate(STATE)
            if found["rows"] and not found["busy"]:
                return found
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"the labelling page was busy for {MAX_WAIT_SECONDS:.0f} s")

    def press(self, key: str, n: int = 1) -> None:
        """Press a key, n times."""
        for _ in range(n):
            self.page.keyboard.press(key)
        self.spent.press(n)

    def wrong(self, state: Mapping[str, Any]) -> list[int]:
        """The indices of the lines that are shown with a wrong label."""
        gold = [SIGNS[label] for label in self.gold[state["name"]]]
        return [
            i for i, (g, (s, _)) in enumerate(zip(gold, state["rows"], strict=True)) if g and g != s
        ]

    def label(self) -> str:
        """Label the page that is shown; the name of the page."""
        state, spent = self.state(), self.spent
        doubtful = [i for i, row in enumerate(state["rows"]) if row[1]]
        wrong = self.wrong(state)
        spent.lines += len(state["rows"])
        spent.wrong += len(wrong)
        spent.unseen += len(set(wrong) - set(doubtful))
        spent.doubtful += len(doubtful)
        spent.seconds += TIMES.look
        signs = [row[0] for row in state["rows"]]
        stretches = runs(doubtful, signs)
        if stretches and state["unseen"]:
            self.press("d")  # scrolls to the first one
        for k, stretch in enumerate(stretches):
            if k:  # the first one is selected already
                self.press("d")
            spent.stretches += 1
            spent.seconds += TIMES.decide + TIMES.glance * (len(stretch) - 1)
            self._correct(stretch, [i for i in wrong if i in stretch])
        others = runs([i for i in wrong if i not in set(doubtful)], signs)
        if others:
            self.press("O")  # unfolds all lines
        for run in others:
            self._correct_with_mouse(run)
        return str(state["name"])

    def _correct(self, stretch: Sequence[int], wrong: Sequence[int]) -> None:
        """Change the wrong ones of the selected lines with keys; the cursor ends behind them."""
        if list(wrong) == list(stretch):
            self.press(" ")
            return
        at = stretch[0]
        for run in runs(wrong, [""] * (max(wrong, default=0) + 1)):
            if run[0] == stretch[0] and len(run) < len(stretch):
                self.press("j")  # drops the selection
                self.press("k")
            self.press("j", run[0] - at)
            self.press("Shift+ArrowDown", len(run) - 1)
            self.press(" ")
            at = run[-1]
        if wrong:  # d searches from the cursor on, and would find the rest again
            self.press("j", stretch[-1] - at)

    def _correct_with_mouse(self, run: Sequence[int]) -> None:
        """Change successive lines with the mouse."""
        first, last = (f"#line-{i}" for i in (run[0], run[-1]))
        self.spent.seconds += TIMES.decide + 2 * TIMES.hand + TIMES.point + TIMES.click
        if len(run) == 1:
            self.page.click(f"{first} .sign")
            return
        self.page.click(f"{first} .text")
        self.page.click(f"{last} .text", modifiers=["Shift"])
        self.spent.seconds += TIMES.point + TIMES.click
        self.spent.press()
        self.press(" ")

    def finish(self, server: int) -> None:
        """Confirm the page with Enter, and wait for the next."""
        finished = self.state()["finished"]
        start, before = time.monotonic(), processor_seconds(server)
        self.press("Enter")
        while self.state()["finished"] == finished:
            time.sleep(POLL_SECONDS)
        self.spent.waited += time.monotonic() - start
        self.spent.worked += processor_seconds(server) - before


def runs(lines: Sequence[int], signs: Sequence[str]) -> list[list[int]]:
    """The lines as runs of neighbours with the same sign.

    >>> runs([1, 2, 3, 7], "-++-----")
    [[1, 2], [3], [7]]
    """
    grouped = groupby(enumerate(lines), lambda pair: (pair[1] - pair[0], signs[pair[1]]))
    return [[i for _, i in run] for _, run in grouped]


def processor_seconds(process: int) -> float:
    """The processor time of a process so far; 0 on a system without /proc."""
    path = Path(f"/proc/{process}/stat")
    if not path.exists():
        return 0.0
    used = path.read_text("utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / 100
