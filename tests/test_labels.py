"""Labels a person writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Cleaner, Label
from boilerplate.labelling.labels import (
    SIGNS,
    LabelsError,
    labels_file,
    labels_of,
    parse_labels,
    read_labels,
    save_labels,
    write_labels,
)
from boilerplate.page import text_page
from tests.made_up import made_up_model

PAGE = text_page(["เมนู", "", "  Εφημερίδα  της πόλης", "от редакции"])


def test_each_line_has_the_label_of_its_sign() -> None:
    written = "- เมนู\n+ Εφημερίδα της πόλης\n? от редакции\n"
    assert read_labels(written, PAGE) == (Label.BOILERPLATE, None, Label.CONTENT, None)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- เมนู\n+ something else\n", "line 2 is 'something else', where the page has"),
        ("* เมนู\n", r"line 1 begins with '\*'"),
        ("- เมนู\n", "has 1 lines, the page 3"),
    ],
)
def test_labels_of_another_page_are_refused_with_the_line(written: str, said: str) -> None:
    with pytest.raises(LabelsError, match=f"^page.labels: {said}"):
        read_labels(written, PAGE, "page.labels")


def test_a_draft_has_the_sign_of_each_line_and_no_more() -> None:
    page = Cleaner(made_up_model(), threshold=0).clean("ناس\n\n人々", kind="text")
    assert write_labels(page) == "+ ناس\n+ 人々\n"


def test_labels_without_a_name_are_called_labels() -> None:
    with pytest.raises(LabelsError, match=r"^labels: has 1 lines, the page 3"):
        labels_of(PAGE, parse_labels("- เมนู\n"))


def test_remarks_are_left_alone_and_say_where_a_page_is_from() -> None:
    file = labels_file(PAGE, ".+?", "https://a.example/")
    assert str(file) == ("# url: https://a.example/\n. เมนู\n+ Εφημερίδα της πόλης\n? от редакции\n")
    again = parse_labels("# a person's remark\n" + str(file))
    assert again.url == "https://a.example/"
    assert labels_of(PAGE, again) == (None, None, Label.CONTENT, None)


@given(st.data(), st.lists(st.text(st.characters(exclude_categories=()))))
def test_what_is_written_of_any_page_is_read_again(data: st.DataObject, lines: list[str]) -> None:
    page = text_page(lines)
    signs = [data.draw(st.sampled_from([*SIGNS])) for _ in page.nonblank]
    text = str(labels_file(page, signs, "https://a.example/")).encode().decode()
    assert parse_labels(text).signs == tuple(signs)
    assert [read_labels(text, page)[i] for i in page.nonblank] == [SIGNS[sign] for sign in signs]


def test_a_file_is_replaced_whole_and_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "p.html.labels"
    elsewhere.write_text("mine")
    path.symlink_to(elsewhere)
    save_labels(labels_file(PAGE, "..."), path)
    assert elsewhere.read_text() == "mine"
    assert not path.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2
