"""What labelled roles of a site say about the roles of other lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Cleaner, Label, SiteModel
from boilerplate.page import Page
from boilerplate.reading.html import html_page
from boilerplate.result import LabelledPage
from boilerplate.roles import ROLES
from boilerplate.site_models.role_votes import PagesByRole
from tests import made_up_site as site
from tests.made_up import made_up_model

MODEL = made_up_model()


def page(number: int) -> Page:
    """A page with a picture's caption and a box that asks for help."""
    first, second, *rest, question = site.article(number, "el", 5)
    return html_page(
        f"<div class=story><p>{first}</p><div class=under><p>{second}</p></div>"
        + "".join(f"<p>{text}</p>" for text in rest)
        + f"</div><div class=ask><p>{question}</p></div>"
    )


def labelled(number: int) -> LabelledPage:
    made = page(number)
    n = len(made.lines)
    labels = (*[Label.CONTENT] * (n - 1), Label.BOILERPLATE)
    return LabelledPage(made, labels, (None, "caption", *[None] * (n - 3), "comments"))


def roles(model: SiteModel | None, made: Page) -> list[str | None]:
    cleaned = Cleaner(MODEL, site_models=model).clean(made)
    return [prediction.role for prediction in cleaned.predictions]


def test_lines_on_a_labelled_path_get_its_role() -> None:
    model = SiteModel(None, MODEL).fit([labelled(1), labelled(2)])
    before, after = roles(None, page(9)), roles(model, page(9))
    assert (before[1], before[-1]) != ("caption", "comments")
    assert (after[1], after[-1]) == ("caption", "comments")


def test_lines_elsewhere_keep_the_role_that_the_general_model_finds() -> None:
    with_roles = [labelled(1), labelled(2)]
    without = [LabelledPage(each.page, each.labels) for each in with_roles]
    models = (SiteModel(None, MODEL).fit(pages) for pages in (with_roles, without))
    one, other = (roles(model, page(9)) for model in models)
    assert one[0] == other[0]
    assert one[2:-1] == other[2:-1]


def test_a_saved_model_gives_the_same_roles() -> None:
    model = SiteModel(None, MODEL).fit([labelled(1), labelled(2)])
    again = SiteModel.from_bytes(model.to_bytes())
    again.model = MODEL
    assert roles(again, page(9)) == roles(model, page(9))
    assert again.to_bytes() == model.to_bytes()


def test_models_with_roles_merge_to_that_of_all_pages() -> None:
    one, other = (SiteModel(None, MODEL).fit([labelled(number)]) for number in (1, 2))
    both = SiteModel(None, MODEL).fit([labelled(1), labelled(2)])
    assert one.merge(other).to_bytes() == both.to_bytes()


def test_a_line_of_bare_text_has_the_role_that_an_equal_line_was_given() -> None:
    pages = [site.text(number) for number in range(4)]
    named = ("navigation", "navigation", "navigation")
    given = [
        LabelledPage(each, tuple(site.labels(each)), named + (None,) * (len(each.lines) - 3))
        for each in pages
    ]
    model = SiteModel(None, MODEL).fit(given)
    assert roles(model, site.text(9))[:3] == ["navigation"] * 3


def test_roles_of_another_number_are_refused() -> None:
    made = page(1)
    with pytest.raises(ValueError, match=r"5 labels have 1 roles"):
        LabelledPage(made, (None,) * 5, ("body",))


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, len(ROLES) - 1)), max_size=20
)


@given(ROWS)
def test_each_page_counts_once_for_a_role_of_a_key(rows: list[tuple[int, int, int]]) -> None:
    keys, page, role = np.array(rows, np.int64).reshape(-1, 3).T
    found = PagesByRole.of(keys, page, role).on(np.arange(5))
    for key in range(5):
        for which in range(len(ROLES)):
            pages = {p for k, p, r in rows if (k, r) == (key, which)} if key else set()
            assert found[key, which] == len(pages)
