"""``boilerplate train``: site models on the command line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate.cli.main import cli
from boilerplate.site_models.folder import SUFFIX
from tests import made_up_site as site


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for i in range(6):
        (folder / f"{i}.html").write_text(site.html(i), "utf-8")
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def train(pages: Path, models: Path, *more: str | Path) -> Result:
    return run("train", "site", "daily.example", pages, "--site-models", models, *more)


def test_the_model_is_one_file_named_after_the_site(pages: Path, models: Path) -> None:
    result = train(pages, models)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{models / 'daily.example'}{SUFFIX}: 6 pages")
    assert [path.name for path in models.iterdir()] == [f"daily.example{SUFFIX}"]


def test_clean_finds_the_model_by_the_url(pages: Path, models: Path) -> None:
    train(pages, models)
    page = pages / "new.html"
    page.write_text(site.html(100), "utf-8")
    found = run(
        "clean", page, "--site-models", models, "--url", "https://daily.example/", "--explain"
    )
    assert "stands on 6 of 6 pages of this site" in found.stdout
    other = run("clean", page, "--site-models", models, "--url", "https://o.example/", "--explain")
    assert "pages of this site" not in other.stdout


def test_the_model_does_not_depend_on_order_or_updates(
    pages: Path, models: Path, tmp_path: Path
) -> None:
    train(pages, models)
    parts = tmp_path / "parts"
    names = [pages / f"{i}.html" for i in (4, 2, 0, 5, 3, 1)]
    run("train", "site", "daily.example", *names[:2], "--site-models", parts)
    run("train", "site", "daily.example", *names[2:], "--site-models", parts, "--update")
    file = f"daily.example{SUFFIX}"
    assert (parts / file).read_bytes() == (models / file).read_bytes()


def test_saved_pages_that_claim_another_site_are_left_out_with_a_warning(
    pages: Path, models: Path
) -> None:
    claim = "<link rel=canonical href=https://{}/1>"
    for i, host in ((0, "other.example"), (1, "m.daily.example")):
        path = pages / f"{i}.html"
        path.write_text(claim.format(host) + path.read_text("utf-8"), "utf-8")
    result = train(pages, models)
    assert "0.html: is a page of other.example: left out" in result.stderr
    assert "1.html" not in result.stderr
    assert ": 5 pages," in result.stdout


def test_no_model_is_written_if_all_pages_are_of_another_site(pages: Path, models: Path) -> None:
    for path in pages.iterdir():
        claim = "<link rel=canonical href=https://other.example/1>"
        path.write_text(claim + path.read_text("utf-8"), "utf-8")
    result = train(pages, models)
    assert result.exit_code == 1
    assert "none of the pages is of daily.example" in result.stderr
    assert not models.exists()


@pytest.mark.parametrize("url", ["", "no host", "http://[x", 5])
def test_jsonl_page_with_a_url_that_names_no_host_is_learned_from(
    pages: Path, models: Path, url: object
) -> None:
    lines = [json.dumps({"html": site.html(i), "url": url}) for i in range(3)]
    (pages / "a.jsonl").write_text("\n".join(lines))
    result = run("train", "site", "daily.example", pages / "a.jsonl", "--site-models", models)
    assert (result.exit_code, result.stderr) == (0, "")


def test_jsonl_pages_of_other_sites_are_left_out_with_a_warning(
    tmp_path: Path, models: Path
) -> None:
    records = [{"url": f"https://daily.example/{i}", "html": site.html(i)} for i in range(4)]
    records.append({"url": "https://elsewhere.example/", "text": "Something\nelse"})
    source = tmp_path / "pages.jsonl"
    source.write_text("\n".join([*map(json.dumps, records), "{", "[]"]) + "\n", "utf-8")
    result = train(source, models)
    assert result.exit_code == 1
    assert ": 4 pages" in result.stdout
    assert "pages.jsonl:4: is a page of elsewhere.example: left out" in result.stderr
    assert "pages.jsonl:5: " in result.stderr
    assert "pages.jsonl:6: is a list, not a JSON object" in result.stderr


def test_jsonl_pages_are_read_from_gzip_and_after_a_byte_order_mark(
    pages: Path, models: Path, tmp_path: Path
) -> None:
    lines = [
        json.dumps({"html": path.read_text("utf-8"), "url": "https://daily.example/a"})
        for path in sorted(pages.glob("*.html"))
    ]
    source = tmp_path / "pages.jsonl.gz"
    source.write_bytes(gzip.compress("\r\n".join(lines).encode("utf-8-sig")))
    result = train(source, models)
    assert (result.exit_code, result.stderr) == (0, "")


def test_an_unlike_page_is_left_out_with_a_warning(pages: Path, models: Path) -> None:
    (pages / "x.html").write_text("<main><b>Другая</b><i>страница</i></main>", "utf-8")
    assert "x.html: has next to nothing in common" in train(pages, models).stderr


def test_a_missing_page_does_not_stop_the_others(pages: Path, models: Path) -> None:
    result = train(pages, models, pages / "gone.html")
    assert result.exit_code == 1
    assert "gone.html: No such file" in result.stderr
    assert ": 6 pages" in result.stdout


def test_folder_without_labels_of_the_pages_is_named(
    pages: Path, models: Path, tmp_path: Path
) -> None:
    result = train(pages, models, "--labels", tmp_path)
    assert result.exit_code == 1
    assert f"{tmp_path} has labels of none of the pages; no model was written" in result.stderr
    assert not models.exists()


def test_one_page_is_said_to_teach_next_to_nothing(pages: Path, models: Path) -> None:
    result = train(pages / "0.html", models)
    assert result.exit_code == 0
    assert "daily.example: one page teaches next to nothing" in result.stderr
    assert "next to nothing" not in train(pages, models).stderr


def test_name_without_a_dot_needs_force(pages: Path, models: Path) -> None:
    refused = run("train", "site", "daily", pages, "--site-models", models)
    assert refused.exit_code == 2
    assert "'daily' has no dot" in refused.stderr
    taken = run("train", "site", "daily", pages, "--site-models", models, "--force")
    assert taken.exit_code == 0


def test_labels_must_belong_to_their_page(pages: Path, models: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    draft = run("train", "labels", pages / "0.html")
    assert draft.exit_code == 0
    (labels / "0.html.labels").write_text(draft.stdout, "utf-8")
    one = train(pages, models, "--labels", labels)
    assert one.exit_code == 0
    assert ": 6 pages, 1 of them labelled, " in one.stdout
    (labels / "1.html.labels").write_text(draft.stdout, "utf-8")
    wrong = train(pages, models, "--labels", labels)
    assert wrong.exit_code == 1
    assert "1.html: labels: line 4 is" in wrong.stderr
    assert ": 5 pages" in wrong.stdout


def test_check_reports_whether_the_site_has_changed(pages: Path, models: Path) -> None:
    train(pages, models)
    before = (models / f"daily.example{SUFFIX}").read_bytes()
    same = train(pages, models, "--check")
    assert same.exit_code == 0
    assert "looks like its model" in same.stdout
    for i in range(6):
        (pages / f"{i}.html").write_text(
            f"<main><h2>Start</h2><h3>Today</h3><section>{' '.join(site.article(i))}</section>"
            "<footer><b>Imprint</b><b>Contact</b></footer></main>", "utf-8",
        )  # fmt: skip
    changed = train(pages, models, "--check")
    assert changed.exit_code == 1
    assert "no longer looks like its model" in changed.stdout
    assert (models / f"daily.example{SUFFIX}").read_bytes() == before
    cleaned = run(
        "clean", pages / "0.html", "--site-models", models, "--url", "https://daily.example/"
    )
    assert "does not look like daily.example did" in cleaned.stderr


def test_the_report_shows_recurring_lines_as_text(pages: Path, models: Path) -> None:
    for path in sorted(pages.iterdir()):
        path.write_text(path.read_text("utf-8") + "<p>&lt;script>alert(1)&lt;/script></p>", "utf-8")
    report = pages.parent / "report.html"
    assert train(pages, models, "--report", report).exit_code == 0
    html = report.read_text("utf-8")
    assert "6 of 6" in html
    assert "Weather" in html
    assert "body &gt; div.story</code>" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["../up", "page.html"], "is not a host name"),
        (["daily.example"], "name the pages to learn from"),
        (["daily.example", "x.html", "--update"], "there is no model yet"),
        (["daily.example", "x.html"], "there is no page to learn from"),
    ],
)
def test_a_wrong_command_is_explained(arguments: list[str], message: str, models: Path) -> None:
    result = run("train", "site", *arguments, "--site-models", models)
    assert result.exit_code != 0
    assert message in result.stderr


def test_a_damaged_model_is_an_error_with_its_file(pages: Path, models: Path) -> None:
    models.mkdir()
    (models / f"daily.example{SUFFIX}").write_bytes(b"junk")
    result = run(
        "clean", pages / "0.html", "--site-models", models, "--url", "https://daily.example/"
    )
    assert result.exit_code == 1
    assert f"daily.example{SUFFIX}: is damaged" in result.stderr
