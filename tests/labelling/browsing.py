"""The labelling page in a browser, used as a person does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boilerplate.labelling.labels import parse_labels
from docs.browser import labelling_server
from tests import made_up_site as site
from tests.browser import WIDE, WatchedPage, wait_until, watching

PLACES = ("Harbour", "Market", "Schools", "Island", "Weather")
APPEAL = "Do you like our letter? Three people write it, and friends of it pay for the paper."


class LabellingPage:
    """The labelling page, used with keys and clicks as a person does."""

    def __init__(self, watched: WatchedPage) -> None:
        self.watched, self.page = watched, watched.page
        self.page.wait_for_selector("#lines [role=row]:not([hidden])")
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
            "#lines .line", "rows => rows.map(r => [r.dataset.sign, r.classList.contains('open')])"
        )
        return "".join({"+": "a", "-": "b"}[sign] if mine else sign for sign, mine in rows)

    @property
    def selected(self) -> list[int]:
        rows = self.page.eval_on_selector_all(
            "#lines .line[aria-selected=true]", "rows => rows.map(row => row.id.slice(5))"
        )
        return [int(row) for row in rows]

    @property
    def cursor(self) -> int:
        return int(self.page.get_attribute("#lines .line.cursor", "id").removeprefix("line-"))

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
    browser: Any, folder: Path, options: Sequence[str] = (), size: dict[str, int] = WIDE
) -> Iterator[LabellingPage]:
    """The labelling page of a folder."""
    with (
        labelling_server(folder, "daily.example", options) as (address, _),
        watching(browser, address, size) as watched,
    ):
        yield LabellingPage(watched)


def write_long_site(folder: Path, n: int = 3) -> None:
    """Pages with long menus and articles, of which few lines are in doubt."""
    menu = "".join(f"<li><a href=/{i}>Section {name}</a></li>" for i, name in enumerate(PLACES * 8))
    for i in range(n):
        body = "".join(f"<p>{text}</p>" for text in site.article(i, "en", 24))
        (folder / f"{i}.html").write_text(
            f"<title>{i}.html</title><nav class=menu><ul>{menu}</ul></nav>"
            f"<article class=story><h1>{site.sentence(site.random.Random(i), 'en', 6)}</h1>{body}"
            f"<div class=appeal><p>{APPEAL}</p></div>{body}</article>"
            "<footer class=foot><p>© 2021 The Quay Letter. All rights reserved.</p></footer>",
            "utf-8",
        )
