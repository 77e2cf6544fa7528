"""Draws the pictures of pages in docs/pictures: ``python docs/make_pictures.py [NAME ...]``.

before-after.png: a page in the browser, dropped lines tinted, beside the text that is kept
report.png, report-dark.png: ``--report`` of one page
batch.png: ``--report`` of the examples, its summary
label.png: ``boilerplate label`` after two pages have been labelled
explain.svg: ``--explain`` in a terminal
path.svg: the probability of each line of a page after each step

All but the last two need Chromium and the extra ``dev``. docs/pictures.md lists all pictures, and
what draws the others.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from string import Template

from browser import labelling_server, open_browser
from path_picture import draw
from rich.console import Console
from rich.text import Text

import boilerplate
from boilerplate.explain.batch_report import html_report
from boilerplate.explain.terminal import explain_table, summary_line

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
REPORTED = "examples/turkish-notice.txt"
EXPLAINED = "examples/ferry.html"
TERMINAL_WIDTH = 110
WIDE = {"width": 1200, "height": 860}
LABELLED = "examples/quayweekly"
# Lines between the paragraphs of that site and after them start so; they are labelled as chrome.
APPEALS = ("Do you like", "Have you seen", "The Quay Weekly comes", "Also this week")
SHOWN = "examples/ferry.html"
BEFORE_AND_AFTER = """<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; width: 1000px; height: 740px; display: grid; grid-template-columns: 520px 1fr;
  gap: 22px; background: #e8edef; padding: 18px; box-sizing: border-box;
  font: 13px/1.5 "DejaVu Sans", sans-serif }
figure { margin: 0; background: #fff; border-radius: 8px; overflow: hidden; position: relative;
  box-shadow: 0 1px 6px #0003 }
figcaption { background: #cfd8dc; color: #37474f; padding: 6px 12px; font-size: 12px }
figcaption i { color: #b23c17; font-style: normal }
iframe { border: 0; width: 900px; height: 1300px; transform: scale(.578); transform-origin: 0 0 }
pre { margin: 0; padding: 12px 16px; white-space: pre-wrap; color: #eceff1; height: 100%;
  font: 12px/1.47 "DejaVu Sans Mono", monospace }
.dark { background: #263238 } .dark figcaption { background: #37474f; color: #cfd8dc }
b { color: #80cbc4; font-weight: normal }
span { display: block; margin-bottom: 7px }
</style>
<figure><figcaption>the page as scraped, <i>what is dropped</i> tinted</figcaption>
<iframe srcdoc="$page"></iframe></figure>
<figure class="dark"><figcaption>what is left</figcaption>
<pre><span><b>$$ boilerplate clean page.html</b></span>$text</pre></figure>
"""
# Finds the text of each dropped line in the page, across elements, and tints it.
TINT = """<script>addEventListener("load", () => {
  const chars = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    [...walker.currentNode.data].reduce((at, c) => {
      if (c.trim()) chars.push([c, walker.currentNode, at]);
      return at + c.length;
    }, 0);
  const all = chars.map(c => c[0]).join("");
  let from = 0;
  for (const [text, role] of LINES) {
    const bare = text.replace(/\\s/g, ""), at = all.indexOf(bare, from);
    if (at < 0) continue;
    from = at + bare.length;
    if (role === null) continue;
    const range = document.createRange();
    range.setStart(chars[at][1], chars[at][2]);
    range.setEnd(chars[from - 1][1], chars[from - 1][2] + 1);
    const box = range.getBoundingClientRect(), tint = document.createElement("div");
    tint.style = `position:absolute; background:#e64a1933; outline:1.5px solid #e64a19aa;
      left:${box.left - 4}px; top:${box.top + scrollY - 2}px; width:${box.width + 8}px;
      height:${box.height + 4}px; border-radius:3px`;
    document.body.append(tint);
  }
});</script>"""


def main() -> None:
    """Draw all pictures, or those that are named."""
    pictures: dict[str, Callable[[Path], None]] = {
        "before-after.png": draw_before_and_after,
        "report.png": draw_report,
        "report-dark.png": partial(draw_report, scheme="dark"),
        "batch.png": draw_batch,
        "label.png": draw_labelling,
        "explain.svg": draw_explanation,
        "path.svg": draw_path,
    }
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or pictures:
        if name not in pictures:
            sys.exit(f"there is no picture {name!r}; there are {', '.join(pictures)}")
        pictures[name](PICTURES / name)


def draw_before_and_after(target: Path) -> None:
    """Draw a page in a browser, dropped lines tinted, beside the text that is kept."""
    source = (ROOT / SHOWN).read_text("utf-8")
    page = boilerplate.clean(source)
    lines = [
        (p.line.text, None if p.label is boilerplate.Label.CONTENT else p.role)
        for p in page.predictions
    ]
    tinted = source.replace("</body>", TINT.replace("LINES", json.dumps(lines)) + "</body>")
    shown = Template(BEFORE_AND_AFTER).substitute(
        page=escape(tinted), text="".join(f"<span>{escape(line.text)}</span>" for line in page.kept)
    )
    screenshot(shown, target, {"width": 1000, "height": 740}, scale=1.6)


def draw_explanation(target: Path) -> None:
    """Draw ``--explain`` in a terminal, as SVG."""
    page = boilerplate.clean((ROOT / EXPLAINED).read_bytes())
    console = Console(
        record=True, width=TERMINAL_WIDTH, file=io.StringIO(), force_terminal=True, emoji=False
    )
    console.print(Text(f"{EXPLAINED} · {summary_line(page)}", "bold"))
    console.print(explain_table(page, TERMINAL_WIDTH))
    svg = console.export_svg(title=f"boilerplate clean --explain {EXPLAINED}", unique_id="explain")
    # rich links to web fonts; without them the picture loads nothing and uses the reader's fonts.
    target.write_text(re.sub(r"@font-face \{[^}]*\}\s*", "", svg), encoding="utf-8")


def draw_report(target: Path, scheme: str = "light") -> None:
    """Draw the report of one page in a browser, as PNG, with its dropped lines unfolded."""
    page = boilerplate.clean((ROOT / REPORTED).read_bytes())
    report = html_report([(REPORTED, page)]).replace("<details ", "<details open ")
    screenshot(report, target, WIDE, scheme)


def draw_batch(target: Path) -> None:
    """Draw the summary of a report of several pages, as PNG."""
    folders = (ROOT / "examples", ROOT / LABELLED)
    found = sorted(
        p for folder in folders for p in folder.iterdir() if p.suffix in (".html", ".txt")
    )
    named = [(str(path.relative_to(ROOT)), path.read_bytes()) for path in found]
    pages = [(name, boilerplate.clean(source)) for name, source in named]
    screenshot(html_report(pages), target, WIDE)


def draw_labelling(target: Path) -> None:
    """Draw the page of ``boilerplate label`` after two pages have been labelled, as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder, "pages")
        shutil.copytree(ROOT / LABELLED, pages)
        with (
            labelling_server(pages, "quayweekly.example") as (address, _),
            open_browser() as browser,
        ):
            page = browser.new_page(viewport=WIDE)
            page.goto(address)
            for done in (1, 2):
                page.wait_for_selector(f"#lines .line >> nth={done}")
                for words in APPEALS:
                    row = page.locator(f"#lines .line[data-sign='+']:has-text('{words}')")
                    if row.count():
                        row.locator(".sign").click()
                page.keyboard.press("Enter")
                page.wait_for_selector(f"#pages .finished >> nth={done - 1}")
                page.wait_for_selector("#gain:not([aria-busy])")
            page.keyboard.press("d")
            page.screenshot(path=target)


def screenshot(
    html: str, target: Path, window: dict[str, int], scheme: str = "light", scale: float = 1
) -> None:
    """Draw a page as Chromium shows it in a window of this size, as PNG."""
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        path = Path(folder, "page.html")
        path.write_text(html, encoding="utf-8")
        page = browser.new_page(viewport=window, color_scheme=scheme, device_scale_factor=scale)
        page.goto(path.as_uri())
        page.screenshot(path=target)


def draw_path(target: Path) -> None:
    """Draw the probabilities of the lines of a page after each step, as SVG."""
    target.write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
