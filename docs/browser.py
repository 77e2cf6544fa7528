"""A headless browser, for the pictures of the documentation and for the tests.

Playwright (``pip install -e '.[dev]'``) drives a browser that is installed and downloads none. The
browser keeps nothing between runs and sends no requests of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")


def find_browser() -> str | None:
    """The path of an installed browser; None if there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def open_browser() -> Iterator[Any]:
    """A Playwright browser. Raises RuntimeError if none is installed."""
    from playwright.sync_api import sync_playwright

    program = find_browser()
    if program is None:
        raise RuntimeError(f"no browser is installed; install one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def labelling_server(
    folder: Path, site: str, options: Sequence[str] = ()
) -> Iterator[tuple[str, Any]]:
    """``boilerplate label`` on a folder: the address that it prints, and its process."""
    command = [sys.executable, "-m", "boilerplate", "label", ".", "--site", site, "--no-browser"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, *options], cwd=folder, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            found = next(filter(None, map(ADDRESS.search, server.stdout or ())))
            yield found[0], server
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                try:
                    server.communicate(timeout=30)
                except subprocess.TimeoutExpired:  # as the signal came before it was waited for
                    server.kill()
                    raise
