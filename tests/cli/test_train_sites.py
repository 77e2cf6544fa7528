"""``boilerplate train sites``: a model for each site of a crawl."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import boilerplate
from boilerplate.batch import learning
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.run import run
from boilerplate.batch.shard import REPORTS, Shard, ShardReport
from boilerplate.cli.main import cli
from boilerplate.files import atomic_write
from boilerplate.plugins.manager import no_plugins
from boilerplate.plugins.paths import site_models_folder
from boilerplate.reading.read import read
from boilerplate.site_models.folder import SUFFIX, SiteModels
from boilerplate.site_models.site_model import SiteModel
from tests import crawls, made_up_site

pytestmark = pytest.mark.slow

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")

COUNTS = dict(zip(crawls.SITES, (8, 7, 6), strict=True))


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl") / "in"
    crawls.write_crawl(folder)
    return folder


@pytest.fixture(scope="module")
def whole(crawl: Path) -> dict[str, bytes]:
    """The models of the whole crawl, of sites with six pages."""
    models = crawl.parent / "models"
    assert train(crawl, models).exit_code == 0
    return written(models)


def train(source: Path, models: Path, *more: str | Path, least: int = 6) -> Result:
    command = ["train", "sites", source, "--site-models", models, "--least-pages", least, "-j1"]
    return CliRunner().invoke(cli, [*map(str, command), *map(str, more)])


def written(models: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in models.iterdir() if path.is_file()}


def test_each_site_with_enough_pages_has_the_model_of_its_pages(
    crawl: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    assert whole.keys() == {f"{site}{SUFFIX}" for site in crawls.SITES}
    for site, n in COUNTS.items():
        pages = [read(html, url) for url, html in crawls.rows(site, range(n))]
        assert SiteModel(site).fit(pages).to_bytes() == whole[f"{site}{SUFFIX}"]
    result = train(crawl, tmp_path / "models", least=7)
    assert result.stdout.splitlines() == [
        "daily.example  8 pages",
        "haber.example  7 pages",
        f"{tmp_path / 'models'}: 2 sites learned from 15 pages",
        "4 sites with fewer than 7 pages: 9 pages",
        "1 page without a URL that names a site",
    ]
    assert result.stderr == ""
    assert [path.name for path in (tmp_path / "models").iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("jobs", [2, 3])
def test_workers_and_order_change_nothing(
    crawl: Path, whole: dict[str, bytes], jobs: int, tmp_path: Path
) -> None:
    names = sorted(map(str, crawl.iterdir()), reverse=True)
    command = ["train", "sites", *names, "--least-pages", "6", "-j", str(jobs)]
    result = CliRunner().invoke(cli, [*command, "--site-models", str(tmp_path / "models")])
    assert result.exit_code == 0
    assert written(tmp_path / "models") == whole


def test_run_goes_on_where_it_stopped_and_writes_the_same(
    crawl: Path, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, models = tmp_path / "in", tmp_path / "models"
    shutil.copytree(crawl, source)
    for name in ("a.warc.gz", "c.parquet"):  # they cannot be read yet
        (source / name).rename(tmp_path / name)
        (source / name).symlink_to(tmp_path / "later" / name)
    first = train(source, models)
    assert first.exit_code == 1
    assert "a.warc.gz: No such file" in first.stderr
    assert written(models) == {}
    [run] = (models / learning.UNFINISHED).iterdir()
    assert [path.name for path in (run / REPORTS).iterdir()] == ["b.jsonl.gz.json"]
    begun = (run / "b.jsonl.gz.samples").read_bytes()
    (run / MANIFEST).write_text("{")  # as a crash of the machine might leave it
    (tmp_path / "later").mkdir()
    for name in ("a.warc.gz", "c.parquet"):
        (tmp_path / name).rename(tmp_path / "later" / name)
    monkeypatch.setattr(learning, "forget", lambda *_: None)
    assert train(source, models).exit_code == 0
    assert (run / "b.jsonl.gz.samples").read_bytes() == begun
    manifest = json.loads((run / MANIFEST).read_text())
    assert manifest["complete"]
    assert written(models) == whole


def test_run_that_was_stopped_writes_no_models_and_goes_on(
    crawl: Path, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(shards: list[Shard], *more: Any) -> list[ShardReport]:
        return run(shards[:1], *more)

    models = tmp_path / "models"
    with monkeypatch.context() as patched:
        patched.setattr("boilerplate.batch.run.run", stopped)
        result = train(crawl, models)
    assert result.exit_code == 130
    assert "the same command continues" in result.stderr
    assert written(models) == {}
    assert train(crawl, models).exit_code == 0
    assert written(models) == whole


def test_what_runs_left_that_cannot_go_on_is_removed_by_the_next(
    crawl: Path, tmp_path: Path
) -> None:
    source, models = tmp_path / "in", tmp_path / "models"
    shutil.copytree(crawl, source)
    (source / "ö.jsonl").symlink_to(tmp_path / "none")  # the run is not finished
    assert train(source, models).exit_code == 1
    [begun] = (models / learning.UNFINISHED).iterdir()
    folder = begun.parent
    for name, change in (("other", {"libraries": []}), ("chosen", {"statuses": [[200, 299]]})):
        shutil.copytree(begun, folder / name)
        manifest = json.loads((begun / MANIFEST).read_text())
        manifest["run"] |= change
        (folder / name / MANIFEST).write_text(json.dumps(manifest))
    shutil.copytree(begun, folder / "old")
    shutil.copy(folder / "chosen" / MANIFEST, folder / "old")
    os.utime(folder / "old" / MANIFEST, (1, 1))
    (folder / "junk").mkdir()
    (folder / "junk" / MANIFEST).write_text("{")
    killed = next(atomic_names(begun))
    killed.write_bytes(b"?")
    (source / "b.jsonl.gz").unlink()
    (source / "ö.jsonl").unlink()
    assert train(source, models).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["chosen"]


def atomic_names(folder: Path) -> Iterator[Path]:
    """Names of temporary files as a process that was killed leaves them."""
    with atomic_write(folder / "x"):
        [path] = folder.glob(".boilerplate-*.tmp")
    yield path


def test_finished_file_is_not_read_again(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    monkeypatch.setattr(learning, "forget", lambda *_: None)
    assert train(crawl, models).exit_code == 0

    def refuse(*_: object) -> None:
        raise AssertionError("a finished file was read again")

    monkeypatch.setattr("boilerplate.batch.shard.read_archive", refuse)
    assert train(crawl, models, least=8).exit_code == 0


def test_update_adds_pages_to_models_that_are_there(
    crawl: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    models = tmp_path / "models"
    for i, name in enumerate(("b.jsonl.gz", "a.warc.gz", "c.parquet")):
        # Once a model is there, a few pages are enough to add to it.
        train(crawl / name, models, *(["--update"] if i else []), least=1)
    assert written(models).keys() > whole.keys()
    assert {name: data for name, data in written(models).items() if name in whole} == whole
    result = train(crawl / "c.parquet", models, "--update", least=50)
    assert "akhbar.example  3 pages" in result.stdout
    assert {name: data for name, data in written(models).items() if name in whole} == whole


def test_damaged_file_is_named_and_the_rest_of_it_is_learned(crawl: Path, tmp_path: Path) -> None:
    source, models = tmp_path / "in", tmp_path / "models"
    shutil.copytree(crawl, source)
    data = (source / "a.warc.gz").read_bytes()
    (source / "a.warc.gz").write_bytes(data[: len(data) - 40])
    (source / "d.parquet").write_bytes(b"PAR1 junk PAR1")
    result = train(source, models)
    assert result.exit_code == 1
    assert "a.warc.gz: 1 of its 11 records could not be read; the first:" in result.stderr
    assert "d.parquet: 1 of its 1 records could not be read" in result.stderr
    assert "2 sites learned from 15 pages" in result.stdout
    assert not (models / learning.UNFINISHED).exists()


def test_model_with_labels_that_the_crawl_lacks_is_left(crawl: Path, tmp_path: Path) -> None:
    page = made_up_site.text(90)
    labelled = SiteModel("daily.example").fit([page], [made_up_site.labels(page)])
    labelled.save(tmp_path / f"daily.example{SUFFIX}")
    result = train(crawl, tmp_path)
    assert "daily.example: its model has labels that these pages lack" in result.stderr
    assert "2 sites learned" in result.stdout
    assert written(tmp_path)[f"daily.example{SUFFIX}"] == labelled.to_bytes()
    assert train(crawl, tmp_path, "--update").exit_code == 0
    both = SiteModel.load(tmp_path / f"daily.example{SUFFIX}")
    assert both.n_pages == 9


def test_labels_of_json_lines_are_learned_and_counted(tmp_path: Path) -> None:
    page = made_up_site.text(4)
    signs = {"content": "+", "boilerplate": "-"}
    labels = "".join(
        f"{signs[label]} {line.text}\n"
        for line, label in zip(page.lines, made_up_site.labels(page), strict=True)
    )
    text = "\n".join(line.text for line in page.lines)
    row = {"url": "https://daily.example/4", "text": text, "labels": labels}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    result = train(tmp_path / "a.jsonl", tmp_path / "models", least=1)
    assert "1 site learned from 1 page, 1 of them labelled" in result.stdout


def test_single_pages_are_parted_by_the_sites_that_they_claim(tmp_path: Path) -> None:
    for site in crawls.SITES:
        for url, html in crawls.rows(site, range(3)):
            name = url.replace("https://", "").replace("/", "-")
            (tmp_path / f"{name}.html").write_text(f"<link rel=canonical href={url}>{html}")
    result = train(tmp_path, tmp_path / "models", least=3)
    assert "3 sites learned from 9 pages" in result.stdout


def test_models_in_the_default_folder_are_found_by_clean_and_in_python(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    call, plugins = CliRunner().invoke, no_plugins()  # the default ones would be kept
    page = made_up_site.html(50, "tr")
    (tmp_path / "page.html").write_text(page, "utf-8")
    cleaning = ["clean", str(tmp_path / "page.html"), "-u", "haber.example/50", "-f", "jsonl"]
    assert json.loads(call(cli, cleaning).stdout)["drift"] is None
    assert boilerplate.clean(page, "haber.example/50", plugins=plugins).drift is None
    assert call(cli, ["train", "sites", str(crawl), "--least-pages", "6"]).exit_code == 0
    assert [path.name for path in site_models_folder().iterdir()] != []
    drift = boilerplate.clean(page, "haber.example/50", plugins=plugins).drift
    assert drift is not None
    assert json.loads(call(cli, cleaning).stdout)["drift"] == drift
    call(cli, ["train", "site", "gazete.example", str(tmp_path / "page.html")])
    names = call(cli, ["sites", "list"]).stdout.split()[::3]
    assert {"gazete.example", *crawls.SITES} <= set(names)
    assert SiteModels(site_models_folder()).find("gazete.example") is not None


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "Missing argument"),
        (["-"], 2, "standard input is no file of a crawl"),
        (["gone.warc.gz"], 1, "there is no page to learn from"),
        (["gone.warc.gz", "--least-pages", "0"], 2, "0 is not in the range"),
        (["gone.warc.gz", "--field", "x"], 2, "is not FIELD=NAME"),
    ],
)
def test_wrong_command_is_explained(
    arguments: list[str], status: int, message: str, tmp_path: Path
) -> None:
    command = ["train", "sites", *arguments, "--site-models", str(tmp_path / "models")]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == status
    assert message in result.stderr


def test_missing_file_is_named_and_the_others_are_learned(crawl: Path, tmp_path: Path) -> None:
    result = train(crawl, tmp_path / "models", tmp_path / "gone.jsonl")
    assert result.exit_code == 1
    assert "gone.jsonl: No such file" in result.stderr
