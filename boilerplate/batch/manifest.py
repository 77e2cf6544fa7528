"""The manifest of a batch run: what was run with which settings, and what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from boilerplate.batch.cleaner_config import differences
from boilerplate.batch.pool import RunError
from boilerplate.batch.shard import REPORTS, Job, _json
from boilerplate.files import remove_leftovers, write_atomically

MANIFEST: Final = "manifest.json"

MANIFEST_FORMAT: Final = "boilerplate-manifest"
MANIFEST_VERSION: Final = 1


def begin(job: Job) -> None:
    """Make the run's folder, or raise RunError if it holds a run of another kind."""
    folder = Path(job.folder)
    path = folder / MANIFEST
    folder.mkdir(parents=True, exist_ok=True)
    try:
        manifest = json.loads(path.read_bytes())
        if manifest.get("format") != MANIFEST_FORMAT:
            raise ValueError("it is another kind of file")
        if manifest.get("version") != MANIFEST_VERSION:
            raise ValueError(f"it is of version {manifest.get('version')!r}")
        run = dict(manifest["run"])
    except FileNotFoundError:
        write_manifest(job, complete=False)
        return
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(
            f"{path} cannot be read ({error}); choose another folder for --output"
        ) from error
    now = json.loads(_json(job.fingerprint))
    if run != now:
        raise RunError(
            f"{folder} was begun otherwise, and half of each would be no result: "
            f"{differences(run, now)}. Go on as it was begun, or choose another folder for --output"
        )
    remove_leftovers(folder)


def write_manifest(job: Job, complete: bool) -> None:
    """Write what the run's folder holds: counts and checksums, in the order of names.

    All finished shards stand there, whoever finished them: several runs may share a folder.
    """
    run = json.loads(_json(job.fingerprint))
    entries = []
    for path in Path(job.folder, REPORTS).rglob("*.json"):
        entry = json.loads(path.read_bytes())
        if entry.pop("run") == run:
            entries.append(entry)
    counted = ("records", "errors", "in_part")
    totals = {key: sum(entry.get(key, 0) for entry in entries) for key in counted}
    manifest = {
        "format": MANIFEST_FORMAT,
        "version": MANIFEST_VERSION,
        "complete": complete,
        "run": run,
        "totals": totals,
        "shards": sorted(entries, key=lambda entry: str(entry["shard"])),
    }
    write_atomically(Path(job.folder, MANIFEST), _json(manifest))
