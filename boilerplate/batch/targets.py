"""What a run may write: files below its output folder, not through links, and over no input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from boilerplate.batch.manifest import MANIFEST
from boilerplate.batch.shard import REPORTS, Job, Shard, check_targets
from boilerplate.batch.writers import SHARD_FORMATS
from boilerplate.files import check_target, real_path


def refusals(shards: Sequence[Shard], job: Job) -> dict[str, str]:
    """Why shards may not be written, by their names: the output of one is the input of any.

    Raises OSError if the manifest may not be written.
    """
    inputs = frozenset(real_path(path) for shard in shards for path in shard.paths)
    check_target(Path(job.folder, MANIFEST), Path(job.folder), inputs)
    found = {}
    for shard in shards:
        try:
            check_targets(shard, job, inputs)
        except OSError as error:
            found[shard.name] = str(error)
    return found


def is_of_a_run(path: Path, folder: Path) -> bool:
    """Whether a file is what a run has written to its output folder: a shard, or the manifest."""
    inside, folder = real_path(path), real_path(folder)
    if not inside.is_relative_to(folder) or not (folder / REPORTS).is_dir():
        return False
    name = inside.relative_to(folder).as_posix()
    shards = (name.removesuffix(f".{each}") for each in SHARD_FORMATS if name.endswith(f".{each}"))
    return name == MANIFEST or any((folder / REPORTS / f"{each}.json").is_file() for each in shards)
