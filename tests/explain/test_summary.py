"""Many pages at a glance: what is counted, and which pages are called strange."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from boilerplate.explain.batch_report import batch_report
from boilerplate.explain.summary import Batch, batch_of_records, digest
from boilerplate.page import Label, Line, Page
from boilerplate.result import CleanPage, Prediction
from boilerplate.serialize import failed_record

PARAGRAPH = "Ο δήμος θα κλείσει την ανατολική πύλη του λιμανιού για δύο εβδομάδες. "


def page(*probabilities: float, url: str | None = None, **more: object) -> CleanPage:
    lines = tuple(Line(f"{PARAGRAPH}{i}") for i in range(len(probabilities)))
    predictions = tuple(
        Prediction(line, Label.CONTENT if p >= 0.5 else Label.BOILERPLATE, p, "short")
        for line, p in zip(lines, probabilities, strict=True)
    )
    return CleanPage(Page(lines, url=url), predictions, **more)


SURE = page(1.0, 1.0, 0.0, language="el")
STRANGE = {
    "nothing kept": page(0.1, 0.0),
    "no text": page(),
    "everything kept": page(*[1.0] * 12),
    "a plugin failed": page(1.0, 0.0, plugin_errors=("courier: ValueError",)),
    "unlike its site": page(1.0, 0.0, drift=0.8),
    "not read to its end": replace(page(1.0, 0.0), page=Page((Line("a"), Line("b")), unread=9)),
    "45% in doubt": page(0.55, 0.45),
}


@pytest.mark.parametrize("said", STRANGE)
def test_a_strange_page_says_why_it_is_and_stands_before_a_plain_one(said: str) -> None:
    batch = Batch()
    batch.add("plain", SURE)
    batch.add("strange", STRANGE[said])
    assert [one.name for one in batch.digests()] == ["strange", "plain"]
    assert said in batch.digests()[0].strange[1]
    assert batch.digests()[1].strange == (0.0, "")


@given(st.lists(st.sampled_from([SURE, *STRANGE.values()]), max_size=12), st.integers(0, 5))
def test_the_strangest_are_the_same_however_few_are_kept(pages: list[CleanPage], few: int) -> None:
    whole, cut = Batch(), Batch(shown=few, listed=few)
    for i, each in enumerate(pages):
        whole.add(str(i), each)
        cut.add(str(i), each)
    assert cut.digests() == whole.digests()[:few]
    assert [one for one, _ in cut.strangest()] == whole.digests()[:few]
    assert (cut.pages, cut.lines, cut.kinds) == (whole.pages, whole.lines, whole.kinds)
    scores = [one.strange[0] for one in whole.digests()]
    assert scores == sorted(scores, reverse=True)


def test_a_report_on_many_pages_shows_some_and_counts_all() -> None:
    batch = Batch(shown=2, listed=3)
    for i in range(5):
        batch.add(f"{i}.html", page(0.1 * i, url=f"https://news{i % 2}.example/{i}"))
    tree = LexborHTMLParser(batch_report(batch))
    assert tree.css_first("h1").text() == "5 pages"
    assert len(tree.css(".beside")) == len(tree.css("nav a")) == 2
    names = [item.text() for item in tree.css("nav li")]
    assert len(names) == 4
    assert names[-1] == "and 2 pages more, less strange than these"


def test_sites_that_drift_stand_first_and_are_marked() -> None:
    batch = Batch()
    for drift, site in ((None, "quiet"), (0.1, "same"), (0.9, "moved"), (0.7, "moved")):
        batch.add(site, page(1.0, url=f"https://{site}.example/", drift=drift))
    tree = LexborHTMLParser(batch_report(batch))
    rows = [[cell.text() for cell in row.css("th, td")] for row in tree.css(".sites tbody tr")]
    assert [row[0] for row in rows] == ["moved.example", "same.example", "quiet.example"]
    assert rows[0][1:] == ["2", "", "0.80 · drifts"]
    assert len(tree.css(".drifts")) == 1


def test_a_record_of_a_shard_says_of_a_page_what_the_page_does() -> None:
    for each in (SURE, *STRANGE.values(), page(0.7, 0.2, url="https://a.example/", language="th")):
        again = CleanPage.from_dict(json.loads(json.dumps(each.to_dict("p", reasons=False))))
        assert digest("p", again) == digest("p", each)
        assert [p.line.text for p in again.predictions] == [p.line.text for p in each.predictions]
        assert again.threshold == replace(each).threshold


def test_records_of_pages_that_failed_are_counted() -> None:
    batch = batch_of_records([failed_record("gone", "cut off"), SURE.to_dict("p")])
    assert (batch.pages, batch.errors) == (1, 1)
    assert "1 page" in LexborHTMLParser(batch_report(batch)).css_first("h1").text()
