"""The scripts for clusters in docs/many-pages.md, run as they are printed there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crawl_shards import made_up_pages, write_crawl
from boilerplate import Cleaner
from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.run import run
from boilerplate.batch.shard import REPORTS, Job, shards_of

pytestmark = pytest.mark.slow

pytest.importorskip("pyarrow")
pytest.importorskip("fastwarc")

PAGE = Path(__file__).parents[2] / "docs" / "many-pages.md"
SHARDS = 3


def script_of(title: str, language: str) -> str:
    """The first code block in a language after a title."""
    found = re.search(
        rf"\*\*{title}\*\*.*?```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found
    return found[1]


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Three WARC files, and what one process makes of them in ``plain``."""
    write_crawl(tmp_path / "made", 30, made_up_pages(), shard_records=6)
    (tmp_path / "crawl").mkdir()
    for path in sorted((tmp_path / "made").glob("*.warc.gz")):
        path.rename(tmp_path / "crawl" / path.name)
    files = sorted((tmp_path / "crawl").iterdir())
    assert len(files) == SHARDS
    shards = shards_of([(path, path.relative_to(tmp_path / "crawl")) for path in files])
    run(shards, Job(CleanerConfig.of(Cleaner()), str(tmp_path / "plain"), "jsonl.zst"), 1)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a run, its journal left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and REPORTS not in path.parts
    }


def test_ray_writes_the_same_bytes_as_one_process(crawl: Path):
    pytest.importorskip("ray")
    script = script_of("Ray core", "python").replace("/shared/cleaned", str(crawl / "cleaned"))
    subprocess.run([sys.executable, "-c", script], cwd=crawl, check=True, timeout=300)
    assert contents(crawl / "cleaned") == contents(crawl / "plain")


def test_slurm_tasks_write_the_same_bytes_as_one_process(crawl: Path):
    """Through sbatch where a cluster answers, else each task by itself, as it would be started."""
    script = crawl / "clean.sh"
    script.write_text(
        script_of("Slurm", "sh")
        .replace("--array=0-99", f"--array=0-{SHARDS}")
        .replace("--cpus-per-task=8", "--cpus-per-task=1")
        .replace("% 100", f"% {SHARDS + 1}")
        .replace("--jobs 8", "--jobs 1")
    )
    paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {**os.environ, "PATH": os.pathsep.join(paths)}
    if slurm_answers():
        subprocess.run(["sbatch", "--wait", script], cwd=crawl, env=environment, check=True)
    else:
        for task in range(SHARDS + 1):
            environment["SLURM_ARRAY_TASK_ID"] = str(task)
            subprocess.run(
                ["bash", script], cwd=crawl, env=environment, check=True,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
    expected = contents(crawl / "plain")
    made = contents(crawl / "cleaned")
    assert made.keys() == expected.keys()
    del made[MANIFEST], expected[MANIFEST]
    assert made == expected


def slurm_answers() -> bool:
    """Whether there is a cluster to send work to."""
    if not shutil.which("sbatch"):
        return False
    return subprocess.run(["sinfo"], capture_output=True, check=False).returncode == 0
