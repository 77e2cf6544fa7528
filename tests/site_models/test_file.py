"""The file of a site model."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path

import pytest

from boilerplate import SiteModel
from boilerplate.reading.html import html_page
from boilerplate.site_models.file import SiteModelError
from boilerplate.site_models.folder import SUFFIX
from tests import made_up_site as site
from tests.site_models.test_site_model import learned


def rewritten(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return out.getvalue()


def test_a_saved_or_pickled_model_is_loaded_as_it_was(tmp_path: Path) -> None:
    model = learned(*(html_page(site.html(i)) for i in range(5)), name="daily.example")
    model.save(tmp_path / "model")
    loaded = SiteModel.load(tmp_path / "model")
    assert loaded.site == "daily.example"
    assert loaded.to_bytes() == model.to_bytes()
    assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()  # noqa: S301
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_is_first_written_to_a_temporary_file_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "full"))  # or on another disk
    learned(site.text(1)).save(tmp_path / f"a{SUFFIX}")
    assert [path.name for path in tmp_path.iterdir()] == [f"a{SUFFIX}"]


def test_a_file_holds_no_text_of_the_pages() -> None:
    model = learned(*(site.text(i) for i in range(5)))
    with zipfile.ZipFile(io.BytesIO(model.to_bytes())) as archive:
        data = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Weather" not in data
    assert b"weather" not in data


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: b"no zip", "is damaged"),
        (lambda data: data[: len(data) // 2], "is damaged"),
        (lambda data: rewritten(data, "site.json", b"[]"), "is not a boilerplate-site-model"),
        (lambda data: rewritten(data, "length.npy", b"x"), "does not match its checksum"),
        (
            lambda data: rewritten(
                data, "site.json", b'{"format": "boilerplate-site-model", "format_version": 99}'
            ),
            "format_version 99",
        ),
        (lambda data: rewritten(data, "sizes.npy", b"\0" * 5_000_000), "unpacks to"),
    ],
)
def test_a_damaged_file_is_refused_with_its_name(damage, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.site.zip"
    path.write_bytes(damage(learned(site.text(1)).to_bytes()))
    with pytest.raises(SiteModelError, match=message) as error:
        SiteModel.load(path)
    assert "bad.site.zip" in str(error.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [("line", "hash that is not in the table"), ("path", "paths that are not in the table")],
)
def test_an_index_beyond_its_table_is_refused(name: str, message: str) -> None:
    data = learned(site.text(1), site.text(2)).to_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        about = json.loads(archive.read("site.json"))
        array = bytearray(archive.read(f"{name}.npy"))
    array[-1] = 0x7F
    about["arrays"][name] = hashlib.sha256(array).hexdigest()
    bad = rewritten(data, f"{name}.npy", bytes(array))
    bad = rewritten(bad, "site.json", json.dumps(about).encode())
    with pytest.raises(SiteModelError, match=message):
        SiteModel.from_bytes(bad)
