"""``boilerplate train site`` on crawls: the pages of one site are picked by their URLs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate.cli.main import cli
from boilerplate.reading.read import read
from boilerplate.site_models.folder import SUFFIX
from boilerplate.site_models.site_model import SiteModel
from tests import crawls, made_up_site

pytestmark = pytest.mark.slow

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")

SITE = "haber.example"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def train(models: Path, *arguments: str | Path) -> Result:
    command = ["train", "site", SITE, *map(str, arguments), "--site-models", str(models), "-j1"]
    return CliRunner().invoke(cli, command)


def learned(models: Path) -> bytes:
    return (models / f"{SITE}{SUFFIX}").read_bytes()


def model_of(rows: list[crawls.Row]) -> bytes:
    return SiteModel(SITE).fit([read(html, url) for url, html in rows]).to_bytes()


MIXED = [*crawls.rows(SITE, range(5)), *crawls.rows("daily.example", range(20))]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_pages_of_the_site_are_picked_from_each_kind_of_file(
    name: str, tmp_path: Path, models: Path
) -> None:
    source = tmp_path / name
    if name.endswith("parquet"):
        crawls.write_parquet(source, MIXED)
    else:
        data = crawls.warc_gz(MIXED) if "warc" in name else crawls.json_lines(MIXED).encode()
        if name == "a.warc":
            data = gzip.decompress(data)
        source.write_bytes(gzip.compress(data) if name == "a.jsonl.gz" else data)
    result = train(models, source)
    assert result.exit_code == 0
    assert "20 pages of other sites were left out: daily.example (20)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert ": 5 pages, " in result.stdout
    assert learned(models) == model_of(MIXED[:5])


def test_pages_below_the_site_are_its_own(tmp_path: Path, models: Path) -> None:
    below = crawls.rows(f"spor.{SITE}", range(3), "tr")
    like = crawls.rows(f"not{SITE}", range(2), "tr")
    (tmp_path / "a.warc.gz").write_bytes(crawls.warc_gz([*below, *like]))
    result = train(models, tmp_path / "a.warc.gz")
    assert ": 3 pages" in result.stdout
    assert result.stderr.count("is a page of nothaber.example: left out") == 2


def test_folder_of_a_crawl_and_single_pages_is_read_as_one(tmp_path: Path, models: Path) -> None:
    crawls.write_crawl(tmp_path / "in")
    url, html = crawls.rows(SITE, [50])[0]
    (tmp_path / "in" / "page.html").write_text(f"<link rel=canonical href={url}>{html}")
    assert ": 8 pages" in train(models, tmp_path / "in").stdout


def test_damaged_records_are_counted_and_the_rest_is_learned(tmp_path: Path, models: Path) -> None:
    lines = crawls.json_lines(crawls.rows(SITE, range(4))) + "{\n" * 14
    (tmp_path / "a.jsonl").write_text(lines)
    warc = crawls.warc_gz(crawls.rows(SITE, range(4, 7)))
    (tmp_path / "b.warc.gz").write_bytes(warc[:-30])
    result = train(models, tmp_path / "a.jsonl", tmp_path / "b.warc.gz")
    assert result.exit_code == 1
    assert ": 6 pages" in result.stdout
    assert result.stderr.count("a.jsonl:") == 10
    assert "5 more pages or files could not be read" in result.stderr


def test_file_that_is_no_parquet_and_missing_columns_are_named(
    tmp_path: Path, models: Path
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"junk")
    crawls.write_parquet(tmp_path / "b.parquet", MIXED)
    result = train(models, tmp_path / "a.parquet")
    assert result.exit_code == 1
    assert "a.parquet:0: the file is damaged" in result.stderr
    assert "there is no page to learn from" in result.stderr
    other = train(models, tmp_path / "b.parquet", "--field", "html=body")
    assert "b.parquet: has no column 'body'" in other.stderr
    assert not models.exists()


def test_crawl_without_the_site_is_an_error_with_the_command_to_write(
    tmp_path: Path, models: Path
) -> None:
    source = tmp_path / "a b.warc.gz"
    source.write_bytes(crawls.warc_gz(MIXED[5:]))
    result = train(models, source)
    assert result.exit_code == 1
    assert f"none of the pages is of {SITE}, they are of daily.example (20)" in result.stderr
    assert f"boilerplate train sites '{source}'" in result.stderr
    assert not models.exists()


def test_pages_without_a_url_are_learned_unless_most_are_of_other_sites(
    tmp_path: Path, models: Path
) -> None:
    unnamed = [("", html) for _, html in crawls.rows(SITE, range(5, 8))]
    (tmp_path / "a.jsonl").write_text(crawls.json_lines([*MIXED[:5], *unnamed, *MIXED[5:9]]))
    assert ": 8 pages" in train(models, tmp_path / "a.jsonl").stdout
    (tmp_path / "a.jsonl").write_text(crawls.json_lines([*MIXED[:5], *unnamed, *MIXED[5:16]]))
    result = train(models, tmp_path / "a.jsonl")
    assert ": 5 pages" in result.stdout
    assert "3 pages without a URL were left out, for most are of others" in result.stderr


CLAIMS = ["<link rel=canonical href={}>", "<meta property=og:url content={}>"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_saved_pages_of_five_sites_given_as_one_are_refused(
    claim: str, tmp_path: Path, models: Path
) -> None:
    sites = [SITE, "daily.example", "akhbar.example", "gazeta.example", "xinwen.example"]
    for site in sites:
        for url, html in crawls.rows(site, range(3)):
            path = tmp_path / "in" / f"{site}-{url[-1]}.html"
            path.parent.mkdir(exist_ok=True)
            path.write_text(claim.format(url) + html)
    result = train(models, tmp_path / "in")
    assert result.exit_code == 2
    assert f"only 3 of 15 pages are of {SITE}" in result.stderr
    assert f"boilerplate train sites {tmp_path / 'in'}" in result.stderr
    assert not models.exists()


def test_status_leaves_out_pages(tmp_path: Path, models: Path) -> None:
    data = crawls.warc_gz(MIXED[:2]) + gzip.compress(
        gzip.decompress(crawls.warc_gz(MIXED[2:3])).replace(b"200 OK", b"404 NO")
    )
    (tmp_path / "a.warc.gz").write_bytes(data)
    assert ": 3 pages" in train(models, tmp_path).stdout
    assert ": 2 pages" in train(models, tmp_path, "--status", "200").stdout


def test_as_is_for_single_pages(tmp_path: Path, models: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(crawls.warc_gz(MIXED))
    result = train(models, tmp_path, "--as", "html")
    assert result.exit_code == 2
    assert "--as is for files of one page" in result.stderr


def test_update_check_and_report_read_crawls_as_well(tmp_path: Path, models: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(crawls.warc_gz(MIXED[:4]))
    crawls.write_parquet(tmp_path / "b.parquet", [*MIXED[4:], *crawls.rows(SITE, [9])])
    train(models, tmp_path / "a.warc.gz")
    report = tmp_path / "report.html"
    result = train(models, tmp_path / "b.parquet", "--update", "--report", report)
    assert ": 6 pages" in result.stdout
    assert learned(models) == model_of([*MIXED[:5], *crawls.rows(SITE, [9])])
    assert "Weather" in report.read_text("utf-8")
    checked = train(models, tmp_path / "b.parquet", "--check")
    assert checked.exit_code == 0
    assert [line.partition("  ")[2] for line in checked.stdout.splitlines()[:2]] == [
        f"{tmp_path / 'b.parquet'}:0", f"{tmp_path / 'b.parquet'}:21",
    ]  # fmt: skip
    assert "looks like its model" in checked.stdout


def test_labels_column_is_learned(tmp_path: Path, models: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    page = made_up_site.text(4)
    lines = [line.text for line in page.lines]
    table = {
        "text": ["\n".join(lines), "\n".join(lines[:-1])],
        "url": [f"https://{SITE}/1", f"https://{SITE}/2"],
        "labels": ["".join(f"- {line}\n" for line in lines), None],
    }
    parquet.write_table(pa.table(table), tmp_path / "a.parquet")
    assert ": 2 pages, 1 of them labelled" in train(models, tmp_path / "a.parquet").stdout
    rows = [{"url": u, "text": t, "labels": n} for t, u, n in zip(*table.values(), strict=True)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "1 of them labelled" in train(models, tmp_path / "a.jsonl").stdout
