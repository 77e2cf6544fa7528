"""The documents are made from the results, and outdated ones are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.corpus_files import write_file
from training.documents.accuracy_tables import MEAN
from training.documents.generate import README_MARKERS, outdated, write_documents
from training.documents.markdown import with_section
from training.documents.remarks import NOT_YET
from training.documents.results import OURS, fingerprint


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of documents without any results."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("before\n" + "\n".join(README_MARKERS) + "\nafter\n")
    write_documents(tmp_path / "docs")
    return tmp_path / "docs"


def measured(**fields: Any) -> dict[str, Any]:
    group = {"pages": 3, "word_f1": 0.9, "line_f1": 0.8}
    names = ("all", "wcxb", "wcxb/article", MEAN)
    ours = {"failures": {}, "groups": dict.fromkeys(names, group)}
    worse = {
        "failures": {"timeout": 2},
        "groups": dict.fromkeys(names, group | {"word_f1": 0.5}),
    }
    mode = {"pages": 3, "unread": 0, "tools": {OURS: ours, "other": worse}}
    return {
        "split": "test", "commit": "c" * 40, "changed_since_commit": False,
        "model": fingerprint(), "learned_from_this_split": False,
        "corpora": {"wcxb": {"commit": "c0", "licence": "CC", "pages": 3, "sites": 2}},
        "versions": {"other": "1"}, "missing": [], "modes": {"html": mode, "text": mode},
    } | fields  # fmt: skip


def documented(docs: Path, results: dict[str, Any]) -> str:
    """Store results and write the documents; the text of the README."""
    write_file(docs / "results" / f"accuracy-{results['split']}.json", results)
    write_documents(docs)
    return (docs.parent / "README.md").read_text()


def test_documents_without_results_say_not_measured_yet(docs: Path) -> None:
    readme = (docs.parent / "README.md").read_text()
    assert NOT_YET in readme
    assert readme.startswith("before\n")
    assert readme.endswith("\nafter\n")
    assert outdated(docs) == []


def test_figures_come_from_the_results(docs: Path) -> None:
    readme = documented(docs, measured())
    assert "| boilerplate | **0.900** | **0.900** | **0.900** |" in readme
    assert "| other | 0.500 | 0.500 | 0.500 |" in readme
    assert "other: 2 timeout" in (docs / "accuracy.md").read_text()
    assert outdated(docs) == []


def test_outdated_finds_a_figure_that_was_edited_by_hand(docs: Path) -> None:
    readme = documented(docs, measured())
    (docs.parent / "README.md").write_text(readme.replace("0.900", "0.999"))
    assert outdated(docs) == ["README.md is not what `python -m training card` writes"]


def test_figures_of_another_model_are_outdated_and_marked(docs: Path) -> None:
    readme = documented(docs, measured(model={"sha256": "0", "bytes": 0}))
    assert "measured for another model file than the shipped one" in readme
    assert "accuracy-test.json was measured for another model" in outdated(docs)[0]


def test_tables_of_newer_measures_appear_once_measured(docs: Path) -> None:
    older = measured()
    documented(docs, older)
    assert "character-weighted" not in (docs / "accuracy.md").read_text()

    group = {"pages": 1, "line_f1": 0.8, "char_f1": 0.7, "word_f1": 0.9, "shingle_f1": 0.6}
    names = ("all", "wcxb", "wcxb/article", "language/th", MEAN)
    tools = {
        name: {"failures": {}, "groups": dict.fromkeys(names, group)}
        for name in (OURS, "other", "jusText", "trafilatura")
    }
    mode = {"pages": 1, "unread": 0, "tools": tools}
    documented(docs, measured(modes={"html": mode, "text": mode}))
    written = (docs / "accuracy.md").read_text()
    assert written.count("|  | pages | boilerplate | trafilatura | jusText |") == 2
    assert written.count("| th | 1 |" + " 0.800 / 0.700 |" * 3) == 2
    assert written.count("Shingle F1 of English news") == 2


def test_readme_warns_if_the_model_was_trained_on_the_split(docs: Path) -> None:
    readme = documented(docs, measured(split="dev", learned_from_this_split=True))
    assert "has learned from split `dev`" in readme
    assert "never saw" not in readme


def test_readme_quotes_the_test_split_first(docs: Path) -> None:
    documented(docs, measured())
    readme = documented(docs, measured(split="dev", missing=["absent"]))
    assert "never saw" in readme
    assert "Not installed, so not measured: absent." in (docs / "accuracy.md").read_text()


def test_section_needs_the_markers_in_the_document() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        with_section("# Title\n", "figures", README_MARKERS)
