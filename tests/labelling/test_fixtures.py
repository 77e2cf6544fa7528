"""Fixtures of plugins: the labels that their pages should get."""

from __future__ import annotations

from pathlib import Path

import pytest

from boilerplate import Cleaner
from boilerplate.labelling.fixtures import (
    FixtureError,
    check_fixture,
    copy_labels,
    write_predicted_labels,
)
from boilerplate.plugins import no_plugins
from tests.made_up import made_up_model, news_page

MODEL = made_up_model()


@pytest.fixture
def expected(tmp_path: Path) -> Path:
    """The labels that a plugin without rules gives to a page, written as a fixture."""
    rules = 'api = 1\n[[site]]\nhosts = ["herald.example"]\n'
    (tmp_path / "rules.toml").write_text(rules)
    (tmp_path / "pages").mkdir()
    page = tmp_path / "pages" / "buses.html"
    page.write_text(news_page("th"), "utf-8")
    path = page.with_name(f"{page.name}.expected")
    write_predicted_labels(Cleaner(MODEL, plugins=no_plugins()).clean(page.read_bytes()), path)
    return path


def test_a_role_in_a_fixture_leaves_the_expected_label_as_it_is(expected: Path) -> None:
    assert check_fixture(expected, MODEL).wrong == 0
    plain = expected.read_text("utf-8")
    with_roles = plain.replace("+ ", "+caption ").replace("- ", "-share ")
    assert with_roles != plain
    expected.write_text(with_roles, "utf-8")
    assert check_fixture(expected, MODEL).wrong == 0
    other = with_roles.replace("+caption ", "-share ", 1)
    other = other if other != with_roles else with_roles.replace("-share ", "+caption ", 1)
    expected.write_text(other, "utf-8")
    assert check_fixture(expected, MODEL).wrong == 1


def test_labels_that_cannot_be_read_are_named_by_their_file(expected: Path) -> None:
    expected.write_text("no sign", "utf-8")
    with pytest.raises(FixtureError, match=r"buses\.html\.expected: line 1 begins"):
        check_fixture(expected, MODEL)


def test_copied_labels_keep_their_roles_and_comments(expected: Path, tmp_path: Path) -> None:
    page = Cleaner(MODEL).clean(expected.with_suffix("").read_bytes()).page
    written = "# by hand\n" + expected.read_text("utf-8").replace("- ", "-legal ")
    source, target = tmp_path / "a.labels", tmp_path / "b.labels"
    source.write_text(written, "utf-8")
    copy_labels(page, source, target)
    assert target.read_text("utf-8") == written
