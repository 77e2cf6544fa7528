"""``boilerplate plugins``: what it prints and writes, and that it never overwrites a file."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate.cli.main import cli
from boilerplate.cli.plugin_making import plugin_name
from boilerplate.labelling.fixtures import FixtureError, fixtures_in, read_expected
from boilerplate.plugins import read_rules
from tests.made_up import SENTENCES, news_page

ROOT = Path(__file__).parents[2]
TOML = 'api = 1\n[[site]]\nhosts = ["a.example"]\ndrop = ["Paylaş"]\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and no plugins of the user who runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("BOILERPLATE_PLUGINS", "BOILERPLATE_PLUGINS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["plugins", *arguments])


def output(*arguments: str) -> str:
    found = run(*arguments)
    assert found.exit_code == 0, found.output
    return found.output


class TestList:
    def test_it_shows_origin_hooks_and_sites(self, here: Path) -> None:
        (here / "mine.toml").write_text(TOML, "utf-8")
        shown = output("list", "--plugins-dir", str(here))
        assert f"mine  user\n  from   {here / 'mine.toml'}\n  hooks  site_rules\n" in shown
        assert "  sites  a.example\n" in shown
        assert "dailysabah  " in shown

    def test_broken_plugins_are_listed_with_their_problems(self, here: Path) -> None:
        (here / "a.py").write_text("1/0")
        (here / "b.toml").write_text("api = 9")
        (here / "c.toml").write_text(TOML + "drop_matching = ['(']\ndrop_css = ['p[']\n", "utf-8")
        (here / "d.py").write_text("raise SystemExit")
        (here / "e.py").write_text(
            "from boilerplate import hookimpl\n@hookimpl\ndef site_rulez(): pass"
        )
        shown = output("list", "--plugins-dir", str(here))
        for problem in ("ZeroDivisionError", "b.toml:1: api is 1, not 9", "c.toml:5: drop_matching",
                      "c.toml:6: drop_css", "SystemExit", "site_rulez"):  # fmt: skip
            assert problem in shown
        assert shown.count("not loaded") == 4

    def test_blocked_plugins_are_marked(self, here: Path) -> None:
        assert "dailysabah  0.1.0  bundled  blocked" in output("list", "--no-plugin", "dailysabah")

    def test_plugins_with_rules_for_the_same_host_are_named(self, here: Path) -> None:
        (here / "x.toml").write_text(TOML, "utf-8")
        (here / "y.toml").write_text(TOML, "utf-8")
        shown = output("list", "--plugins-dir", str(here))
        assert "a.example: rules of x and y; where they disagree, the first wins" in shown


class TestExplain:
    def test_it_shows_the_rules_with_file_and_line(self, here: Path) -> None:
        (here / "x.toml").write_text(TOML + 'drop_css = ["nav > a"]\n', "utf-8")
        shown = output("explain", "https://www.a.example/1", "--plugins-dir", str(here))
        assert f"x (user, {here / 'x.toml'})" in shown
        assert f"drop Paylaş  {here / 'x.toml'}:4" in shown
        assert "drop_css nav > a  (no effect on bare text)" in shown

    def test_it_shows_opinions_on_the_lines_of_a_page(self, here: Path) -> None:
        (here / "x.toml").write_text(TOML, "utf-8")
        (here / "page.txt").write_text("Paylaş\nMetin.", "utf-8")
        shown = output("explain", "a.example", "page.txt", "--plugins-dir", str(here))
        assert "1 - Paylaş  (plugin:x: drop Paylaş)" in shown
        assert "page.txt is bare text" in shown

    def test_it_says_if_no_plugin_applies(self, here: Path) -> None:
        assert "no plugin applies to b.example" in output("explain", "https://b.example/")

    def test_it_shows_roles_and_the_lines_that_they_decide(self, here: Path) -> None:
        rules = 'api = 1\n[[site]]\nhosts = ["a.example"]\nkeep_roles = ["legal"]\n'
        (here / "courier.toml").write_text(rules, "utf-8")
        page = here / "page.txt"
        page.write_text(
            f"{SENTENCES['tr']}\n© 2024 Liman Gazetesi. Tüm hakları saklıdır.\n", "utf-8"
        )
        shown = output("explain", "a.example", str(page), "--plugins-dir", str(here))
        assert "keep_roles legal" in shown
        assert "plugin:courier: keep_roles legal" in shown
        assert "plugins have an opinion on 1 of 2 lines" in shown


class TestNew:
    def test_a_new_plugin_passes_its_test(self, here: Path) -> None:
        (here / "one.html").write_text(news_page("ar"), "utf-8")
        (here / "two.txt").write_text("Text\n\nmore", "utf-8")
        shown = output("new", "https://haber.a.example/x", "one.html", "two.txt")
        assert "wrote haber-a/rules.toml" in shown
        (rules,) = read_rules(here / "haber-a" / "rules.toml")
        assert rules.hosts == ("haber.a.example",)
        assert [path.name for path in fixtures_in(here)] == [
            "one.html.expected",
            "two.txt.expected",
        ]
        assert output("test").count("as expected") == 2

    def test_expected_has_each_line_of_the_page_once(self, here: Path) -> None:
        (here / "one.txt").write_text("उत्तर\n\n\tدو\x1b[31m\n", "utf-8")
        output("new", "a.example", "one.txt", "--name", "mine")
        expected = read_expected(here / "mine" / "pages" / "one.txt.expected")
        assert expected.url == "https://a.example/"
        assert expected.texts == ("उत्तर", "دو␛[31m")

    def test_pages_are_added_and_nothing_is_overwritten(self, here: Path) -> None:
        (here / "one.txt").write_text("a")
        (here / "two.txt").write_text("b")
        output("new", "a.example", "one.txt", "--name", "mine")
        rules, expected = here / "mine/rules.toml", here / "mine/pages/one.txt.expected"
        rules.write_text(TOML, "utf-8")
        expected.write_text("+ a\n")
        shown = output("new", "a.example", "one.txt", "two.txt", "--name", "mine")
        assert "one.txt exists already" in shown
        assert (rules.read_text("utf-8"), expected.read_text()) == (TOML, "+ a\n")
        assert (here / "mine/pages/two.txt.expected").is_file()

    def test_an_invalid_site_is_refused(self, here: Path) -> None:
        (here / "one.txt").write_text("a")
        assert run("new", "nothing", "one.txt").exit_code == 2

    def test_pages_may_be_folders_and_patterns(self, here: Path) -> None:
        (here / "saved").mkdir()
        (here / "saved" / "a.html").write_text(news_page("el"), "utf-8")
        (here / "saved" / "b.html.gz").write_bytes(gzip.compress(news_page("th").encode()))
        (here / "saved" / "notes.md").write_text("no page")
        output("new", "a.example", "saved", "--name", "mine")
        output("new", "a.example", "saved/*.html", "--name", "other")
        assert {path.name for path in (here / "mine" / "pages").iterdir()} == {
            "a.html", "a.html.expected", "b.html", "b.html.expected",
        }  # fmt: skip
        assert (here / "other" / "pages" / "a.html").exists()

    @pytest.mark.parametrize("page", ["gone.html", "picture.png"])
    def test_what_is_no_page_is_an_error_with_its_name(self, here: Path, page: str) -> None:
        (here / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
        found = run("new", "a.example", page)
        assert found.exit_code == 1
        assert f"{page}: " in found.output

    def test_the_default_name_is_made_from_the_site(self) -> None:
        assert plugin_name("例え.example.co.jp") == "---example"


class TestTest:
    def plugin(self, here: Path, expected: str) -> None:
        (here / "mine" / "pages").mkdir(parents=True)
        (here / "mine" / "rules.toml").write_text(
            TOML.replace('"Paylaş"', '"one", "two"') + 'keep = ["three"]\n', "utf-8"
        )
        (here / "mine" / "pages" / "p.txt").write_text("one\ntwo\nthree")
        (here / "mine" / "pages" / "p.txt.expected").write_text(expected)

    def test_wrong_lines_are_a_diff_with_reasons(self, here: Path) -> None:
        self.plugin(here, "# url: https://a.example/\n- one\n+ two\n+ three\n")
        found = run("test")
        assert found.exit_code == 1
        assert "1 of 3 lines wrong" in found.output
        assert "- + two\n+ - two  (plugin:mine: drop two)" in found.output

    def test_expected_lines_of_another_page_are_a_failure(self, here: Path) -> None:
        self.plugin(here, "# url: https://a.example/\n- one\n- four\n")
        assert "the page has other lines" in run("test").output

    @pytest.mark.parametrize("expected", ["one", "* one", "+one"])
    def test_a_line_without_a_sign_is_an_error_with_its_number(
        self, here: Path, expected: str
    ) -> None:
        self.plugin(here, f"# url: https://a.example/\n{expected}\n")
        found = run("test")
        assert found.exit_code == 1
        assert "p.txt.expected: line 2 begins with" in found.output
        with pytest.raises(FixtureError):
            read_expected(here / "mine/pages/p.txt.expected")

    def test_invalid_rules_fail_with_their_line_number(self, here: Path) -> None:
        self.plugin(here, "# url: https://a.example/\n- one\n- two\n+ three\n")
        (here / "mine" / "rules.toml").write_text("api = 1\nsight = 2\n")
        found = run("test")
        assert found.exit_code == 1
        assert "rules.toml:2: there is no 'sight'; did you mean 'site'?" in found.output

    def test_a_folder_without_pages_is_a_failure(self, here: Path) -> None:
        assert run("test").exit_code == 1

    def test_it_works_in_the_folder_of_the_plugin(
        self, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.plugin(here, "# url: https://a.example/\n- one\n- two\n+ three\n")
        monkeypatch.chdir(here / "mine")
        assert "as expected" in output("test")


@pytest.mark.slow
class TestPytest:
    def pytest(self, folder: Path, *arguments: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=folder, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        return run.stdout + run.stderr

    def test_it_collects_only_fixtures_of_plugins(self, here: Path) -> None:
        TestTest().plugin(here, "# url: https://a.example/\n- one\n+ two\n+ three\n")
        (here / "other").mkdir()
        (here / "other" / "x.expected").write_text("another format")
        shown = self.pytest(here)
        assert "1 failed" in shown
        assert "- + two" in shown
        assert "Traceback" not in shown

    def test_it_imports_nothing_heavy_if_there_are_no_fixtures(self, here: Path) -> None:
        (here / "test_x.py").write_text(
            "import sys\n"
            "def test_x():\n"
            "    loaded = {'numpy', 'turbohtml', 'pluggy._manager', 'click', 'boilerplate.model'}\n"
            "    assert 'boilerplate.labelling.pytest_plugin' in sys.modules\n"
            "    assert not {m for m in loaded - {'pluggy._manager'} if m in sys.modules}\n"
        )
        assert "1 passed" in self.pytest(here)


class TestPackage:
    def package(self, here: Path) -> Path:
        (here / "one.txt").write_text("Paylaş\nmetin", "utf-8")
        output("new", "made-up.example", "one.txt")
        rules = TOML.replace("a.example", "made-up.example")
        (here / "made-up" / "rules.toml").write_text(rules, "utf-8")
        (here / "made-up" / "__pycache__").mkdir()
        (here / "made-up" / ".git").mkdir()
        for leftover in (
            "rules.toml.bak", "rules.toml~", "rules.toml.orig", "pages/one.txt.rej",
            "pages/.one.txt.expected.swp", "__pycache__/rules.pyc", ".git/HEAD", "pages/.DS_Store",
        ):  # fmt: skip
            (here / "made-up" / leftover).write_text("before", "utf-8")
        output("package", "made-up")
        return here / "boilerplate-made-up"

    def test_it_writes_a_package_and_does_not_overwrite_it(self, here: Path) -> None:
        package = self.package(here)
        assert {str(p.relative_to(package)) for p in package.rglob("*") if p.is_file()} == {
            "README.md", "pyproject.toml", "boilerplate_made_up/__init__.py",
            "boilerplate_made_up/rules.toml", "boilerplate_made_up/pages/one.txt",
            "boilerplate_made_up/pages/one.txt.expected",
        }  # fmt: skip
        assert "exists already" in run("package", "made-up").output

    @pytest.mark.slow
    def test_an_installed_package_is_found(self, here: Path) -> None:
        package = self.package(here)
        site = sysconfig.get_path("purelib")
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
             "--no-index", "-w", str(here), str(package)], check=True,
        )  # fmt: skip
        (wheel,) = here.glob("*.whl")
        venv.create(here / "env", with_pip=False)
        python = here / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps",
             "--no-index", str(wheel)], check=True,
        )  # fmt: skip
        paths = os.pathsep.join([str(ROOT), *(p for p in sys.path if p), site])
        code = "from boilerplate.cli.main import main; main()"
        shown = subprocess.run(
            [str(python), "-c", code, "plugins", "list"],
            cwd=here / "config" if (here / "config").is_dir() else here / "env",
            env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert "made-up  0.1.0  installed\n  from   boilerplate-made-up" in shown
        assert "  sites  made-up.example\n" in shown


class TestCleanOptions:
    def clean(self, here: Path, *arguments: str) -> Result:
        (here / "page.txt").write_text("Paylaş\nmetin", "utf-8")
        return CliRunner().invoke(cli, ["clean", "page.txt", "--url", "https://a.example/",
                                        *arguments])  # fmt: skip

    def test_plugins_dir_adds_and_no_plugin_removes_plugins(self, here: Path) -> None:
        (here / "x.toml").write_text(TOML, "utf-8")
        arguments = ("--plugins-dir", str(here), "--explain")
        assert "plugin:x: drop Paylaş" in self.clean(here, *arguments).output
        assert "plugin:x" not in self.clean(here, *arguments, "--no-plugin", "x").output

    def test_a_failing_plugin_is_reported_and_the_page_is_printed(self, here: Path) -> None:
        (here / "x.py").write_text(
            "from boilerplate import hookimpl\n@hookimpl\ndef label_lines(page):\n    1/0\n"
        )
        found = self.clean(here, "--plugins-dir", str(here), "--format", "jsonl")
        assert found.exit_code == 0
        assert "boilerplate: plugin x: labelling lines: ZeroDivisionError" in found.stderr
        assert '"plugin_errors": ["x: labelling lines: ZeroDivisionError' in found.stdout

    def test_no_plugin_with_an_unknown_name_is_refused(self, here: Path) -> None:
        found = self.clean(here, "--no-plugin", "daylisabah")
        assert found.exit_code == 2
        assert "there are adblock-lists, asahi, dailymail" in " ".join(found.stderr.split())

    @pytest.mark.parametrize("code", ["1/0", "from boilerplate import hookimpl\n@hookimpl\n"
                                      "def label_lines(page):\n    1/0\n"])  # fmt: skip
    def test_strict_plugins_makes_a_failure_fatal(self, here: Path, code: str) -> None:
        (here / "x.py").write_text(code)
        found = self.clean(here, "--plugins-dir", str(here), "--strict-plugins")
        assert found.exit_code == 1
        assert "plugin x: " in found.stderr
        assert "Traceback" not in found.output
