"""``boilerplate doctor``: what is installed, compiled and found, in plain lines."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from boilerplate.batch.extras import EXTRAS, is_there
from boilerplate.cli.terminal import echo
from boilerplate.plugins.paths import OWN_DISTRIBUTION, chosen_site_models, site_models_folder

# What everything else needs, by the names that are imported.
NEEDED: Final = ("chardet", "langdetect", "numpy", "pluggy", "regex", "rich", "turbohtml")
PURE: Final = "BOILERPLATE_PURE"
MAX_NAMES: Final = 8  # of site models that are listed


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what it is about, what was found, and whether it is wrong."""

    about: str
    found: str
    wrong: bool = False


@click.command()
def doctor() -> None:
    """Show what is installed, compiled and found.

    \b
    Lines that begin with ! say what is wrong, and what to do about it.

    Exit status: 0 nothing is wrong, 1 something is.
    """
    findings = [*_versions()]
    if missing := _missing_packages():
        remedy = f"missing: {', '.join(missing)}; pip install {' '.join(missing)}"
        findings.append(Finding("packages", remedy, True))
    else:  # or nothing can be loaded
        findings += [*_compiled(), *_model(), *_plugins(), *_site_models()]
    findings += _extras()
    width = max(len(each.about) for each in findings)
    for each in findings:
        echo(f"{'!' if each.wrong else ' '} {each.about:{width}}  {each.found}")
    sys.exit(1 if any(each.wrong for each in findings) else 0)


def _package() -> Path:
    return Path(__file__).parents[1]


def _versions() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        installed = distribution(OWN_DISTRIBUTION)
    except PackageNotFoundError:
        yield Finding("boilerplate", f"used from {_package()}, and not installed", True)
    else:
        yield Finding("boilerplate", installed.version)
        copy = Path(str(installed.locate_file("boilerplate")))
        if (copy / "__init__.py").is_file() and not copy.samefile(_package()):
            yield Finding(
                "package",
                f"{_package()} hides the installed package in {copy}: start Python in another "
                "folder, or run 'pip install -e .' in this one",
                True,
            )
        else:
            yield Finding("package", str(_package()))
    yield Finding(
        "Python",
        f"{platform.python_version()} ({', '.join(_build_of_python())}), {sys.executable}",
    )


def _build_of_python() -> Iterator[str]:
    import sysconfig

    yield platform.python_implementation()
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        yield "free-threaded"
    yield f"{platform.system()} {platform.machine()}"


def _missing_packages() -> list[str]:
    return [name for name in NEEDED if not is_there(name)]


def _compiled() -> Iterator[Finding]:
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pure = os.environ.get(PURE, "0") not in ("", "0")  # before a source folder sets it
        from boilerplate.kernels import select
    if select.accelerated:
        place = getattr(select.native, "__file__", "") or ""
        yield Finding("compiled", f"yes, {place}")
        return
    why = "so it takes about five times as long; results are the same"
    if pure:
        yield Finding("compiled", f"not used, because {PURE} is set, {why}")
        return
    remedy = " ".join(str(each.message) for each in caught)
    yield Finding(
        "compiled",
        remedy or f"no, {why}; install it where there is a C compiler, or from a wheel",
        True,
    )


def _model() -> Iterator[Finding]:
    import hashlib
    from datetime import datetime

    from boilerplate.model.model import load_model, model_bytes
    from boilerplate.model.trees import ModelError

    path = _package() / "data" / "model.zip"
    try:
        data = model_bytes()
        load_model()
        changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except (ModelError, OSError) as error:
        yield Finding("model", f"{path}: {error}; install boilerplate again", True)
        return
    digest = hashlib.sha256(data).hexdigest()[:16]
    yield Finding(
        "model", f"{path}, {len(data) / 1e6:.1f} MB, of {changed:%Y-%m-%d}, SHA-256 {digest}…"
    )


def _plugins() -> Iterator[Finding]:
    from boilerplate.plugins import Settings, load_plugins
    from boilerplate.plugins.paths import PLUGINS_DIR_VARIABLE, PLUGINS_VARIABLE

    settings = Settings.from_environment()
    for folder in settings.folders:
        yield Finding("plugin folder", folder if Path(folder).is_dir() else f"{folder} (none)")
    for variable in (PLUGINS_VARIABLE, PLUGINS_DIR_VARIABLE):
        if (value := os.environ.get(variable)) is not None and value != "":
            yield Finding(variable, value)
    try:
        found = load_plugins(settings, lambda name, problem: None).found
    except Exception as error:  # noqa: BLE001 - the metadata of any package may be broken
        yield Finding("plugins", f"cannot be loaded: {type(error).__name__}: {error}", True)
        return
    active = [plugin.name for plugin in found if plugin.active]
    yield Finding("plugins", f"{len(active)} loaded: {', '.join(active)}" if active else "none")
    for plugin in found:
        for problem in plugin.all_problems():
            yield Finding("plugin", f"{plugin.name}, {plugin.place}: {problem}", True)


def _site_models() -> Iterator[Finding]:
    from boilerplate.site_models.file import SiteModelError
    from boilerplate.site_models.folder import SUFFIX, load_site_model

    folder = chosen_site_models()
    if folder is None:
        yield Finding("site models", f"none, in {site_models_folder()}")
        return
    if not folder.exists():
        yield Finding(
            "site models", f"{folder}, which BOILERPLATE_SITE_MODELS names, is none", True
        )
        return
    files = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else [folder]
    names = [path.name.removesuffix(SUFFIX) for path in files]
    yield Finding("site models", f"{len(files)} in {folder}{_listed(names)}")
    for path in files:
        try:
            load_site_model(path)
        except (SiteModelError, OSError) as error:
            yield Finding("site model", f"{path}: {error}", True)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return f": {', '.join(names[:MAX_NAMES])}{more}"


def _extras() -> Iterator[Finding]:
    for extra, (modules, use) in EXTRAS.items():
        there = any(map(is_there, modules))
        missing = f"missing: pip install '{OWN_DISTRIBUTION}[{extra}]'"
        yield Finding(f"[{extra}]", f"{'there' if there else missing} ({use})")
