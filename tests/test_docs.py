"""The documentation is true: tutorials run, generated pages are up to date, links work."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs import make_cli, make_peers, path_picture, try_tutorials

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "boilerplate"
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

    def test_labels_are_compared_but_not_probabilities_and_reasons(self) -> None:
        assert try_tutorials.alike("+ 0.9  नमस्ते\n", "+ 0.9  नमस्ते\n")
        assert try_tutorials.alike("+ 0.90  a …\n", "+ 0.12  a b  (why)\n")
        assert not try_tutorials.alike("+ 0.90  a\n", "- 0.90  a\n")
        assert not try_tutorials.alike("a\n", "a\nb\n")

    def test_blocks_marked_not_run_or_fresh_are_skipped(self, tmp_path: Path) -> None:
        page = "<!-- not run -->\n```sh\ntouch x\n```\n<!-- fresh -->\n```sh\ntouch y\n```\n"
        assert try_tutorials.run(page, tmp_path, []).steps == 0
        assert not list(tmp_path.glob("[xy]"))


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


def test_python_examples_of_the_readme_run(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    html = (ROOT / "examples" / "ferry.html").read_bytes()
    known = {"html": html, "crawl": [("https://gazette.example/ferry", html)]}
    blocks = re.findall(r"^```python\n(.*?)^```", readme, flags=re.M | re.S)
    for block in blocks:
        exec(block, known)  # noqa: S102 - it is ours
    assert len(known["pages"]) == 1
    printed = capsys.readouterr().out
    assert "The crossing takes 55 minutes" in printed
    assert "<!DOCTYPE html>" in printed or "<!doctype html>" in printed


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


class TestArchitecture:
    """docs/architecture.md, against the code."""

    def floors(self) -> dict[str, int]:
        """The floor of each module and folder at the top of the package, from the table."""
        rows = re.findall(r"^\| (\d+) \| (.*?) \|", ARCHITECTURE, flags=re.M)
        return {name: int(floor) for floor, names in rows for name in re.findall(r"`(\w+)", names)}

    def test_every_module_and_folder_is_in_the_table(self) -> None:
        found = {path.stem for path in PACKAGE.glob("[!_]*.py")}
        found |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
        assert self.floors().keys() == found

    def test_no_module_imports_from_a_higher_floor(self) -> None:
        floors = self.floors()
        upward = [
            (str(path.relative_to(PACKAGE)), name)
            for path in sorted(PACKAGE.rglob("*.py"))
            if (own := path.relative_to(PACKAGE).parts[0].removesuffix(".py")) in floors
            for name in imported_names(path)
            if floors.get(name, 0) > floors[own]
        ]
        assert upward == []

    def test_named_files_exist(self) -> None:
        names = re.findall(r"`((?:\w+/)+[\w.]*)`", ARCHITECTURE)
        assert len(names) > 30
        assert [n for n in names if not (PACKAGE / n).exists() and not (ROOT / n).exists()] == []

    def test_example_of_a_new_feature_fits_into_a_block(self) -> None:
        from boilerplate.features import table
        from boilerplate.features.encode import EncodedPage, Floats

        (block,) = re.findall(r"^```python\n(.*?)^```", ARCHITECTURE, flags=re.M | re.S)
        tree = ast.parse(block)
        *_, last = tree.body
        assert isinstance(last, ast.Expr)
        known: dict[str, Any] = {**vars(table), "EncodedPage": EncodedPage, "Floats": Floats}
        exec(compile(ast.Module(tree.body[:-1], []), "example", "exec"), known)  # noqa: S102
        feature = eval(compile(ast.Expression(last.value), "example", "eval"), known)  # noqa: S307
        longer = table.Block((*table.BLOCKS["markup"].features, feature))
        assert longer.names[-1] == feature.name
        assert feature.group in table.GROUPS


def imported_names(path: Path) -> Iterator[str]:
    """The modules and folders of the package that a file imports, not those for types alone."""

    def imports(node: ast.AST) -> Iterator[ast.ImportFrom]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.ImportFrom):
            yield node
        for child in ast.iter_child_nodes(node):
            yield from imports(child)

    for node in imports(ast.parse(path.read_text("utf-8"))):
        package, _, module = (node.module or "").partition(".")
        if package == "boilerplate":
            yield from [module.split(".")[0]] if module else [each.name for each in node.names]
