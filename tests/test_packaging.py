"""What a wheel and a source archive hold, how they are tagged, and that they can be installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
# Where each folder of the repository is in a wheel.
PACKAGES = {"boilerplate": "boilerplate", "plugins": "boilerplate_plugins"}
COMPILED = (".so", ".pyd")
MADE = (*COMPILED, ".pyc")  # by a build or by running, and in no archive of sources
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"
NO_GIL = "import sysconfig; sysconfig.get_config_vars()['Py_GIL_DISABLED'] = 1; "
CLEAN = """
import boilerplate
html = "<nav><a href=/>Home</a> <a href=/login>Sign in</a></nav><article><h1>A ferry</h1>" + (
    "<p>The ferry to the island leaves at nine, and the crossing takes most of an hour.</p>" * 9)
print(boilerplate.__file__, boilerplate.accelerated)
print(boilerplate.clean(html).text)
"""

pytestmark = pytest.mark.slow


def files(folder: str) -> set[str]:
    """The files of a folder of the repository that are somebody's work, by their paths in it."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in MADE
    }


def packaged() -> set[str]:
    """What a wheel should hold, by its paths there."""
    return {
        PACKAGES[folder] + path.removeprefix(folder)
        for folder in PACKAGES
        for path in files(folder)
    }


def members(wheel: Path) -> set[str]:
    """What a wheel holds, without what describes the wheel itself."""
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    return {name for name in names if ".dist-info/" not in name}


def compiled_members(wheel: Path) -> list[str]:
    return [name for name in members(wheel) if name.endswith(COMPILED)]


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; an error of the test with all of it where the command fails."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def build_wheel(source: Path, to: Path, first: str = "", **environment: str) -> Path:
    """The wheel of a source folder; `first` is run in the process that builds it."""
    run(sys.executable, "-c", first + BUILD.format("wheel"), to, cwd=source, **environment)
    (wheel,) = to.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """The Python of a new environment with this wheel, and with this one's other packages."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "-q"),
        *("--no-deps", "--no-index", wheel),
        cwd=folder,
    )
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(python, "-I", "-c", code, cwd=folder).strip())
    others = [path for path in sys.path if Path(path).is_dir() and Path(path) != ROOT]
    (site / "others.pth").write_text("\n".join(others), "utf-8")
    return python


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source archive, made from a clean copy of the repository."""
    clone = tmp_path_factory.mktemp("clone")
    for name in ("boilerplate", "plugins", "native", "tests"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    run(sys.executable, "-c", BUILD.format("sdist"), clone / "dist", cwd=clone)
    (found,) = (clone / "dist").iterdir()
    return found


@pytest.fixture
def source(archive: Path, tmp_path: Path) -> Path:
    """The source archive, unpacked."""
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "source", filter="data")
    (found,) = (tmp_path / "source").iterdir()
    return found


def test_source_archive_holds_packages_and_native_sources_and_no_tests(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = {
            PurePosixPath(*PurePosixPath(member.name).parts[1:]).as_posix()
            for member in tar
            if member.isfile()
        }
    wanted = files("boilerplate") | files("plugins") | files("native")
    assert any(name.startswith("native/") and name.endswith(".h") for name in wanted)
    folders = ("boilerplate/", "plugins/", "native/", "tests/")
    assert {name for name in names if name.startswith(folders)} == wanted
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE"} <= names


def test_wheel_from_source_archive_holds_every_file_and_cleans_a_page(
    source: Path, tmp_path: Path
) -> None:
    wheel = build_wheel(source, tmp_path / "wheel")
    compiled = compiled_members(wheel)
    assert members(wheel) - set(compiled) == packaged()
    assert {"boilerplate/py.typed", "boilerplate_plugins/__init__.py"} <= members(wheel)
    # Without a C compiler, the wheel is as right, and tagged for every platform.
    assert wheel.name.endswith("-py3-none-any.whl") == (not compiled)
    python = install(wheel, tmp_path / "env")
    shown, text = run(python, "-I", "-c", CLEAN, cwd=tmp_path).split("\n", 1)
    assert Path(shown.rsplit(" ", 1)[0]).is_relative_to(tmp_path / "env")
    assert shown.endswith(f" {bool(compiled)}")
    assert "The ferry to the island" in text
    assert "Sign in" not in text
    version = run(python, "-I", "-m", "boilerplate", "--version", cwd=tmp_path).strip()
    assert version.endswith("(compiled)" if compiled else "(pure Python)")


@pytest.mark.skipif(os.name == "nt", reason="CC does not choose the compiler there")
def test_wheel_without_compiled_part_is_tagged_for_every_platform(
    source: Path, tmp_path: Path
) -> None:
    # As in a clone where an earlier build succeeded, with a module that is no longer there.
    built = f"lib.{sysconfig.get_platform()}-{sys.implementation.cache_tag}"
    for folder in (source / "boilerplate", source / "build" / built / "boilerplate"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "_native.abi3.so").write_bytes(b"stale")
    (source / "build" / built / "boilerplate" / "deleted.py").touch()
    wheel = build_wheel(source, tmp_path / "wheel", CC="/bin/false")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert members(wheel) == packaged()
    python = install(wheel, tmp_path / "env")
    assert " False\n" in run(python, "-I", "-c", CLEAN, cwd=tmp_path)
    version = run(python, "-I", "-m", "boilerplate", "--version", cwd=tmp_path).strip()
    assert version.endswith("(pure Python)")


def test_wheel_for_free_threaded_python_has_no_limited_interface(
    source: Path, tmp_path: Path
) -> None:
    # setuptools refuses the limited interface there; this Python says that it is such a one.
    wheel = build_wheel(source, tmp_path / "wheel", NO_GIL)
    assert members(wheel) - set(compiled_members(wheel)) == packaged()
    assert "abi3" not in wheel.name
    assert not any("abi3" in name for name in compiled_members(wheel))


def test_every_bundled_plugin_is_named_once(source: Path) -> None:
    """A new folder in plugins/ is found by itself: pyproject.toml names only its entry point."""
    folder = source / "plugins" / "new_one"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "rules.toml").write_text("api = 1\n")
    made = members(build_wheel(source, source / "wheel", CC="/bin/false"))
    assert {f"boilerplate_plugins/new_one/{name}" for name in ("__init__.py", "rules.toml")} <= made
