"""The table of sites stays small, and what it says of its sites and of the others is true."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from boilerplate.explain.batch_report import summary_report
from boilerplate.explain.site_table import SiteTable
from boilerplate.explain.summary import Summary
from tests.explain.test_summary import page

NAMES = [f"{name}.example" for name in ("ağaç", "курьер", "新聞", "صحيفة", "a", "b", "c", "d")]


def counted(sites: list[str], most: int) -> SiteTable:
    table = SiteTable(most)
    for site in sites:
        table.add(site)
    return table


@given(st.lists(st.sampled_from(NAMES), max_size=80), st.integers(1, 4))
def test_counts_are_right_within_what_was_missed(sites: list[str], most: int) -> None:
    table = counted(sites, most)
    exact = Counter(sites)
    assert len(table.sites) <= 2 * most
    for site, counts in table.sites.items():
        assert counts.pages <= exact[site] <= counts.pages + counts.missed
        assert counts.missed <= table.bound
    gone = exact.keys() - table.sites.keys()
    assert all(exact[site] <= table.bound for site in gone)
    pages, at_most = table.left_out
    assert pages == len(sites) - sum(counts.pages for counts in table.sites.values())
    assert at_most >= len(gone)
    assert (pages > 0) == (at_most > 0) == (table.bound > 0)


@given(st.lists(st.sampled_from(NAMES), max_size=80))
def test_few_sites_are_counted_exactly(sites: list[str]) -> None:
    table = counted(sites, most=len(NAMES))
    assert {site: counts.pages for site, counts in table.sites.items()} == Counter(sites)
    assert table.left_out == (0, 0)


def test_sites_with_many_pages_are_exact_among_any_number_of_others() -> None:
    large = {"gazete.example": 300, "ข่าว.example": 200}
    sites = [f"{i % 7000}.example" for i in range(14_000)]
    for site, pages in large.items():
        step = len(sites) // pages
        for i in range(pages):
            sites.insert(i * step, site)
    table = counted(sites, most=200)
    for site, pages in large.items():
        assert (table.sites[site].pages, table.sites[site].missed) == (pages, 0)
    assert len(table.sites) <= 400
    assert table.left_out[0] + sum(each.pages for each in table.sites.values()) == len(sites)


def test_drift_and_empty_pages_are_those_of_the_counted_pages() -> None:
    table = SiteTable(1)
    for drift in (0.25, 0.75):
        table.add("a.example", drift=drift, empty=drift > 0.5)
    table.add("b.example")
    table.add("c.example")  # b.example is left out for it
    counts = table.sites["a.example"]
    assert (counts.pages, counts.empty, counts.mean_drift, counts.missed) == (2, 1, 0.5, 0)
    assert table.sites["c.example"].missed == table.bound == 1
    assert [site for site, _ in table.to_check()] == ["a.example", "c.example"]


def test_report_says_what_the_table_leaves_out() -> None:
    summary = Summary(sites=SiteTable(1))
    for site in (*["большая"] * 5, "large", "a", "b", "c"):
        summary.add(site, page(1.0, url=f"https://{site}.example/"))
    tree = LexborHTMLParser(summary_report(summary))
    rows = [[cell.text() for cell in row.css("th, td")][:2] for row in tree.css(".sites tbody tr")]
    assert rows[0][1] == "5"
    assert rows[1] == ["c.example", "1–4"]
    assert tree.css_first(".sites + .rest").text() == (
        "3 pages of up to 3 sites are not counted here: a site that is left out has at most 3 pages"
    )
