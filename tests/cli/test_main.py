"""The command line as a whole: help, version, completion, and what it loads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from boilerplate.cli.main import COMMANDS, Deferred, cli, completion


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_is_the_first_line_of_its_help(name: str) -> None:
    command = cli.commands[name]
    assert isinstance(command, Deferred)
    loaded = command.load()
    assert loaded.name == name
    assert loaded.help
    assert command.short_help == loaded.help.split("\n")[0]


@pytest.mark.parametrize(
    "command",
    [(), ("clean",), ("completion",), ("label",), ("plugins", "new"), ("train", "site"),
     ("train", "labels")],
)  # fmt: skip
def test_help_does_not_wrap_examples(command: tuple[str, ...]) -> None:
    shown = run(*command, "--help").output
    assert "\\b" not in shown
    assert "\b" not in shown


@pytest.mark.parametrize("name", ["clean", "completion"])
def test_help_has_examples(name: str) -> None:
    assert f"boilerplate {name}" in run(name, "--help").stdout


HEAVY = "numpy turbohtml rich langdetect subprocess decimal boilerplate_plugins"
MODULES = " ".join(module for module, _ in COMMANDS.values())


@pytest.mark.parametrize(
    ("arguments", "not_loaded"),
    [
        (["--help"], f"{HEAVY} {MODULES} pluggy boilerplate.page boilerplate.plugins.manager"),
        (["clean", "--help"], HEAVY),
    ],
)
def test_help_loads_no_heavy_module(arguments: list[str], not_loaded: str) -> None:
    probe = (
        "import sys\nfrom boilerplate.cli.main import cli\n"
        f"cli({arguments}, standalone_mode=False)\n"
        f"print(*({{*{not_loaded.split()}}} & {{*sys.modules}}), file=sys.stderr, end='')"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert "Usage: " in done.stdout
    assert done.stderr == ""


def test_untrusted_file_names_are_made_visible_in_messages(tmp_path: Path) -> None:
    folder = tmp_path / "\x1b]0;owned\x07"
    page = tmp_path / "\x9b31mpage.html"
    page.write_text("<p>The ferry left.\x9b31m</p><p>\u202eIt came back.", "utf-8")
    commands = (
        ["plugins", "new", "courier.example", page, "--dir", folder],
        ["plugins", "test", folder],
        ["train", "site", "courier.example", page, "--site-models", folder],
        ["clean", "--report", folder / "none" / "a.html", page],
    )
    for command in commands:
        result = run(*command)
        printed = result.stdout + result.stderr
        assert "\u241b]0;owned" in printed, command
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", printed), command


def test_a_folder_that_cannot_be_made_is_an_error_message(tmp_path: Path) -> None:
    page = tmp_path / "sayfa.html"
    page.write_text("<p>Vapur sabah kalktı.</p>", "utf-8")
    result = run("plugins", "new", "courier.example", page, "--dir", page / "plugin")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "sayfa.html" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_version_is_the_installed_one() -> None:
    shown = run("--version").stdout
    assert re.fullmatch(r"boilerplate \d+\.\d+\.\d+( \((compiled|pure Python)\))?\n", shown)


@pytest.mark.parametrize("shell", completion.params[0].type.choices)  # type: ignore[attr-defined]
def test_each_shell_has_a_completion_script(shell: str) -> None:
    script = run("completion", shell).stdout
    assert "_BOILERPLATE_COMPLETE" in script
    assert f"{shell}_complete" in script


def test_options_are_completed() -> None:
    environment = {
        **os.environ,
        "_BOILERPLATE_COMPLETE": "bash_complete",
        "COMP_WORDS": "boilerplate clean --thr",
        "COMP_CWORD": "2",
    }
    program = [sys.executable, "-c", "from boilerplate.cli.main import main; main()"]
    done = subprocess.run(program, env=environment, capture_output=True, check=False)
    assert b"--threshold" in done.stdout


MAIN = "from boilerplate.cli.main import main; main()"


def run_closed(streams: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command whose standard streams are closed, as by ``>&-`` in a shell."""
    command = [sys.executable, "-c", MAIN, *map(str, arguments)]
    shell = ["sh", "-c", f'exec "$@" {streams}', "sh", *command]
    return subprocess.run(shell, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell closes streams")
def test_closed_standard_output_is_an_error_only_where_something_is_printed(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<p>words")
    for command in (("clean", page), ("--help",), ("plugins", "list")):
        done = run_closed(">&-", *command)
        assert done.returncode == 1
        assert "Bad file descriptor" in done.stderr
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr
    assert run_closed(">&-", "clean", page, "--output", tmp_path / "out").returncode == 0
    assert (tmp_path / "out" / "a.html.txt").read_text() == "words\n"
    assert run_closed("2>&-", "clean", page).stdout == "words\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell closes streams")
def test_shards_are_the_same_with_all_standard_streams_closed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "words"}\n' * 3)
    shards = []
    for streams in ("", "<&- >&- 2>&-"):
        out = tmp_path / f"out{len(shards)}"
        assert run_closed(streams, "clean", tmp_path / "a.jsonl", "--output", out).returncode == 0
        shards.append((out / "a.jsonl.jsonl").read_bytes())
    assert shards[0] == shards[1]
