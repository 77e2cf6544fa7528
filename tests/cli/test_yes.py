"""What people try first: a page without a command, a URL, one output file, a table of URLs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate import SiteModel, read
from boilerplate.cli.main import cli
from boilerplate.cli.output import SUFFIXES
from tests import made_up_site as site

ALL = ("--threshold", "0")


def run(*arguments: str | Path, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with pages."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").mkdir()
    for name, text in (("a.html", "Vapur kalktı"), ("b.html", "Паром ушёл"), ("c d.txt", "Bac")):
        (tmp_path / "pages" / name).write_text(f"<p>{text}.</p>", "utf-8")
    return tmp_path


class TestNoCommand:
    @pytest.mark.parametrize(
        ("arguments", "meant"),
        [
            (["pages/a.html"], "boilerplate clean pages/a.html"),
            (["pages"], "boilerplate clean pages"),
            (["pages/*.html"], "boilerplate clean 'pages/*.html'"),
            (["pages/c d.txt", "pages/b.html"], "boilerplate clean 'pages/c d.txt' pages/b.html"),
            (["-"], "boilerplate clean -"),
            (["https://haber.example/a?b"], "curl -sL 'https://haber.example/a?b' | boilerplate"),
        ],
    )
    def test_page_without_a_command_says_the_command(
        self, folder: Path, arguments: list[str], meant: str
    ) -> None:
        result = run(*arguments)
        assert result.exit_code == 2
        assert meant in result.stderr

    def test_other_names_are_no_command(self, folder: Path) -> None:
        result = run("pages/none.html")
        assert result.exit_code == 2
        assert "No such command" in result.stderr
        assert "boilerplate clean" not in result.stderr


def test_url_to_clean_says_the_line_to_write(folder: Path) -> None:
    result = run("clean", *ALL, "https://haber.example/a?b&c", "pages/a.html")
    assert result.exit_code == 1
    assert result.stdout == "Vapur kalktı.\n"
    line = "curl -sL 'https://haber.example/a?b&c' | boilerplate clean -u 'https://haber.example/a"
    assert line in result.stderr


def test_piped_json_lines_say_what_to_do() -> None:
    result = run("clean", "-", stdin='{"html": "<p>x"}\n')
    assert result.exit_code == 1
    assert "cat > crawl.jsonl && boilerplate clean crawl.jsonl -o cleaned" in result.stderr


class TestPassedOver:
    def test_other_files_in_a_folder_are_counted_by_suffix(self, folder: Path) -> None:
        for name in ("a.php", "b", "c.shtml", "e.PHP", "f.png", "g.css", ".hidden"):
            (folder / "pages" / name).touch()
        result = run("clean", *ALL, "pages")
        assert result.exit_code == 0
        assert result.stderr == (
            "boilerplate: 4 files in folders were passed over (2 .php, 1 without a suffix, "
            "1 .shtml); name those that are pages\n"
        )
        assert run("clean", *ALL, "pages/a.html").stderr == ""

    def test_a_name_that_no_terminal_should_obey_is_shown_safely(self, folder: Path) -> None:
        (folder / "pages" / "x.\x1b[31mred").touch()
        assert "\x1b" not in run("clean", *ALL, "pages").stderr


class TestShortOptions:
    def test_usual_options_have_one_letter(self, folder: Path) -> None:
        result = run("clean", "-f", "jsonl", "-u", "haber.example/1", "pages/a.html")
        assert json.loads(result.stdout)["url"] == "https://haber.example/1"
        assert run("clean", *ALL, "pages", "-o", "out").exit_code == 0
        assert (folder / "out" / "a.html.txt").is_file()
        assert run("clean", *ALL, "-j", "1", "pages/a.html").exit_code == 0


class TestOneFile:
    @pytest.mark.parametrize("form", SUFFIXES)
    def test_has_what_would_be_printed(self, folder: Path, form: str) -> None:
        printed = run("clean", *ALL, "pages", "-f", form).stdout
        result = run("clean", *ALL, "pages", "-f", form, "-o", "out.txt")
        assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)
        assert (folder / "out.txt").read_text("utf-8") == printed
        assert printed.count("Паром") >= 1

    def test_its_name_chooses_the_format_if_none_was_chosen(self, folder: Path) -> None:
        run("clean", *ALL, "pages", "-o", "out.jsonl")
        records = [json.loads(line) for line in (folder / "out.jsonl").open(encoding="utf-8")]
        assert [record["text"] for record in records] == ["Vapur kalktı.", "Паром ушёл.", "Bac."]
        run("clean", *ALL, "pages/a.html", "-o", "out.md")
        markdown = run("clean", *ALL, "pages/a.html", "-f", "markdown").stdout
        assert (folder / "out.md").read_text("utf-8") == markdown
        run("clean", *ALL, "pages", "-o", "out.jsonl", "--format", "text")
        assert (folder / "out.jsonl").read_text("utf-8").startswith("Vapur")

    def test_a_folder_of_that_name_stays_a_folder(self, folder: Path) -> None:
        (folder / "out.txt").mkdir()
        run("clean", *ALL, "pages/a.html", "-o", "out.txt")
        assert (folder / "out.txt" / "a.html.txt").is_file()

    @pytest.mark.parametrize("linked", [False, True])
    def test_never_is_an_input(self, folder: Path, linked: bool) -> None:
        target = Path("pages/c d.txt")
        before = target.read_bytes()
        if linked:
            os.link(target, "link.txt")
            target = Path("link.txt")
        for sources in (["pages"], ["pages/c d.txt"], ["pages/*"]):
            result = run("clean", *ALL, *sources, "-o", target)
            assert result.exit_code == 2
            assert "is an input" in result.stderr
        assert (folder / "pages" / "c d.txt").read_bytes() == before

    def test_a_page_that_fails_costs_that_page_only(self, folder: Path) -> None:
        (folder / "pages" / "aa.html").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        result = run("clean", *ALL, "pages", "-o", "out.txt")
        assert result.exit_code == 1
        assert "PNG" in result.stderr
        assert (folder / "out.txt").read_text("utf-8") == "Vapur kalktı.\n\nПаром ушёл.\n\nBac.\n"

    def test_is_whole_or_not_there(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "out.txt").write_text("before")

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("boilerplate.cli.clean._outcome", interrupted)
        assert run("clean", *ALL, "pages", "-o", "out.txt").exit_code != 0
        assert (folder / "out.txt").read_text() == "before"
        assert {path.name for path in folder.iterdir()} == {"pages", "out.txt"}

    def test_needs_a_folder_that_exists_and_is_no_place_for_shards(self, folder: Path) -> None:
        assert "there is no folder" in run("clean", "pages", "-o", "none/out.txt").stderr
        (folder / "crawl.jsonl").write_text('{"html": "<p>x"}\n')
        result = run("clean", "crawl.jsonl", "-o", "out.jsonl")
        assert result.exit_code == 2
        assert "many pages are written to a folder, and out.jsonl is none" in result.stderr
        (folder / "notes").touch()
        assert "is a file and no folder" in run("clean", "pages", "-o", "notes").stderr

    @pytest.mark.parametrize("form", ["text", "markdown"])
    def test_shards_of_a_format_of_pages_are_refused(self, folder: Path, form: str) -> None:
        (folder / "crawl.jsonl").write_text('{"html": "<p>x"}\n')
        result = run("clean", "crawl.jsonl", "-o", "out", "-f", form)
        assert result.exit_code == 2
        assert f"{form} is for single pages" in result.stderr

    def test_explanations_are_still_printed(self, folder: Path) -> None:
        result = run("clean", *ALL, "--explain", "pages/a.html", "-o", "out.txt")
        assert "body" in result.stdout or "Vapur" in result.stdout
        assert (folder / "out.txt").read_text("utf-8") == "Vapur kalktı.\n"


class TestUrls:
    def urls(self, *arguments: str | Path) -> list[str | None]:
        result = run("clean", "-f", "jsonl", *arguments)
        return [json.loads(line)["url"] for line in result.stdout.splitlines()]

    def test_table_names_files_beside_it_or_as_given(self, folder: Path) -> None:
        (folder / "pages" / "urls.tsv").write_text(
            "file\turl\na.html\thaber.example/1\n\npages/b.html\thttps://parom.example/2\tx\n",
            "utf-8-sig",
        )
        found = self.urls("pages", "--urls", "pages/urls.tsv", "-u", "https://other.example/")
        assert found == [
            "https://haber.example/1", "https://parom.example/2", "https://other.example/",
        ]  # fmt: skip

    def test_unknown_files_and_bad_lines_are_warnings(self, folder: Path) -> None:
        (folder / "urls.tsv").write_text(
            "pages/a.html\thaber.example\nno tab\npages/b.html\tnothing\nx.html\ta.example\n"
            "pages/c d.txt\tbac.example\n",
            "utf-8",
        )
        result = run("clean", *ALL, "--urls", "urls.tsv", "pages/a.html")
        assert result.exit_code == 0
        for problem in (
            "line 2: has no tab", "line 3: 'nothing' names no host",
            "line 4: x.html: is none of the pages", "line 5: c d.txt: is none of",
        ):  # fmt: skip
            assert problem.replace("c d.txt", "pages/c d.txt") in result.stderr

    def test_is_for_single_pages(self, folder: Path) -> None:
        (folder / "urls.tsv").touch()
        result = run("clean", "pages", "--urls", "urls.tsv", "-o", "out", "--shard-pages", "2")
        assert result.exit_code == 2
        assert "--urls" in result.stderr


def test_command_line_and_python_use_the_same_site_models(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boilerplate

    monkeypatch.setenv("BOILERPLATE_SITE_MODELS", str(folder / "models"))
    (folder / "models").mkdir()
    model = SiteModel("daily.example").fit([read(site.html(i)) for i in range(6)])
    model.save(folder / "models" / "daily.example.site.zip")
    claim = "<link rel=canonical href=https://daily.example/9>"
    (folder / "page.html").write_text(claim + site.html(9), "utf-8")
    record = json.loads(run("clean", "-f", "jsonl", "page.html").stdout)
    page = boilerplate.clean(folder / "page.html")
    assert record["drift"] is not None
    assert {**page.to_dict("page.html")} == record
