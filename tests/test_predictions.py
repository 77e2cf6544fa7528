"""The shipped model gives the same under every Python, numpy and other library."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.predictions import KEPT, made

CLOSE = 1e-6
AGAIN = "another model? run: python -m tests.predictions"


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return json.loads(KEPT.read_text("utf-8"))


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    return made()


def test_kept_predictions_are_of_this_model(kept: dict[str, Any], now: dict[str, Any]) -> None:
    assert kept["model"] == now["model"], AGAIN


def test_every_line_has_its_kept_probability(kept: dict[str, Any], now: dict[str, Any]) -> None:
    assert kept["pages"].keys() == now["pages"].keys(), AGAIN
    for name, expected in kept["pages"].items():
        np.testing.assert_allclose(now["pages"][name], expected, rtol=0, atol=CLOSE, err_msg=name)


def test_every_line_has_its_kept_role(kept: dict[str, Any], now: dict[str, Any]) -> None:
    assert kept["roles"] == now["roles"], AGAIN


def test_site_model_is_the_same_file_and_gives_the_same_corrections(
    kept: dict[str, Any], now: dict[str, Any]
) -> None:
    assert now["site_model"] == kept["site_model"], AGAIN
    np.testing.assert_allclose(now["corrected"], kept["corrected"], rtol=0, atol=CLOSE)
