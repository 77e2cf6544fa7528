"""What a worker needs to build the same Cleaner, and checksums that tell whether it did."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal
from unicodedata import unidata_version

from boilerplate.batch.record import Fields
from boilerplate.cleaner import Cleaner
from boilerplate.files import digest_of
from boilerplate.model.model import model_bytes, to_bytes
from boilerplate.plugins.plugin import Limits, Plugin
from boilerplate.site_models.folder import SUFFIX, SiteModels
from boilerplate.site_models.site_model import SiteModel

# They parse pages, guess encodings and languages, compute, and match the patterns of rules.
LIBRARIES: Final = (
    "chardet", "langdetect", "langdetect-rs", "numpy", "pycld2", "regex", "turbohtml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SketchOf:
    """Pages are sketched for site models, and not cleaned.

    Of ``site`` only, and of pages whose site is not known; "" is for the pages of any site.
    """

    site: str = ""


ResultForm = Literal["json", "packed"] | SketchOf


@dataclass(frozen=True, slots=True)
class Budget:
    """What one page may take: seconds of processor time, and MiB beyond what any page needs."""

    seconds: float = 30.0
    memory: int = 1024


@dataclass(frozen=True, slots=True)
class CleanerConfig:
    """All that a worker needs to clean pages the same way; picklable, for any machine.

    ``pickled`` is a Cleaner, which holds the paths of a model, of plugins and of site models, and
    not their contents: these files must be there where the worker runs. ``identity`` is the
    Cleaner's fingerprint as JSON, taken when the config was made. ``reasons`` is whether each line
    says why it was kept or dropped, which takes about half as much time again. ``form`` is how
    workers send a page back: as the JSON of shards, packed, as a CleanPage with its markup, or as a
    sketch. ``failures`` is after how many failures a plugin is switched off.
    """

    pickled: bytes
    identity: str
    fields: Fields = field(default_factory=Fields)
    budget: Budget = field(default_factory=Budget)
    reasons: bool = False
    form: ResultForm = "json"
    failures: int = Limits().failures

    @classmethod
    def of(
        cls,
        cleaner: Cleaner,
        fields: Fields | None = None,
        budget: Budget | None = None,
        reasons: bool = False,
        form: ResultForm = "json",
    ) -> CleanerConfig:
        """The config of a Cleaner. Raises what pickle raises, if a plugin cannot be pickled."""
        identity = json.dumps(fingerprint(cleaner), sort_keys=True)
        pickled = pickle.dumps(cleaner, 4)
        failures = cleaner.plugins.settings.limits.failures
        return cls(
            pickled, identity, fields or Fields(), budget or Budget(), reasons, form, failures
        )

    def build(self) -> Cleaner:
        """The Cleaner."""
        cleaner: Cleaner = pickle.loads(self.pickled)  # noqa: S301 - the parent process made it
        return cleaner

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What decides how pages come out, see the function ``fingerprint``."""
        known: dict[str, Any] = json.loads(self.identity)
        return known


def fingerprint(cleaner: Cleaner) -> dict[str, Any]:
    """What decides how a Cleaner's pages come out, as JSON: versions, options and checksums."""
    return {
        "boilerplate": _version("boilerplate-lines"),
        "libraries": _libraries(),
        "model": _model_digest(cleaner),
        "threshold": cleaner.threshold,
        "plugins": [_plugin_identity(plugin) for plugin in cleaner.plugins.active],
        "strict_plugins": cleaner.plugins.settings.strict,
        "site_models": _site_models_digest(cleaner.site_models),
        "keep": list(cleaner.keep),
        "drop": list(cleaner.drop),
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What differs between two fingerprints, as a list for an error message.

    >>> differences({"threshold": None, "plugins": ["a 1"]}, {"threshold": 0.3, "plugins": ["a 2"]})
    'threshold (null, now 0.3), plugins (a 1, now a 2)'
    """
    found = []
    for key in {**before, **now}:
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            old, new = ([each for each in a if each not in b] for a, b in ((old, new), (new, old)))
        found.append(f"{key} ({_short(old)}, now {_short(new)})")
    return ", ".join(found)


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:12] + "…"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _libraries() -> list[str]:
    """The libraries that decide which lines a page has and their numbers, with their versions.

    Python's tables of characters are one of them.
    """
    return [*(f"{name} {_version(name)}" for name in LIBRARIES), f"Unicode {unidata_version}"]


def _model_digest(cleaner: Cleaner) -> str:
    path = cleaner.model.path
    data = to_bytes(cleaner.model) if path is None else model_bytes(path)
    return hashlib.sha256(data).hexdigest()


def _plugin_identity(plugin: Plugin) -> str:
    """A plugin's name and version, and a digest of its rules and of the files that it is in."""
    rules = [_values(matcher.rules) for matcher in plugin.matchers]
    digest = hashlib.sha256(repr(rules).encode("utf-8", "backslashreplace"))
    models = [Path(m.rules.site_model) for m in plugin.matchers if m.rules.site_model]
    for path in (Path(plugin.place), *models):
        digest.update(digest_of(_files_of(path)).encode())
    return f"{plugin.name} {plugin.version} {digest.hexdigest()[:16]}"


def _values(rules: object) -> object:
    """The values of rules, without the place in a file where they are written."""
    if not dataclasses.is_dataclass(rules):
        return rules
    return [getattr(rules, each.name) for each in dataclasses.fields(rules) if each.name != "where"]


def _site_models_digest(site_models: SiteModels | SiteModel | None) -> str | None:
    if site_models is None:
        return None
    if isinstance(site_models, SiteModels):
        path = site_models.path
        files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
        return digest_of(files, named=True)
    return hashlib.sha256(site_models.to_bytes()).hexdigest()


def _files_of(path: Path) -> Iterable[Path]:
    """A file, or the files in a folder and below, apart from compiled Python."""
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return [path] if path.is_file() else []
