"""A model file comes back as it was saved, or is refused with its name."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest

from boilerplate import Cleaner, Page
from boilerplate.kernels.arrays import TreeArrays
from boilerplate.model.file import MODES
from boilerplate.model.model import Model, from_bytes, load_model, to_bytes
from boilerplate.model.trees import ModelError
from tests.altered import members, rezipped
from tests.made_up import made_up_model, news_page

PAGE = Cleaner(made_up_model()).clean(news_page("th"), kind="html").page


def probabilities(model: Model, page: Page) -> list[float]:
    return model.predict(page).probability.tolist()


class TestFile:
    def test_saved_model_comes_back_as_it_was(self, model: Model) -> None:
        again = from_bytes(to_bytes(model))
        for kind in MODES:
            one, other = model.stacks[kind], again.stacks[kind]
            assert one.linear.bias == other.linear.bias
            assert one.linear.languages == other.linear.languages
            for a, b in (
                *zip(one.linear.tables, other.linear.tables, strict=True),
                (one.types.weights, other.types.weights),
                (one.types.bias, other.types.bias),
                *((getattr(one.trees, n), getattr(other.trees, n)) for n in TreeArrays.__slots__),
            ):
                assert np.array_equal(a, b)
        assert again.about["trained_on"] == "nothing"
        assert probabilities(again, PAGE) == probabilities(model, PAGE)

    def test_same_model_gives_the_same_bytes(self, model: Model) -> None:
        data = to_bytes(model)
        assert to_bytes(made_up_model()) == data
        assert to_bytes(from_bytes(data)) == data
        assert to_bytes(made_up_model(seed=1)) != data

    def test_model_is_loaded_from_its_path_once(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "μοντέλο.zip"
        path.write_bytes(to_bytes(model))
        assert probabilities(load_model(path), PAGE) == probabilities(model, PAGE)
        assert load_model(path) is load_model(str(path))

    def test_file_that_has_changed_is_read_again(self, model: Model, tmp_path: Path) -> None:
        path = tmp_path / "model.zip"
        path.write_bytes(to_bytes(model))
        first = load_model(path)
        path.write_bytes(to_bytes(made_up_model(seed=1)))
        os.utime(path, ns=(1, 1))
        assert probabilities(load_model(path), PAGE) != probabilities(first, PAGE)

    def test_shipped_model_is_loaded_once(self) -> None:
        assert load_model() is load_model(None)
        assert set(load_model().stacks) == set(MODES)

    @pytest.mark.parametrize("name", ["missing.zip", "", "nul\0.zip"])
    def test_missing_file_is_named_in_the_error(self, name: str, tmp_path: Path) -> None:
        path = f"{tmp_path}/{name}"
        with pytest.raises(ModelError, match="cannot be read") as raised:
            load_model(path)
        assert path in str(raised.value)


DATA = to_bytes(made_up_model())
WEIGHTS = np.zeros(1 << 18, np.float16)
VALUES = np.load(io.BytesIO(members(DATA)["text-trees-value.npy"]))
DAMAGED = {
    "another schema": rezipped(DATA, lambda a: a.update(feature_schema=-1)),
    "no modes": rezipped(DATA, lambda a: a.pop("modes")),
    "one mode": rezipped(DATA, lambda a: a["modes"].pop("text")),
    "a bias of nan": rezipped(DATA, lambda a: a["modes"]["html"].update(bias=float("nan"))),
    "a bias that is too large": rezipped(DATA, lambda a: a["modes"]["html"].update(bias=1e30)),
    "half a page in a language": rezipped(
        DATA, lambda a: a["modes"]["text"].update(languages={"tr": 0.5})
    ),
    "languages in a list": rezipped(DATA, lambda a: a["modes"]["text"].update(languages=["tr"])),
    "a bias of words": rezipped(DATA, lambda a: a["modes"]["html"].update(bias="much")),
    "few weights": rezipped(DATA, arrays={"text-wording": WEIGHTS[1:]}),
    "a table of two dimensions": rezipped(DATA, arrays={"text-wording": WEIGHTS.reshape(2, -1)}),
    "few weights of types": rezipped(DATA, arrays={"text-types": WEIGHTS}),
    "tree values too large": rezipped(DATA, arrays={"text-trees-value": VALUES * np.float32(1e38)}),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_file_is_refused_with_its_name(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(DAMAGED[damage])
    with pytest.raises(ModelError, match=re.escape(str(path))):
        load_model(path)
