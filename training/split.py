"""Which sites are for training, tuning and testing: one split of all corpora, kept in a file.

Sites are split, not pages: the pages of one site share a template, so a model that has seen one of
them knows the chrome of all. ``python -m training.split --source DIR`` writes the file again.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from training.corpora import CORPORA, load

Split = Literal["train", "dev", "test"]
SHARES: dict[Split, float] = {"train": 0.7, "dev": 0.1, "test": 0.2}
SPLIT_FILE = Path(__file__).with_name("split.tsv")
SEED = "boilerplate-1"

# Pages added to every target, so that a stratum of one page does not outweigh the whole corpus.
SMOOTHING = 2.0


class Membership(NamedTuple):
    """What the split depends on: the site, corpus and stratum of a page."""

    site: str
    corpus: str
    stratum: str


def split_of(site: str) -> Split:
    """The split of a site (a registrable domain): from the file, or for a new site by its hash."""
    return _filed().get(site) or hashed_split(site)


def hashed_split(site: str) -> Split:
    """A split drawn from the site's name alone: 70 % train, 10 % dev, 20 % test.

    >>> hashed_split("example.org") == hashed_split("example.org")
    True
    """
    draw = _draw(site)
    for split, share in SHARES.items():
        draw -= share
        if draw < 0:
            return split
    return "test"


def assign(memberships: Iterable[Membership]) -> dict[str, Split]:
    """A split for every site, so that each corpus and each of its strata is split 70/10/20.

    Sites are placed from the largest to the smallest (ties by a seeded hash), each into the split
    in which the pages of its strata, of its corpora and of all stay nearest to their targets:
    iterative stratification (Sechidis et al. 2011) of groups. A stratum of three sites or more has
    at least one in train and in test; the smaller ones of a corpus count as one stratum.
    """
    members = _pooled(list(memberships))
    pages_of: dict[str, Counter[tuple[str, ...]]] = {}
    totals: Counter[tuple[str, ...]] = Counter()
    for page in members:
        levels = ((), (page.corpus,), (page.corpus, page.stratum))
        pages_of.setdefault(page.site, Counter()).update(levels)
        totals.update(levels)
    placed: dict[Split, Counter[tuple[str, ...]]] = {split: Counter() for split in SHARES}
    splits: dict[str, Split] = {}
    for site in sorted(pages_of, key=lambda site: (-pages_of[site][()], _draw(site), site)):
        splits[site] = min(
            SHARES, key=lambda split: _cost(split, pages_of[site], placed[split], totals)
        )
        placed[splits[site]].update(pages_of[site])
    for stratum in sorted(level for level in totals if len(level) == 2):
        _represent(stratum, splits, pages_of)
    return splits


def _pooled(members: list[Membership]) -> list[Membership]:
    # Alone, each stratum of one site would go to train, so that test had no rare language.
    sites: dict[tuple[str, str], set[str]] = {}
    for member in members:
        sites.setdefault((member.corpus, member.stratum), set()).add(member.site)
    return [
        member._replace(stratum="rare")
        if len(sites[member.corpus, member.stratum]) < len(SHARES)
        else member
        for member in members
    ]


def _cost(
    split: Split,
    pages: Mapping[tuple[str, ...], int],
    placed: Mapping[tuple[str, ...], int],
    totals: Mapping[tuple[str, ...], int],
) -> float:
    # What a site's pages would add to the chi-square distance from the targets.
    cost = 0.0
    for level, count in pages.items():
        target = totals[level] * SHARES[split]
        cost += count * (count + 2 * (placed[level] - target)) / (target + SMOOTHING)
    return cost


def _represent(
    stratum: tuple[str, ...],
    splits: dict[str, Split],
    pages_of: Mapping[str, Counter[tuple[str, ...]]],
) -> None:
    # The smallest site of the split that has most moves to a split that has none.
    sites = [site for site, pages in pages_of.items() if stratum in pages]
    wanted: tuple[Split, ...] = ("train", "test")
    for split in wanted:
        counts = Counter(splits[site] for site in sites)
        if counts[split] or len(sites) < len(SHARES):
            continue
        giver = max(SHARES, key=lambda other: counts[other])
        moved = min(
            (site for site in sites if splits[site] == giver),
            key=lambda site: (pages_of[site][()], _draw(site)),
        )
        splits[moved] = split


def _draw(site: str) -> float:
    digest = hashlib.sha256(f"{SEED} {site}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@cache
def _filed() -> dict[str, Split]:
    return read_split(SPLIT_FILE) if SPLIT_FILE.is_file() else {}


def read_split(path: Path) -> dict[str, Split]:
    """The sites and splits of a file of ``site<TAB>split`` lines; ValueError names a bad line."""
    splits: dict[str, Split] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        site, _, name = line.partition("\t")
        split = next((split for split in SHARES if split == name), None)
        if split is None:
            raise ValueError(
                f"{path}:{number}: {line!r} is not a site, a tab and one of {', '.join(SHARES)}"
            )
        splits[site] = split
    return splits


def write_split(splits: Mapping[str, Split], path: Path) -> None:
    """Write one ``site<TAB>split`` line for each site, sorted."""
    lines = (f"{site}\t{split}\n" for site, split in sorted(splits.items()))
    path.write_text("".join(lines), "utf-8")


def memberships(source: Path, cache: Path) -> list[Membership]:
    """The pages of all corpora as ``assign`` needs them; strata are page types or languages."""
    return [
        Membership(
            page.site, page.corpus, page.page_type if page.corpus == "wcxb" else page.language
        )
        for page in load(CORPORA, source, cache)
    ]


def main(arguments: list[str] | None = None) -> None:
    """Write the split file from the corpora in a folder, and print what it holds."""
    parser = argparse.ArgumentParser(prog="python -m training.split", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of archives or clones")
    parser.add_argument("--cache", type=Path, help="where archives are unpacked (else nowhere)")
    parser.add_argument("--output", type=Path, default=SPLIT_FILE)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        members = memberships(options.source, options.cache or Path(scratch))
    splits = assign(members)
    write_split(splits, options.output)
    print(report(members, splits))


def report(members: Iterable[Membership], splits: Mapping[str, Split]) -> str:
    """The numbers of pages and sites of each stratum by split, one line each."""
    pages: dict[tuple[str, str], Counter[str]] = {}
    sites: dict[tuple[str, str], dict[str, set[str]]] = {}
    for member in members:
        for stratum in ("*", member.stratum or "?"):
            key = (member.corpus, stratum)
            split = splits[member.site]
            pages.setdefault(key, Counter())[split] += 1
            sites.setdefault(key, {}).setdefault(split, set()).add(member.site)
    rows = [
        f"{corpus:15} {stratum:14} "
        + "  ".join(
            f"{split} {count[split]:4} pages {len(sites[corpus, stratum].get(split, ())):4} sites"
            for split in SHARES
        )
        for (corpus, stratum), count in sorted(pages.items())
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
