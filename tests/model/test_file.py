"""A model file comes back as it was saved, or is refused with its name."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boilerplate import Cleaner, Page
from boilerplate.kernels.arrays import TreeArrays
from boilerplate.model.archive import unpacked
from boilerplate.model.file import MODEL_FILE, MODES, stack_of
from boilerplate.model.model import (
    Model,
    _ShippedStacks,
    from_bytes,
    load_model,
    model_bytes,
    to_bytes,
)
from boilerplate.model.roles import ROLE_NODE_ARRAYS, RoleTrees, RoleWords
from boilerplate.model.trees import ModelError
from boilerplate.page import Kind
from boilerplate.roles import ROLES
from tests.altered import members, rezipped
from tests.made_up import made_up_model, news_page

ROLE_FIELDS = fields(RoleTrees)
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
                *((getattr(one.roles, f.name), getattr(other.roles, f.name)) for f in ROLE_FIELDS),
            ):
                assert np.array_equal(a, b)
        for field in fields(RoleWords):
            one, other = (getattr(each.words, field.name) for each in (model, again))
            assert np.array_equal(one, other)
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

    @pytest.mark.parametrize("kind", MODES)
    def test_part_of_the_shipped_model_is_read_when_it_is_used(self, kind: Kind) -> None:
        stacks = _ShippedStacks()
        assert (len(stacks), stacks._read) == (2, {})
        assert stacks[kind] is stacks[kind]
        assert set(stacks._read) == {kind}
        known = load_model().stacks[kind]
        assert (stacks[kind].trees.feature == known.trees.feature).all()
        about, arrays = unpacked(MODEL_FILE, model_bytes())
        assert (stack_of(arrays, about, kind).trees.value == known.trees.value).all()

    def test_damage_to_the_shipped_model_is_named_when_it_is_used(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("boilerplate.model.model.model_bytes", lambda: DATA[:-100] + bytes(100))
            with pytest.raises(ModelError, match=r"^the shipped model: "):
                _ShippedStacks()["html"]

    @pytest.mark.parametrize("name", ["missing.zip", "", "nul\0.zip"])
    def test_missing_file_is_named_in_the_error(self, name: str, tmp_path: Path) -> None:
        path = f"{tmp_path}/{name}"
        with pytest.raises(ModelError, match="cannot be read") as raised:
            load_model(path)
        assert path in str(raised.value)


DATA = to_bytes(made_up_model())
ROLE_TREE_ARRAYS = (*ROLE_NODE_ARRAYS, "sizes")
WEIGHTS = np.zeros(1 << 18, np.float16)


def array(key: str) -> np.ndarray:
    """An array of the file."""
    found: np.ndarray = np.load(io.BytesIO(members(DATA)[f"{key}.npy"]))
    return found


VALUES, ROLE_VALUES, NAMES = map(array, ("text-trees-value", "html-roles-values", "roles-names"))
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
    "values of roles too few": rezipped(DATA, arrays={"html-roles-values": ROLE_VALUES[1:]}),
    "values of roles too many": rezipped(
        DATA, arrays={"html-roles-values": np.append(ROLE_VALUES, ROLE_VALUES[: len(ROLES)])}
    ),
    "values of roles in double precision": rezipped(
        DATA, arrays={"html-roles-values": ROLE_VALUES.astype(float)}
    ),
    "values of roles in a table": rezipped(
        DATA, arrays={"html-roles-values": ROLE_VALUES.reshape(-1, len(ROLES))}
    ),
    "no trees of roles, but their values": rezipped(
        DATA,
        arrays={f"html-roles-{key}": array(f"html-roles-{key}")[:0] for key in ROLE_TREE_ARRAYS},
    ),
    "a tree of roles that reads a feature that there is not": rezipped(
        DATA, arrays={"text-roles-feature": np.full_like(array("text-roles-feature"), 32_000)}
    ),
    "a tree of roles that is a circle": rezipped(
        DATA, arrays={"text-roles-left": np.zeros_like(array("text-roles-left"))}
    ),
    "few words of roles": rezipped(
        DATA, arrays={"roles-text": np.zeros(len(ROLES) << 13, np.int8)}
    ),
    "few names of roles": rezipped(DATA, arrays={"roles-names": NAMES[len(ROLES) :]}),
    "names of roles in a table": rezipped(
        DATA, arrays={"roles-names": NAMES.reshape(-1, len(ROLES))}
    ),
    "names of roles without a sign": rezipped(DATA, arrays={"roles-names": NAMES.view(np.uint8)}),
    "tree values too large": rezipped(DATA, arrays={"text-trees-value": VALUES * np.float32(1e38)}),
}


NUMBERS = [0.5] * len(ROLES)
WRONG_NUMBERS: dict[str, Any] = {
    "one too few": NUMBERS[1:],
    "one too many": [*NUMBERS, 0.5],
    "none": None,
    "a number": 0.5,
    "by role": dict.fromkeys(ROLES, 0.5),
    "a word": [*NUMBERS[1:], "much"],
    "nan": [*NUMBERS[1:], float("nan")],
    "endless": [float("inf"), *NUMBERS[1:]],
    "too large": [*NUMBERS[1:], 1e30],
    "true": [True, *NUMBERS[1:]],
    "lists": [NUMBERS] * len(ROLES),
}
# Which JSON is replaced, by what, and what is said of it.
WRONG_JSON: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    **{
        f"priors: {name}": (
            lambda a, wrong=wrong: a["modes"]["html"].update(role_prior=wrong),
            f"html: the roles' priors are not {len(ROLES)} numbers",
        )
        for name, wrong in WRONG_NUMBERS.items()
    },
    **{
        f"biases: {name}": (
            lambda a, wrong=wrong: a["roles"].update(bias=wrong),
            f"the roles' biases are not {len(ROLES)} numbers",
        )
        for name, wrong in WRONG_NUMBERS.items()
    },
    **{
        f"weight {wrong!r:.20}": (
            lambda a, wrong=wrong: a["modes"]["text"].update(role_weight=wrong),
            "text: the weight of roles is",
        )
        for wrong in (-0.01, 1.01, float("nan"), True, "1", None, [0.5], 10**400)
    },
    **{
        f"scales {wrong!r:.30}": (
            lambda a, wrong=wrong: a["roles"].update(scales=wrong), "the scales of roles are",
        )
        for wrong in (
            [0.0, 1.0], [1.0, -1.0], [1.0], [1.0] * 3, [1.0, float("nan")], [1.0, float("inf")],
            ["1", 1.0], [True, 1.0], 1.0, None, {"text": 1.0, "names": 1.0}, [10**400, 1.0],
        )
    },
    **{
        f"roles: {name}": (
            lambda a, wrong=wrong: a["roles"].update(roles=wrong), "the roles must be headline,",
        )
        for name, wrong in {
            "one less": list(ROLES[:-1]), "another order": list(ROLES[::-1]), "none": [],
            "a word": "headline", "null": None, "another": [*ROLES[:-1], "advert"],
        }.items()
    },
    **{
        f"no {key}": (lambda a, key=key: a["roles"].pop(key), f"'{key}'")
        for key in ("roles", "bias", "scales")
    },
    **{
        f"no {key}": (lambda a, key=key: a["modes"]["text"].pop(key), f"'{key}'")
        for key in ("role_prior", "role_weight")
    },
    "no part on roles": (lambda a: a.pop("roles"), "'roles'"),
    "a list on roles": (lambda a: a.update(roles=[]), "is damaged or is no model"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_JSON)
def test_json_of_roles_that_does_not_fit_is_refused_and_named(wrong: str) -> None:
    change, message = WRONG_JSON[wrong]
    with pytest.raises(ModelError, match=re.escape(message)) as refused:
        from_bytes(rezipped(DATA, change), "strange.zip")
    assert str(refused.value).startswith("strange.zip: ")


@pytest.mark.parametrize("weight", [0, 0.0, 0.5, 1])
def test_weight_of_roles_is_from_zero_to_one(weight: float) -> None:
    again = from_bytes(
        rezipped(DATA, lambda a: a["modes"]["html"].update(role_weight=weight)), "model.zip"
    )
    assert again.stacks["html"].roles.weight == weight


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_file_is_refused_with_its_name(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(DAMAGED[damage])
    with pytest.raises(ModelError, match=re.escape(str(path))):
        load_model(path)
