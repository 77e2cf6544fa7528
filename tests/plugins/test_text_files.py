"""Lists of rules in archives: read whole, or refused before they fill the memory."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from boilerplate.plugins import Settings, load_plugins
from boilerplate_plugins import text_files as module
from boilerplate_plugins.adblock_lists import VARIABLE
from boilerplate_plugins.text_files import text_files

RULE = "##.پیشنهاد\n"


def archive(path: Path, files: dict[str, bytes], headers: dict[str, str] | None = None) -> Path:
    """A zip or a tar, by the path's suffix, of these files; a tar may have extended headers."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in files.items():
                zipped.writestr(name, data)
        return path
    mode = {"gz": "w:gz", "xz": "w:xz", "bz2": "w:bz2"}.get(path.suffix[1:], "w:")
    with tarfile.open(path, mode, format=tarfile.PAX_FORMAT, pax_headers=headers or {}) as tarred:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tarred.addfile(info, io.BytesIO(data))
    return path


SUFFIXES = ["zip", "tar", "tar.gz", "tar.xz", "tar.bz2"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_text_files_of_an_archive_are_read_sorted(tmp_path: Path, suffix: str) -> None:
    files = {"l/b.txt": b"##.b", "l/a.txt": RULE.encode(), "l/readme.md": b"x"}
    path = archive(tmp_path / f"lists.{suffix}", files)
    assert list(text_files(path)) == [("a.txt", RULE), ("b.txt", "##.b")]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_in_memory(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    path = archive(tmp_path / f"lists.{suffix}", {"a.txt": bytes(64 << 20)})
    tracemalloc.start()
    with pytest.raises(OSError, match="more than 1 MiB"):
        list(text_files(path))
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


def test_many_files_that_are_small_each_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    files = {f"{i}.txt": bytes(100_000) for i in range(20)}
    for path in (archive(tmp_path / "a.zip", files), archive(tmp_path / "a.tar.xz", files)):
        with pytest.raises(OSError, match="more than 1 MiB"):
            list(text_files(path))
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(OSError, match="more than 1 MiB"):
        list(text_files(tmp_path))


@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
def test_files_are_counted(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 3)
    path = archive(tmp_path / f"lists.{suffix}", {f"{i}.txt": b"" for i in range(9)})
    with pytest.raises(OSError, match="more than 3 files"):
        list(text_files(path))


def test_headers_of_an_archive_are_counted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    path = archive(tmp_path / "a.tar.gz", {"a.txt": b"##.a"}, {"comment": "é" * 3_000_000})
    with pytest.raises(OSError, match="more than 1 MiB"):
        list(text_files(path))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_archive_is_an_error_that_names_it(tmp_path: Path, suffix: str) -> None:
    path = archive(tmp_path / f"lists.{suffix}", {"a.txt": RULE.encode() * 5_000})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    path.write_bytes(data[:middle] if suffix != "zip" else data[:60] + bytes(30) + data[90:])
    with pytest.raises(OSError, match="lists"):
        list(text_files(path))


def test_a_list_that_is_too_large_is_a_warning_of_the_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    path = archive(tmp_path / "lists.zip", {"a.txt": RULE.encode() * 500})
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.warns(UserWarning, match=r"site_rules: OSError: .*lists\.zip has"):
        assert load_plugins(Settings(only=frozenset({"adblock-lists"}))).active == []
