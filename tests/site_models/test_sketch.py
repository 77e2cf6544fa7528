"""Sketches of pages, and samples of them."""

from __future__ import annotations

import numpy as np

from boilerplate.site_models.sketch import sample, sketch
from tests import made_up_site as site


def test_of_two_sketches_of_one_page_the_same_is_kept_in_any_order() -> None:
    page = site.text(1)
    sure, unsure = (sketch(page, np.full(len(page.lines), p)) for p in (0.9, 0.4))
    assert sure.key == unsure.key
    kept = {sample(pages).pages for pages in ([sure, unsure], [unsure, sure])}
    assert len(kept) == 1
