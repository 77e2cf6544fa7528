"""Reports and the labelling page in a real browser: keys and clicks, hostile pages, accessibility.

Skipped without Chromium or Playwright; BOILERPLATE_BROWSER=needed makes that a failure.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile_pages import NAUGHTY
from boilerplate import Cleaner, read
from boilerplate.explain.batch_report import html_report, summary_report
from boilerplate.explain.site_report import site_report
from boilerplate.explain.summary import Summary
from boilerplate.labelling.labels import SIGNS, parse_labels, read_labels
from boilerplate.model.model import Model
from boilerplate.page import Label, Line, Metadata, Page
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage
from boilerplate.site_models.site_model import SiteModel
from docs.browser import find_browser, labelling_server, open_browser
from tests import made_up_site as site
from tests.made_up import news_page

pytestmark = pytest.mark.browser

if os.environ.get("BOILERPLATE_BROWSER") != "needed":
    pytest.importorskip("playwright", reason="boilerplate-lines[dev] is not installed")
    pytest.importorskip("uvicorn", reason="boilerplate-lines[label] is not installed")
    if find_browser() is None:
        pytest.skip("there is no Chromium", allow_module_level=True)

SCHEMES = ("light", "dark")
# Nobody can tell which of these lines are an article.
NOTICE_BOARD = (
    "Log in", "Privacy policy", "Cookie settings", "Harbour notes", "Old ropes and nets",
    "Three cranes near the quay", "New paint for the ferry", "The lamp was mended on Monday.",
    "A gull took the bread again.", "Boats for hire", "Rooms with a view of the sea",
    "The tide comes in at nine.", "Nobody knows who left the door open.", "Lost gloves",
    "Found keys", "A hat", "One shoe",
)  # fmt: skip
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found


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


# --------------------------------------------------------------------------- labelling


class LabellingPage:
    """The labelling page, used with keys and clicks as a person does."""

    def __init__(self, watched: WatchedPage) -> None:
        self.watched, self.page = watched, watched.page
        self.page.wait_for_selector("#lines li")
        self.keys = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1
            self.saved()

    def saved(self) -> None:
        wait_until(
            self.page,
            "document.getElementById('saved').textContent !== 'saving'"
            " && document.getElementById('lines').ariaBusy !== 'true'",
        )

    @property
    def title(self) -> str:
        return self.page.inner_text("#title")

    @property
    def signs(self) -> str:
        """The sign of each line: + - ? as set by hand; a, b where the model says + or -."""
        rows = self.page.eval_on_selector_all(
            "#lines li", "rows => rows.map(r => [r.dataset.sign, r.classList.contains('open')])"
        )
        return "".join({"+": "a", "-": "b"}[sign] if mine else sign for sign, mine in rows)

    @property
    def selected(self) -> list[int]:
        rows = self.page.eval_on_selector_all(
            "#lines [aria-selected=true]", "rows => rows.map(row => row.id.slice(5))"
        )
        return [int(row) for row in rows]

    @property
    def cursor(self) -> int:
        return int(self.page.get_attribute("#lines li.cursor", "id").removeprefix("line-"))

    def finish(self) -> None:
        before = self.page.eval_on_selector_all("#pages .finished", "rows => rows.length")
        self.press("Enter")
        wait_until(
            self.page, f"document.querySelectorAll('#pages .finished').length === {before + 1}"
        )
        self.page.wait_for_selector("#gain:not([aria-busy])")


def write_site(folder: Path, n: int = 3) -> None:
    languages = ("en", "ar", "ja", "hi", "th")
    for i in range(n):
        page = site.text(i, languages[i % 5])
        text = "\n".join(line.text for line in page.lines)
        (folder / f"{i}.txt").write_text(text, "utf-8")


def labels_in(folder: Path, page: str) -> str:
    path = folder / f"{page}.labels"
    return "".join(parse_labels(path.read_text("utf-8"), str(path)).signs)


@contextmanager
def labelling_page(
    browser: Any, folder: Path, options: Sequence[str] = ()
) -> Iterator[LabellingPage]:
    """The labelling page of a folder."""
    with (
        labelling_server(folder, "daily.example", options) as (address, _),
        watching(browser, address) as watched,
    ):
        yield LabellingPage(watched)


def test_page_can_be_labelled_with_keys_alone(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        name, before = labelling.title, labelling.signs
        assert set(before) <= set("ab"), "no label is set yet"
        labelling.press("Home", "-", "j", "j", "k", "+")
        assert labelling.cursor == 1
        assert labelling.signs[:2] == "-+"
        labelling.press(" ")
        assert labelling.signs[:2] == "--"
        labelling.press("Shift+ArrowDown", "Shift+ArrowDown", "0")
        assert labelling.signs[:4] == "-???"
        assert labels_in(tmp_path, name)[:5] == "-???."
        labelling.press("u")
        assert labelling.signs[:4] == "--" + before[2:4], "labels of a range are undone together"
        labelling.press("u", "u", "u")
        assert labelling.signs == before
        assert set(labels_in(tmp_path, name)) == {"."}
        labelling.press("u")
        assert labelling.signs == before, "undo without a change does nothing"
        labelling.finish()
        assert labelling.title != name, "the next page is shown"
        assert "." not in labels_in(tmp_path, name)
        labelling.press("u")
        wait_until(labelling.page, f"document.getElementById('title').innerText === '{name}'")
        assert labelling.signs == before, "undo goes back across pages"
        labelling.press("?")
        assert labelling.page.is_visible("#help")
        labelling.press("Escape", "n", "p")
        assert labelling.watched.harmless()


def test_runs_of_doubtful_lines_are_selected_and_flipped_together(
    browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "board.txt").write_text("\n".join(NOTICE_BOARD), "utf-8")
    with labelling_page(browser, tmp_path) as labelling:
        doubtful = labelling.page.eval_on_selector_all(
            "#lines li", "rows => rows.map(row => row.classList.contains('doubtful'))"
        )
        keys = list(zip(doubtful, labelling.signs, strict=True))
        starts = [i for i, key in enumerate(keys) if key[0] and (not i or keys[i - 1] != key)]
        assert 1 < len(starts) < sum(doubtful), "some runs have several lines"
        runs = []
        labelling.press("Home")
        if not doubtful[0]:
            labelling.press("d")
        for _ in starts:
            runs.append(labelling.selected)
            labelling.press("d")
        if doubtful[0]:  # only its first line was selected
            runs[0] = list(range(starts[0], starts[1]))
        assert sum(map(len, runs)) == sum(doubtful)
        assert [run[0] for run in runs] == starts
        assert labelling.selected == runs[-1], "there is none after the last one"
        labelling.press("D")
        assert labelling.selected == runs[-2]
        before = labelling.signs
        labelling.press(" ")
        flipped = {"a": "-", "b": "+"}[before[runs[-2][0]]]
        assert {labelling.signs[i] for i in runs[-2]} == {flipped}
        labelling.press("u")
        assert labelling.signs == before


def test_page_can_be_labelled_with_the_mouse_alone(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        before = labelling.signs
        labelling.page.click("#line-2 .sign")
        labelling.saved()
        assert labelling.signs[2] == {"a": "-", "b": "+"}[before[2]]
        labelling.page.click("#line-4 .text")
        labelling.page.click("#line-6 .text", modifiers=["Shift"])
        selected = labelling.page.eval_on_selector_all(
            "#lines [aria-selected=true]", "rows => rows.map(row => row.id)"
        )
        assert selected == ["line-4", "line-5", "line-6"]
        labelling.page.click("#undo")
        labelling.page.wait_for_selector("#line-2.open")
        assert labelling.signs == before
        labelling.page.click("#finish")
        labelling.page.wait_for_selector("#pages .finished")


def test_killed_server_loses_no_label(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with (
        labelling_server(tmp_path, "daily.example") as (address, server),
        watching(browser, address) as watched,
    ):
        labelling = LabellingPage(watched)
        labelling.finish()
        name = labelling.title
        labelling.press("Home", "+", "j", "-")
        before = labelling.signs
        server.kill()  # SIGKILL: no time to save anything
        server.wait(30)
        labelling.press("j", "+")
        labelling.page.wait_for_selector("#problem:not([hidden])")
        assert "nothing is saved" in labelling.page.inner_text("#problem")
    assert labels_in(tmp_path, name) == "+-" + "." * (len(before) - 2)
    with labelling_page(browser, tmp_path) as labelling:
        assert labelling.title == name, "the unfinished page comes first"
        assert labelling.signs == before
        assert len(labelling.page.query_selector_all("#pages .finished")) == 1


def test_ten_pages_take_under_five_minutes_and_show_the_gain(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path, 10)
    gold = {f"{i}.txt": site.labels(site.text(i)) for i in range(10)}
    for labels in gold.values():
        labels[4] = Label.BOILERPLATE  # a sponsored paragraph, for example
    doubtful_lines, corrected = 0, []
    with labelling_page(browser, tmp_path) as labelling:
        labelling.page.wait_for_selector("#gain-body:has-text('Nothing yet')")
        for done in range(1, 11):
            truth = ["+" if label is Label.CONTENT else "-" for label in gold[labelling.title]]
            shown = ["+" if sign == "a" else "-" for sign in labelling.signs]
            doubtful_lines += len(labelling.page.query_selector_all("#lines li.doubtful"))
            corrected.append(truth != shown)
            labelling.press("Home")
            for i, (mine, model) in enumerate(zip(truth, shown, strict=True)):
                if mine != model:
                    labelling.press(*("j",) * (i - labelling.cursor), " ")
            labelling.finish()
            gain = labelling.page.inner_text("#gain-body")
            assert re.search(r"line F1 on the (page|\d+ pages) you labelled", gain)
            assert ("Since the page before" in gain) == (done > 1)
        assert "Enough: all pages are labelled." in gain
        keys = labelling.keys
    assert any(corrected), "the model was wrong somewhere"
    for name, labels in gold.items():
        written = labels_in(tmp_path, name)
        assert written == "".join("+" if label is Label.CONTENT else "-" for label in labels)
    # Card, Moran and Newell's keystroke-level model: 0.28 s a key, 1.35 s to decide about a
    # doubtful line; and five seconds to look at a page.
    assert keys * 0.28 + doubtful_lines * 1.35 + 10 * 5 < 300


def test_labels_from_the_browser_train_a_site_model_and_make_a_plugin(
    browser: Any, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from boilerplate.cli.main import cli

    pages = tmp_path / "pages"
    pages.mkdir()
    write_site(pages, 2)
    with labelling_page(browser, pages) as labelling:
        labelling.finish()
        labelling.finish()
    files = [str(path) for path in sorted(pages.glob("*.txt"))]
    labels = ["daily.example", *files, "--labels", str(pages)]
    (tmp_path / "plugin").mkdir()
    for command in (
        ["train", "site", *labels, "--site-models", str(tmp_path / "models")],
        ["plugins", "new", *labels, "--dir", str(tmp_path / "plugin")],
    ):
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 0, result.output


# ---------------------------------------------------------------------- hostile pages


def test_hostile_page_is_shown_as_text_on_the_labelling_page(browser: Any, tmp_path: Path) -> None:
    (tmp_path / '"><img src=x onerror=pwned=1>.txt').write_text("\n".join(HOSTILE), "utf-8")
    with (
        labelling_server(tmp_path, "daily.example", ["--as", "text"]) as (address, _),
        watching(browser, address) as watched,
    ):
        labelling = LabellingPage(watched)
        shown = labelling.page.eval_on_selector_all(
            "#lines .text", "all => all.map(e => e.innerText)"
        )
        assert [" ".join(text.split()) for text in shown] == list(HOSTILE)
        labelling.finish()
        origin = address.split("#")[0]
        assert all(url.startswith(origin) for url in labelling.watched.requests)
        assert labelling.watched.harmless()


def test_labels_of_naughty_strings_can_be_read_back(browser: Any, tmp_path: Path) -> None:
    body = "".join(f"<p>{escape(each)}</p>" for each in NAUGHTY)
    source = f"<meta charset=utf-8><title>{NAUGHTY[-1]}</title>{body}".encode("utf-8", "replace")
    (tmp_path / "naughty.html").write_bytes(source)
    with labelling_page(browser, tmp_path) as labelling:
        labelling.press("Home", "+", "End", "-")
        labelling.finish()
        signs, origin = labelling.signs, labelling.watched.home.split("#")[0]
        assert all(url.startswith(origin) for url in labelling.watched.requests)
        assert labelling.watched.harmless()
    page = read(source)
    assert len(page.nonblank) == len(signs) > len(NAUGHTY) / 2
    assert (signs[0], signs[-1]) == ("+", "-")
    written = (tmp_path / "naughty.html.labels").read_text("utf-8")
    labels = read_labels(written, page)
    assert [labels[i] for i in page.nonblank] == [SIGNS[sign] for sign in signs]


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


@pytest.mark.parametrize("scheme", SCHEMES)
def test_labelling_page_is_accessible_in_both_colour_schemes(
    browser: Any, tmp_path: Path, scheme: str
) -> None:
    write_site(tmp_path)
    with labelling_server(tmp_path, "daily.example") as (address, _):
        for size in (WIDE, PHONE):
            with watching(browser, address, size, scheme) as watched:
                labelling = LabellingPage(watched)
                assert accessibility_problems(labelling.page) == []
                assert fits_width(labelling.page)
                labelling.press("?")
                assert accessibility_problems(labelling.page) == []
                labelling.press("Escape")
                labelling.finish()
                assert accessibility_problems(labelling.page) == []


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


def test_arabic_lines_are_shown_right_to_left_and_others_left_to_right(
    browser: Any, tmp_path: Path
) -> None:
    write_site(tmp_path, 3)
    with labelling_page(browser, tmp_path) as labelling:
        for _ in range(3):
            sides = labelling.page.evaluate(
                "getComputedStyle(document.querySelector('#line-4 .text')).direction"
            )
            arabic = labelling.title == "1.txt"
            assert sides == ("rtl" if arabic else "ltr")
            labelling.press("n")
            labelling.page.wait_for_timeout(200)
