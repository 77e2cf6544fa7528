"""``boilerplate clean`` on many pages."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchmarks.kills import contents, make_crawl
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.writers import read_cleaned
from boilerplate.cli.main import cli
from boilerplate.reading.limits import LIMITS
from tests.batch.test_readers import http, warc_record
from tests.made_up import SENTENCES, news_page

pytestmark = pytest.mark.slow

parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("fastwarc")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["clean", *map(str, arguments)])


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl") / "in"
    make_crawl(folder, shards=2, pages=3)
    return folder


def test_folder_with_files_of_each_format_is_cleaned_to_shards(crawl: Path, tmp_path: Path):
    result = run(crawl, "--output", tmp_path / "out", "--jobs", 1)
    assert result.exit_code == 0
    assert "3 of 3 shards" in result.stderr
    assert "9 records, 0 of them errors" in result.stderr
    assert result.stdout == ""
    files = {name for name in contents(tmp_path / "out") if not name.startswith(".")}
    assert files == {
        MANIFEST, "pages-00000.jsonl", "part-000.warc.jsonl", "part-001.jsonl.jsonl",
    }  # fmt: skip
    again = run(crawl, "--output", tmp_path / "out", "--jobs", 1)
    assert "finished before: 3 shards" in again.stderr


def test_another_threshold_can_be_applied_to_the_output(tmp_path: Path):
    page = "<nav><a href=/>Home</a></nav>" + "".join(f"<p>{s}</p>" for s in SENTENCES.values())
    (tmp_path / "in.jsonl").write_text(json.dumps({"html": page}))
    kept = []
    for threshold in ("0", "0.9"):
        out = tmp_path / threshold
        run(tmp_path / "in.jsonl", "--output", out, "--threshold", threshold, "--format", "parquet")
        [row] = parquet.read_table(out / "in.jsonl.parquet").to_pylist()
        kept.append(row["text"])
        later = [line["text"] for line in row["lines"] if line["probability"] >= 0.9]
    assert "\n".join(later) == kept[1]
    assert len(kept[0]) > len(kept[1])


def test_field_option_names_the_fields(tmp_path: Path):
    (tmp_path / "in.jsonl").write_text(
        json.dumps({"docid": "x7", "link": "https://b.test/1", "body": SENTENCES["th"]})
    )
    named = ("--field", "id=docid", "--field", "url=link", "--field", "text=body")
    run(tmp_path / "in.jsonl", "--output", tmp_path / "out", *named)
    [row] = map(json.loads, (tmp_path / "out" / "in.jsonl.jsonl").read_text().splitlines())
    assert (row["source"], row["site"], row["lines"][0]["text"]) == (
        "x7",
        "b.test",
        SENTENCES["th"],
    )


def test_json_is_passed_over_in_a_folder_and_read_where_it_is_named(tmp_path: Path):
    pages = tmp_path / "pages"
    pages.mkdir()
    line = json.dumps({"text": SENTENCES["th"], "meta": {"url": "https://b.test/1"}}).encode()
    (pages / "about.json").write_bytes(line)
    (pages / "c4.json.gz").write_bytes(gzip.compress(line))
    nested = ("--field", "url=meta.url")
    for named, shards in ((pages, 1), (pages / "about.json", 1), (str(pages / "*"), 2)):
        output = tmp_path / f"{str(named).replace('/', '-')}-out"
        assert run(named, "--output", output, *nested).exit_code == 0
        written = sorted(output.glob("*.jsonl"))
        assert len(written) == shards
        assert [json.loads(path.read_bytes())["url"] for path in written] == (
            ["https://b.test/1"] * shards
        )
    of_folder = tmp_path / f"{str(pages).replace('/', '-')}-out"
    assert [path.name for path in of_folder.glob("*.jsonl")] == ["c4.json.gz.jsonl"]


def test_failed_pages_are_counted_and_give_status_1(tmp_path: Path):
    (tmp_path / "in.jsonl").write_text('{"html": "<p>fine"}\nnot json\n')
    result = run(tmp_path / "in.jsonl", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "2 records, 1 of them errors" in result.stderr
    assert 'each of these records says why in its "error"' in result.stderr


def test_compressed_pages_are_unpacked_in_shards_and_what_is_no_page_is_an_error(tmp_path: Path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html.gz").write_bytes(gzip.compress(f"<p>{SENTENCES['ar']}</p>".encode()))
    (pages / "b.html").write_bytes(b"%PDF-1.4\n%\xe2\xe3")
    (pages / "c.txt.gz").write_bytes(gzip.compress(b"words" * 90)[:20])
    output = tmp_path / "output"
    assert run(pages, "--output", output, "--shard-pages", "9").exit_code == 1
    a, b, c = map(json.loads, (output / "pages-00000.jsonl").read_text("utf-8").splitlines())
    assert [line["text"] for line in a["lines"]] == [SENTENCES["ar"]]
    assert b["error"] == "is a PDF, not a page"
    assert c["error"] == "is a gzip file that is cut off, not a page"


def test_other_options_in_the_same_folder_are_refused(crawl: Path, tmp_path: Path):
    run(crawl, "--output", tmp_path / "out")
    before = contents(tmp_path / "out")
    result = run(crawl, "--output", tmp_path / "out", "--threshold", "0.3")
    assert result.exit_code == 1
    assert "begun with other options" in result.stderr
    assert "threshold (null, now 0.3)" in result.stderr
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["pages.jsonl"], "name it with --output"),
        (["pages.jsonl", "--output", "out", "--field", "body=html"], "is not FIELD=NAME"),
        (["pages.jsonl", "--output", "out", "--explain"], "are for single pages"),
        (["pages.jsonl", "--output", "out", "--as", "html"], "--as is for files of one page"),
        (
            ["-", "--output", "out", "--format", "parquet"],
            "standard input cannot be cleaned to shards",
        ),
    ],
)
def test_impossible_command_fails_before_cleaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], why: str
):
    monkeypatch.chdir(tmp_path)
    Path("pages.jsonl").write_text('{"text": "x"}\n')
    result = run(*arguments)
    assert result.exit_code == 2
    assert why in result.stderr
    assert not Path("out").exists()


def test_output_folder_that_cannot_be_made_is_an_error_message(crawl: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    result = run(crawl / "part-001.jsonl", "--output", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "Not a directory" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_pattern_without_matches_is_reported_and_the_rest_is_cleaned(crawl: Path, tmp_path: Path):
    result = run(crawl / "part-001.jsonl", crawl / "*.gone", "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "no file matches this pattern" in result.stderr
    assert "3 records" in result.stderr


def test_single_pages_become_one_file_each(crawl: Path, tmp_path: Path):
    result = run(crawl / "page-000.html", "--output", tmp_path / "out")
    assert result.exit_code == 0
    assert set(contents(tmp_path / "out")) == {"page-000.html.txt"}


def test_report_on_a_run_is_the_same_for_every_format(crawl: Path, tmp_path: Path):
    reports = set()
    for form in ("jsonl", "jsonl.zst", "parquet"):
        report = tmp_path / f"{form}.html"
        result = run(
            crawl, "--output", tmp_path / form, "--jobs", 1, "--format", form, "--report", report
        )
        assert result.exit_code == 0
        reports.add(report.read_text("utf-8"))
    [report] = reports
    assert "<h1>9 pages</h1>" in report
    (tmp_path / "folder").mkdir()
    again = run(crawl, "--output", tmp_path / "jsonl", "--jobs", 1, "--report", tmp_path / "folder")
    assert again.exit_code != 0


def test_report_on_a_run_is_the_same_in_any_order_of_files_and_with_any_workers(tmp_path: Path):
    files = [tmp_path / f"{name}.jsonl" for name in ("b", "c", "a")]
    for number, file in enumerate(files):
        urls = [f"https://{i}.example/" for i in range(number + 2)]
        pages = [{"html": news_page("hi"), "url": url} for url in urls]
        file.write_text("".join(json.dumps(page) + "\n" for page in pages))
    reports = set()
    for jobs, order in ((1, files), (2, files[::-1]), (2, sorted(files))):
        report = tmp_path / "report.html"
        out = tmp_path / f"out-{len(reports)}-{jobs}"
        result = run(*order, "--output", out, "--jobs", str(jobs), "--report", report)
        assert result.exit_code == 0, result.stderr
        reports.add(report.read_text("utf-8"))
    assert len(reports) == 1


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_pages_read_in_part_are_reported_and_counted(tmp_path: Path, form: str):
    """One of three is larger than we read; its record, its shard, the run and its report say so."""
    long = f"<p>{SENTENCES['ja']}<p title='{'a' * LIMITS.max_markup}'>b"
    pages = [{"text": SENTENCES["th"]}, {"html": long}, {"html": f"<p>{SENTENCES['ar']}"}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages))
    command = [tmp_path / "in.jsonl", "--output", tmp_path / "out", "--format", form, "--jobs", 1]
    result = run(*command, "--report", tmp_path / "run.html")
    assert result.exit_code == 0
    assert "1 of the pages are too large or cut off, and were read in part" in result.stderr
    unread = len(long) - LIMITS.max_markup
    job_output = tmp_path / "out" / f"in.jsonl.{form}"
    assert [each["unread"] for each in read_cleaned(job_output, form)] == [0, unread, 0]
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert manifest["totals"] == {"records": 3, "errors": 0, "in_part": 1, "no_pages": 0}
    report = (tmp_path / "run.html").read_text("utf-8")
    assert "<dt>read in part</dt><dd>1 page</dd>" in report
    assert f"the last {unread:,} characters were not read" in report
    again = run(*command)
    assert "1 of the pages are too large or cut off, and were read in part" in again.stderr


def records_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_page_has_the_same_json_alone_and_in_a_shard(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(news_page("ar"), "utf-8")
    [alone] = map(json.loads, run(page, "--format", "jsonl").stdout.splitlines())
    run(page, "--format", "jsonl", "--shard-pages", 1, "--reasons", "--output", tmp_path / "out")
    [in_shard] = records_in(tmp_path / "out" / "pages-00000.jsonl")
    assert in_shard == {**alone, "source": "page.html", "record": 0}


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_shards_have_reasons_only_when_asked_for(tmp_path: Path, form: str):
    (tmp_path / "in.jsonl").write_text(json.dumps({"html": news_page("th")}))
    for options in ((), ("--reasons",)):
        out = tmp_path / f"out{len(options)}"
        run(tmp_path / "in.jsonl", "--output", out, "--format", form, *options)
        [record] = read_cleaned(out / f"in.jsonl.{form}", form)
        assert all((line["reason"] is not None) == bool(options) for line in record["lines"])
        assert all(line["decided_by"] == "model" for line in record["lines"])
    refused = run(tmp_path / "in.jsonl", "--output", out, "--format", form)
    assert "reasons (true, now false)" in refused.stderr


def test_report_on_shards_counts_deciders_and_shows_reasons_if_there_are_any(tmp_path: Path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"html": news_page("hi")}))
    for options in ((), ("--reasons",)):
        out, report = tmp_path / f"out{len(options)}", tmp_path / "report.html"
        run(tmp_path / "in.jsonl", "--output", out, "--report", report, *options)
        html = report.read_text("utf-8")
        assert "<caption>Dropped by, in lines</caption>" in html
        assert ('class="why"' in html) == bool(options)


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_jq_lines_of_the_readme_work_on_pages_and_on_shards(tmp_path: Path):
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    programs = re.findall(r"^jq -r '(.*)' pages\.jsonl$", readme, re.MULTILINE)
    assert len(programs) == 3
    (tmp_path / "page.html").write_text(news_page("tr"), "utf-8")
    (tmp_path / "in.jsonl").write_text(json.dumps({"html": news_page("tr")}) + "\nnot json\n")
    alone = run(tmp_path / "page.html", tmp_path / "gone.html", "--format", "jsonl").stdout
    run(tmp_path / "in.jsonl", "--output", tmp_path / "out")
    shard = (tmp_path / "out" / "in.jsonl.jsonl").read_text("utf-8")
    for program in programs:
        printed = [
            subprocess.run(["jq", "-r", program], input=data, capture_output=True, text=True,
                           check=True).stdout.splitlines()
            for data in (alone, shard)
        ]  # fmt: skip
        assert len(printed[0]) == len(printed[1])
        if ".error" not in program:
            assert printed[0] == printed[1]


def test_status_leaves_out_pages_and_is_a_column(tmp_path: Path):
    page = f"<p>{SENTENCES['ja']}</p>".encode()
    gone = http(page).replace(b"200 OK", b"404 Not Found")
    (tmp_path / "in.warc").write_bytes(warc_record(0, http(page)) + warc_record(1, gone))
    options = ["--output", tmp_path / "out", "--jobs", 1, "--status", "200-299"]
    assert run(tmp_path / "in.warc", *options).exit_code == 0
    [row] = (tmp_path / "out" / "in.warc.jsonl").read_text("utf-8").splitlines()
    assert json.loads(row)["fetched"]["status"] == 200
    wrong = run(tmp_path / "in.warc", *options, "--status", "ok")
    assert wrong.exit_code == 2
    assert "no HTTP status" in wrong.stderr


def test_image_in_a_crawl_is_counted_and_no_failure(tmp_path: Path):
    page = f"<p>{SENTENCES['hi']}</p>".encode()
    picture = http(b"\x89PNG", content_type="image/png")
    (tmp_path / "in.warc").write_bytes(warc_record(0, http(page)) + warc_record(1, picture))
    result = run(tmp_path / "in.warc", "--output", tmp_path / "out", "--jobs", 1)
    assert result.exit_code == 0
    assert "1 records, 0 of them errors" in result.stderr
    assert "1 other records hold no page" in result.stderr
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert manifest["totals"] == {"records": 1, "errors": 0, "in_part": 0, "no_pages": 1}
    again = run(tmp_path / "in.warc", "--output", tmp_path / "out", "--jobs", 1)
    assert "1 other records hold no page" in again.stderr
