"""What a hook changes of the process that it runs in is put back, and pages are its own copies."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boilerplate import Cleaner, Label, Page
from boilerplate.plugins import PluginWarning
from tests.plugins.made_up_plugins import MODEL, PLAIN, TEXT, URL, clean, load, plugin


def state() -> tuple[Any, ...]:
    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    return Path.cwd(), sys.stdin, sys.stdout, sys.stderr, list(warnings.filters), handlers


def other_folder(page: Page) -> None:
    os.chdir("/")


def other_handlers(page: Page) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def other_streams(page: Page) -> None:
    sys.stdin = sys.stdout = sys.stderr = None  # type: ignore[assignment]


def other_filters(page: Page) -> None:
    warnings.simplefilter("error")


def other_filters_and_raises(page: Page) -> None:
    warnings.simplefilter("error")
    raise ValueError("çöktü")


@pytest.mark.parametrize("hook", ["label_lines", "site_model"])
@pytest.mark.parametrize(
    "changes",
    [other_folder, other_handlers, other_streams, other_filters, other_filters_and_raises],
)
@pytest.mark.filterwarnings("ignore::boilerplate.plugins.plugin.PluginWarning")
def test_a_hook_leaves_the_process_as_it_was(hook: str, changes: Callable[[Page], None]) -> None:
    before = state()
    assert clean(load(a=plugin(**{hook: changes}))).predictions == PLAIN.predictions
    assert state() == before


def test_a_hook_in_another_thread_leaves_the_process_as_it_was() -> None:
    before, found = state(), []
    plugins = load(a=plugin(label_lines=other_folder), b=plugin(label_lines=other_filters))
    thread = threading.Thread(target=lambda: found.append(clean(plugins)))
    thread.start()
    thread.join()
    assert found[0].predictions == PLAIN.predictions
    assert state() == before


@pytest.mark.parametrize("hook", ["label_lines", "site_model"])
def test_a_page_that_a_hook_changes_is_its_own(hook: str) -> None:
    seen = []

    def changes(page: Page) -> None:
        for line in page.lines:
            object.__setattr__(line, "text", "değişti")

    def sees(page: Page, scores: list[float]) -> None:
        seen.append(([line.text for line in page.lines], list(scores)))

    plugins = load(a=plugin(**{hook: changes}), b=plugin(label_lines=sees))
    cleaner = Cleaner(MODEL, plugins=plugins)
    page = PLAIN.page.without_blank_lines
    texts = [line.text for line in page.lines]
    assert [line.text for line in cleaner.clean(page).page.lines] == texts
    assert seen[0][0] == texts
    assert [line.text for line in page.lines] == texts


def test_scores_that_a_hook_changes_are_its_own() -> None:
    def clears(page: Page, scores: list[float]) -> None:
        scores.clear()

    def labels(page: Page, scores: list[float]) -> dict[int, Label]:
        return {i: Label.CONTENT for i, _ in enumerate(scores)}

    found = clean(load(a=plugin(label_lines=clears), b=plugin(label_lines=labels)))
    assert found.predictions[0].reason == "plugin:b: label_lines"


def test_warnings_that_were_shown_once_are_not_shown_again() -> None:
    def fails(page: Page) -> None:
        raise ValueError("çöktü")

    cleaner = Cleaner(MODEL, plugins=load(a=plugin(label_lines=fails)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", PluginWarning)
        cleaner.clean(TEXT, URL)
        cleaner.clean(TEXT, URL)
    assert len(caught) == 1
