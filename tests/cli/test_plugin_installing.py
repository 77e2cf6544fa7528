"""``boilerplate plugins check``, ``install``, ``uninstall``: what they copy, refuse and leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import boilerplate.plugins.wheels as wheels
from boilerplate.cli.main import cli
from boilerplate.plugins import Settings, installing, load_plugins
from boilerplate.plugins.paths import user_folder

RULES = 'api = 1\n[[site]]\nhosts = ["limani.example"]\ndrop = ["Paylaş", "Поделиться"]\n'
CODE = "from boilerplate import hookimpl\n@hookimpl\ndef label_lines(page):\n    return None\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an empty configuration folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("click.get_app_dir", lambda name: str(tmp_path / "config" / name))
    for name in ("BOILERPLATE_PLUGINS", "BOILERPLATE_PLUGINS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["plugins", *map(str, arguments)])


def output(*arguments: str | Path) -> str:
    found = run(*arguments)
    assert found.exit_code == 0, found.output
    return found.output


def refused(*arguments: str | Path) -> str:
    """The error message of a command that is refused, without its line breaks."""
    found = run(*arguments)
    assert found.exit_code == 2, found.output
    assert "Traceback" not in found.output
    return " ".join(found.stderr.split())


def plugin(folder: Path, rules: str = RULES, code: str = "") -> Path:
    """A plugin that is a folder, with code in Python if there is any."""
    (folder / "pages").mkdir(parents=True)
    (folder / "rules.toml").write_text(rules, "utf-8")
    if code:
        (folder / "__init__.py").write_text(code, "utf-8")
    return folder


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def wheel(path: Path, members: dict[str, str] | None = None, plugin: str = "limani") -> Path:
    """A wheel with a plugin, or with these files."""
    if members is None:
        info = "boilerplate_limani-1.0.dist-info"
        members = {
            "boilerplate_limani/__init__.py": CODE,
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: boilerplate-limani\nVersion: 1.0\n",
            f"{info}/entry_points.txt": f"[boilerplate]\n{plugin} = boilerplate_limani\n",
            f"{info}/RECORD": "",
        }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


WHEEL = "boilerplate_limani-1.0-py3-none-any.whl"


class TestCheck:
    def test_a_sound_plugin_can_be_used(self, here: Path) -> None:
        assert "limani can be used, for limani.example" in output("check", plugin(here / "limani"))

    def test_all_that_is_wrong_is_shown_with_its_line(self, here: Path) -> None:
        plugin(here / "a", RULES + "drop_matching = ['(']\ndrop_css = ['p[']\n")
        (here / "b.py").write_text("1/0")
        found = run("check", "a", "b.py")
        assert found.exit_code == 1
        for problem in ("rules.toml:5: drop_matching", "rules.toml:6: drop_css", "b.py, line 1"):
            assert problem in found.output

    def test_what_is_no_plugin_is_refused(self, here: Path) -> None:
        (here / "notes.md").write_text("x")
        (here / "empty").mkdir()
        assert "is not a plugin" in refused("check", "notes.md")
        assert "it has neither rules.toml nor __init__.py" in refused("check", "empty")

    @pytest.mark.parametrize("command", ["check", "test"])
    @pytest.mark.parametrize(
        ("field", "rule"), [("drop_css", "div > .mainos"), ("keep_xpath", "//p[@lang='fi']")]
    )
    def test_selectors_that_do_nothing_on_bare_text_are_named(
        self, here: Path, command: str, field: str, rule: str
    ) -> None:
        rules = f'api = 1\n[[site]]\nhosts = ["satama.example"]\n{field} = ["{rule}"]\n'
        folder = plugin(here / "satama", rules)
        (folder / "pages" / "a.txt").write_text("Lautta lähti.\n", "utf-8")
        (folder / "pages" / "a.txt.expected").write_text(
            "# url: https://satama.example/\n? Lautta lähti.\n", "utf-8"
        )
        shown = " ".join(run(command, "satama").stderr.split())
        assert "pages/a.txt is bare text: this rule needs HTML and does nothing" in shown
        assert f"{field} {rule} (satama/rules.toml:4)" in shown

    @pytest.mark.parametrize(
        ("extra", "page"),
        [
            ('drop = ["Jaa"]', "Lautta lähti."),
            ('drop_roles = ["caption"]', "Lautta lähti."),
            ("", "<p>Lautta lähti.</p>"),
        ],
    )
    def test_there_is_no_warning_where_a_rule_can_act(
        self, here: Path, extra: str, page: str
    ) -> None:
        rules = 'api = 1\n[[site]]\nhosts = ["satama.example"]\ndrop_css = [".mainos"]\n' + extra
        folder = plugin(here / "satama", rules)
        (folder / "pages" / "a").write_text(page, "utf-8")
        expected = "# url: https://satama.example/\n? Lautta lähti.\n"
        (folder / "pages" / "a.expected").write_text(expected, "utf-8")
        assert "bare text" not in run("check", "satama").stderr


class TestInstall:
    def test_a_folder_is_copied_without_leftovers_and_found(self, here: Path) -> None:
        folder = plugin(here / "limani")
        (folder / "pages" / "a.txt").write_text("x")
        (folder / "__pycache__").mkdir()
        (folder / ".git").mkdir()
        for name in (
            "rules.toml.bak", "rules.toml~", ".DS_Store", ".git/HEAD", "__pycache__/x.pyc",
            "pages/a.txt.orig", "pages/a.txt.rej", "pages/.a.txt.swp",
        ):  # fmt: skip
            (folder / name).write_text("x")
        shown = output("install", "limani")
        target = user_folder() / "limani"
        assert f"installed limani as {target}" in shown
        assert "next: boilerplate plugins list" in shown
        assert files_in(target) == {"rules.toml", "pages/a.txt"}
        assert f"limani  user\n  from   {target}" in output("list")
        assert "limani" in [each.name for each in load_plugins(Settings.from_environment()).active]

    @pytest.mark.parametrize(("name", "text"), [("a.toml", RULES), ("a.py", CODE)])
    def test_a_file_is_copied(self, here: Path, name: str, text: str) -> None:
        (here / name).write_text(text, "utf-8")
        output("install", name)
        assert (user_folder() / name).read_text("utf-8") == text

    def test_nothing_of_a_plugin_is_run(self, here: Path) -> None:
        ran = here / "ran"
        code = f"{CODE}\nopen({str(ran)!r}, 'w')\n"
        (here / "a.py").write_text(code)
        plugin(here / "b", code=code)
        assert "which were not run" in output("install", "a.py")
        assert "which were not run" in output("install", "b")
        assert not ran.exists()

    @pytest.mark.parametrize(
        ("name", "text", "problem"),
        [
            ("a.toml", "api = 9", "a.toml:1: api is 1, not 9"),
            ("a.toml", RULES + "drop_css = ['p[']", "a.toml:5: drop_css"),
            ("a.py", "def f(:\n", "a.py:1: "),
            ("a.py", "x = '\0'", "a.py"),
            ("_a.toml", RULES, "'_a' is no name of a plugin"),
            ("a b.toml", RULES, "'a b' is no name of a plugin"),
            ("rules.toml", RULES, "install its folder"),
        ],
    )
    def test_one_that_cannot_be_used_is_not_installed(
        self, here: Path, name: str, text: str, problem: str
    ) -> None:
        (here / name).write_text(text, "utf-8")
        assert problem in refused("install", name)
        assert not user_folder().exists()

    def test_one_of_the_same_name_is_replaced_with_force_alone(self, here: Path) -> None:
        output("install", plugin(here / "limani"))
        (here / "limani.toml").write_text(RULES.replace("Paylaş", "もっと見る"), "utf-8")
        assert "--force replaces it" in refused("install", "limani.toml")
        assert files_in(user_folder()) == {"limani/rules.toml", ".limani.installed.json"}
        output("install", "limani.toml", "--force")
        assert files_in(user_folder()) == {"limani.toml", ".limani.installed.json"}

    def test_the_name_of_a_bundled_plugin_is_taken_with_force_alone(self, here: Path) -> None:
        folder = plugin(here / "dailymail")
        assert "comes with boilerplate; --force installs yours" in refused("install", folder)
        output("install", folder, "--force")
        assert "dailymail  user" in output("list")

    def test_a_failure_leaves_the_old_plugin_and_nothing_else(
        self, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = plugin(here / "limani")
        output("install", folder)
        (folder / "rules.toml").write_text(RULES.replace("Paylaş", "もっと見る"), "utf-8")
        rename = Path.rename

        def failing(self: Path, target: Any) -> Path:
            if self.parent.name.startswith(".installing") and self.name == "limani":
                raise OSError("disk full")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", failing)
        found = run("install", "limani", "--force")
        assert (found.exit_code, "disk full" in found.output) == (1, True)
        assert files_in(user_folder()) == {"limani/rules.toml", ".limani.installed.json"}
        assert "Paylaş" in (user_folder() / "limani" / "rules.toml").read_text("utf-8")

    def test_a_folder_that_cannot_be_written_is_named(self, here: Path) -> None:
        user_folder().parent.parent.mkdir(parents=True)
        user_folder().parent.write_text("a file")
        found = run("install", plugin(here / "limani"))
        assert found.exit_code == 1
        assert str(user_folder()) in "".join(found.stderr.split("\n"))

    @pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
    def test_a_link_out_of_the_plugin_is_not_followed(self, here: Path) -> None:
        folder = plugin(here / "limani")
        (here / "secret").write_text("key")
        (folder / "pages" / "x.txt").symlink_to(here / "secret")
        assert "is a link out of the plugin" in refused("install", folder)
        assert files_in(user_folder()) == set()

    def test_what_does_not_exist_is_refused(self) -> None:
        assert "'gone' does not exist" in refused("install", "gone")


class TestUninstall:
    def test_it_removes_what_was_installed_and_says_what_stays(self, here: Path) -> None:
        output("install", plugin(here / "limani"))
        target = user_folder() / "limani"
        (target / "notes.txt").write_text("mine")
        shown = run("uninstall", "limani")
        assert shown.exit_code == 0
        assert "removed limani: 1 file in" in shown.output
        assert f"{target / 'notes.txt'}: was not installed, and stays" in shown.stderr
        assert files_in(user_folder()) == {"limani/notes.txt"}

    def test_it_leaves_no_trace(self, here: Path) -> None:
        folder = plugin(here / "limani", code=CODE)
        output("install", folder)
        output("list")  # which compiles the code
        output("uninstall", "limani")
        assert list(user_folder().iterdir()) == []

    def test_a_changed_file_is_removed_with_force_alone(self, here: Path) -> None:
        output("install", plugin(here / "limani"))
        rules = user_folder() / "limani" / "rules.toml"
        rules.write_text(RULES + "# my change\n", "utf-8")
        assert "has been changed since" in refused("uninstall", "limani")
        assert rules.exists()
        output("uninstall", "limani", "--force")
        assert not rules.exists()

    def test_what_was_put_there_by_hand_is_left(self) -> None:
        user_folder().mkdir(parents=True)
        (user_folder() / "limani.toml").write_text(RULES, "utf-8")
        assert "remove it yourself" in refused("uninstall", "limani", "--force")
        assert (user_folder() / "limani.toml").exists()

    @pytest.mark.parametrize("path", ["../../secret", "/etc/passwd", "limani/../../../secret"])
    def test_a_forged_receipt_reaches_no_other_file(self, here: Path, path: str) -> None:
        (here / "secret").write_text("key")
        output("install", plugin(here / "limani"))
        receipt = user_folder() / ".limani.installed.json"
        receipt.write_text(json.dumps({"files": {path: "0"}}))
        assert "remove it yourself" in refused("uninstall", "limani", "--force")
        assert (here / "secret").exists()

    @pytest.mark.parametrize("name", ["gone", "../limani", "", "."])
    def test_an_unknown_name_is_refused(self, here: Path, name: str) -> None:
        (here / "config" / "boilerplate" / "plugins").mkdir(parents=True)
        (here / "config" / "boilerplate" / "limani").mkdir()
        assert f"no plugin {name!r} is installed" in refused("uninstall", name)
        assert (here / "config" / "boilerplate" / "limani").exists()

    def test_bundled_plugins_stay(self) -> None:
        assert "--no-plugin ifeng does without it" in refused("uninstall", "ifeng")


class TestWheels:
    @pytest.fixture
    def pip(self, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
        """The arguments of each call of pip, none of which is made."""
        calls: list[Sequence[str]] = []

        def called(command: Sequence[str], **_: Any) -> SimpleNamespace:
            calls.append(command)
            return SimpleNamespace(returncode=0)

        monkeypatch.setattr(wheels.subprocess, "run", called)
        return calls

    def test_a_wheel_is_installed_with_the_pip_of_this_python(
        self, here: Path, pip: list[Sequence[str]]
    ) -> None:
        path = wheel(here / WHEEL)
        shown = output("install", path)
        assert pip == [
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install",
             str(path)]
        ]  # fmt: skip
        assert "installed boilerplate_limani 1.0 with pip, which has the plugin\n  limani" in shown

    @pytest.mark.parametrize(
        ("name", "members", "problem"),
        [
            ("x.zip", {"a.toml": RULES}, "a zip file, but no wheel"),
            ("x.tar.gz", None, "a zip file, but no wheel"),
            (WHEEL, {"a.toml": RULES}, "it has no .dist-info/WHEEL"),
            (WHEEL, {"x.dist-info/WHEEL": ""}, "has no plugin"),
            (
                WHEEL,
                {"x.dist-info/WHEEL": "", "x.dist-info/entry_points.txt": "[console_scripts]\na=b"},
                "has no plugin",
            ),
            (
                WHEEL,
                {"x.dist-info/WHEEL": "", "x.dist-info/entry_points.txt": "[boilerplate]\n../a=b"},
                "'../a' is no name of a plugin",
            ),
            (WHEEL, {"x.dist-info/WHEEL": "", "../evil.py": ""}, "'../evil.py', outside of it"),
            (WHEEL, {"x.dist-info/WHEEL": "", "C:\\evil.py": ""}, "outside of it"),
            (WHEEL, {"x.dist-info/WHEEL": "", "/etc/evil": ""}, "outside of it"),
        ],
    )
    def test_what_is_no_wheel_of_a_plugin_is_refused(
        self,
        here: Path,
        pip: list[Sequence[str]],
        name: str,
        members: dict[str, str] | None,
        problem: str,
    ) -> None:
        wheel(here / name, members)
        assert problem in refused("install", name)
        assert pip == []

    def test_entry_points_are_read_up_to_a_size(
        self, here: Path, pip: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wheels, "MOST_ENTRY_POINTS", 20)
        assert "more than 20 bytes" in refused("install", wheel(here / WHEEL))
        assert pip == []

    def test_a_file_that_is_no_zip_is_refused(self, here: Path) -> None:
        (here / WHEEL).write_bytes(b"PK\3\4 cut off")
        assert "is no wheel" in refused("install", WHEEL)

    def test_what_pip_says_is_shown(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        failed = SimpleNamespace(returncode=1, stderr="ERROR: no module named pip\n", stdout="")
        monkeypatch.setattr(wheels.subprocess, "run", lambda *_, **__: failed)
        assert "pip install: ERROR: no module named pip" in refused("install", wheel(here / WHEEL))

    def test_a_package_is_removed_by_the_name_of_its_plugin(
        self, pip: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point = EntryPoint("limani", "boilerplate_limani", "boilerplate")
        monkeypatch.setattr(installing, "entry_points", lambda **_: [point])
        monkeypatch.setattr(
            "boilerplate.cli.plugin_installing.distribution_of", lambda _: "boilerplate-limani"
        )
        assert "removed the package boilerplate-limani" in output("uninstall", "limani")
        assert list(pip[0][5:]) == ["uninstall", "--yes", "boilerplate-limani"]

    @pytest.mark.slow
    def test_a_wheel_can_be_installed_and_removed_in_an_environment(self, here: Path) -> None:
        import venv

        venv.create(here / "env", with_pip=True, system_site_packages=False)
        python = here / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        paths = os.pathsep.join(p for p in (str(Path(__file__).parents[2]), *sys.path) if p)

        def plugins(*arguments: str) -> str:
            code = "from boilerplate.cli.main import main; main()"
            return subprocess.run(
                [str(python), "-c", code, "plugins", *arguments], cwd=here, check=True,
                capture_output=True, text=True,
                env={**os.environ, "PYTHONPATH": paths, "XDG_CONFIG_HOME": str(here)},
            ).stdout  # fmt: skip

        path = wheel(here / WHEEL)
        plugins("install", str(path))
        assert "limani  1.0  installed" in plugins("list")
        plugins("uninstall", "limani")
        assert "limani" not in plugins("list")
