"""The manifest of a run: with which model and options it was made, and its shards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from boilerplate.batch.cleaner_config import differences
from boilerplate.batch.pool import RunError
from boilerplate.batch.shard import REPORTS, Job, readable_json
from boilerplate.files import remove_leftovers, write_atomically

MANIFEST: Final = "manifest.json"
MANIFEST_FORMAT: Final = "boilerplate-manifest"
MANIFEST_VERSION: Final = 1


def begin_run(job: Job) -> None:
    """Make the output folder, or raise RunError if it holds a run with other options."""
    folder = Path(job.folder)
    path = folder / MANIFEST
    folder.mkdir(parents=True, exist_ok=True)
    try:
        manifest = json.loads(path.read_bytes())
        if manifest.get("format") != MANIFEST_FORMAT:
            raise ValueError("it is not a manifest")
        if manifest.get("version") != MANIFEST_VERSION:
            raise ValueError(f"its version is {manifest.get('version')!r}")
        run = dict(manifest["run"])
    except FileNotFoundError:
        write_manifest(job, complete=False)
        return
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(
            f"{path} cannot be read ({error}); choose another folder for --output"
        ) from error
    now = json.loads(readable_json(job.fingerprint))
    if run != now:
        raise RunError(
            f"{folder} was begun with other options, and the two cannot be mixed: "
            f"{differences(run, now)}. Use the same options, or another folder for --output"
        )
    remove_leftovers(folder)


def write_manifest(job: Job, complete: bool) -> None:
    """Write the manifest: counts and checksums of all finished shards, ordered by name.

    Shards that other runs with the same options have finished are in it too: several runs may
    share a folder.
    """
    run = json.loads(readable_json(job.fingerprint))
    entries = []
    for path in Path(job.folder, REPORTS).rglob("*.json"):
        entry = json.loads(path.read_bytes())
        if entry.pop("run") == run:
            entries.append(entry)
    counts = ("records", "errors", "in_part", "no_pages")
    totals = {key: sum(entry.get(key, 0) for entry in entries) for key in counts}
    manifest = {
        "format": MANIFEST_FORMAT,
        "version": MANIFEST_VERSION,
        "complete": complete,
        "run": run,
        "totals": totals,
        "shards": sorted(entries, key=lambda entry: str(entry["shard"])),
    }
    write_atomically(Path(job.folder, MANIFEST), readable_json(manifest), follow_links=False)
