"""``boilerplate clean`` and what the command line offers besides."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

import boilerplate
from boilerplate.cleaner import Cleaner
from boilerplate.cli.clean import BROKEN_PIPE_STATUS
from boilerplate.cli.main import cli
from boilerplate.cli.output import SUFFIXES
from boilerplate.model.trees import ModelError
from boilerplate.reading import limits
from boilerplate.roles import CONTENT_ROLES, ROLES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
KEEP_ALL = ("--threshold", "0")

SENTENCES = {
    "ar": "دقت ساعة الميدان القديم ظهر أمس للمرة الأولى منذ عشرين عاما.",
    "th": "ชาวบ้านริมคลองพายเรือออกมาขายของตั้งแต่ก่อนรุ่งสางเมื่อวันเสาร์",
    "zh": "港口的早市时隔十年重新回到了灯塔下面。",
    "hi": "पुराने चौक की घड़ी बीस साल बाद फिर से बजने लगी।",
    "tr": "Eski iskeledeki vapur dokuz kıştan sonra yeniden sefere çıktı.",
}


def run(*arguments: str | Path, stdin: bytes | str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments], input=stdin)


def shell(command: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    """A real shell, with ``boilerplate`` as this Python's."""
    script = f'boilerplate() {{ {shlex.quote(sys.executable)} -m boilerplate "$@"; }}\n{command}'
    return subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, timeout=120, check=False, **more
    )


def objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pages in a tree, and a file that is none."""
    (tmp_path / "pages" / "sub").mkdir(parents=True)
    (tmp_path / "pages" / "b.html").write_text("<p>from b</p><p>and more</p>")
    (tmp_path / "pages" / "a.txt").write_text("from a\n")
    (tmp_path / "pages" / "sub" / "c.HTM").write_text("<p>from c</p><p>and more</p>")
    (tmp_path / "pages" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    return tmp_path / "pages"


# What comes out


def test_example_is_cleaned_to_its_headline_and_five_paragraphs():
    text = run("clean", EXAMPLES / "turkish-notice.txt").stdout
    assert len(text.splitlines()) == 6
    for kept in (
        "nine winters after the storm",
        "The car ferry",
        "Nermin Aksoy",
        "Orhan Delibaş",
        "motorboats",
        "tea garden",
    ):
        assert kept in text
    for dropped in ("inbox", "cancel", "reCAPTCHA", "tap here", "cookies", "device", "6698",
                    "çerezlere", "dokununuz"):  # fmt: skip
        assert dropped not in text


@pytest.mark.parametrize("language", SENTENCES)
def test_text_in_every_script_is_printed_unchanged(language: str):
    result = run("clean", *KEEP_ALL, stdin=SENTENCES[language] + "\n")
    assert result.stdout_bytes.decode() == SENTENCES[language] + "\n"
    assert result.exit_code == 0


@pytest.mark.parametrize("language", SENTENCES)
def test_jsonl_has_every_line_with_all_its_keys(language: str):
    sentence = SENTENCES[language]
    page = f"<nav><a href=/>x</a></nav><p>{sentence}</p>"
    [record] = objects(run("clean", "--format", "jsonl", "--url", "https://a.test/", stdin=page))
    assert [line["text"] for line in record["lines"]] == ["x", sentence]
    assert {key: record[key] for key in ("source", "url", "site", "kind")} == {
        "source": "-", "url": "https://a.test/", "site": "a.test", "kind": "html",
    }  # fmt: skip
    for line in record["lines"]:
        assert set(line) == {
            "text", "label", "probability", "reason", "role", "language", "language_confidence",
            "decided_by", "start", "end",
        }  # fmt: skip
        assert line["label"] in {"content", "boilerplate"}
        assert 0 <= line["probability"] <= 1
        assert line["reason"]


def test_page_read_in_part_is_cleaned_and_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "LIMITS", limits.Limits(max_markup=1000))
    page = f"<p>{SENTENCES['ar']}<p>{'ก' * 2000}"
    for options in ((), ("--explain",), ("--format", "jsonl")):
        result = run("clean", *options, stdin=page)
        assert result.exit_code == 0
        [said] = result.stderr.splitlines()
        count = f"{len(page) - 1000:,}"
        assert said == f"boilerplate: -: too large; its last {count} characters were not read"
    [record] = objects(result)
    assert record["unread"] == len(page) - 1000
    explained = run("clean", "--explain", stdin=page).stdout.splitlines()[0]
    assert explained.endswith(f"the last {count} characters were not read")
    [whole] = objects(run("clean", "--format", "jsonl", stdin="<p>a"))
    assert whole["unread"] == 0


def test_another_threshold_can_be_applied_to_jsonl():
    page = EXAMPLES / "news.html"
    [record] = objects(run("clean", "--format", "jsonl", page))
    later = [line["text"] for line in record["lines"] if line["probability"] >= 0.9]
    assert run("clean", "--threshold", "0.9", page).stdout.splitlines() == later


def test_higher_threshold_keeps_less():
    page = EXAMPLES / "news.html"
    everything = run("clean", "--threshold", "0", page).stdout.splitlines()
    usual = run("clean", page).stdout.splitlines()
    surest = run("clean", "--threshold", "1", page).stdout.splitlines()
    assert len(everything) > len(usual) > len(surest)


def test_html_and_text_are_detected_and_can_be_forced():
    page = "<p>one</p><p>two</p>"
    assert run("clean", *KEEP_ALL, stdin=page).stdout == "one\ntwo\n"
    assert run("clean", *KEEP_ALL, "--as", "text", stdin=page).stdout == page + "\n"
    assert run("clean", *KEEP_ALL, "--as", "html", stdin="plain\nwords").stdout == "plain words\n"


def test_pages_in_legacy_encodings_are_printed_as_utf8(tmp_path: Path):
    page = tmp_path / "eski.html"
    page.write_bytes(f"<meta charset=iso-8859-9><p>{SENTENCES['tr']}".encode("iso-8859-9"))
    assert run("clean", *KEEP_ALL, page).stdout_bytes.decode() == SENTENCES["tr"] + "\n"


# What goes in


def test_folders_are_searched_for_pages_in_sorted_order(folder: Path):
    assert run("clean", *KEEP_ALL, folder).stdout == (
        "from a\n\nfrom b\nand more\n\nfrom c\nand more\n"
    )


def test_named_file_is_cleaned_whatever_its_suffix(folder: Path):
    (folder / "page.php").write_text("odd name")
    assert run("clean", *KEEP_ALL, folder / "page.php").stdout == "odd name\n"


def test_glob_patterns_are_expanded(folder: Path):
    assert run("clean", *KEEP_ALL, folder / "**" / "*.HTM").stdout == "from c\nand more\n"


def test_file_whose_name_looks_like_a_glob_is_a_file(folder: Path):
    (folder / "[1].txt").write_text("brackets")
    assert run("clean", *KEEP_ALL, folder / "[1].txt").stdout == "brackets\n"


def test_page_named_twice_is_cleaned_once(folder: Path):
    again = folder / "sub" / ".." / "a.txt"
    assert run("clean", *KEEP_ALL, folder / "a.txt", again, folder / "a*").stdout == "from a\n"


def test_standard_input_is_read_by_default_and_among_files(folder: Path):
    assert run("clean", *KEEP_ALL, stdin="piped").stdout == "piped\n"
    mixed = run("clean", *KEEP_ALL, "-", folder / "a.txt", "-", stdin="piped")
    assert mixed.stdout == "piped\n\nfrom a\n"


def test_named_pipe_in_a_folder_does_not_block(folder: Path):
    os.mkfifo(folder / "pipe.txt")
    assert "from a" in run("clean", *KEEP_ALL, folder).stdout


def test_empty_page_prints_nothing_and_succeeds():
    result = run("clean", stdin="")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)


# What goes wrong


def test_failing_input_is_named_and_the_others_are_cleaned(folder: Path):
    result = run("clean", *KEEP_ALL, folder / "gone.txt", folder / "a.txt")
    assert result.stdout == "from a\n"
    assert result.stderr.startswith(f"boilerplate: {folder / 'gone.txt'}: No such file")
    assert result.exit_code == 1


def test_unreadable_folder_is_named(folder: Path):
    (folder / "sub").chmod(0)
    if os.access(folder / "sub", os.R_OK):
        pytest.skip("root may read everything")
    result = run("clean", *KEEP_ALL, folder, folder / "sub" / "c.HTM")
    (folder / "sub").chmod(0o700)
    assert result.stderr.count("Permission denied") == 2
    assert result.exit_code == 1


def test_jsonl_has_an_object_for_an_unreadable_input(folder: Path):
    result = run("clean", "--format", "jsonl", folder / "gone.txt", folder / "a.txt")
    gone, page = objects(result)
    assert gone.keys() == page.keys()
    assert gone["source"].endswith("gone.txt")
    assert (gone["error"], gone["lines"]) == ("No such file or directory", [])
    assert page["error"] is None
    assert result.exit_code == 1


def test_page_that_raises_is_reported_and_the_others_are_cleaned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = Cleaner.clean

    def fragile(self: Cleaner, source: bytes, *rest: object) -> boilerplate.CleanPage:
        if b"from b" in source:
            raise RuntimeError("cannot")
        return whole(self, source, *rest)

    monkeypatch.setattr(Cleaner, "clean", fragile)
    result = run("clean", *KEEP_ALL, folder)
    assert result.stdout == "from a\n\nfrom c\nand more\n"
    assert result.stderr == f"boilerplate: {folder / 'b.html'}: RuntimeError: cannot\n"


@pytest.mark.parametrize("name", ["*.nothing", "empty"])
def test_pattern_or_folder_without_pages_is_a_failure(folder: Path, name: str):
    (folder / "empty").mkdir()
    result = run("clean", folder / name)
    assert result.exit_code == 1
    assert name in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--threshold", "1.5"],
        ["--threshold", "nan"],
        ["--as", "pdf"],
        ["--url", "news"],
        ["--explain", "--format", "jsonl"],
        ["--report", "no/such/folder/r.html"],
        ["--nonsense"],
    ],
)
def test_wrong_command_exits_with_status_2_and_a_message(arguments: list[str]):
    result = run("clean", *arguments, EXAMPLES / "news.html")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error:" in result.stderr


def test_shipped_model_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch):
    def refused(path: object) -> NoReturn:
        raise ModelError("the shipped model: has feature_schema 3, this version reads 4")

    monkeypatch.setattr("boilerplate.cleaner.load_model", refused)
    result = run("clean", stdin="<p>x")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the shipped model: has feature_schema 3, this version reads 4\n"
    )


def test_report_does_not_overwrite_an_input(folder: Path):
    result = run("clean", "--report", folder / "b.html", folder)
    assert result.exit_code == 2
    assert (folder / "b.html").read_text().startswith("<p>from b")


def test_control_characters_in_file_names_are_not_printed(tmp_path: Path):
    result = run("clean", tmp_path / "\x1b[31mred")
    assert "\x1b" not in result.stderr


# Writing files


# Compressed pages, and what is no page


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("name", ["page.html.gz", "page.htm.gz", "page.TXT.gz", "page", "page.txt"])
def test_page_that_is_gzip_is_unpacked_whatever_its_name(tmp_path: Path, language: str, name: str):
    page = gzip.compress(f"{SENTENCES[language]}\n".encode())
    (tmp_path / name).write_bytes(page)
    for result in (run("clean", *KEEP_ALL, tmp_path / name), run("clean", *KEEP_ALL, stdin=page)):
        assert result.stdout == SENTENCES[language] + "\n"
        assert result.exit_code == 0


def test_compressed_pages_are_found_in_a_folder(folder: Path):
    (folder / "d.html.gz").write_bytes(gzip.compress(b"<p>from d</p><p>and more</p>"))
    (folder / "photo.gz").write_bytes(b"none")
    text = run("clean", *KEEP_ALL, folder).stdout
    assert [line for line in text.splitlines() if "from" in line] == [
        "from a", "from b", "from d", "from c",
    ]  # fmt: skip


def test_what_is_no_page_is_named_and_the_others_are_cleaned(folder: Path):
    (folder / "c.html").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (folder / "d.txt.gz").write_bytes(gzip.compress(b"cut off" * 9)[:-4])
    result = run("clean", *KEEP_ALL, folder)
    assert result.exit_code == 1
    assert "from a" in result.stdout
    assert "from c" in result.stdout
    assert [line.split(": ")[2] for line in result.stderr.splitlines()] == [
        "is a PNG image, not a page", "is a gzip file that is cut off, not a page",
    ]  # fmt: skip


def test_json_lines_on_standard_input_are_refused_with_what_to_do():
    result = run("clean", stdin='{"text": "one"}\n{"text": "two"}\n{"te')
    assert result.exit_code == 1
    assert not result.stdout
    assert "-: is JSON, not a page; name files of many pages .jsonl" in result.stderr


def test_labels_of_what_is_no_page_are_an_error_message(folder: Path):
    result = run("train", "labels", folder / "photo.jpg")
    assert result.exit_code == 1
    assert "photo.jpg: is a JPEG image, not a page" in result.stderr


def test_output_has_the_same_tree_as_the_inputs(folder: Path, tmp_path: Path):
    result = run("clean", *KEEP_ALL, folder, "--output", tmp_path / "out")
    assert (result.stdout, result.exit_code) == ("", 0)
    written = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")}
    assert written == {"a.txt.txt", "b.html.txt", str(Path("sub", "c.HTM.txt"))}
    assert (tmp_path / "out" / "b.html.txt").read_text() == "from b\nand more\n"


def test_inputs_with_the_same_name_get_different_output_files(folder: Path, tmp_path: Path):
    (folder / "sub" / "a.txt").write_text("the other a")
    run("clean", *KEEP_ALL, folder / "a.txt", folder / "sub" / "a.txt", "-",
        "--output", tmp_path / "out", stdin="piped")  # fmt: skip
    assert (tmp_path / "out" / "a.txt.txt").read_text() == "from a\n"
    assert (tmp_path / "out" / "sub" / "a.txt.txt").read_text() == "the other a\n"
    assert (tmp_path / "out" / "stdin.txt").read_text() == "piped\n"


@pytest.mark.parametrize("form", SUFFIXES)
def test_output_has_a_file_for_an_empty_page(folder: Path, tmp_path: Path, form: str):
    (folder / "empty.txt").write_text("")
    run("clean", folder, "--format", form, "--output", tmp_path / "out")
    assert (tmp_path / "out" / f"empty.txt{SUFFIXES[form]}").is_file()


def test_output_has_no_file_for_an_input_that_was_not_found(folder: Path, tmp_path: Path):
    (folder / "empty").mkdir()
    result = run("clean", folder / "*.none", folder / "empty", folder / "a.txt",
                 "--format", "jsonl", "--output", tmp_path / "out")  # fmt: skip
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.txt.jsonl"]
    assert len(result.stderr.splitlines()) == 2
    assert result.exit_code == 1


def test_output_is_not_written_outside_its_folder(folder: Path, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "elsewhere")
    result = run("clean", *KEEP_ALL, folder, "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert "leads outside" in result.stderr
    assert not list((tmp_path / "elsewhere").iterdir())
    assert (tmp_path / "out" / "a.txt.txt").exists()


def test_output_does_not_overwrite_an_input(folder: Path):
    (folder / "a.txt.txt").write_text("also an input")
    result = run("clean", *KEEP_ALL, folder / "a.txt", folder / "a.txt.txt",
                 "--output", folder)  # fmt: skip
    assert result.exit_code == 1
    assert (folder / "a.txt.txt").read_text() == "also an input"


def test_output_inside_the_cleaned_folder_is_not_cleaned_again(folder: Path):
    for _ in range(2):
        assert run("clean", *KEEP_ALL, folder, "--output", folder / "out").exit_code == 0
    assert not (folder / "out" / "out").exists()
    assert run("clean", folder, "--output", folder).exit_code == 2


def test_report_is_one_file_about_all_pages(folder: Path, tmp_path: Path):
    result = run("clean", *KEEP_ALL, folder, "--report", tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert result.stdout.startswith("from a")
    assert all(words in report for words in ("from a", "from b", "from c"))


# Explaining


def test_explain_shows_kept_and_dropped_lines_aligned():
    result = run("clean", "--explain", EXAMPLES / "turkish-notice.txt")
    title, *lines = result.stdout.splitlines()
    assert "turkish-notice.txt" in title
    assert len(lines) == len((EXAMPLES / "turkish-notice.txt").read_text().splitlines())
    assert all(re.match(r"[+-] [01]\.\d\d  \S.*  \(.+\)$", line) for line in lines)


def test_explain_without_a_terminal_has_no_colours():
    assert b"\x1b" not in shell("boilerplate clean --explain examples/thai.html").stdout


def terminal_output(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal."""
    main, side = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "90", **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "boilerplate", "clean", *arguments],
        cwd=ROOT, env=env, stdout=side, stderr=side, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(side)
    written = b""
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:  # Linux's way of saying that the other side has closed
            break
        if not chunk:
            break
        written += chunk
    process.wait(timeout=60)
    os.close(main)
    return written.decode()


def test_explain_colours_a_terminal_and_honours_no_color():
    environment = {"NO_COLOR": ""}
    assert "\x1b[32m+" in terminal_output("--explain", "examples/arabic.html", **environment)
    assert "\x1b" not in terminal_output("--explain", "examples/arabic.html", NO_COLOR="1")


@pytest.mark.parametrize("option", [(), ("--explain",)])
def test_control_characters_in_a_page_do_not_reach_a_terminal(
    tmp_path: Path, option: tuple[str, ...]
):
    page = tmp_path / "hostile.txt"
    page.write_text(
        "\x1b]0;owned\x07 \x1b[2J[red]not red[/red] \x9b31m \N{RIGHT-TO-LEFT OVERRIDE}x"
    )
    shown = terminal_output(*option, *KEEP_ALL, "--as", "text", str(page))
    for sequence in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\N{RIGHT-TO-LEFT OVERRIDE}"):
        assert sequence not in shown
    assert "[red]not" in shown


def test_control_characters_in_jsonl_are_escaped_on_a_terminal(tmp_path: Path):
    page = tmp_path / "hostile.txt"
    text = (
        "".join(map(chr, (*range(1, 10), *range(14, 28), *range(0x7F, 0x100)))) + "\u202ex\u2066ก"
    )
    page.write_text(text, "utf-8")
    shown = terminal_output("--format", "jsonl", "--as", "text", str(page)).removesuffix("\r\n")
    assert all(c.isprintable() or c == "\xad" for c in shown.replace("\xa0", " "))
    piped = run("clean", "--format", "jsonl", "--as", "text", page).stdout
    assert json.loads(shown) == json.loads(piped)


# Roles


def roles_kept(*options: str) -> set[str]:
    """The roles of the lines of an example that are kept with some options."""
    [record] = objects(run("clean", "--format", "jsonl", *options, EXAMPLES / "news.html"))
    kept = {str(line["role"]) for line in record["lines"] if line["label"] == "content"}  # type: ignore[attr-defined]
    assert kept <= set(record["keep"])  # type: ignore[call-overload]
    return kept


def test_roles_are_kept_and_dropped_by_choice():
    assert roles_kept() <= set(CONTENT_ROLES)
    added = roles_kept("--keep", "comments, legal", "--keep", "navigation")
    assert added - set(CONTENT_ROLES) == {"comments", "legal", "navigation"}
    assert "body" in roles_kept()
    assert "body" not in roles_kept("--drop", "body,legal")


def test_explanation_names_the_choice():
    text = run("clean", "--explain", "--keep", "legal", "--drop", "body", EXAMPLES / "news.html")
    assert "(kept by choice: legal)" in text.stdout
    assert "(dropped by choice: body)" in text.stdout


def test_empty_choice_changes_nothing():
    page = EXAMPLES / "news.html"
    assert run("clean", "--keep", "", "--drop", ",", page).stdout == run("clean", page).stdout


@pytest.mark.parametrize("option", ["--keep", "--drop"])
def test_unknown_role_is_refused_with_those_that_exist(option: str):
    result = run("clean", option, "date,advert", EXAMPLES / "news.html")
    assert result.exit_code == 2
    words = " ".join(result.stderr.split())
    assert f"Invalid value for '{option}': there is no role 'advert'; there are headline," in words
    assert words.endswith(", about, other")


def test_role_cannot_be_both_kept_and_dropped():
    result = run("clean", "--keep", "date", "--drop", "tags,date", EXAMPLES / "news.html")
    assert result.exit_code == 2
    assert "--keep and --drop both name date" in result.stderr


def test_help_lists_every_role():
    words = run("clean", "--help").stdout.split()
    assert set(ROLES) <= set(words)


def test_shards_are_cleaned_with_the_same_choice(tmp_path: Path):
    pages = tmp_path / "pages.jsonl"
    html = (EXAMPLES / "news.html").read_text("utf-8")
    pages.write_text(json.dumps({"id": "a", "html": html}) + "\n", "utf-8")
    options = ("--keep", "comments", "--drop", "body")
    result = run("clean", pages, "--output", tmp_path / "out", "--reasons", *options)
    assert result.exit_code == 0
    [record] = map(json.loads, (tmp_path / "out" / "pages.jsonl.jsonl").read_text().splitlines())
    [alone] = objects(run("clean", "--format", "jsonl", *options, EXAMPLES / "news.html"))
    assert {key: record[key] for key in ("keep", "lines", "text")} == {
        key: alone[key] for key in ("keep", "lines", "text")
    }
    again = run("clean", pages, "--output", tmp_path / "out", "--reasons", "--keep", "comments")
    assert again.exit_code == 1
    assert "drop (" in again.stderr


# Unix manners


def test_closed_pipe_ends_it_without_an_error_message(tmp_path: Path):
    for i in range(300):
        (tmp_path / f"{i}.txt").write_text("line\n" * 2000)
    command = f"boilerplate clean --threshold 0 {tmp_path} | head -1; echo ${{PIPESTATUS[0]}}"
    done = shell(command)
    assert done.stdout.decode().split() == ["line", str(BROKEN_PIPE_STATUS)]
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_full_disk_is_reported_once_and_fails():
    done = shell("boilerplate clean examples/news.html examples/thai.html > /dev/full")
    assert done.stderr == b"boilerplate: standard output: No space left on device\n"
    assert done.returncode == 1


def test_pipes_work_from_end_to_end():
    done = shell("cat examples/news.html | boilerplate clean - | grep -c 'thousandth drawer'")
    assert int(done.stdout) >= 1
    assert done.stderr == b""


def test_output_is_utf8_in_any_locale():
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = shell("boilerplate clean --threshold 0 examples/thai.html", env=env)
    assert "ตลาดน้ำ" in done.stdout.decode()
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("options", ["", "--explain", "--format jsonl", "--report {}/r.html"])
def test_file_name_that_is_not_utf8_is_accepted(tmp_path: Path, options: str):
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("some words")
    done = shell(f"boilerplate clean --threshold 0 {options.format(tmp_path)} {tmp_path}")
    assert (done.returncode, done.stderr) == (0, b"")
    done.stdout.decode()
    if "jsonl" in options:
        assert os.fsencode(json.loads(done.stdout)["source"]).endswith(b"caf\xe9.txt")


def test_lone_surrogates_in_a_page_are_accepted(monkeypatch: pytest.MonkeyPatch):
    from boilerplate import cleaner

    page = boilerplate.Page((boilerplate.Line("a\ud800b"),))
    monkeypatch.setattr(cleaner, "read", lambda *_: page)
    assert run("clean", *KEEP_ALL, stdin="x").stdout == "a?b\n"
    assert run("clean", *KEEP_ALL, "--explain", stdin="x").exit_code == 0
    [record] = objects(run("clean", "--format", "jsonl", stdin="x"))
    assert record["lines"][0]["text"] == "a\ud800b"


ARTICLE = (
    "<article><h1>Ferry back on the lake</h1><p>The ferry crosses the lake again since the ice "
    "broke on Tuesday, and <a href=/times>its timetable</a> hangs at the pier.</p>"
    "<p><img src=/boat.jpg alt='The ferry'>It carries thirty people and a dozen bicycles, says the "
    "captain, who has steered it for eleven years.</p></article>"
)


class TestFormats:
    def test_markdown_has_absolute_links_of_the_page(self) -> None:
        result = run(
            "clean", "--format", "markdown", "--url", "https://lake.example/a", "-", stdin=ARTICLE
        )
        assert result.exit_code == 0
        assert result.stdout.startswith("# Ferry back on the lake\n\nThe ferry crosses")
        assert "[its timetable](https://lake.example/times)" in result.stdout
        assert "![" not in result.stdout

    def test_links_and_images_are_chosen(self) -> None:
        options = ("clean", "--format", "markdown", "--no-links", "--images", "-")
        shown = run(*options, stdin=ARTICLE).stdout
        assert "](/times)" not in shown
        assert "![The ferry](/boat.jpg)It carries" in shown

    def test_front_matter_is_yaml_before_the_text(self) -> None:
        shown = run("clean", "--format", "markdown", "--front-matter", "-", stdin=ARTICLE).stdout
        assert shown.startswith('---\ntitle: "Ferry back on the lake"\n')
        assert "\n---\n\n# Ferry back on the lake\n" in shown

    def test_html_is_a_fragment(self) -> None:
        shown = run("clean", "--format", "html", "-", stdin=ARTICLE).stdout
        assert shown.startswith("<h1>Ferry back on the lake</h1>\n<p>The ferry")
        assert "<article" not in shown

    def test_json_is_one_indented_object_with_places(self) -> None:
        shown = run("clean", "--format", "json", "--places", "-", stdin=ARTICLE).stdout
        record = json.loads(shown)
        assert shown.startswith('{\n "schema"')
        assert record["lines"][0]["path"] == "html > body > article > h1"

    def test_each_format_has_its_suffix_in_a_folder(self, folder: Path, tmp_path: Path) -> None:
        for page_format, suffix in SUFFIXES.items():
            out = tmp_path / page_format
            run("clean", folder, "--format", page_format, "--output", out)
            assert {path.suffix for path in out.rglob("*") if path.is_file()} == {suffix}

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--images",), "--images is for --format markdown or html"),
            (("--format", "json", "--no-links"), "--no-links is for --format markdown or html"),
            (("--format", "html", "--front-matter"), "--front-matter is for --format markdown"),
            (("--format", "html", "--places"), "--places is for --format json or jsonl"),
            (("--format", "html", "--explain"), "both print"),
        ],
    )
    def test_options_that_a_format_does_not_have_are_refused(
        self, options: tuple[str, ...], says: str
    ) -> None:
        result = run("clean", *options, "-", stdin=ARTICLE)
        assert result.exit_code == 2
        assert says in result.stderr

    def test_files_of_many_pages_are_no_markdown(self, tmp_path: Path) -> None:
        pages = tmp_path / "pages.jsonl"
        pages.write_text(json.dumps({"html": ARTICLE}))
        result = run("clean", pages, "--format", "markdown", "--output", tmp_path / "out")
        assert result.exit_code == 2
        assert "each is a record of --format jsonl" in result.stderr
