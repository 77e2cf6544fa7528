"""Site models in a folder, found by a page's site."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from boilerplate import Cleaner
from boilerplate.model.model import Model
from boilerplate.site_models.folder import SUFFIX, SiteModels
from tests import made_up_site as site
from tests.site_models.test_site_model import MODEL, learned


def test_a_model_is_found_by_its_site_and_by_subdomains_of_it(tmp_path: Path) -> None:
    learned(site.text(1), name="daily.example").save(tmp_path / f"daily.example{SUFFIX}")
    models = SiteModels(tmp_path)
    found = models.find("m.daily.example")
    assert found is not None
    assert found.site == "daily.example"
    assert models.find("example") is None
    assert models.find("../daily.example") is None
    assert models.find(None) is None
    assert models.find("x" * 300 + ".example") is None


def test_a_cleaner_finds_the_model_by_the_url_of_a_page(tmp_path: Path) -> None:
    model = learned(*(site.text(i) for i in range(8)), name="daily.example")
    model.save(tmp_path / f"daily.example{SUFFIX}")
    cleaner = pickle.loads(pickle.dumps(Cleaner(MODEL, site_models=tmp_path)))  # noqa: S301
    page = site.text(100)
    assert cleaner.clean(page).drift is None
    assert cleaner.clean(replace(page, url="https://www.daily.example/a")).drift is not None
    assert cleaner.clean(replace(page, url="https://other.example/a")).drift is None


def test_a_missing_folder_is_an_error(model: Model) -> None:
    with pytest.raises(FileNotFoundError, match="no folder or file of site models"):
        Cleaner(model, site_models="/nowhere/at/all")
