"""The one table of features: its rows, and what it takes to add one."""

from __future__ import annotations

import numpy as np
import pytest

from boilerplate.features.table import (
    BLOCKS,
    GROUPS,
    Block,
    Feature,
    feature_groups,
    feature_names,
)
from boilerplate.model.file import MODES
from boilerplate.page import Kind


@pytest.mark.parametrize("kind", MODES)
def test_each_feature_has_a_name_of_its_own_and_a_group(kind: Kind) -> None:
    names = feature_names(kind)
    assert len(set(names)) == len(names) == len(feature_groups(kind))
    assert {GROUPS[group] for group in feature_groups(kind)} <= set(GROUPS)


def test_bare_text_has_the_features_of_html_but_those_of_markup_and_containers() -> None:
    of_html_alone = {*BLOCKS["markup"].names, *BLOCKS["containers"].names}
    assert [name for name in feature_names("html") if name not in of_html_alone] == [
        *feature_names("text")
    ]


def test_features_that_compute_themselves_stand_behind_those_of_the_kernel() -> None:
    own = Feature("own", "shape", compute=lambda lines: lines.chars)
    with pytest.raises(ValueError, match="behind those of the kernel"):
        Block((own, Feature("of_kernel", "shape")))
    assert Block((Feature("of_kernel", "shape"), own)).of_kernel == 1


def test_logarithms_are_taken_of_the_rows_that_ask_for_them() -> None:
    block = Block((Feature("a", "shape"), Feature("b", "shape", log1p=True)))
    rows = np.array([[1.0, 3.0], [1.0, 3.0]])
    block.finish(rows, None)  # type: ignore[arg-type]
    assert rows.tolist() == [[1.0, 3.0], np.log1p([1.0, 3.0]).tolist()]
