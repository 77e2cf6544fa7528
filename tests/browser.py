"""Pages for people in a real browser: what the tests of reports and of the labelling page share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from docs.browser import find_browser

SCHEMES = ("light", "dark")
WIDE, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}
POLLS, POLL_MILLISECONDS = 3000, 20
SEVERE = {"serious", "critical"}
# Each would run or fetch something if it were shown as markup.
HOSTILE = (
    "<script>pwned = 1</script>",
    '"><img src="http://evil.example/a.png" onerror="pwned = 1">',
    "</title></style></script><svg onload='pwned = 1'>",
    "javascript:pwned=1//http://evil.example/",
    "<iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>",
    "<a href='javascript:pwned=1' style='background:url(http://evil.example/b)'>click</a>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "${pwned=1} {{pwned=1}} $title",
)


def skip_without_browser() -> None:
    """Skip the tests of a module without Chromium or Playwright, unless it has to be there."""
    if os.environ.get("BOILERPLATE_BROWSER") != "needed":
        pytest.importorskip("playwright", reason="boilerplate-lines[dev] is not installed")
        pytest.importorskip("uvicorn", reason="boilerplate-lines[label] is not installed")
        if find_browser() is None:
            pytest.skip("there is no Chromium", allow_module_level=True)


class WatchedPage:
    """A page in the browser, with its requests, and the dialogs, errors and windows it opened."""

    def __init__(self, page: Any, home: str) -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("popup", lambda popup: self.problems.append(popup.url))
        page.goto(home)
        self.home = page.url

    def harmless(self) -> bool:
        """Whether nothing of a hostile page was run or fetched."""
        away = [url for url in self.requests if "evil" in url.split("#")[0].split("?")[0]]
        return not away and not self.problems and self.page.evaluate("window.pwned === undefined")


@contextmanager
def watching(
    browser: Any, home: str, size: dict[str, int] = WIDE, scheme: str = "light"
) -> Iterator[WatchedPage]:
    context = browser.new_context(viewport=size, color_scheme=scheme)
    try:
        yield WatchedPage(context.new_page(), home)
    finally:
        context.close()


def wait_until(page: Any, condition: str) -> None:
    """Wait for a condition in JavaScript; the page forbids the eval that Playwright uses."""
    for _ in range(POLLS):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(POLL_MILLISECONDS)
    raise AssertionError(f"still false: {condition}")


def accessibility_problems(page: Any) -> list[str]:
    """The problems that axe finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{each['impact']}: {each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in SEVERE
    ]


def fits_width(page: Any) -> bool:
    """Whether the page needs no horizontal scrolling."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")
