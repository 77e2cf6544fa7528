"""``boilerplate doctor``: what it finds, and what it calls wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import boilerplate
from boilerplate import SiteModel
from boilerplate.cli.doctor import EXTRAS
from boilerplate.cli.main import cli
from tests import made_up_site as site
from tests.test_dependencies import OPTIONAL

NO_GIL = "Py_GIL_DISABLED"
PACKAGE = Path(boilerplate.__file__).parent


def doctor() -> Result:
    return CliRunner().invoke(cli, ["doctor"])


def line(result: Result, about: str) -> str:
    return next(each for each in result.stdout.splitlines() if each[2:].startswith(f"{about} "))


def test_what_is_right_is_told_in_plain_lines() -> None:
    result = doctor()
    assert line(result, "boilerplate").split()[1] == boilerplate.__version__
    assert line(result, "Python").split()[1] == sys.version.split()[0]
    assert str(PACKAGE) in line(result, "package")
    assert "model.zip" in line(result, "model")
    assert "SHA-256" in line(result, "model")
    assert "dailysabah" in line(result, "plugins")
    assert "site-models" in line(result, "site models")
    assert "[parquet]" in result.stdout
    assert "\x1b" not in result.stdout


def test_every_extra_of_users_is_listed() -> None:
    of_developers = {"many", "test", "dev", "fuzz", "docs", "benchmark", "examples"}
    assert set(EXTRAS) == set(OPTIONAL) - of_developers


def test_missing_extras_are_no_fault_and_say_how_to_install_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "boilerplate.cli.doctor.EXTRAS", {"warc": (("no_such_module",), "WARC files")}
    )
    shown = line(doctor(), "[warc]")
    assert "missing: pip install 'boilerplate-lines[warc]' (WARC files)" in shown
    assert shown.startswith("  ")


def test_site_models_are_listed_and_broken_ones_are_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOILERPLATE_SITE_MODELS", str(tmp_path))
    model = SiteModel("günlük.example").fit([boilerplate.read(site.html(i)) for i in range(3)])
    model.save(tmp_path / "günlük.example.site.zip")
    assert f"1 in {tmp_path}: günlük.example" in line(doctor(), "site models")
    (tmp_path / "b.example.site.zip").write_bytes(b"PK")
    result = doctor()
    assert result.exit_code == 1
    assert "! site model" in result.stdout
    monkeypatch.setenv("BOILERPLATE_SITE_MODELS", str(tmp_path / "none"))
    assert "! site models" in doctor().stdout


def test_broken_plugins_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kırık.py").write_text("x = 1\nraise ValueError('\x1b[31mno')", "utf-8")
    monkeypatch.setenv("BOILERPLATE_PLUGINS_DIR", str(tmp_path))
    result = doctor()
    assert result.exit_code == 1
    assert "! plugin " in result.stdout
    assert "no (kırık.py, line 2)" in result.stdout
    assert "\x1b" not in result.stdout


def run_in(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = "from boilerplate.cli.main import cli; cli(['doctor'])"
    found = os.pathsep.join([str(folder), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": found, **environment},
    )  # fmt: skip


def test_why_the_compiled_part_is_not_used_is_told(tmp_path: Path) -> None:
    done = run_in(tmp_path, BOILERPLATE_PURE="1")
    assert "not used, because BOILERPLATE_PURE is set" in done.stdout


@pytest.mark.slow
def test_a_source_folder_that_hides_the_installed_package_is_wrong(tmp_path: Path) -> None:
    site_packages = tmp_path / "site-packages"
    (tmp_path / "clone" / "native").mkdir(parents=True)
    (tmp_path / "clone" / "setup.py").touch()
    no_compiled = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "clone" / "boilerplate", ignore=no_compiled)
    shutil.copytree(PACKAGE, site_packages / "boilerplate", ignore=no_compiled)
    info = site_packages / "boilerplate_lines-9.9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: boilerplate-lines\nVersion: 9.9.9")
    others = [path for path in sys.path if path and Path(path) != PACKAGE.parent]
    command = (
        "import sys; sys.path[:0] = {!r}; from boilerplate.cli.main import cli; cli(['doctor'])"
    )
    first = [str(tmp_path / "clone"), str(site_packages), *others]
    done = subprocess.run(
        [sys.executable, "-S", "-c", command.format(first)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "BOILERPLATE_PURE")},
    )  # fmt: skip
    assert done.returncode == 1
    assert f"! package        {tmp_path / 'clone' / 'boilerplate'} hides" in done.stdout
    assert "pip install -e ." in done.stdout


def test_free_threaded_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "free-threaded" not in line(doctor(), "Python") or sysconfig.get_config_var(NO_GIL)
    usual = sysconfig.get_config_var
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: name == NO_GIL or usual(name))
    assert "(CPython, free-threaded, " in line(doctor(), "Python")
