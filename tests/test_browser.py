"""The pages for people, in a real browser: what keys and clicks do, and what a page cannot.

Skipped where no Chromium or no Playwright is; BOILERPLATE_BROWSER=needed makes that a failure.
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
from boilerplate.result import CleanPage, Prediction
from boilerplate.site_models.site_model import SiteModel
from docs import browser as programs
from tests import made_up_site as site
from tests.made_up import news_page

pytestmark = pytest.mark.browser

if os.environ.get("BOILERPLATE_BROWSER") != "needed":
    pytest.importorskip("playwright", reason="boilerplate-lines[dev] is not installed")
    pytest.importorskip("uvicorn", reason="boilerplate-lines[label] is not installed")
    if programs.installed() is None:
        pytest.skip("there is no Chromium", allow_module_level=True)

SCHEMES = ("light", "dark")
WIDE, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}
POLLS, POLL_MILLISECONDS = 3000, 20
GRAVE = {"serious", "critical"}
# What a page would run or fetch, were anything of it taken for markup.
EVIL = (
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
    with programs.opened() as found:
        yield found


class Watched:
    """A page in the browser, and what it asked for, said and did that it should not have."""

    def __init__(self, page: Any, home: str) -> None:
        self.page = page
        self.asked: list[str] = []
        self.wrong: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("popup", lambda popup: self.wrong.append(popup.url))
        page.goto(home)
        self.home = page.url

    def harmless(self) -> bool:
        away = [url for url in self.asked if "evil" in url.split("#")[0].split("?")[0]]
        return not away and not self.wrong and self.page.evaluate("window.pwned === undefined")


@contextmanager
def watching(
    browser: Any, home: str, size: dict[str, int] = WIDE, scheme: str = "light"
) -> Iterator[Watched]:
    context = browser.new_context(viewport=size, color_scheme=scheme)
    try:
        yield Watched(context.new_page(), home)
    finally:
        context.close()


def until(page: Any, holds: str) -> None:
    """Wait for something to hold; Playwright's own way is an eval, which the page forbids."""
    for _ in range(POLLS):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(POLL_MILLISECONDS)
    raise AssertionError(f"it never came to hold that {holds}")


def accessible(page: Any) -> list[str]:
    """What axe finds that is serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{each['impact']}: {each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in GRAVE
    ]


def fits(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --------------------------------------------------------------------------- labelling


class Desk:
    """The labelling page, with a person's hands."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.page = watched, watched.page
        self.page.wait_for_selector("#lines li")
        self.keys = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1
            self.saved()

    def saved(self) -> None:
        until(
            self.page,
            "document.getElementById('saved').textContent !== 'saving'"
            " && document.getElementById('lines').ariaBusy !== 'true'",
        )

    @property
    def title(self) -> str:
        return self.page.inner_text("#title")

    @property
    def signs(self) -> str:
        """The sign of each line, in lower case where it is the model's."""
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
        until(self.page, f"document.querySelectorAll('#pages .finished').length === {before + 1}")
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
def at_desk(browser: Any, folder: Path, options: Sequence[str] = ()) -> Iterator[Desk]:
    """The labelling page of a folder."""
    with (
        programs.labelling(folder, "daily.example", options) as (address, _),
        watching(browser, address) as watched,
    ):
        yield Desk(watched)


def test_a_page_is_labelled_with_keys_alone(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with at_desk(browser, tmp_path) as desk:
        name, before = desk.title, desk.signs
        assert set(before) <= set("ab"), "nothing is said yet"
        desk.press("Home", "-", "j", "j", "k", "+")
        assert desk.cursor == 1
        assert desk.signs[:2] == "-+"
        desk.press(" ")
        assert desk.signs[:2] == "--"
        desk.press("Shift+ArrowDown", "Shift+ArrowDown", "0")
        assert desk.signs[:4] == "-???"
        assert labels_in(tmp_path, name)[:5] == "-???."
        desk.press("u")
        assert desk.signs[:4] == "--" + before[2:4], "a range is undone as one"
        desk.press("u", "u", "u")
        assert desk.signs == before
        assert set(labels_in(tmp_path, name)) == {"."}
        desk.press("u")
        assert desk.signs == before, "with nothing to undo, nothing happens"
        desk.finish()
        assert desk.title != name, "the next page comes by itself"
        assert "." not in labels_in(tmp_path, name)
        desk.press("u")
        until(desk.page, f"document.getElementById('title').innerText === '{name}'")
        assert desk.signs == before, "undo goes back across pages"
        desk.press("?")
        assert desk.page.is_visible("#help")
        desk.press("Escape", "n", "p")
        assert desk.watched.harmless()


def test_neighbours_in_doubt_are_gone_to_and_turned_together(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with at_desk(browser, tmp_path) as desk:
        doubtful = desk.page.eval_on_selector_all(
            "#lines li", "rows => rows.map(row => row.classList.contains('doubtful'))"
        )
        keys = list(zip(doubtful, desk.signs, strict=True))
        starts = [i for i, key in enumerate(keys) if key[0] and (not i or keys[i - 1] != key)]
        assert 1 < len(starts) < sum(doubtful), "some are neighbours, and not all"
        stretches = []
        desk.press("Home")
        if not doubtful[0]:
            desk.press("d")
        for _ in starts:
            stretches.append(desk.selected)
            desk.press("d")
        if doubtful[0]:  # the cursor stood on its first line alone
            stretches[0] = list(range(starts[0], starts[1]))
        assert sum(map(len, stretches)) == sum(doubtful)
        assert [stretch[0] for stretch in stretches] == starts
        assert desk.selected == stretches[-1], "behind the last one there is none"
        desk.press("D")
        assert desk.selected == stretches[-2]
        before = desk.signs
        desk.press(" ")
        turned = {"a": "-", "b": "+"}[before[stretches[-2][0]]]
        assert {desk.signs[i] for i in stretches[-2]} == {turned}
        desk.press("u")
        assert desk.signs == before


def test_a_page_is_labelled_with_the_mouse_alone(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with at_desk(browser, tmp_path) as desk:
        before = desk.signs
        desk.page.click("#line-2 .sign")
        desk.saved()
        assert desk.signs[2] == {"a": "-", "b": "+"}[before[2]]
        desk.page.click("#line-4 .text")
        desk.page.click("#line-6 .text", modifiers=["Shift"])
        selected = desk.page.eval_on_selector_all(
            "#lines [aria-selected=true]", "rows => rows.map(row => row.id)"
        )
        assert selected == ["line-4", "line-5", "line-6"]
        desk.page.click("#undo")
        desk.page.wait_for_selector("#line-2.open")
        assert desk.signs == before
        desk.page.click("#finish")
        desk.page.wait_for_selector("#pages .finished")


def test_a_server_that_is_killed_has_lost_nothing(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with (
        programs.labelling(tmp_path, "daily.example") as (address, server),
        watching(browser, address) as watched,
    ):
        desk = Desk(watched)
        desk.finish()
        name = desk.title
        desk.press("Home", "+", "j", "-")
        said = desk.signs
        server.kill()  # SIGKILL: it has no time to do anything
        server.wait(30)
        desk.press("j", "+")
        desk.page.wait_for_selector("#problem:not([hidden])")
        assert "nothing is saved" in desk.page.inner_text("#problem")
    assert labels_in(tmp_path, name) == "+-" + "." * (len(said) - 2)
    with at_desk(browser, tmp_path) as desk:
        assert desk.title == name, "the page that was begun comes first"
        assert desk.signs == said
        assert len(desk.page.query_selector_all("#pages .finished")) == 1


def test_ten_pages_take_few_keys_and_say_what_they_have_taught(
    browser: Any, tmp_path: Path
) -> None:
    write_site(tmp_path, 10)
    gold = {f"{i}.txt": site.labels(site.text(i)) for i in range(10)}
    for labels in gold.values():
        labels[4] = Label.BOILERPLATE  # a paragraph that someone paid for, say
    looks, fixed = 0, []
    with at_desk(browser, tmp_path) as desk:
        desk.page.wait_for_selector("#gain-body:has-text('Nothing yet')")
        for done in range(1, 11):
            truth = ["+" if label is Label.CONTENT else "-" for label in gold[desk.title]]
            said = ["+" if sign == "a" else "-" for sign in desk.signs]
            looks += len(desk.page.query_selector_all("#lines li.doubtful"))
            fixed.append(truth != said)
            desk.press("Home")
            for i, (mine, model) in enumerate(zip(truth, said, strict=True)):
                if mine != model:
                    desk.press(*("j",) * (i - desk.cursor), " ")
            desk.finish()
            told = desk.page.inner_text("#gain-body")
            assert re.search(r"line F1 on the (page|\d+ pages) you labelled", told)
            assert ("Since the page before" in told) == (done > 1)
        assert "Enough: all pages are labelled." in told
        keys = desk.keys
    assert any(fixed), "there was something to put right"
    for name, labels in gold.items():
        written = labels_in(tmp_path, name)
        assert written == "".join("+" if label is Label.CONTENT else "-" for label in labels)
    # Card, Moran and Newell's keystroke-level model: 0.28 s a key, 1.35 s to make up one's mind
    # about a line in doubt; and five seconds to look at a page.
    assert keys * 0.28 + looks * 1.35 + 10 * 5 < 300


def test_labels_made_in_the_browser_teach_a_site_model_and_begin_a_plugin(
    browser: Any, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from boilerplate.cli.main import cli

    pages = tmp_path / "pages"
    pages.mkdir()
    write_site(pages, 2)
    with at_desk(browser, pages) as desk:
        desk.finish()
        desk.finish()
    files = [str(path) for path in sorted(pages.glob("*.txt"))]
    labels = ["daily.example", *files, "--labels", str(pages)]
    (tmp_path / "plugin").mkdir()
    for command in (
        ["train", "site", *labels, "--site-models", str(tmp_path / "models")],
        ["plugins", "new", *labels, "--dir", str(tmp_path / "plugin")],
    ):
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 0, result.output


# ------------------------------------------------------------------ what a page cannot do


def test_a_hostile_page_is_text_on_the_labelling_page(browser: Any, tmp_path: Path) -> None:
    (tmp_path / '"><img src=x onerror=pwned=1>.txt').write_text("\n".join(EVIL), "utf-8")
    with (
        programs.labelling(tmp_path, "daily.example", ["--as", "text"]) as (address, _),
        watching(browser, address) as watched,
    ):
        desk = Desk(watched)
        shown = desk.page.eval_on_selector_all("#lines .text", "all => all.map(e => e.innerText)")
        assert [" ".join(text.split()) for text in shown] == list(EVIL)
        desk.finish()
        origin = address.split("#")[0]
        assert all(url.startswith(origin) for url in desk.watched.asked)
        assert desk.watched.harmless()


def test_a_page_of_naughty_strings_is_labelled_and_its_labels_are_read_again(
    browser: Any, tmp_path: Path
) -> None:
    body = "".join(f"<p>{escape(each)}</p>" for each in NAUGHTY)
    source = f"<meta charset=utf-8><title>{NAUGHTY[-1]}</title>{body}".encode("utf-8", "replace")
    (tmp_path / "naughty.html").write_bytes(source)
    with at_desk(browser, tmp_path) as desk:
        desk.press("Home", "+", "End", "-")
        desk.finish()
        signs, origin = desk.signs, desk.watched.home.split("#")[0]
        assert all(url.startswith(origin) for url in desk.watched.asked)
        assert desk.watched.harmless()
    page = read(source)
    assert len(page.nonblank) == len(signs) > len(NAUGHTY) / 2
    assert (signs[0], signs[-1]) == ("+", "-")
    written = (tmp_path / "naughty.html.labels").read_text("utf-8")
    labels = read_labels(written, page)
    assert [labels[i] for i in page.nonblank] == [SIGNS[sign] for sign in signs]


def hostile_page() -> CleanPage:
    predictions = tuple(
        Prediction(Line(text), Label.CONTENT if i % 2 else Label.BOILERPLATE, 0.5, text, text, text)
        for i, text in enumerate(EVIL)
    )
    page = Page(tuple(p.line for p in predictions), url=EVIL[3], metadata=Metadata(title=EVIL[2]))
    return CleanPage(page, predictions, EVIL[0], plugin_errors=EVIL)


def test_a_hostile_page_is_text_in_a_report(browser: Any, tmp_path: Path) -> None:
    for n in (1, 2):
        path = tmp_path / f"{n}.html"
        path.write_text(html_report([(EVIL[1], hostile_page())] * n), "utf-8")
        with watching(browser, path.as_uri()) as watched:
            for target in watched.page.query_selector_all("svg a")[:4]:
                target.dispatch_event("click")
            shown = watched.page.eval_on_selector_all(
                ".scraped li span", "all => all.map(e => e.textContent)"
            )
            assert shown[: len(EVIL)] == list(EVIL)
            assert {url.split("#")[0] for url in watched.asked} == {path.as_uri()}
            assert watched.harmless()


# ----------------------------------------------------------------- reports, and who can read


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
def test_a_report_can_be_read_by_everybody(
    browser: Any, reports: dict[str, str], name: str, scheme: str
) -> None:
    for size in (WIDE, PHONE):
        with watching(browser, reports[name], size, scheme) as watched:
            assert accessible(watched.page) == []
            assert fits(watched.page)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_labelling_page_can_be_used_by_everybody(
    browser: Any, tmp_path: Path, scheme: str
) -> None:
    write_site(tmp_path)
    with programs.labelling(tmp_path, "daily.example") as (address, _):
        for size in (WIDE, PHONE):
            with watching(browser, address, size, scheme) as watched:
                desk = Desk(watched)
                assert accessible(desk.page) == []
                assert fits(desk.page)
                desk.press("?")
                assert accessible(desk.page) == []
                desk.press("Escape")
                desk.finish()
                assert accessible(desk.page) == []


def test_a_report_says_why_under_the_pointer_and_where_it_is_gone_to(
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
        assert row.locator(".why").is_visible(), "a finger that touches it focuses it"
        page.locator("svg a").last.dispatch_event("click")
        assert page.locator(".scraped li").last.locator(".why").is_visible()
        page.locator("#reasons").focus()
        page.keyboard.press("Space")
        assert page.locator(".kept .why").first.is_visible()


def test_a_report_shows_both_sides_or_one_without_a_script(
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


def test_right_to_left_and_cjk_are_shown_as_they_are_written(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path, 3)
    with at_desk(browser, tmp_path) as desk:
        for _ in range(3):
            sides = desk.page.evaluate(
                "getComputedStyle(document.querySelector('#line-4 .text')).direction"
            )
            arabic = desk.title == "1.txt"
            assert sides == ("rtl" if arabic else "ltr")
            desk.press("n")
            desk.page.wait_for_timeout(200)
