"""Pages of sites are counted in bounded memory, and never too high."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from boilerplate.batch import site_counts
from boilerplate.batch.site_counts import SiteCounts, merged_counts

HOSTS = st.lists(st.sampled_from([f"s{i}.example" for i in range(40)]), max_size=400)


def counted(hosts: list[str], most: int) -> SiteCounts:
    counts = SiteCounts(most)
    for host in hosts:
        counts.add(host)
    counts.shrink()
    return counts


@given(HOSTS, st.integers(1, 50))
def test_counts_are_at_most_so_much_too_low_and_few(hosts: list[str], most: int) -> None:
    found, exact = counted(hosts, most), Counter(hosts)
    assert len(found.counts) <= most
    assert found.pages == len(hosts)
    assert found.missed <= len(hosts) / (most + 1)
    for host, n in exact.items():
        assert n - found.missed <= found.counts.get(host, 0) <= n


@given(st.lists(HOSTS, max_size=5), st.integers(1, 50))
def test_merged_counts_have_the_same_bound(parts: list[list[str]], most: int) -> None:
    exact = Counter(host for part in parts for host in part)
    whole = merged_counts(counted(part, most) for part in parts)
    assert whole.pages == exact.total()
    for host, n in exact.items():
        assert n - whole.missed <= whole.counts.get(host, 0) <= n
    again = merged_counts(SiteCounts.from_json(counted(part, most).to_json()) for part in parts)
    assert again == whole


def test_few_sites_are_counted_exactly_and_ordered() -> None:
    counts = counted(["b.example"] * 3 + ["ข่าว.example"] * 5 + ["a.example"] * 3, 10)
    assert counts.missed == 0
    assert counts.largest() == [("ข่าว.example", 5), ("a.example", 3), ("b.example", 3)]
    assert counts.largest(5) == [("ข่าว.example", 5)]


def test_a_site_with_most_pages_outlasts_any_number_of_others(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(site_counts, "MAX_SITES_OF_RUN", 10)
    parts = [counted([f"{i}-{j}.example" for j in range(30)] + ["big.example"] * 9, 8)
             for i in range(50)]  # fmt: skip
    whole = merged_counts(parts)
    assert len(whole.counts) <= 10
    assert whole.largest()[0][0] == "big.example"
