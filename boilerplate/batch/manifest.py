"""The manifest of a run: with which model and options it was made, and its shards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from boilerplate.batch.cleaner_config import differences
from boilerplate.batch.pool import RunError
from boilerplate.batch.record import one_line
from boilerplate.batch.shard import ONLY_OF_REPORTS, REPORTS, Job, Shard, readable_json
from boilerplate.batch.site_counts import SiteCounts, merged_counts
from boilerplate.files import remove_leftovers, write_atomically

MANIFEST: Final = "manifest.json"
MANIFEST_FORMAT: Final = "boilerplate-manifest"
MANIFEST_VERSION: Final = 1
COUNTS: Final = ("records", "errors", "in_part", "no_pages")


class OtherVersionError(ValueError):
    """A manifest is whole, and another version's."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an output folder. Raises OSError, and ValueError if it is none."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    if not isinstance(manifest, dict) or manifest.get("format") != MANIFEST_FORMAT:
        raise ValueError("it is not a manifest")
    if manifest.get("version") != MANIFEST_VERSION:
        raise OtherVersionError(f"its version is {manifest.get('version')!r}")
    if not isinstance(manifest.get("run"), dict):
        raise ValueError("it does not say with which options the run was begun")
    return manifest


def begin_run(job: Job) -> None:
    """Make the output folder, or raise RunError if it holds a run with other options.

    A damaged manifest is made again from the reports of shards, if there are any.
    """
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    now = json.loads(readable_json(job.fingerprint))
    runs = []
    try:
        runs = [read_manifest(folder)["run"]]
    except FileNotFoundError:
        write_manifest(job, complete=False)
        return
    except ValueError as error:
        if not isinstance(error, OtherVersionError):
            runs = [entry["run"] for entry in _reports(folder)]
        if not runs:
            raise RunError(
                f"{folder / MANIFEST} cannot be read ({one_line(error)}); choose another folder "
                "for --output"
            ) from error
    for run in runs:
        if run != now:
            raise RunError(
                f"{folder} was begun with other options, and the two cannot be mixed: "
                f"{differences(run, now)}. Use the same options, or another folder for --output"
            )
    remove_leftovers(folder)


def write_manifest(job: Job, complete: bool) -> None:
    """Write the manifest: counts and checksums of all finished shards, ordered by name.

    Shards that other runs with the same options have finished are in it too: several runs may
    share a folder. A report that is damaged is left out: its shard is cleaned again when it is
    among the input of a run.
    """
    run = json.loads(readable_json(job.fingerprint))
    entries = [entry for entry in _reports(Path(job.folder)) if entry.pop("run") == run]
    manifest = {
        "format": MANIFEST_FORMAT,
        "version": MANIFEST_VERSION,
        "complete": complete,
        "run": run,
        "totals": {key: sum(entry.get(key, 0) for entry in entries) for key in COUNTS},
        "shards": sorted(entries, key=lambda entry: str(entry["shard"])),
    }
    write_atomically(Path(job.folder, MANIFEST), readable_json(manifest), follow_links=False)


def _reports(folder: Path) -> Iterator[dict[str, Any]]:
    """The reports of shards that can be read, as the manifest has them."""
    for path in (folder / REPORTS).rglob("*.json"):
        try:
            entry = json.loads(path.read_bytes())
            if not isinstance(entry["run"], dict) or not isinstance(entry["shard"], str):
                raise ValueError("it is no report")
            if not all(isinstance(entry.get(key, 0), int) for key in COUNTS):
                raise ValueError("it has no counts")
            for key in ONLY_OF_REPORTS:
                entry.pop(key, None)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        yield entry


def sites_without_help(shards: Iterable[Shard], job: Job) -> SiteCounts:
    """The pages of sites that have neither a plugin nor a site model, from the shards' reports.

    They are the same for any number of workers, and after a run that was stopped. A report that
    cannot be read counts for nothing.
    """
    paths = [job.report(shard) for shard in sorted(shards, key=lambda shard: shard.name)]
    return merged_counts(found for path in paths if (found := _sites_in(path)))


def _sites_in(report: Path) -> SiteCounts | None:
    try:
        return SiteCounts.from_json(json.loads(report.read_bytes())["sites"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
