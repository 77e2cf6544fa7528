"""The labelling page in a real browser: keys and clicks, hostile pages, accessibility.

Skipped without Chromium or Playwright; BOILERPLATE_BROWSER=needed makes that a failure.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile_pages import NAUGHTY
from boilerplate import read
from boilerplate.labelling.labels import SIGNS, parse_labels, read_labels
from boilerplate.page import Label
from boilerplate.roles import ROLES
from docs.browser import labelling_server
from tests import made_up_site as site
from tests.browser import (
    HOSTILE,
    PHONE,
    SCHEMES,
    WIDE,
    accessibility_problems,
    fits_width,
    skip_without_browser,
    wait_until,
    watching,
)
from tests.labelling.browsing import (
    APPEAL,
    LabellingPage,
    labelling_page,
    labels_in,
    write_long_site,
    write_site,
)

skip_without_browser()

pytestmark = pytest.mark.browser

# Nobody can tell which of these lines are an article.
NOTICE_BOARD = (
    "Log in", "Privacy policy", "Cookie settings", "Harbour notes", "Old ropes and nets",
    "Three cranes near the quay", "New paint for the ferry", "The lamp was mended on Monday.",
    "A gull took the bread again.", "Boats for hire", "Rooms with a view of the sea",
    "The tide comes in at nine.", "Nobody knows who left the door open.", "Lost gloves",
    "Found keys", "A hat", "One shoe",
)  # fmt: skip


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
            "#lines .line", "rows => rows.map(row => row.classList.contains('doubtful'))"
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
            "#lines .line[aria-selected=true]", "rows => rows.map(row => row.id)"
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
        labelling.page.wait_for_selector("#gain-body:has-text('No page is finished yet')")
        for done in range(1, 11):
            truth = ["+" if label is Label.CONTENT else "-" for label in gold[labelling.title]]
            shown = ["+" if sign == "a" else "-" for sign in labelling.signs]
            doubtful_lines += len(labelling.page.query_selector_all("#lines .line.doubtful"))
            corrected.append(truth != shown)
            labelling.press("Home")
            for i, (mine, model) in enumerate(zip(truth, shown, strict=True)):
                if mine != model:
                    labelling.press(*("j",) * (i - labelling.cursor), " ")
            labelling.finish()
            gain = labelling.page.inner_text("#gain-body")
            assert ("One page is finished." in gain) == (done == 1)
            assert (f"on the {done} finished pages" in gain) == (done > 1)
            assert ("each page judged without its own labels" in gain) == (done > 1)
            assert gain.startswith(labelling.page.inner_text("#taught"))
        assert "Enough: all pages are finished." in gain
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
    labels = read_labels(written, page).labels
    assert [labels[i] for i in page.nonblank] == [SIGNS[sign] for sign in signs]


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


# -------------------------------------------------------------------- long pages, many pages


def in_view(labelling: LabellingPage, selector: str) -> bool:
    """Whether an element is within the window, and nothing lies over its middle."""
    return labelling.page.eval_on_selector(
        selector,
        """found => {
          const box = found.getBoundingClientRect();
          const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
          return box.top >= 0 && box.bottom <= innerHeight && box.height > 0
            && found.contains(document.elementFromPoint(x, y));
        }""",
    )


def hidden_lines(labelling: LabellingPage) -> list[int]:
    rows = labelling.page.eval_on_selector_all(
        "#lines .line[hidden]", "rows => rows.map(row => row.id.slice(5))"
    )
    return [int(row) for row in rows]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_can_be_done_and_what_was_taught_are_always_in_view(
    browser: Any, tmp_path: Path, size: dict[str, int]
) -> None:
    write_long_site(tmp_path)
    with labelling_page(browser, tmp_path, size=size) as labelling:
        labelling.press("O")
        for place in (0, 700, 1_000_000):
            labelling.page.evaluate(f"scrollTo(0, {place})")
            for each in ("#finish", "#doubt", "#undo", "#taught"):
                assert in_view(labelling, each), f"{each} at {place}"
        assert labelling.page.evaluate("scrollY > 700")


def test_page_opens_at_its_top_with_the_first_line_in_doubt_marked(
    browser: Any, tmp_path: Path
) -> None:
    write_long_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        doubtful = labelling.page.eval_on_selector_all(
            "#lines .line.doubtful", "rows => rows.map(row => row.id.slice(5))"
        )
        assert labelling.selected[0] == int(doubtful[0])
        assert labelling.cursor == int(doubtful[0])
        assert labelling.page.evaluate("scrollY") == 0
        assert in_view(labelling, "#title")
        labelling.page.set_viewport_size({"width": 1200, "height": 300})
        labelling.page.reload()
        labelling.page.wait_for_selector(".line.cursor")
        assert not in_view(labelling, ".line.cursor")
        labelling.press("d")
        assert in_view(labelling, ".line.cursor")
        assert labelling.cursor == int(doubtful[0]), "the first one was not seen yet"


def test_sure_lines_are_folded_and_unfolded_with_keys_and_clicks(
    browser: Any, tmp_path: Path
) -> None:
    write_long_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        page = labelling.page
        hidden = hidden_lines(labelling)
        assert len(hidden) > 60
        assert hidden[:40] == list(range(40))
        first = page.locator(".fold button").first
        assert first.inner_text().startswith("40 lines, all dropped")
        assert first.get_attribute("aria-expanded") == "false"
        labelling.press("Home")
        assert labelling.selected == list(range(40)), "a fold is selected as a whole"
        labelling.press("Space")
        assert first.get_attribute("aria-expanded") == "true"
        assert hidden_lines(labelling) == hidden[40:]
        assert labelling.selected == [0]
        labelling.press("j", "j", "k")
        assert labelling.cursor == 1
        labelling.press("o")
        assert hidden_lines(labelling) == hidden
        first.click()
        assert hidden_lines(labelling) == hidden[40:]
        labelling.press("ArrowLeft")
        assert hidden_lines(labelling) == hidden
        first.focus()
        page.keyboard.press("Enter")
        assert hidden_lines(labelling) == hidden[40:]
        assert not page.query_selector("#pages .finished"), "Enter was for the button"
        page.locator("#lines").focus()
        labelling.press("O")
        assert hidden_lines(labelling) == []
        labelling.press("O")
        assert hidden_lines(labelling) == hidden


def test_labelled_and_doubtful_lines_are_never_folded(browser: Any, tmp_path: Path) -> None:
    write_long_site(tmp_path)

    def wrongly_hidden() -> int:
        return len(
            labelling.page.query_selector_all(
                "#lines .line.doubtful[hidden], #lines .line[hidden]:not(.open)"
            )
        )

    with labelling_page(browser, tmp_path) as labelling:
        hidden = hidden_lines(labelling)
        assert wrongly_hidden() == 0
        labelling.press("Home", "Space", "j", "j", "j", "-", "o")
        again = hidden_lines(labelling)
        assert 3 not in again
        assert len(again) > len(hidden) - 10, "the others are folded again"
        assert wrongly_hidden() == 0
        labelling.press("End")
        while not labelling.page.query_selector("#lines .fold.cursor"):
            labelling.press("k")
        labelling.press("+")
        assert wrongly_hidden() == 0
        assert len(hidden_lines(labelling)) < len(again), "a label for a whole fold opens it"
        labelling.press("u", "u")
        assert hidden_lines(labelling) == hidden
        labelling.finish()
        labelling.press("u")
        assert wrongly_hidden() == 0


def test_each_role_has_a_key_and_is_saved_with_its_sign(browser: Any, tmp_path: Path) -> None:
    write_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        page, name = labelling.page, labelling.title
        labelling.press("Home", "r")
        keys = page.eval_on_selector_all(
            "#roles [data-role]", "all => all.map(e => [e.dataset.role, e.dataset.key])"
        )
        assert [role for role, _ in keys] == list(ROLES)
        assert len({key for _, key in keys}) == len(ROLES)
        labelling.press("v", "j", "r")
        page.click("#roles [data-role=caption]")
        labelling.saved()

        def marks() -> tuple[str, ...]:
            return parse_labels((tmp_path / f"{name}.labels").read_text("utf-8")).marks

        assert marks()[:3] == ("-navigation", "+caption", ".")
        assert page.inner_text("#line-1 .role") == "caption"
        labelling.press("-")
        assert marks()[1] == "-", "a caption is no chrome"
        labelling.press("r", "y", "+")
        assert marks()[1] == "+byline", "what stands beside the text may be kept"
        labelling.press("r", "0")
        assert marks()[1] == "+"
        page.click("#line-2 .role")
        labelling.press("Escape")
        assert marks()[2] == "."
        labelling.press("u", "u")
        assert marks()[1] == "-byline"
        page.reload()
        page.wait_for_selector("#line-1 .role.given")
        assert page.inner_text("#line-0 .role") == "navigation"


def test_lines_alike_on_other_pages_are_labelled_together_and_undone_together(
    browser: Any, tmp_path: Path
) -> None:
    write_long_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        page, name = labelling.page, labelling.title
        at = labelling.cursor
        assert APPEAL in page.inner_text(f"#line-{at} .text")
        labelling.press("r", "w")
        page.wait_for_selector("#offer:not([hidden])")
        assert page.inner_text("#offer-words") == "This line is on 2 other pages too."
        assert "2 other pages" in page.inner_text("#said")
        labelling.press("a")
        others = [each for each in ("0.html", "1.html", "2.html") if each != name]
        for other in (name, *others):
            marks = parse_labels((tmp_path / f"{other}.labels").read_text("utf-8")).marks
            assert [mark for mark in marks if mark != "."] == ["-newsletter"]
        assert not page.is_visible("#offer")
        assert page.inner_text("#pages").count("begun") == 3
        labelling.press("u")
        assert page.inner_text("#pages").count("begun") == 1
        assert all(set(labels_in(tmp_path, each)) == {"."} for each in others)
        assert "-" in labels_in(tmp_path, name), "the line itself is another change"


def test_labels_changed_by_another_program_are_shown_and_not_overwritten(
    browser: Any, tmp_path: Path
) -> None:
    write_site(tmp_path)
    with labelling_page(browser, tmp_path) as labelling:
        page, name = labelling.page, labelling.title
        labelling.press("Home", "-", "j", "-")
        path = tmp_path / f"{name}.labels"
        written = "# from elsewhere\n" + path.read_text("utf-8").replace("\n. ", "\n+ ")
        path.write_text(written, "utf-8")
        labelling.press("j", "-")
        assert "changed by another program" in page.inner_text("#problem")
        assert path.read_text("utf-8") == written
        page.wait_for_selector("#lines .line.open", state="detached")
        assert labelling.signs == "--" + "+" * (len(labelling.signs) - 2)
        labelling.press("-")
        assert labels_in(tmp_path, name)[:4] == "---+"
        assert not page.is_visible("#problem")
        path.write_text(written, "utf-8")
        page.evaluate("dispatchEvent(new Event('focus'))")
        page.wait_for_selector("#said:has-text('changed by another program')")
        assert labelling.signs == "--" + "+" * (len(labelling.signs) - 2)


def test_every_control_has_a_name_and_is_large_enough_for_a_thumb(
    browser: Any, tmp_path: Path
) -> None:
    write_long_site(tmp_path)
    with labelling_page(browser, tmp_path, size=PHONE) as labelling:
        labelling.press("-")
        labelling.page.wait_for_selector("#offer:not([hidden])")
        for dialog in (None, "r", "?"):
            if dialog:
                labelling.press(dialog)
            small = labelling.page.evaluate(
                """[...document.querySelectorAll('button')].filter((button) => {
                  const { width, height } = button.getBoundingClientRect();
                  return button.checkVisibility() && Math.min(width, height) < 44;
                }).map((button) => button.outerHTML)"""
            )
            assert small == []
            assert fits_width(labelling.page)
            assert accessibility_problems(labelling.page) == []
            labelling.press("Escape")
        nameless = labelling.page.evaluate(
            """[...document.querySelectorAll('button')]
              .filter((button) => !(button.ariaLabel || button.textContent.trim())).length"""
        )
        assert nameless == 0
        headings = labelling.page.eval_on_selector_all(
            "main h1, main h2", "all => all.map(e => e.tagName)"
        )
        assert headings == ["H1", "H2", "H2"]
