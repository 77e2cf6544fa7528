"""Made-up crawls of several sites, in scripts of their own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests import made_up_site

SITES = {"daily.example": "en", "haber.example": "tr", "akhbar.example": "ar"}

Row = tuple[str, str]  # a URL and a page


def rows(site: str, numbers: Iterable[int], language: str = "") -> list[Row]:
    """Pages of a site, by their numbers."""
    language = language or SITES.get(site, "ru")
    return [(f"https://{site}/{n}", made_up_site.html(n, language)) for n in numbers]


def warc_gz(rows: Sequence[Row]) -> bytes:
    """A WARC file with a gzip member for each page."""
    return b"".join(gzip.compress(_warc_record(*row), mtime=0) for row in rows)


def _warc_record(url: str, html: str) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:{url}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def json_lines(rows: Iterable[Row]) -> str:
    """Pages as JSON lines; a URL that is "" is left out."""
    objects = ({"html": html, **({"url": url} if url else {})} for url, html in rows)
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


def write_parquet(path: Path, rows: Sequence[Row]) -> None:
    """Pages as a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    urls, pages = zip(*rows, strict=True)
    parquet.write_table(pa.table({"url": urls, "html": pages}), path)


def write_crawl(folder: Path) -> None:
    """Three files of three sites with 8, 7 and 6 pages, and of some with one page."""
    folder.mkdir(parents=True, exist_ok=True)
    daily, haber, akhbar = (rows(site, range(n)) for site, n in zip(SITES, (8, 7, 6), strict=True))
    alone = [row for i in range(3) for row in rows(f"alone{i}.example", [i])]
    (folder / "a.warc.gz").write_bytes(warc_gz([*daily[:5], *haber[:3], *alone[:2], *akhbar[:1]]))
    lines = [*akhbar[1:3], *daily[5:], *haber[3:], ("", made_up_site.html(3)), *alone[2:]]
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(json_lines(lines).encode()))
    write_parquet(folder / "c.parquet", akhbar[3:])
