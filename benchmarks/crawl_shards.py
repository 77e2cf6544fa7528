"""The shards of a synthetic crawl: WARC and Parquet files of varied pages."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Final

from benchmarks.kills import SENTENCES, made_up_page, warc_record
from training.corpora import CORPORA, load
from training.split import split_of

RECORDS_PER_SHARD: Final = 1000
LARGEST: Final = 2_000_000  # bytes of a page
SMALL: Final = 16_000  # bytes of a page with --small, so that a large crawl takes one night
SEED: Final = 1


def write_crawl(
    folder: Path, records: int, pages: list[bytes], shard_records: int = RECORDS_PER_SHARD
) -> None:
    """Write so many records as shards, WARC and Parquet in turn."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True)
    for number, first in enumerate(range(0, records, shard_records)):
        rng = random.Random(f"{SEED} {number}")  # noqa: S311 - no secret
        count = min(shard_records, records - first)
        rows = [(f"{number:05}-{i:05}", varied(rng.choice(pages), rng)) for i in range(count)]
        if number % 2:
            table = {
                "id": [name for name, _ in rows],
                "url": [f"https://site{number}.example/{name}" for name, _ in rows],
                "html": pyarrow.array([html for _, html in rows], pyarrow.binary()),
            }
            path = folder / f"part-{number:05}.parquet"
            parquet.write_table(pyarrow.table(table), path, row_group_size=200)
        else:
            path = folder / f"part-{number:05}.warc.gz"
            with path.open("wb") as file:
                for name, html in rows:  # one gzip member per record, as in Common Crawl
                    file.write(gzip.compress(warc_record(name, html), 3, mtime=0))


def varied(page: bytes, rng: random.Random) -> bytes:
    """A page with one or two more paragraphs, so that no two records are equal."""
    for _ in range(rng.randint(1, 2)):
        at = page.find(b"</p>", rng.randrange(max(len(page), 1)))
        if at >= 0:
            text = f"{rng.choice(SENTENCES)} {rng.randrange(10**6)}"
            page = page[: at + 4] + f"<p>{text}</p>".encode() + page[at + 4 :]
    return page


def corpus_pages(source: Path, cache: Path, largest: int = LARGEST) -> list[bytes]:
    """The HTML of the corpora's pages of the train split."""
    pages = (page for page in load(CORPORA, source, cache) if split_of(page.site) == "train")
    return [page.html for page in pages if len(page.html) < largest]


def made_up_pages() -> list[bytes]:
    """Fifty made-up pages, which need no corpora."""
    rng = random.Random(SEED)  # noqa: S311 - no secret
    return [made_up_page(i, rng).encode() for i in range(50)]


def shards_in(source: Path) -> list[Path]:
    """The files of a crawl, sorted."""
    return sorted(source.glob("part-*"))
