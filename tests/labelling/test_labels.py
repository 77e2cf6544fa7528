"""Files of labels: what is read, written and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Cleaner, Label
from boilerplate.labelling.labels import (
    SIGNS,
    LabelsError,
    labelled_page,
    labels_file,
    parse_labels,
    read_labels,
    save_labels,
    write_labels,
)
from boilerplate.page import text_page
from boilerplate.roles import ROLES
from tests.made_up import made_up_model

PAGE = text_page(["เมนู", "", "  Εφημερίδα  της πόλης", "от редакции"])


def test_signs_become_labels() -> None:
    written = "- เมนู\n+ Εφημερίδα της πόλης\n? от редакции\n"
    assert read_labels(written, PAGE).labels == (Label.BOILERPLATE, None, Label.CONTENT, None)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("- เมนู\n+ something else\n", "line 2 is 'something else', where the page has"),
        ("* เมนู\n", r"line 1 begins with '\*'"),
        ("- เมนู\n", "has 1 lines, the page 3"),
        ("- เมนู\n+heading Εφημερίδα\n", r"line 2 begins with '\+heading': after the sign comes a "),
        ("- เมนู\n-Εφημερίδα της πόλης\n", "line 2 begins with '-Εφημερίδα': after the sign"),
        (".cookie เมนู\n", "line 1 has a role, 'cookie', but no label yet"),
        ("-about เมนู\n- about\n", "line 2 is 'about', where the page has 'Εφημερίδα της"),
    ],
)
def test_labels_of_another_page_are_an_error_with_the_line_number(
    written: str, message: str
) -> None:
    with pytest.raises(LabelsError, match=f"^page.labels: {message}"):
        read_labels(written, PAGE, "page.labels")


def test_write_labels_gives_each_line_its_predicted_sign() -> None:
    page = Cleaner(made_up_model(), threshold=0).clean("ناس\n\n人々", kind="text")
    assert write_labels(page) == "+ ناس\n+ 人々\n"


def test_the_default_name_in_messages_is_labels() -> None:
    with pytest.raises(LabelsError, match=r"^labels: has 1 lines, the page 3"):
        labelled_page(PAGE, parse_labels("- เมนู\n"))


def test_comments_are_ignored_except_for_the_url() -> None:
    file = labels_file(PAGE, ".+?", "https://a.example/")
    assert str(file) == ("# url: https://a.example/\n. เมนู\n+ Εφημερίδα της πόλης\n? от редакции\n")
    again = parse_labels("# a comment\n" + str(file))
    assert again.url == "https://a.example/"
    assert labelled_page(PAGE, again).labels == (None, None, Label.CONTENT, None)


def test_a_role_after_the_sign_is_kept_and_leaves_the_label_as_it_is() -> None:
    written = "-navigation เมนู\n+headline Εφημερίδα της πόλης\n?byline от редакции\n"
    file = parse_labels(written)
    assert file.roles == ("navigation", "headline", "byline")
    assert labelled_page(PAGE, file).labels == (Label.BOILERPLATE, None, Label.CONTENT, None)
    assert str(file) == written
    assert file.signed == ["- เมนู", "+ Εφημερίδα της πόλης", "? от редакции"]


def test_a_text_that_looks_like_a_sign_and_a_role_is_a_text() -> None:
    page = text_page(["+caption", "-cookie notice", "# url: b", "? byline"])
    written = str(labels_file(page, ["+", "-legal", ".", "?"]))
    assert written == "+ +caption\n-legal -cookie notice\n. # url: b\n? ? byline\n"
    assert parse_labels(written).roles == (None, "legal", None, None)
    assert read_labels(written, page).labels == (Label.CONTENT, Label.BOILERPLATE, None, None)


def test_comments_stay_where_they_are() -> None:
    written = "# of Monday\n- เมนู\n# a subtitle?\n+ Εφημερίδα της πόλης\n? от редакции\n# end\n"
    assert str(parse_labels(written)) == written
    assert str(parse_labels("# url: b\n" + written)) == "# url: b\n" + written


MARKS = st.sampled_from([*SIGNS, *(sign + role for sign in "+-?" for role in ROLES)])
LOOKALIKES = st.builds("{}{}{}".format, MARKS, st.sampled_from(["", " ", "\t", "\xa0"]), st.text())


@given(st.data(), st.lists(st.text(st.characters(exclude_categories=())) | LOOKALIKES))
def test_any_written_labels_are_read_back(data: st.DataObject, lines: list[str]) -> None:
    page = text_page(lines)
    marks = [data.draw(MARKS) for _ in page.nonblank]
    text = str(labels_file(page, marks, "https://a.example/")).encode().decode()
    file = parse_labels(text)
    assert file.marks == tuple(marks)
    assert str(file) == text
    found = read_labels(text, page)
    assert [found.labels[i] for i in page.nonblank] == [SIGNS[mark[0]] for mark in marks]
    assert [found.roles[i] for i in page.nonblank] == [mark[1:] or None for mark in marks]


def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "p.html.labels"
    elsewhere.write_text("mine")
    path.symlink_to(elsewhere)
    save_labels(labels_file(PAGE, "..."), path)
    assert elsewhere.read_text() == "mine"
    assert not path.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2
