"""Packages that are not installed: the rest works on, or one sentence says what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from boilerplate.batch.extras import EXTRAS
from boilerplate.cli.doctor import NEEDED
from tests.made_up import news_page
from tests.test_dependencies import CORE, ROOT

# In a folder on PYTHONPATH, so that worker processes lack the packages too.
BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""
CLEAN = """
import boilerplate
from tests.made_up import news_page
for language in ("de", "ja", "tr", "ar", "th"):
    print(boilerplate.clean(news_page(language)).to_dict())
"""
CLUSTER = "--dask=tcp://127.0.0.1:1"

pytestmark = pytest.mark.slow


def run(
    folder: Path, *command: str, missing: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run Python where these modules cannot be imported."""
    blocker = folder / f"without-{'-'.join(missing)}"
    blocker.mkdir(exist_ok=True)
    (blocker / "sitecustomize.py").write_text(BLOCKER.format(names=missing), "utf-8")
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(blocker), str(ROOT)))},
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Files by the names of their formats; none of them is opened."""
    for name in ("a.parquet", "a.warc.gz", "a.jsonl.zst", "ü.html.zst"):
        (tmp_path / name).write_bytes(b"?")
    (tmp_path / "a.html").write_text(news_page("tr"), "utf-8")
    (tmp_path / "a.jsonl").write_text('{"html": "<p>ş"}\n', "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("extra", "command"),
    [
        ("parquet", "clean a.parquet -o out"),
        ("parquet", "clean a.jsonl -o out --format parquet"),
        ("parquet", "train sites a.parquet"),
        ("parquet", "train site daily.example a.parquet"),
        ("warc", "clean a.warc.gz -o out"),
        ("warc", "train sites a.warc.gz"),
        ("warc", "train site daily.example a.warc.gz"),
        ("zstd", "clean a.jsonl.zst -o out"),
        ("zstd", "clean a.jsonl -o out --format jsonl.zst"),
        ("zstd", "clean ü.html.zst"),
        ("dask", f"clean a.jsonl -o out {CLUSTER}"),
        ("label", "label a.html --site daily.example"),
    ],
)
def test_what_needs_an_extra_names_it_before_anything_is_done(
    extra: str, command: str, pages: Path
) -> None:
    modules, use = EXTRAS[extra]
    done = run(pages, "-m", "boilerplate", *command.split(), missing=modules)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: packages for {use} are missing: pip install 'boilerplate-lines[{extra}]'\n"
    )
    assert not (pages / "out").exists()


@pytest.mark.parametrize("missing", ["turbohtml", "numpy", "pluggy", "starlette"])
def test_package_that_is_always_needed_is_named_without_a_traceback(
    missing: str, pages: Path
) -> None:
    command = "label --site daily.example" if missing == "starlette" else "clean"
    done = run(pages, "-m", "boilerplate", *command.split(), "a.html", missing=(missing,))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: the package {missing} is missing: ")
    assert done.stderr.count("\n") == 1


def test_doctor_names_what_is_always_needed(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "boilerplate", "doctor", missing=("turbohtml", "numpy"))
    assert done.returncode == 1
    assert "missing: numpy, turbohtml; pip install numpy turbohtml" in done.stdout
    assert "[warc]" in done.stdout
    assert done.stderr == ""
    core = {requirement.split(">")[0] for requirement in CORE if ";" not in requirement}
    assert core - {"click", "langdetect-rs"} == set(NEEDED)


def test_output_is_the_same_without_what_only_saves_time(tmp_path: Path) -> None:
    for missing in (("langdetect_rs",), ("re2",), ("pyarrow", "fastwarc", "lightgbm", "sklearn")):
        usual, without = (run(tmp_path, "-c", CLEAN, missing=names) for names in ((), missing))
        assert usual.returncode == without.returncode == 0, without.stderr
        assert usual.stdout == without.stdout


def test_cleaning_goes_on_without_cld2_and_encoding_detection(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", CLEAN, missing=("pycld2", "chardet"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("'language': ") >= 5
