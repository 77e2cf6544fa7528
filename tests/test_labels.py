"""Labels a person writes."""

from __future__ import annotations

import pytest

from boilerplate import Label
from boilerplate.labels import LabelsError, read_labels
from boilerplate.page import text_page

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
    with pytest.raises(LabelsError, match=said):
        read_labels(written, PAGE, "page.labels")
