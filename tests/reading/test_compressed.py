"""A compressed page is unpacked, within a limit, or refused with a reason."""

from __future__ import annotations

import gzip
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.reading import compressed
from boilerplate.reading.compressed import unpacked, zstd_module
from boilerplate.reading.limits import LIMITS
from boilerplate.reading.magic import NotAPageError
from tests.made_up import SENTENCES

PAGE = "".join(f"<p>{sentence}" for sentence in SENTENCES.values()).encode()
zstd = zstd_module()
PACK = {"gzip": gzip.compress, "zstd": zstd.compress}


@pytest.mark.parametrize("name", PACK)
def test_page_in_every_script_comes_back(name: str) -> None:
    assert unpacked(PACK[name](PAGE)) == PAGE
    assert unpacked(PAGE) == PAGE


def test_all_parts_of_a_file_of_several_are_unpacked() -> None:
    assert unpacked(gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:])) == PAGE


@pytest.mark.parametrize("name", PACK)
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_cut_off_file_is_refused(name: str, kept: float) -> None:
    data = PACK[name](PAGE)
    with pytest.raises(NotAPageError, match=f"is a {name} file that is cut off, not a page"):
        unpacked(data[: int(kept * len(data))])


def test_damaged_file_is_refused() -> None:
    data = bytearray(gzip.compress(PAGE))
    data[-6] ^= 1  # of the checksum
    with pytest.raises(NotAPageError, match="is a gzip file that is damaged"):
        unpacked(bytes(data))


@pytest.mark.parametrize("name", PACK)
def test_file_that_unpacks_to_too_much_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "LIMITS", replace(LIMITS, max_unpacked=3 << 20))
    assert len(unpacked(PACK[name](bytes(3 << 20)))) == 3 << 20
    with pytest.raises(NotAPageError, match="unpacks to more than 3 MiB"):
        unpacked(PACK[name](bytes((3 << 20) + 1)))


def test_zstd_without_its_module_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImportError

    monkeypatch.setattr(compressed, "zstd_module", missing)
    with pytest.raises(NotAPageError, match=r"pip install 'boilerplate-lines\[zstd\]'"):
        unpacked(zstd.compress(PAGE))


@given(st.sampled_from(["gzip", "zstd"]), st.binary(max_size=200), st.integers(0, 60))
def test_any_damage_is_an_error_or_bytes(name: str, junk: bytes, at: int) -> None:
    data = PACK[name](PAGE)
    with suppress(NotAPageError):
        assert isinstance(unpacked(data[:at] + junk), bytes)
