"""Where the compiled part is taken from when Python is started in a clone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from boilerplate.kernels import select

ROOT = Path(__file__).parents[2]
WORDS = "compiled part"
# No installed package but the standard library is seen: only the folders that are named.
CODE = "import sys; sys.path[:0] = sys.argv[1:]; from boilerplate.kernels import select as a; "
SHOW = "print(a.native and a.native.__file__)"
AGAIN = (
    "import subprocess as s; "
    "s.run([sys.executable, '-I', '-S', '-c', 'import sys; sys.path[:0] = sys.argv[1:]; "
    "from boilerplate.kernels import select', *sys.argv[1:]], check=True)"
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which nothing was built, as far as it matters here."""
    folder = tmp_path / "clone"
    shutil.copytree(
        ROOT / "boilerplate",
        folder / "boilerplate",
        ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "*.zip"),
    )
    # The kernels need numpy, which is not there; only the choice between them is tried.
    (folder / "boilerplate" / "kernels" / "__init__.py").write_text("")
    (folder / "native").mkdir()
    (folder / "setup.py").touch()
    return folder


def started_with(*folders: Path, code: str = SHOW) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", CODE + code, *map(str, folders)],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )


@pytest.mark.skipif(select.native is None, reason="there is no compiled part")
def test_clone_uses_compiled_part_of_installed_copy(clone: Path, tmp_path: Path) -> None:
    assert select.native
    built = Path(select.native.__file__)
    folder = tmp_path / "site" / Path(*select.NAME.split(".")[:-1])
    folder.mkdir(parents=True)
    shutil.copy(built, folder)
    shown = started_with(clone, tmp_path / "site")
    assert Path(shown.stdout.strip()) == folder / built.name
    assert not shown.stderr


def test_clone_without_compiled_part_says_why_and_what_helps(clone: Path) -> None:
    shown = started_with(clone)
    assert shown.stdout.strip() == "None"
    assert f"{WORDS} is not built" in shown.stderr
    assert "pip install -e ." in shown.stderr


def test_missing_compiled_part_is_told_once_for_all_processes(clone: Path) -> None:
    assert started_with(clone, code=AGAIN).stderr.count(WORDS) == 1


@pytest.mark.skipif(select.native is None, reason="there is no compiled part")
def test_compiled_part_of_other_version_is_not_used(clone: Path, tmp_path: Path) -> None:
    assert select.native
    folder = tmp_path / "site" / Path(*select.NAME.split(".")[:-1])
    folder.mkdir(parents=True)
    shutil.copy(select.native.__file__, folder)
    path = clone / Path(select.__file__).relative_to(ROOT)
    path.write_text(path.read_text("utf-8").replace("VERSION: Final = ", "VERSION: Final = 9"))
    shown = started_with(clone, tmp_path / "site")
    assert shown.stdout.strip() == "None"
    assert f"{WORDS} was built of other sources" in shown.stderr


def test_installed_package_without_compiled_part_says_nothing(clone: Path) -> None:
    (clone / "setup.py").unlink()
    shown = started_with(clone)
    assert shown.stdout.strip() == "None"
    assert not shown.stderr
