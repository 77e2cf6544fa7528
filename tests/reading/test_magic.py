"""Bytes that are no page are refused by name, and no text is taken for them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate.cleaner import Cleaner
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.magic import NotAPageError, no_page, no_prose
from boilerplate.reading.read import read
from tests.hanging import ends
from tests.made_up import SENTENCES, news_page


def png() -> bytes:
    """A picture of one white pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\xff")
    mark = b"\x89PNG\r\n\x1a\n"
    return mark + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def archive(kind: str) -> bytes:
    file = io.BytesIO()
    page = b"<p>A page inside."
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("page.html", page)
    else:
        with tarfile.open(fileobj=file, mode="w") as packed:
            member = tarfile.TarInfo("page.html")
            member.size = len(page)
            packed.addfile(member, io.BytesIO(page))
    return file.getvalue()


def windows_program() -> bytes:
    return b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(100)


NO_PAGES = {
    "a PNG image": png(),
    "a JPEG image": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1",
    "a GIF image": b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0",
    "a WebP image": b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0",
    "a BMP image": b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0\0\0",
    "an icon": b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0",
    "an AVIF or HEIF image": b"\0\0\0\x1cftypavif\0\0\0\0",
    "an MP4 file": b"\0\0\0\x18ftypmp42\0\0\0\0",
    "a PDF": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "PostScript": b"%!PS-Adobe-3.0\n%%Title: a page\nshowpage\n",
    "an RTF document": rb"{\rtf1\ansi A page.}",
    "a zip archive, as docx, xlsx and epub are": archive("zip"),
    "a tar archive": archive("tar"),
    "a gzip file": gzip.compress(b"<p>a"),
    "a bzip2 file": bz2.compress(b"<p>a", 3),
    "an xz file": lzma.compress(b"<p>a"),
    "a program (Windows)": windows_program(),
    "a program (ELF)": b"\x7fELF\2\1\1" + bytes(9) + b"\3\0\x3e\0",
    "a WARC file": b"WARC/1.0\r\nWARC-Type: warcinfo\r\n",
    "an SQLite database": b"SQLite format 3\0\x10\0\1\1",
}


@pytest.mark.parametrize("what", NO_PAGES)
def test_bytes_of_another_format_are_named(what: str) -> None:
    assert no_page(NO_PAGES[what]) == what
    with pytest.raises(NotAPageError, match="not a page") as raised:
        read(NO_PAGES[what])
    assert str(raised.value) == f"is {what}, not a page"


def test_program_that_runs_these_tests_is_named() -> None:
    assert "program" in (no_page(Path(sys.executable).read_bytes()) or "")


@pytest.mark.parametrize("kind", [None, "html", "text"])
def test_cleaner_raises_a_value_error_whatever_kind_is_asked_for(kind) -> None:
    with pytest.raises(ValueError, match="is a PNG image, not a page"):
        Cleaner(plugins=no_plugins()).clean(png(), kind=kind)


def test_error_can_be_sent_between_processes() -> None:
    error = pickle.loads(pickle.dumps(NotAPageError("a PDF")))  # noqa: S301
    assert (type(error), str(error)) == (NotAPageError, "is a PDF, not a page")


@pytest.mark.parametrize(
    "text",
    [
        "GIF89a is the newer of the two formats.",
        "RIFF, a riff or a riffle: WEBP is kept in one.",
        "BM 1024 left the harbour at nine.",
        "MZ are the first two bytes of a program, after Mark Zbikowski.",
        "%PDF-1.7 is how such a file begins, and %%EOF is how it ends.",
        "PK said nothing. PAR1 was the ship's number.",
        "ID3 tags hold the title of a song.",
        "BZh9 was the licence plate.",
        "OTTO, the dog, waited by the door.",
        "Rar! said the bear.",
        "WARC/1.0 is a format of archives.",
        "ustar " * 60,
        "",
        *SENTENCES.values(),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_that_speaks_of_a_format_is_a_page(text: str, encoding: str) -> None:
    assert no_page(text.encode(encoding)) is None
    if encoding in {"utf-8", "utf-8-sig", "utf-16"}:
        assert [line.text for line in read(text.encode(encoding)).lines] == [text][: len(text)]


@pytest.mark.parametrize("language", SENTENCES)
def test_page_is_a_page_in_every_encoding_that_holds_it(language: str) -> None:
    page = news_page(language, 3)
    for encoding in ("utf-8", "utf-16", "cp1251", "cp1256", "gb18030", "shift_jis", "cp1254"):
        assert no_page(page.encode(encoding, "ignore")) is None
        assert no_page(page.encode(encoding, "ignore")[1:]) is None


@given(st.text())
def test_no_text_is_named(text: str) -> None:
    assert no_page(text.lstrip("\0\1").encode("utf-8", "replace")) is None or "\0" in text


SCRIPTS = {
    "a library": "/*! small v1 */\n!function(e,t){t.small=e()}(function(){return{on:1}},this);",
    "strict": '"use strict";\nvar names = ["a", "b"];\nnames.forEach(function (n) { say(n); });\n',
    "a module": 'import { on } from "./on.js";\n\nexport default function start() { on(); }\n',
    "settings": 'window.settings = {"lang": "tr", "menu": ["a", "b"]};',
    "with a map": "(()=>{var e={};e.x=[1,2];})();\n//# sourceMappingURL=a.js.map\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_named_unless_it_is_said_to_be_text(name: str) -> None:
    script = SCRIPTS[name]
    with pytest.raises(NotAPageError, match="is a JavaScript file"):
        read(script.encode())
    assert read(script.encode(), kind="text").lines
    assert read(script).lines


@pytest.mark.parametrize(
    "text", ['{"a": 1}\n{"a": 2}\n', '[\n {"text": "ساعة"}\n]', '\ufeff{\r\n "a": [1]\r\n}\r\n']
)
def test_json_is_named_unless_it_is_said_to_be_text(text: str) -> None:
    with pytest.raises(NotAPageError, match="is JSON"):
        read(text.encode())
    assert read(text.encode(), kind="text").lines


@pytest.mark.parametrize(
    "text",
    [
        "let x = 1, and let y be the root of x; then x is y.\nThis holds for all (see below).",
        "// the old way (by hand) took a week;\nnow it takes a day (or less);",
        "function (noun): what something is for; see also use (noun)",
        "import goods from abroad; the duty is paid at the port (or later)",
        "window.location is where a page is; it can be read (and written)",
        '{"she said": nothing',
        "[1] See the first chapter.\n[2]",
        "{{ the reader's name }} wrote {a letter}",
        "/* a comment that never ends",
        "$(id)",
        "//",
    ],
)
def test_prose_that_begins_like_code_is_a_page(text: str) -> None:
    assert no_prose(text) is None
    assert read(text.encode()).lines


@pytest.mark.parametrize(
    "text",
    ["function" + " " * 3_000_000 + ";", "//\n" * 1_000_000 + "}", "(" * 3_000_000 + "}",
     "/*" * 1_500_000 + "}", '{"' * 1_500_000 + "}", " " * 3_000_000 + "}"],
    ids=["blanks in code", "comments", "brackets", "open comments", "keys", "blanks"],
)  # fmt: skip
def test_long_text_is_looked_at_in_part(text: str) -> None:
    with ends():
        assert no_prose(text) is None
