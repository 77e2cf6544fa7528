"""A picture of the path of a page: the probability of each of its lines after each step.

The page and its site are those of docs/tutorials/site.md; the probabilities are the model's own.
``python docs/make_pictures.py path.svg`` draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

import numpy as np

from boilerplate import Cleaner, Label, Page, SiteModel, read
from boilerplate.features.encode import encode
from boilerplate.model.model import load_model
from boilerplate.numeric import sigmoid
from boilerplate.plugins.manager import no_plugins

SITE: Final = Path(__file__).parent.parent / "examples" / "quayweekly"
CLEANED: Final = "buoy"
TRAINING_PAGES: Final = ("lamp", "scales", "gull", "crane", "choir")
LABELLED: Final = ("lamp", "gull")
CHROME: Final = ("Do you like", "Have you seen", "The Quay Weekly", "Also this week")
STEPS: Final = (
    ("words", "of the line and beside it,", "tag and class names"),
    ("context", "neighbours, containers,", "shape, type of the page"),
    ("its site", "on how many of five", "other pages it stands"),
    ("labels", "on two of the five", "pages, by a person"),
)
WIDTH, LEFT, TOP, ROW = 1000, 336, 84, 30
COLUMN, BAR = 148, 104
MAX_CHARS: Final = 44  # of a line
STYLE: Final = """
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #263238 }
.small { font-size: 11px } .dim { fill: #607d8b } .head { font-weight: 600 }
.rule { stroke: #b0bec5 } .back { fill: #eceff1 } .keep { fill: #00897b } .drop { fill: #e64a19 }
.arrow { fill: none; stroke: #90a4ae; stroke-width: 1.5 } .plate { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #eceff1 } .dim { fill: #b0bec5 } .rule { stroke: #455a64 } .back { fill: #37474f }
  .keep { fill: #26a69a } .drop { fill: #ff7043 } .plate { fill: #1e2129 }
}
"""


def page_of(name: str) -> Page:
    """One of the site's pages."""
    return read((SITE / f"{name}.html").read_bytes(), f"https://quayweekly.example/{name}")


def labels_of(name: str, page: Page) -> list[Label] | None:
    """The labels of a page in the tutorial; None if it labels none."""
    if name not in LABELLED:
        return None
    return [
        Label.BOILERPLATE if line.text.startswith(CHROME) else Label.CONTENT for line in page.lines
    ]


def probabilities(page: Page) -> np.ndarray:
    """The probability of content of each line after each step, (steps, lines)."""
    stack = load_model().stacks["html"]
    encoded = encode(page)
    scores = stack.linear.scores(encoded)
    pages = [page_of(name) for name in TRAINING_PAGES]
    unlabelled = SiteModel("quayweekly.example").fit(pages)
    labels = [labels_of(name, each) for name, each in zip(TRAINING_PAGES, pages, strict=True)]
    labelled = SiteModel("quayweekly.example").fit(pages, labels)
    rows = [sigmoid(scores.sum(1) + stack.linear.bias)]
    for site in (None, unlabelled, labelled):
        cleaned = Cleaner(plugins=no_plugins(), site_models=site).clean(page)
        rows.append(np.array([cleaned.predictions[i].probability for i in page.nonblank]))
    return np.array(rows)


def decisions(page: Page) -> list[str]:
    """Whether each line is kept or dropped after the last step."""
    pages = [page_of(name) for name in TRAINING_PAGES]
    labels = [labels_of(name, each) for name, each in zip(TRAINING_PAGES, pages, strict=True)]
    site = SiteModel("quayweekly.example").fit(pages, labels)
    cleaned = Cleaner(plugins=no_plugins(), site_models=site).clean(page)
    made = (cleaned.predictions[i] for i in page.nonblank)
    return ["kept" if p.label is Label.CONTENT else "dropped" for p in made]


def draw() -> str:
    """The picture, as SVG that follows the reader's colour scheme."""
    page = page_of(CLEANED)
    texts = [page.lines[i].text for i in page.nonblank]
    steps, ends = probabilities(page), decisions(page)
    height = TOP + ROW * len(texts) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-label="Probability of content of each line of a page, after each step">',
        f"<style>{STYLE}</style>",
        f'<rect class="plate" width="{WIDTH}" height="{height}" rx="6"/>',
        '<text class="head" x="14" y="24">lines of a page</text>',
        '<text class="small dim" x="14" y="42">bytes are decoded, HTML is cut into lines</text>',
    ]
    for column, (title, *below) in enumerate(STEPS):
        x = LEFT + column * COLUMN
        plus = "" if column == 0 else "+ "
        parts.append(f'<text class="head" x="{x}" y="24">{plus}{title}</text>')
        parts += [
            f'<text class="small dim" x="{x}" y="{42 + 14 * i}">{escape(words)}</text>'
            for i, words in enumerate(below)
        ]
    x = LEFT + len(STEPS) * COLUMN
    parts.append(f'<text class="head" x="{x}" y="24">decision</text>')
    parts.append(f'<line class="rule" x1="14" x2="{WIDTH - 14}" y1="{TOP - 14}" y2="{TOP - 14}"/>')
    for row, text in enumerate(texts):
        parts += _row(TOP + row * ROW, text, steps[:, row].tolist(), ends[row])
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(y: int, text: str, along: Sequence[float], end: str) -> list[str]:
    shown = text if len(text) <= MAX_CHARS else text[:MAX_CHARS].rstrip() + "…"
    kept = end == "kept"
    parts = [f'<text class="{"" if kept else "dim"}" x="14" y="{y + 12}">{escape(shown)}</text>']
    for column, p in enumerate(along):
        x = LEFT + column * COLUMN
        colour = "keep" if p >= 0.5 else "drop"
        parts += [
            f'<rect class="back" x="{x}" y="{y + 2}" width="{BAR}" height="13" rx="2"/>',
            f'<rect class="{colour}" x="{x}" y="{y + 2}" width="{max(2.0, p * BAR):.1f}" '
            'height="13" rx="2"/>',
            f'<text class="small" x="{x + BAR + 4}" y="{y + 13}" '
            f'textLength="20" lengthAdjust="spacingAndGlyphs">{p:.2f}</text>',
        ]
    x = LEFT + len(along) * COLUMN
    colour = "keep" if kept else "drop"
    return [*parts, f'<text class="small {colour}" x="{x}" y="{y + 13}">{escape(end)}</text>']
