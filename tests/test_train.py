"""That training on a few made-up pages gives a model that reads the pages of another site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from boilerplate.model.columns import MODES

from boilerplate import Cleaner, Label
from boilerplate.model.model import Model, from_bytes, to_bytes
from boilerplate.page import Kind
from boilerplate.reading.html import html_page
from training.corpora import GoldPage
from training.dataset import LAYOUTS, sample
from training.score import macro, score_page
from training.train import train

SITES = 10
PAGES = 3
WHO = "The mayor|A teacher|Our neighbour|The harbour master|A young baker|The old printer".split(
    "|"
)
DID = "opened|repaired|painted|sold|described|moved|counted|measured".split("|")
WHAT = (
    "the wooden bridge|a small library|two hundred lamps|the market clock|every garden gate|"
    "a boat without oars|the town's last orchard"
).split("|")
WHEN = (
    "on a rainy Tuesday|before the festival began|after many years of waiting|while the children "
    "watched|in the middle of the night|to the surprise of the whole street"
).split("|")
MENU = "Home|News|Sport|Weather|Contact|About us|Log in|Search|Archive|Shop".split("|")
NOTICES = (
    "We use cookies to improve your experience on this website.|Subscribe to our newsletter|"
    "Share this article|Read more|Related stories|All rights reserved.|Accept all|Privacy policy"
).split("|")


def article(rng: np.random.Generator) -> list[str]:
    """A few paragraphs that were never said before."""

    def sentence() -> str:
        who, did, what, when = (str(rng.choice(words)) for words in (WHO, DID, WHAT, WHEN))
        return f"{who} {did} {what} {when}."

    return [
        " ".join(sentence() for _ in range(rng.integers(2, 5))) for _ in range(rng.integers(3, 7))
    ]


def page_of(site: int, number: int) -> GoldPage:
    """A page of a site, whose template depends on the site only."""
    rng = np.random.default_rng([site, number])
    box = ("main", "article", "div class=content", "section id=story", "td")[site % 5]
    bar = ("nav", "ul class=menu", "div class=topbar")[site % 3]
    paragraphs = article(rng)
    menu = "".join(f"<li><a href=/{i}>{item}</a></li>" for i, item in enumerate(MENU[site % 4 :]))
    notices = rng.choice(NOTICES, 4, replace=False)
    foot = "".join(f"<p class=note><a href=#>{notice}</a></p>" for notice in notices)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = (
        f"<title>Story {number}</title><{bar}>{menu}</{bar.split()[0]}>"
        f"<{box}><h1>Story {number}</h1>{text}</{box.split()[0]}><footer>{foot}</footer>"
    )
    if box == "td":
        html = re.sub(r"<td>(.*)</td>", r"<table><tr><td>\1</td></tr></table>", html)
    return GoldPage(
        "made-up",
        f"{site}-{number}",
        html.encode(),
        "\n".join(paragraphs),
        f"https://site{site}.example/{number}",
        f"site{site}.example",
        "en",
        title=f"Story {number}",
    )


def corpus() -> Iterator[GoldPage]:
    for site in range(SITES):
        for number in range(PAGES):
            yield page_of(site, number)


UNSEEN = page_of(SITES + 3, 0)


def learn(jobs: int) -> Model:
    return train(list(corpus()), None, {"made": "up"}, jobs, lambda _: None)


@pytest.fixture(scope="module")
def learned() -> Model:
    return learn(jobs=1)


def test_the_same_pages_give_the_same_file(learned: Model) -> None:
    assert to_bytes(learn(jobs=2)) == to_bytes(learned)


def test_the_file_is_a_model_that_tells_where_it_came_from(learned: Model) -> None:
    again = from_bytes(to_bytes(learned))
    assert set(again.stacks) == set(MODES)
    assert again.about["made"] == "up"


@pytest.mark.parametrize("kind", MODES)
def test_the_article_of_an_unseen_site_is_kept_and_its_chrome_dropped(
    learned: Model, kind: Kind
) -> None:
    cleaner = Cleaner(from_bytes(to_bytes(learned)))
    labelled = sample(UNSEEN, kind)
    assert labelled
    cleaned = cleaner.clean(labelled.page)
    assert UNSEEN.gold
    assert set(UNSEEN.gold.split("\n")) <= {line.text for line in cleaned.kept}
    assert not {line.text for line in cleaned.kept} & {*MENU, *NOTICES}


def test_a_page_is_scored_by_its_gold(learned: Model) -> None:
    row = score_page(Cleaner(learned), UNSEEN, "html")
    assert row
    groups, (line, char, word) = row
    assert groups == ("made-up", "made-up/en")
    assert min(line, char, word) > 0.9
    assert macro([row, row])["made-up"] == (2, line, char, word)


class TestSamples:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_a_layout_of_bare_text_holds_the_words_of_the_page(self, layout: str) -> None:
        labelled = sample(UNSEEN, "text", layout)
        assert labelled
        text = "".join(line.text for line in labelled.page.lines)
        html = "".join(line.text for line in html_page(UNSEEN.html.decode()).lines)
        assert re.sub(r"\s", "", text) == re.sub(r"\s", "", html)

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_a_page_is_laid_out_alike_each_time(self, layout: str) -> None:
        one, other = (sample(UNSEEN, "text", layout) for _ in range(2))
        assert one
        assert other
        assert one.page == other.page

    def test_the_paragraphs_of_the_gold_are_content(self) -> None:
        labelled = sample(UNSEEN, "html")
        assert labelled
        assert UNSEEN.gold
        content = [
            line.text
            for line, label in zip(labelled.page.lines, labelled.labels, strict=True)
            if label is Label.CONTENT
        ]
        assert content == UNSEEN.gold.split("\n")

    def test_headlines_are_not_scored_and_are_learned_in_bare_text(self) -> None:
        for kind in MODES:
            labelled = sample(UNSEEN, kind)
            assert labelled
            [headline] = [
                i for i, line in enumerate(labelled.page.lines) if line.text == UNSEEN.title
            ]
            assert labelled.y[headline] == -1
            assert (labelled.target[headline] == 1) == (kind == "text")

    def test_a_page_without_lines_is_no_sample(self) -> None:
        assert sample(GoldPage("made-up", "x", b"<script></script>", "gold"), "html") is None


def test_nothing_is_written_while_learning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    learn(jobs=1)
    assert list(tmp_path.iterdir()) == []
