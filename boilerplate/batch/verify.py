"""Whether an output folder holds what its run wrote, and whether the input is still the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boilerplate.batch.inputs import InputFile, digest_of_inputs, size_and_digest
from boilerplate.batch.manifest import MANIFEST, read_manifest
from boilerplate.batch.record import one_line
from boilerplate.batch.shard import ONLY_OF_REPORTS, REPORTS, Job, Shard
from boilerplate.batch.writers import SHARD_FORMATS, ShardFormat, read_cleaned
from boilerplate.files import real_path

Problem = tuple[str, str]  # the name of a file or a shard, and what is wrong with it


@dataclass(slots=True)
class Checked:
    """What was found so far: shards and their records, problems, and the shard of each input."""

    shards: int = 0
    records: int = 0
    problems: list[Problem] = field(default_factory=list)
    shard_of_input: dict[str, str] = field(default_factory=dict)


def verify(folder: Path, with_inputs: bool = True) -> Checked:
    """Check all shards of a folder: their checksums and records, and the manifest.

    Every output is read, and with ``with_inputs`` every input.
    """
    checked = Checked()
    try:
        manifest = read_manifest(folder)
        entries = {str(entry["shard"]): entry for entry in manifest["shards"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        checked.problems.append((MANIFEST, f"cannot be read: {one_line(error)}"))
        manifest, entries = {}, {}
    if manifest and manifest.get("complete") is not True:
        checked.problems.append((MANIFEST, "the run is not complete"))
    names = {path.relative_to(folder / REPORTS).as_posix() for path in _reports(folder)}
    for name in sorted({name.removesuffix(".json") for name in names} | entries.keys()):
        checked.shards += 1
        for what in _problems_of(folder, name, manifest, entries.get(name), checked, with_inputs):
            checked.problems.append((name, what))
    return checked


def _reports(folder: Path) -> Iterator[Path]:
    return (folder / REPORTS).rglob("*.json")


def _problems_of(
    folder: Path,
    name: str,
    manifest: Mapping[str, Any],
    entry: Mapping[str, Any] | None,
    checked: Checked,
    with_inputs: bool,
) -> Iterator[str]:
    try:
        report = json.loads((folder / REPORTS / f"{name}.json").read_bytes())
        run = report.pop("run")
        inputs = [InputFile(**each) for each in report["inputs"]]
        for key in ONLY_OF_REPORTS:
            report.pop(key, None)
        report_format = _format(run["format"])
        output = folder / report["output"]
        expected = report["output_bytes"], report["output_sha256"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"its report cannot be read: {one_line(error)}"
        return
    if manifest and run != manifest.get("run"):
        yield "it is of another run than the manifest"
    elif manifest and entry is None:
        yield "the manifest lacks it"
    elif entry is not None and report != entry:
        yield "its report and the manifest differ"
    found = size_and_digest(output)
    if found[0] < 0:
        yield "its output is missing"
    else:
        if found != expected:
            yield "its output is not what was written: another checksum"
        yield from _problems_of_records(output, report_format, report, checked)
    if digest_of_inputs(inputs) != report.get("input_sha256"):
        yield "its report is damaged: the checksums of its input do not agree"
    for each in inputs:
        if (other := checked.shard_of_input.setdefault(each.path, name)) != name:
            yield f"its input {each.name} is in the shard {other} as well"
    if with_inputs:
        yield from _problems_of_inputs(folder, inputs)


def _format(name: object) -> ShardFormat:
    for known in SHARD_FORMATS:
        if name == known:
            return known
    raise ValueError(f"there is no format {name!r}")


def _problems_of_records(
    output: Path, shard_format: ShardFormat, report: Mapping[str, Any], checked: Checked
) -> Iterator[str]:
    """Whether the records of a shard are all there, once and in order."""
    count = errors = 0
    try:
        for record in read_cleaned(output, shard_format):
            if record["record"] != count:
                yield f"record {count} is missing, or not in its place"
                return
            count += 1
            errors += record["error"] is not None
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a library raise
        yield f"its output cannot be read after {count} records: {one_line(error)}"
        return
    checked.records += count
    if count != report.get("records"):
        yield f"it has {count} records; {report.get('records')} were written"
    if errors != report.get("errors"):
        yield f"it has {errors} errors; {report.get('errors')} were written"


def _problems_of_inputs(folder: Path, inputs: list[InputFile]) -> Iterator[str]:
    gone = [each for each in inputs if each.bytes >= 0 and not (folder / each.path).is_file()]
    if len(gone) == len(inputs) > 1:
        yield f"it is left over: all of its {len(gone)} input files are gone"
        return
    for each in inputs:
        if each in gone:
            yield f"its input {each.name} is gone"
        elif size_and_digest(folder / each.path) != (each.bytes, each.sha256):
            yield f"its input {each.name} has changed"


def left_over(shards: Sequence[Shard], job: Job) -> list[str]:
    """The names of shards in the folder of a job that no input has any more.

    ``shards`` are those of the run. Of another, all input files are gone or in one of these now.
    """
    folder = Path(job.folder)
    names = {shard.name for shard in shards}
    now = {real_path(path) for shard in shards for path in shard.paths}
    found = []
    for path in _reports(folder):
        name = path.relative_to(folder / REPORTS).as_posix().removesuffix(".json")
        if name in names:
            continue
        try:
            report = json.loads(path.read_bytes())
            inputs = [folder / InputFile(**each).path for each in report["inputs"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if all(real_path(each) in now or not each.is_file() for each in inputs):
            found.append(name)
    return sorted(found)
