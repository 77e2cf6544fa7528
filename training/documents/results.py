"""What was measured, and for which model and commit: the JSON files in docs/results/."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from boilerplate.model.model import model_bytes
from training.paths import ROOT

PACKAGE: Final = "boilerplate-lines"
OURS: Final = "boilerplate"
DIGITS: Final = 4  # of scores in the results


# The documents quote the first of these splits that was measured.
QUOTED_SPLITS: Final = ("test", "dev", "train")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Results:
    """The measurements in docs/results/ by split, and what the shipped model says of itself.

    ``about`` is the model file's own JSON, ``model`` its size and checksum.
    """

    accuracy_by_split: Mapping[str, Json] = field(default_factory=dict)
    report_by_split: Mapping[str, Json] = field(default_factory=dict)
    ablation_by_split: Mapping[str, Json] = field(default_factory=dict)
    unseen_by_split: Mapping[str, Json] = field(default_factory=dict)
    roles_by_split: Mapping[str, Json] = field(default_factory=dict)
    about: Json = field(default_factory=dict)
    model: Json = field(default_factory=dict)

    @property
    def accuracy(self) -> Json:
        """The benchmark's results on the split that the documents quote; {} if there are none."""
        return first_split(self.accuracy_by_split)

    @property
    def report(self) -> Json:
        """The report on the split that the documents quote; {} if there is none."""
        return first_split(self.report_by_split)

    @property
    def stale(self) -> list[str]:
        """The result files that were measured with another model file than the shipped one."""
        measured = {
            f"{name}-{split}.json": each["model"]
            for name, by_split in (
                ("accuracy", self.accuracy_by_split), ("report", self.report_by_split)
            )
            for split, each in by_split.items()
        }  # fmt: skip
        return [name for name, model in measured.items() if model != self.model]


def first_split(by_split: Mapping[str, Json]) -> Json:
    """The results of the first split that was measured; {} if none was."""
    return next((by_split[split] for split in QUOTED_SPLITS if split in by_split), {})


def results_in(docs: Path) -> Results:
    """All results that the documents are made from."""

    def named(name: str) -> dict[str, Json]:
        paths = {split: docs / "results" / f"{name}-{split}.json" for split in QUOTED_SPLITS}
        return {
            split: json.loads(path.read_text("utf-8"))
            for split, path in paths.items()
            if path.is_file()
        }

    return Results(
        named("accuracy"),
        named("report"),
        named("ablation"),
        named("unseen"),
        named("roles"),
        about_of(),
        fingerprint(),
    )


def save_results(docs: Path, name: str, results: Json) -> Path:
    """Write one result file; its path."""
    target = docs / "results" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_json(results), "utf-8")
    return target


def append_run(results: Path, name: str, run: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Add a run to a file that lists the runs under each name; all runs by name."""
    runs = json.loads(results.read_text("utf-8")) if results.exists() else {}
    runs.setdefault(name, []).append(dict(run))
    results.write_text(json.dumps(runs, indent=1, sort_keys=True) + "\n", "utf-8")
    return runs


# -------------------------------------------------------------------------------- provenance


def provenance(split: str, model: str | None = None) -> dict[str, Any]:
    """Split, commit, model, and whether the model was trained on the split."""
    return {
        "split": split,
        **commit(),
        "model": fingerprint(model),
        "learned_from_this_split": split in str(about_of(model).get("splits", "")).split(","),
    }


def commit() -> dict[str, Any]:
    """The commit that is checked out, and whether the package differs from it."""
    return {
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", "boilerplate")),
    }


def fingerprint(model: str | None = None) -> dict[str, Any]:
    """The size of a model file, and the start of its SHA-256; None is the shipped model."""
    data = model_bytes(model)
    return {"sha256": hashlib.sha256(data).hexdigest()[:16], "bytes": len(data)}


def about_of(model: str | None = None) -> dict[str, Any]:
    """The JSON in a model file, which can be read even if this version cannot load the arrays."""
    with zipfile.ZipFile(io.BytesIO(model_bytes(model))) as archive:
        about: dict[str, Any] = json.loads(archive.read("model.json"))
    return about


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed words
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


# -------------------------------------------------------------------------------------- JSON


def as_json(value: Json) -> str:
    r"""JSON for a file in the repository: objects without nested ones on one line each.

    >>> as_json({"a": {"b": {"c": 1, "d": 2}}})
    '{\n "a": {\n  "b": {"c": 1, "d": 2}\n }\n}\n'
    """
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return re.sub(r"\{\n([^{}\[\]]*)\n *\}", _on_one_line, text) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return "{" + ", ".join(line.strip().rstrip(",") for line in found[1].split("\n")) + "}"
