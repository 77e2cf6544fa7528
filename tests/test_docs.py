"""The documentation is true: tutorials run, generated pages are up to date, links work."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import boilerplate
from boilerplate.cli.main import cli
from boilerplate.features import table
from boilerplate.metadata.article import ArticleMetadata
from docs import make_cli, make_peers, path_picture, try_tutorials

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("[CRS]*.md")), *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)\s]*\)")
ARCHITECTURE = (DOCS / "architecture.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the tutorials are commands for bash")
@pytest.mark.parametrize("name", try_tutorials.NAMES)
def test_tutorial_commands_print_the_documented_output(name: str, tmp_path: Path) -> None:
    page = (try_tutorials.TUTORIALS / f"{name}.md").read_text("utf-8")
    programs = try_tutorials.current_programs(tmp_path / "programs")
    (tmp_path / "work").mkdir()
    done = try_tutorials.run(page, tmp_path / "work", [programs])
    assert done.printed
    assert not done.differences, "\n".join(
        [*done.differences, "`python docs/try_tutorials.py --write` writes the new output"]
    )


class TestTutorialComparison:
    def test_different_output_is_found(self, tmp_path: Path) -> None:
        page = "```sh\necho नमस्ते\n```\n<!-- output -->\n```text\nनमस्कार\n```\n"
        done = try_tutorials.run(page, tmp_path, [])
        assert len(done.differences) == 1
        assert "नमस्ते" in try_tutorials.with_output(page, done)

    def test_probabilities_and_reasons_are_compared_up_to_an_ellipsis(self) -> None:
        assert try_tutorials.alike("+ 0.9  नमस्ते\n", "+ 0.9  नमस्ते\n")
        assert try_tutorials.alike("+ 0.90  a …\n", "+ 0.90  a b  (why)\n")
        assert not try_tutorials.alike("+ 0.90  a …\n", "+ 0.12  a b\n")
        assert not try_tutorials.alike("+ 0.90  a  (why)\n", "+ 0.90  a  (other)\n")
        assert not try_tutorials.alike("+ 0.90  a\n", "- 0.90  a\n")
        assert not try_tutorials.alike("a\n", "a\nb\n")

    def test_figures_of_the_prose_are_printed_or_named_as_not_printed(self, tmp_path: Path) -> None:
        page = (
            "With 0.71 and 25 % of 3.50, not 0.9, in 7 steps, version 3.11.2.\n\n{}\n\n"
            "```sh\necho 0.71 is 25%\n```\n<!-- output -->\n```text\n0.71 is 25%\n```\n"
        )
        for named, expected in (("", ["3.50", "0.9"]), ("<!-- not printed: 0.9, 3.50 -->", [])):
            (tmp_path / f"{len(named)}").mkdir()
            done = try_tutorials.run(page.format(named), tmp_path / f"{len(named)}", [])
            assert [message.split()[5].rstrip(",") for message in done.stale_figures] == expected
            assert done.differences == done.stale_figures

    @pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")
    def test_page_that_begins_in_a_clone_is_run_in_a_copy_of_it(self, tmp_path: Path) -> None:
        page = "Run it in a clone\nof this repository.\n\n```sh\nls setup.py plugins\n```\n"
        (tmp_path / "clone").mkdir()
        (tmp_path / "empty").mkdir()
        output = "<!-- output -->\n```text\n```\n"
        [(_, shown)] = try_tutorials.run(page + output, tmp_path / "clone", []).printed
        assert "setup.py" in shown
        assert "No such file" not in shown
        [(_, shown)] = try_tutorials.run(page[30:] + output, tmp_path / "empty", []).printed
        assert "setup.py" in shown
        assert "No such file" in shown

    def test_blocks_marked_not_run_or_fresh_are_skipped(self, tmp_path: Path) -> None:
        page = "<!-- not run -->\n```sh\ntouch x\n```\n<!-- fresh -->\n```sh\ntouch y\n```\n"
        assert try_tutorials.run(page, tmp_path, []).steps == 0
        assert not list(tmp_path.rglob("[xy]"))


@pytest.mark.parametrize("name", ["output.md"])
def test_examples_in_python_give_what_the_page_shows(name: str) -> None:
    done = doctest.testfile(str(DOCS / name), module_relative=False, encoding="utf-8")
    assert done.attempted > 1
    assert done.failed == 0


NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")


def named_in(file: Path) -> set[str]:
    """The names of the tests in a file, those in classes as ``TestClass::test_name``."""
    found = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{prefix}{each.name}" for each in inner if isinstance(each, ast.FunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tests_that_a_page_names_are_there(page: Path) -> None:
    for file, name in NAMED_TEST.findall(page.read_text("utf-8")):
        assert name in named_in(ROOT / file), f"{page.name} names {file}::{name}"


def test_every_promise_for_hostile_input_names_its_test() -> None:
    text = (DOCS / "hostile.md").read_text("utf-8")
    table = text.partition("<!-- promises -->\n")[2].partition("<!-- end of promises -->")[0]
    rows = [[cell.strip() for cell in row[1:-1].split(" | ")] for row in table.splitlines()[2:]]
    promises = [row for row in rows if row[1:] != ["", "|"] and not row[0].startswith("**")]
    assert len(promises) > 40
    for given, done, *tests in promises:
        assert given
        assert done
        assert len(tests) == 1
        assert NAMED_TEST.search(tests[0]), given


def test_cli_reference_is_up_to_date() -> None:
    assert make_cli.PAGE.read_text("utf-8") == make_cli.reference(), "run python docs/make_cli.py"


def test_help_is_escaped_for_markdown() -> None:
    assert make_cli.help_to_markdown("Say <b> & a_b.\n\n\b\nLike this:\n  a  *\n  b") == (
        "Say \\<b\\> & a\\_b.\n\nLike this:\n\n```text\na  *\nb\n```"
    )


def test_doctests_become_code_blocks_in_the_reference() -> None:
    pytest.importorskip("griffe", reason="of the extra `docs`")
    from docs import doctests

    assert doctests.fenced("One.\n\n>>> 1\n1") == "One.\n\n```pycon\n>>> 1\n1\n```"


def test_tables_of_peers_are_up_to_date() -> None:
    text = make_peers.PAGE.read_text("utf-8")
    assert make_peers.with_tables(text) == text, "run python docs/make_peers.py"


class TestPeerTables:
    def results(self, ours: float, theirs: float) -> dict[str, object]:
        def tool(f1: float) -> dict[str, object]:
            return {"groups": {"daniel/el": {"pages": 35, "word_f1": f1, "line_f1": f1}}}

        tools = {"boilerplate": tool(ours), "other": tool(theirs), "worst": tool(0.1)}
        return {"modes": {"html": {"tools": tools}}}

    def test_the_tool_that_is_furthest_ahead_is_listed(self) -> None:
        found = list(make_peers.gaps(self.results(0.9, 0.95)))
        assert [(gap.tool, gap.measure) for gap in found] == [
            ("other", "word_f1"), ("other", "line_f1"),
        ]  # fmt: skip
        assert "| DAnIEL, `el` | 35 | HTML | word F1 | 0.900" in make_peers.accuracy_table(found)

    def test_a_tool_that_is_level_is_not_listed(self) -> None:
        assert not list(make_peers.gaps(self.results(0.9, 0.9)))


@pytest.mark.parametrize("name", ["README.md", "docs/index.md"])
def test_first_command_prints_the_markdown_that_is_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / name).read_text("utf-8")
    [(command, shown)] = re.findall(
        r"pip install \. && boilerplate (.*)\n```.*?^```markdown\n(.*?)^```", text, re.M | re.S
    )
    monkeypatch.chdir(ROOT)
    printed = CliRunner().invoke(cli, command.split()).output.splitlines()
    beginning = printed[: len(shown.splitlines())]
    assert try_tutorials.alike(shown, "\n".join(beginning))


def test_json_of_the_readme_has_the_keys_and_values_of_a_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    [shown] = re.findall(r"^```json\n(.*?)^```", readme, flags=re.M | re.S)
    page = boilerplate.clean(ROOT / "examples" / "news.html")
    record = page.to_dict("examples/news.html")
    record["lines"] = record["lines"][:1]
    for name in re.findall(r'"(\w+)": ', json.dumps(record)):
        if name not in ArticleMetadata.__slots__:
            assert f'"{name}": ' in shown
    printed = json.dumps(record, ensure_ascii=False)
    for name, value in re.findall(r'"(\w+)": ("[^"]*"|\[\]|null|[\d.]+)', shown):
        if not value.endswith('…"'):
            assert f'"{name}": {value}' in printed


def test_python_examples_of_the_readme_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    monkeypatch.chdir(ROOT)
    html = (ROOT / "examples" / "ferry.html").read_bytes()
    known = {"html": html, "crawl": [("https://gazette.example/ferry", html)]}
    blocks = re.findall(r"^```python\n(.*?)^```", readme, flags=re.M | re.S)
    for block in blocks:
        exec(block, known)  # noqa: S102 - it is ours
    assert len(known["pages"]) == 1
    printed = capsys.readouterr().out
    assert "The crossing takes 55 minutes" in printed
    assert "<!DOCTYPE html>" in printed or "<!doctype html>" in printed


API = (DOCS / "python-api.md").read_text("utf-8")
EXAMPLES = re.findall(
    r"(?:^<!-- needs (\w+) -->\n)?^```python\n(.*?)^```\n"
    r"(?:\n<!-- output -->\n```text\n(.*?)^```)?",
    API, flags=re.M | re.S,
)  # fmt: skip


@pytest.fixture(scope="module")
def ferry_url() -> Iterator[str]:
    """The URL of examples/ferry.html on a server of this process."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(ROOT / "examples"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ferry.html"
        server.shutdown()


@pytest.mark.parametrize(("package", "example", "output"), EXAMPLES)
def test_examples_of_pages_in_python_run(
    package: str,
    example: str,
    output: str,
    ferry_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    if package:
        pytest.importorskip(package)
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(ROOT / "examples")  # as if its converters had been copied
    markup = (ROOT / "examples" / "ferry.html").read_bytes()
    known: dict[str, Any] = {
        "boilerplate": boilerplate, "Path": Path, "URL": ferry_url, "data": markup,
        "html": markup.decode(),
    }  # fmt: skip
    exec(example, known)  # noqa: S102 - it is ours
    if output:
        assert capsys.readouterr().out == output
    if "bad" in known:
        assert known["bad"].error == "is a PDF, not a page"
    text = known["text"] if "text" in known else known["page"].text
    assert text
    if "glob" not in example:
        assert "The crossing takes 55 minutes" in text
    if "URL)" in example:
        assert known["page"].url == ferry_url


def test_pictures_md_lists_every_picture() -> None:
    listed = (DOCS / "pictures.md").read_text("utf-8")
    pictures = {path.name for path in (DOCS / "pictures").iterdir()}
    assert pictures == set(re.findall(r"`([\w-]+\.(?:png|svg))`", listed))


def test_picture_of_the_path_of_a_page_is_up_to_date() -> None:
    page = path_picture.page_of(path_picture.CLEANED)
    steps = path_picture.probabilities(page)
    assert steps.shape == (len(path_picture.STEPS), len(page.lines))
    assert path_picture.decisions(page)[0] == "dropped"
    drawn = (DOCS / "pictures" / "path.svg").read_text("utf-8")
    assert drawn == path_picture.draw(), "run python docs/make_pictures.py path.svg"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_linked_files_exist(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    links = [link for link in LINK.findall(text) if "://" not in link and link != "URL"]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    assert pages - set(re.findall(r"[\w/-]+\.md", navigation)) == set(), "add them to mkdocs.yml"


def test_architecture_md_names_files_that_exist() -> None:
    names = re.findall(r"`((?:\w+/)+[\w.]*)`", ARCHITECTURE)
    places = [ROOT, ROOT / "boilerplate"]
    assert len(names) > 30
    assert [n for n in names if not any((place / n).exists() for place in places)] == []


def test_new_feature_of_architecture_md_fits_into_a_block() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", ARCHITECTURE, flags=re.M | re.S)
    function, _, row = block.rpartition("\n\n\n")
    known: dict[str, Any] = {**vars(table), "EncodedPage": object, "Floats": object}
    exec(f"{function}\nadded = {row}", known)  # noqa: S102 - it is ours
    added = known["added"]
    longer = table.Block((*table.BLOCKS["markup"].features, added))
    assert longer.names[-1] == added.name
    assert added.group in table.GROUPS
