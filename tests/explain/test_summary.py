"""The summary of many pages: what is counted, and which pages are worth a look."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from boilerplate.explain.batch_report import summary_report
from boilerplate.explain.summary import Summary, page_summary, summary_of_records
from boilerplate.page import Label, Line, Page
from boilerplate.predictions import Prediction
from boilerplate.result import CleanPage
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
CONCERNS = {
    "nothing kept": page(0.1, 0.0),
    "no text": page(),
    "everything kept": page(*[1.0] * 12),
    "a plugin failed": page(1.0, 0.0, plugin_errors=("courier: ValueError",)),
    "unlike its site": page(1.0, 0.0, drift=0.8),
    "not read to its end": replace(page(1.0, 0.0), page=Page((Line("a"), Line("b")), unread=9)),
    "45% in doubt": page(0.55, 0.45),
}


@pytest.mark.parametrize("concern", CONCERNS)
def test_page_with_a_concern_names_it_and_comes_before_one_without(concern: str) -> None:
    summary = Summary()
    summary.add("plain", SURE)
    summary.add("other", CONCERNS[concern])
    assert [one.name for one in summary.page_summaries()] == ["other", "plain"]
    assert concern in summary.page_summaries()[0].concern[1]
    assert summary.page_summaries()[1].concern == (0.0, "")


@given(st.lists(st.sampled_from([SURE, *CONCERNS.values()]), max_size=12), st.integers(0, 5))
def test_pages_to_check_are_the_same_however_few_are_kept(pages: list[CleanPage], few: int) -> None:
    whole, cut = Summary(), Summary(shown=few, listed=few)
    for i, each in enumerate(pages):
        whole.add(str(i), each)
        cut.add(str(i), each)
    assert cut.page_summaries() == whole.page_summaries()[:few]
    assert [one for one, _ in cut.pages_to_check()] == whole.page_summaries()[:few]
    assert (cut.pages, cut.lines, cut.kept_roles) == (whole.pages, whole.lines, whole.kept_roles)
    assert cut.dropped_roles == whole.dropped_roles
    scores = [one.concern[0] for one in whole.page_summaries()]
    assert scores == sorted(scores, reverse=True)


def test_report_on_many_pages_shows_some_and_counts_all() -> None:
    summary = Summary(shown=2, listed=3)
    for i in range(5):
        summary.add(f"{i}.html", page(0.1 * i, url=f"https://news{i % 2}.example/{i}"))
    tree = LexborHTMLParser(summary_report(summary))
    assert tree.css_first("h1").text() == "5 pages"
    assert len(tree.css(".beside")) == len(tree.css("nav a")) == 2
    names = [item.text() for item in tree.css("nav li")]
    assert len(names) == 4
    assert names[-1] == "and 2 pages more, less in need of a look"


def test_report_counts_languages_by_name_and_pages_read_in_part() -> None:
    summary = Summary()
    for each in (SURE, SURE, CONCERNS["not read to its end"]):
        summary.add("page", each)
    tree = LexborHTMLParser(summary_report(summary))
    text = " ".join(tree.css_first("#batch").text(separator=" ").split())
    assert "Greek 2" in text
    assert "read in part 1 page" in text


def test_sites_that_drift_come_first_and_are_marked() -> None:
    summary = Summary()
    for drift, site in ((None, "quiet"), (0.1, "same"), (0.9, "moved"), (0.7, "moved")):
        summary.add(site, page(1.0, url=f"https://{site}.example/", drift=drift))
    tree = LexborHTMLParser(summary_report(summary))
    rows = [[cell.text() for cell in row.css("th, td")] for row in tree.css(".sites tbody tr")]
    assert [row[0] for row in rows] == ["moved.example", "same.example", "quiet.example"]
    assert rows[0][1:] == ["2", "", "0.80 · drifts"]
    assert len(tree.css(".drifts")) == 1


def test_record_of_a_shard_gives_the_same_summary_as_its_page() -> None:
    for each in (SURE, *CONCERNS.values(), page(0.7, 0.2, url="https://a.example/", language="th")):
        again = CleanPage.from_dict(json.loads(json.dumps(each.to_dict("p", reasons=False))))
        assert page_summary("p", again) == page_summary("p", each)
        assert [p.line.text for p in again.predictions] == [p.line.text for p in each.predictions]
        assert again.threshold == replace(each).threshold


def test_records_of_failed_pages_are_counted_as_errors() -> None:
    summary = summary_of_records([failed_record("gone", "cut off"), SURE.to_dict("p")])
    assert (summary.pages, summary.errors) == (1, 1)
    assert "1 page" in LexborHTMLParser(summary_report(summary)).css_first("h1").text()
