"""The benchmark of kinds of pages, and that each comes out right."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import page_kinds
from benchmarks.page_kinds import MARKERS, PAGE_KINDS, PageKind, answers, main
from benchmarks.tools import Input, Output, Tool
from boilerplate import clean


@pytest.mark.parametrize("kind", PAGE_KINDS, ids=lambda kind: kind.name)
def test_text_of_each_kind_is_right(kind: PageKind) -> None:
    assert kind.faults(clean(kind.markup, kind="html").text) == []


def test_faults_are_told_apart() -> None:
    kind = PageKind("a", "b", "", ["^two$"], ["three"], page="<p>two<p>three")
    assert kind.faults("two") == []
    assert kind.faults("two three") == ["text lost or cut", "too much kept"]
    everything = Tool("all", lambda given: Output(f"two\n{given.page.lines[1].text}"))
    assert answers([everything], [kind])[0]["all"] == "too much kept"
    assert Input("", clean("x").page, None, "en").kind == "text"


def test_table_is_written_between_its_markers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_kinds, "quiet_and_offline", lambda: None)
    document = tmp_path / "pages.md"
    document.write_text("\n".join(MARKERS), "utf-8")
    done = CliRunner().invoke(main, ["--write", "--document", str(document)])
    assert done.exit_code == 0, done.output
    assert "| MathML in a sentence |" in document.read_text("utf-8")
