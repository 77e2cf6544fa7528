"""Reports in a real browser: hostile pages, accessibility, and what a reader does with them.

Skipped without Chromium or Playwright; BOILERPLATE_BROWSER=needed makes that a failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boilerplate import Cleaner
from boilerplate.explain.batch_report import html_report, summary_report
from boilerplate.explain.site_report import site_report
from boilerplate.explain.summary import Summary
from boilerplate.model.model import Model
from boilerplate.page import Label, Line, Metadata, Page
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage
from boilerplate.site_models.site_model import SiteModel
from tests import made_up_site as site
from tests.browser import (
    HOSTILE,
    PHONE,
    SCHEMES,
    WIDE,
    accessibility_problems,
    fits_width,
    skip_without_browser,
    watching,
)
from tests.made_up import news_page

skip_without_browser()

pytestmark = pytest.mark.browser

# ---------------------------------------------------------------------- hostile pages


def hostile_clean_page() -> CleanPage:
    predictions = tuple(
        Prediction(Line(text), Label.CONTENT if i % 2 else Label.BOILERPLATE, 0.5, text, text, text)
        for i, text in enumerate(HOSTILE)
    )
    page = Page(
        tuple(p.line for p in predictions), url=HOSTILE[3], metadata=Metadata(title=HOSTILE[2])
    )
    return CleanPage(page, predictions, HOSTILE[0], plugin_errors=HOSTILE)


def test_hostile_page_is_shown_as_text_in_a_report(browser: Any, tmp_path: Path) -> None:
    for n in (1, 2):
        path = tmp_path / f"{n}.html"
        path.write_text(html_report([(HOSTILE[1], hostile_clean_page())] * n), "utf-8")
        with watching(browser, path.as_uri()) as watched:
            for target in watched.page.query_selector_all("svg a")[:4]:
                target.dispatch_event("click")
            shown = watched.page.eval_on_selector_all(
                ".scraped li span", "all => all.map(e => e.textContent)"
            )
            assert shown[: len(HOSTILE)] == list(HOSTILE)
            assert {url.split("#")[0] for url in watched.requests} == {path.as_uri()}
            assert watched.harmless()


# -------------------------------------------------------------- reports and accessibility


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, model: Model) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    cleaner = Cleaner(model)
    pages = [
        (language, cleaner.clean(news_page(language), f"https://{language}.example/", "html"))
        for language in ("en", "ar", "ja", "th")
    ]
    summary = Summary()
    for name, page in pages:
        summary.add(name, page)
    of_site = [(f"{i}.html", cleaner.clean(site.html(i)).page) for i in range(4)]
    learned = SiteModel("daily.example", model).fit([page for _, page in of_site])
    made = {
        "page": html_report(pages[1:2]),
        "batch": summary_report(summary),
        "site": site_report(learned, of_site),
    }
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["page", "batch", "site"])
def test_report_is_accessible_in_both_colour_schemes(
    browser: Any, reports: dict[str, str], name: str, scheme: str
) -> None:
    for size in (WIDE, PHONE):
        with watching(browser, reports[name], size, scheme) as watched:
            assert accessibility_problems(watched.page) == []
            assert fits_width(watched.page)


def test_report_shows_a_reason_on_hover_focus_and_jump(
    browser: Any, reports: dict[str, str]
) -> None:
    with watching(browser, reports["page"]) as watched:
        page = watched.page
        row = page.locator(".scraped li").first
        assert not row.locator(".why").is_visible()
        row.hover()
        assert row.locator(".why").is_visible()
        page.mouse.move(0, 0)
        row.focus()
        assert row.locator(".why").is_visible(), "a touch sets the focus"
        page.locator("svg a").last.dispatch_event("click")
        assert page.locator(".scraped li").last.locator(".why").is_visible()
        page.locator("#reasons").focus()
        page.keyboard.press("Space")
        assert page.locator(".kept .why").first.is_visible()


def test_report_switches_between_its_two_sides_without_scripts(
    browser: Any, reports: dict[str, str]
) -> None:
    def shown(page: Any) -> tuple[bool, bool]:
        return page.is_visible("article"), page.is_visible(".scraped")

    with watching(browser, reports["page"]) as watched:
        page = watched.page
        assert shown(page) == (True, True)
        for name, sides in (("cleaned", (True, False)), ("scraped", (False, True))):
            page.click(f"label:has(#{name})")
            assert shown(page) == sides
    with watching(browser, reports["page"], PHONE) as watched:
        assert shown(watched.page) == (True, False)
        watched.page.click("label:has(#scraped)")
        assert shown(watched.page) == (False, True)
