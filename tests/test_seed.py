"""The page that started the project, where the corpora are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import boilerplate

CORPORA = Path(
    os.environ.get("BOILERPLATE_CORPORA", Path(__file__).parents[2] / "shared" / "corpora")
)
SEED = CORPORA.parent / "examples" / "dailysabah.txt"


@pytest.mark.corpora
@pytest.mark.skipif(not SEED.is_file(), reason="the seed page is not in the repository")
def test_the_seed_page_is_its_headline_and_five_paragraphs() -> None:
    source = SEED.read_text(encoding="utf-8")
    lines = source.splitlines()
    end = next(i for i, line in enumerate(lines) if line.startswith("Keep up to date"))
    assert boilerplate.clean(source).text.splitlines() == [lines[0], *lines[end - 5 : end]]


@pytest.mark.corpora
@pytest.mark.skipif(not SEED.is_file(), reason="the seed page is not in the repository")
def test_the_seed_page_ends_in_a_newsletter_box_and_a_notice_in_two_languages() -> None:
    page = boilerplate.clean(SEED.read_text(encoding="utf-8"))
    roles = {p.line.text: p.role for p in page.predictions}
    assert roles["it’s region and the world."] == "newsletter"
    # Its links cut the notice into lines, the shorter of which say little: "Please", "click".
    notices = [text for text in roles if text.startswith(("to read our informative", "6698"))]
    assert {roles[text] for text in notices} == {"legal"}
    assert roles["cookies"] == roles["çerezlerle"] == "cookie"
