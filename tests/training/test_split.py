"""The split of sites into train, dev and test."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from training import split
from training.split import SHARES, Membership, assign, hashed_split, split_of


def members_of(corpus: str, stratum: str, sizes: list[int]) -> list[Membership]:
    """Pages of made-up sites, one for each size."""
    return [
        Membership(f"{corpus}{stratum}{number}.example", corpus, stratum)
        for number, size in enumerate(sizes)
        for _ in range(size)
    ]


def shares(members: list[Membership], splits: dict[str, split.Split]) -> dict[str, float]:
    counts = Counter(splits[member.site] for member in members)
    return {name: counts[name] / len(members) for name in SHARES}


def test_every_stratum_is_split_70_10_20() -> None:
    strata = [
        members_of("news", language, [40, 20, 10, *[2] * 20, *[1] * 30])
        for language in ("el", "zh", "hi")
    ]
    splits = assign(member for stratum in strata for member in stratum)
    for stratum in strata:
        assert shares(stratum, splits) == pytest.approx(SHARES, abs=0.05)


def test_stratum_of_few_large_sites_is_in_train_and_test() -> None:
    members = members_of("news", "ka", [50, 50, 50]) + members_of("news", "en", [1] * 500)
    splits = assign(members)
    georgian = {splits[member.site] for member in members if member.stratum == "ka"}
    assert georgian >= {"train", "test"}


def test_languages_of_one_site_are_spread_over_the_splits() -> None:
    members = [Membership(f"{number}.example", "news", f"x{number}") for number in range(20)]
    assert Counter(assign(members).values()) == {"train": 14, "dev": 2, "test": 4}


def test_site_in_two_corpora_is_in_one_split() -> None:
    members = [*members_of("news", "tr", [3] * 30), *members_of("shop", "tr", [2] * 30)]
    shared = [Membership("both.example", corpus, "tr") for corpus in ("news", "shop", "shop")]
    splits = assign([*members, *shared])
    assert len(splits) == 61
    assert splits["both.example"] in SHARES


def test_split_does_not_depend_on_page_order() -> None:
    members = members_of("news", "th", [5, 3, 3, 1, 1, 1]) + members_of("news", "ar", [2] * 9)
    assert assign(members) == assign(reversed(members))


def test_site_missing_from_the_file_is_split_by_hash() -> None:
    sites = [f"unheard-of-{number}.example" for number in range(2000)]
    assert [split_of(site) for site in sites] == [hashed_split(site) for site in sites]
    counts = Counter(map(hashed_split, sites))
    assert {name: counts[name] / 2000 for name in SHARES} == pytest.approx(SHARES, abs=0.03)


def test_split_file_is_sorted_and_round_trips(tmp_path: Path) -> None:
    splits: dict[str, split.Split] = {"ü.example": "test", "a.example": "train", "b.org": "dev"}
    split.write_split(splits, tmp_path / "split.tsv")
    assert (tmp_path / "split.tsv").read_text("utf-8").splitlines() == [
        "a.example\ttrain",
        "b.org\tdev",
        "ü.example\ttest",
    ]
    assert split.read_split(tmp_path / "split.tsv") == splits


def test_error_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "split.tsv").write_text("a.example\ttrain\nb.example validation\n")
    with pytest.raises(ValueError, match=r"split\.tsv:2: 'b\.example validation' is not"):
        split.read_split(tmp_path / "split.tsv")


def test_shipped_split_file_is_sorted_and_used() -> None:
    splits = split.read_split(split.SPLIT_FILE)
    assert list(splits) == sorted(splits)
    assert all(split_of(site) == name for site, name in list(splits.items())[:50])
    assert set(splits.values()) == set(SHARES)
