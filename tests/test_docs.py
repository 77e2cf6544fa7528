"""The documentation says what is so: tutorials are run, made pages are what their scripts make."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from docs import make_cli, make_peers, path_picture, try_tutorials

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("[CRS]*.md")), *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)\s]*\)")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the tutorials are typed into bash")
@pytest.mark.parametrize("name", try_tutorials.NAMES)
def test_a_tutorial_prints_what_it_says(name: str, tmp_path: Path) -> None:
    page = (try_tutorials.TUTORIALS / f"{name}.md").read_text("utf-8")
    programs = try_tutorials.this_python(tmp_path / "programs")
    (tmp_path / "work").mkdir()
    done = try_tutorials.run(page, tmp_path / "work", [programs])
    assert done.printed
    assert not done.wrong, "\n".join(
        [*done.wrong, "python docs/try_tutorials.py --write puts right what is only worded anew"]
    )


class TestComparison:
    def test_a_step_that_prints_something_else_is_found(self, tmp_path: Path) -> None:
        page = "```sh\necho नमस्ते\n```\n<!-- output -->\n```text\nनमस्कार\n```\n"
        done = try_tutorials.run(page, tmp_path, [])
        assert len(done.wrong) == 1
        assert "नमस्ते" in try_tutorials.with_output(page, done)

    def test_a_label_that_changed_is_found_and_a_probability_is_not(self) -> None:
        assert try_tutorials.alike("+ 0.9  नमस्ते\n", "+ 0.9  नमस्ते\n")
        assert try_tutorials.alike("+ 0.90  a …\n", "+ 0.12  a b  (why)\n")
        assert not try_tutorials.alike("+ 0.90  a\n", "- 0.90  a\n")
        assert not try_tutorials.alike("a\n", "a\nb\n")

    def test_what_is_not_to_be_run_is_not(self, tmp_path: Path) -> None:
        page = "<!-- not run -->\n```sh\ntouch x\n```\n<!-- fresh -->\n```sh\ntouch y\n```\n"
        assert try_tutorials.run(page, tmp_path, []).steps == 0
        assert not list(tmp_path.glob("[xy]"))


def test_the_reference_of_the_commands_is_what_they_say() -> None:
    assert make_cli.PAGE.read_text("utf-8") == make_cli.page(), "run python docs/make_cli.py"


def test_help_becomes_markdown_that_shows_every_sign() -> None:
    assert make_cli.prose("Say <b> & a_b.\n\n\b\nLike this:\n  a  *\n  b") == (
        "Say \\<b\\> & a\\_b.\n\nLike this:\n\n```text\na  *\nb\n```"
    )


def test_doctests_are_code_in_the_reference() -> None:
    pytest.importorskip("griffe", reason="of the extra `docs`")
    from docs import doctests

    assert doctests.fenced("One.\n\n>>> 1\n1") == "One.\n\n```pycon\n>>> 1\n1\n```"


def test_where_peers_are_better_is_what_was_measured() -> None:
    text = make_peers.PAGE.read_text("utf-8")
    assert make_peers.page(text) == text, "run python docs/make_peers.py"


class TestPeers:
    def results(self, ours: float, theirs: float) -> dict[str, object]:
        def tool(f1: float) -> dict[str, object]:
            return {"groups": {"daniel/el": {"pages": 35, "word_f1": f1, "line_f1": f1}}}

        tools = {"boilerplate": tool(ours), "other": tool(theirs), "worst": tool(0.1)}
        return {"modes": {"html": {"tools": tools}}}

    def test_a_peer_that_is_ahead_is_told(self) -> None:
        found = list(make_peers.cases(self.results(0.9, 0.95)))
        assert [(c.tool, c.measure) for c in found] == [("other", "word_f1"), ("other", "line_f1")]
        assert "| DAnIEL, `el` | 35 | HTML | word F1 | 0.900" in make_peers.accuracy_table(found)

    def test_a_peer_that_is_level_or_behind_is_not(self) -> None:
        assert not list(make_peers.cases(self.results(0.9, 0.9)))


def test_what_the_readme_shows_of_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
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


def test_every_picture_has_a_script_that_is_named() -> None:
    listed = (DOCS / "pictures.md").read_text("utf-8")
    pictures = {path.name for path in (DOCS / "pictures").iterdir()}
    assert pictures == set(re.findall(r"`([\w-]+\.(?:png|svg))`", listed))


def test_the_path_of_a_page_shows_the_model_s_figures() -> None:
    page = path_picture.page_of(path_picture.CLEANED)
    steps = path_picture.probabilities(page)
    assert steps.shape == (len(path_picture.STEPS), len(page.lines))
    assert path_picture.decisions(page)[0] == "dropped"
    drawn = (DOCS / "pictures" / "path.svg").read_text("utf-8")
    assert drawn == path_picture.draw(), "run python docs/make_pictures.py path.svg"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_links_to_is_there(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    links = [link for link in LINK.findall(text) if "://" not in link and link != "URL"]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_module_stands_in_the_table_below_all_that_it_imports() -> None:
    modules = {path.stem: path for path in (ROOT / "boilerplate").glob("[!_]*.py")}
    document = (DOCS / "architecture.md").read_text("utf-8")
    rooms = document.partition("## The rooms")[2].partition("\n\nA module")[0]
    rows = [set(re.findall(r"`(\w+)`", row)) for row in rooms.splitlines()]
    row_of = {name: i for i, row in enumerate(rows) for name in row & modules.keys()}
    assert row_of.keys() == modules.keys()
    for name, path in modules.items():
        taken = re.findall(
            r"^ *from boilerplate(?:\.| import )(\w+)", path.read_text("utf-8"), re.MULTILINE
        )
        assert [each for each in taken if row_of.get(each, 0) > row_of[name]] == [], name


def test_every_page_stands_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    assert pages - set(re.findall(r"[\w/-]+\.md", navigation)) == set(), "add them to mkdocs.yml"
