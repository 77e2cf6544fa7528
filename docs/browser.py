"""A browser without a window, for the pictures of the documentation and for the tests.

It is one that is installed, driven by Playwright (``pip install -e '.[dev]'``), which fetches
none; it keeps nothing and asks nothing of the network by itself.
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


def installed() -> str | None:
    """Where a browser is installed, None where none is."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def opened() -> Iterator[Any]:
    """A browser of Playwright's; RuntimeError where none is installed."""
    from playwright.sync_api import sync_playwright

    program = installed()
    if program is None:
        raise RuntimeError(f"needs one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def labelling(folder: Path, site: str, more: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
    """``boilerplate label`` on a folder, as a process, and the address that it prints."""
    command = [sys.executable, "-m", "boilerplate", "label", ".", "--site", site, "--no-browser"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, *more], cwd=folder, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            found = next(filter(None, map(ADDRESS.search, server.stdout or ())))
            yield found[0], server
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                server.communicate(timeout=30)
