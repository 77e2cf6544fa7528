"""A large synthetic crawl, and what cleaning it costs: pages a second, memory, workers.

``python -m benchmarks.crawl make DIR --records 1000000`` writes WARC and Parquet shards. Their
pages are those of the corpora's train sites, each under many URLs and with a few words changed, so
that no two are equal. ``--small`` leaves out pages of more than 16,000 bytes.

``python -m benchmarks.crawl run DIR --jobs 1 2`` cleans them with so many workers, counts every
record of the output, and prints a table. ``--first 50`` cleans the first 50 shards only. ``--json
FILE`` stores what was measured after every few shards: a run that was stopped goes on from there.
The output is removed once it is counted, so little disk is needed.

``python -m benchmarks.crawl document FILE`` writes the figures into docs/many-pages.md,
docs/results/crawl.json and docs/pictures/crawl.png.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.crawl_document import table_of, write_document
from benchmarks.crawl_measures import measure_on, runs_in
from benchmarks.crawl_shards import (
    LARGEST,
    SMALL,
    corpus_pages,
    made_up_pages,
    shards_in,
    write_crawl,
)
from training.paths import DOCS, RESULTS


def main() -> None:
    """Make a crawl, clean one, or write its figures into the documents."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write the shards of a crawl")
    make.add_argument("folder", type=Path)
    make.add_argument("--records", type=int, default=1_000_000)
    make.add_argument("--source", type=Path, help="the corpora (default: made-up pages)")
    make.add_argument("--small", action="store_true", help=f"pages of at most {SMALL:,} bytes")
    make.add_argument("--cache", type=Path, help="where the corpora are unpacked")
    clean = commands.add_parser("run", help="clean a crawl and print what it cost")
    clean.add_argument("folder", type=Path)
    clean.add_argument("--jobs", type=int, nargs="+", default=[1])
    clean.add_argument("--model", help="model file (default: the shipped one)")
    clean.add_argument("--first", type=int, help="clean only so many shards")
    clean.add_argument("--json", type=Path, help="store the figures here, and go on from them")
    writing = commands.add_parser("document", help="write the figures into the documents")
    writing.add_argument("json", type=Path, nargs="?", default=RESULTS / "crawl.json")
    options = parser.parse_args()
    if options.command == "document":
        write_document(runs_in(options.json), DOCS)
    elif options.command == "make":
        largest = SMALL if options.small else LARGEST
        pages = (
            corpus_pages(options.source, options.cache, largest)
            if options.source
            else made_up_pages()
        )
        write_crawl(options.folder, options.records, pages)
    else:
        shards = shards_in(options.folder)[: options.first]
        runs = [measure_on(shards, jobs, options.model, options.json) for jobs in options.jobs]
        print("\n".join(table_of(runs)))  # noqa: T201


if __name__ == "__main__":
    main()
