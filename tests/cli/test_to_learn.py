"""After a run, sites that are worth a site model or a plugin are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate.batch import site_counts
from boilerplate.batch.shard import REPORTS
from boilerplate.cli.main import cli
from boilerplate.site_models.folder import SUFFIX
from boilerplate.site_models.site_model import SiteModel
from tests import crawls, made_up_site

pytestmark = pytest.mark.slow

pytest.importorskip("fastwarc")

RULES = 'api = 1\n[[site]]\nhosts = ["akhbar.example"]\ndrop = ["x"]\n'
NAMED = "sites with 20 pages or more, and neither a site model nor a plugin: "


def clean(source: Path, output: Path, *more: str | Path, jobs: int = 1) -> Result:
    command = ["clean", source, "--output", output, "-j", jobs, *more]
    return CliRunner().invoke(cli, [*map(str, command)])


def named(result: Result) -> str:
    [line] = [line for line in result.stderr.splitlines() if NAMED in line]
    return line.partition(NAMED)[2]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files: 24 pages of one site, 21 of another and 20 of a third, 19 of a fourth."""
    folder = tmp_path_factory.mktemp("crawl") / "in"
    folder.mkdir()
    sizes = {"daily.example": 24, "haber.example": 21, "akhbar.example": 20, "small.example": 19}
    pages = [row for site, n in sizes.items() for row in crawls.rows(site, range(n))]
    (folder / "a.warc.gz").write_bytes(crawls.warc_gz(pages[::2]))
    unnamed = [("", made_up_site.html(i)) for i in range(30)]
    local = crawls.rows("localhost", range(25))
    (folder / "b.jsonl").write_text(crawls.json_lines([*pages[1::2], *unnamed, *local]))
    return folder


def test_sites_with_many_pages_are_named_with_the_commands(crawl: Path, tmp_path: Path) -> None:
    report = tmp_path / "run.html"
    result = clean(crawl, tmp_path / "out", "--report", report)
    assert named(result) == (
        "daily.example (24 pages), haber.example (21 pages), akhbar.example (20 pages)"
    )
    assert f"to learn them: boilerplate train sites {crawl}\n" in result.stderr
    assert "boilerplate plugins new daily.example PAGES" in result.stderr
    html = report.read_text("utf-8")
    assert '<th scope="row">akhbar.example</th><td>20</td></tr></tbody></table>' in html
    assert f"<code>boilerplate train sites {crawl}</code>" in html


def test_workers_and_a_run_that_goes_on_change_nothing(crawl: Path, tmp_path: Path) -> None:
    first = clean(crawl, tmp_path / "one")
    assert named(clean(crawl, tmp_path / "one")) == named(first)
    assert clean(crawl, tmp_path / "three", jobs=3).stderr.count(named(first)) == 1
    clean(crawl / "b.jsonl", tmp_path / "part")
    assert named(clean(crawl, tmp_path / "part")) == named(first)
    reports = [tmp_path / name / REPORTS / "b.jsonl.json" for name in ("one", "three", "part")]
    assert len({json.dumps(json.loads(path.read_text())["sites"]) for path in reports}) == 1


def test_sites_with_a_plugin_or_a_site_model_are_not_named(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "akhbar").mkdir(parents=True)
    (tmp_path / "plugins" / "akhbar" / "rules.toml").write_text(RULES)
    models = tmp_path / "models"
    models.mkdir()
    pages = [made_up_site.text(i) for i in range(5)]
    SiteModel("daily.example").fit(pages).save(models / f"daily.example{SUFFIX}")
    options = ["--plugins-dir", tmp_path / "plugins", "--site-models", models]
    result = clean(crawl, tmp_path / "out", *options)
    assert named(result) == "haber.example (21 pages)"
    assert f"train sites {crawl} --site-models {models}" in result.stderr


def test_nothing_is_said_of_few_pages(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(crawls.json_lines(crawls.rows("a.example", range(19))))
    result = clean(tmp_path / "a.jsonl", tmp_path / "out", "--report", tmp_path / "run.html")
    assert "boilerplate train" not in result.stderr
    assert "boilerplate train" not in (tmp_path / "run.html").read_text("utf-8")


def test_ten_sites_are_named_and_names_of_fields_are_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boilerplate.cli.to_learn.LEAST_PAGES", 2)
    pages = [("<p>Bir vapur.", f"https://s{i:02}.example/") for i in range(12) for _ in range(2)]
    rows = [{"text": html, "link": url} for html, url in pages]
    (tmp_path / "a b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = clean(tmp_path / "a b.jsonl", tmp_path / "out", "--field", "url=link")
    assert "s09.example (2 pages) and 2 more" in result.stderr
    assert "s10" not in result.stderr
    assert f"train sites '{tmp_path / 'a b.jsonl'}' --field=url=link" in result.stderr


def test_counts_within_a_limit_say_so(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean(crawl, tmp_path / "out")
    monkeypatch.setattr(site_counts, "MAX_SITES_OF_RUN", 3)
    monkeypatch.setattr("boilerplate.cli.to_learn.LEAST_PAGES", 1)
    result = clean(crawl, tmp_path / "out")
    assert "daily.example (5 pages), haber.example (2 pages)" in result.stderr
    assert "only the sites with most pages are counted, and up to 19 too low" in result.stderr
