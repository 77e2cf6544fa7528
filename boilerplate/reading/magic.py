"""What is no page: bytes that are an image, a PDF, an archive, a program, a script or data.

A page that is refused by mistake is worse than a picture that is cleaned, so a signature counts
only if no text has it: one of bytes that are not text, or one that binary data follows. Libraries
for this (puremagic, filetype) take a text that begins with "ID3", "OTTO" or "GIF89a" for such data.
"""

from __future__ import annotations

import re
from typing import Final

# How a gzip file and a zstd file begin, of which pages may also come.
GZIP_MARK: Final = b"\x1f\x8b\x08"
ZSTD_MARK: Final = b"\x28\xb5\x2f\xfd"
# The signatures of formats that pages are confused with: in crawls, in downloads whose name lies,
# in files given by mistake. From each format's specification, as the list of file signatures of
# Wikipedia and libmagic have them. Those of ASCII that stand here are the whole first line of a
# file, or no words.
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"8BPS\0\1", "a Photoshop image"),
    (b"PK\x03\x04", "a zip archive, as docx, xlsx and epub are"),
    (b"PK\x05\x06", "an empty zip archive"),
    (GZIP_MARK, "a gzip file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (ZSTD_MARK, "a zstd file"),
    (b"\x04\x22\x4d\x18", "an LZ4 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x7fELF", "a program (ELF)"),
    (b"\xcf\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\xce\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\xca\xfe\xba\xbe\0", "a program (Mach-O or Java)"),
    (b"\0asm\1\0\0\0", "a program (WebAssembly)"),
    (b"ID3\2", "an MP3 file"),
    (b"ID3\3", "an MP3 file"),
    (b"ID3\4", "an MP3 file"),
    (b"OggS\0", "an Ogg file"),
    (b"fLaC\0", "a FLAC file"),
    (b"\x1a\x45\xdf\xa3", "a WebM or Matroska file"),
    (b"wOFF\0\1\0\0", "a font"),
    (b"wOFFOTTO", "a font"),
    (b"wOF2\0\1\0\0", "a font"),
    (b"wOF2OTTO", "a font"),
    (b"OTTO\0", "a font"),
    (b"\0\1\0\0\0", "a font"),
    (b"SQLite format 3\0", "an SQLite database"),
)
# Words that a text could begin with: they count if bytes that no text has come soon after.
_WORDS: Final = (
    (re.compile(rb"GIF8[79]a"), "a GIF image"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "a WebP image"),
    (re.compile(rb"RIFF.{4}(?:WAVE|AVI )", re.DOTALL), "a WAV or AVI file"),
    (re.compile(rb"PAR1"), "a Parquet file"),
    (re.compile(rb"BM.{4}\0\0\0\0.{4}[\x0c\x28\x6c\x7c]\0\0\0", re.DOTALL), "a BMP image"),
    (re.compile(rb"\0\0\x01\0[\x01-\x40]\0"), "an icon"),
    (re.compile(rb"\0\0\0.ftyp(?:avi[fs]|heic|mif1)", re.DOTALL), "an AVIF or HEIF image"),
    (re.compile(rb"\0\0\0.ftyp[\w ]{4}", re.DOTALL), "an MP4 file"),
    (re.compile(rb".{257}ustar(?:\0|  \0)", re.DOTALL), "a tar archive"),
)
# Formats that their first words give away, which no text begins with.
_FIRST_LINES: Final = (
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}%PDF-[12]\.\d[ \t]*[\r\n]"), "a PDF"),
    (re.compile(rb"BZh[1-9]1AY&SY"), "a bzip2 file"),
    (re.compile(rb"%!PS-Adobe-\d\.\d"), "PostScript"),
    (re.compile(rb"\{\\rtf1[\\\s]"), "an RTF document"),
    (re.compile(rb"WARC/[01]\.\d+\r?\n"), "a WARC file"),
)
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # \x1b begins ISO-2022-JP
_BINARY_LENGTH: Final = 1024  # bytes in which _BINARY is looked for
_DOS_HEADER: Final = 0x40  # bytes; the last four are where the header of a Windows program is

_JSON_START: Final = re.compile(
    r'[\s\ufeff]{0,1000}(?:\[\s{0,1000})?\{\s{0,1000}"[^"\n]{0,200}"\s*:'
)
_SCRIPT_START: Final = re.compile(
    r"""["']use\ strict["']
    | [!;+(]{0,3}(?:async\ )?function\b\s{0,100}\w{0,100}\s{0,100}\([\w$,\s=]{0,500}\)\s*\{
    | [!;+(]{0,3}\([\w$,\s]{0,100}\)\s*=>
    | (?:var|let|const)\s+(?:[\w$]+|\{[\w$,:\s]{1,200}\})\s*=
    | (?:window|document|self|globalThis|module|exports)\s*[.\[]\s*["'\w$]
    | import\s*(?:[\w$*{][^;"'\n]{0,500}\sfrom\s*)?["'][^"'\n]+["']
    | export\s+(?:default|const|function|class)\s
    | (?:jQuery|\$|define|require|requirejs)\(
    """,
    re.VERBOSE,
)
_SCRIPT_END: Final = (";", "}", ")", "]", "*/")
_SCRIPT_SIGNS: Final = str.maketrans("", "", "(){}[];=")
_MIN_SCRIPT: Final = 40  # characters; less may be a line that somebody quotes
_COMMENTS_LENGTH: Final = 100_000  # characters in which the first line of code is looked for
_SCRIPT_LENGTH: Final = 20_000  # characters in which the signs are counted
# Of the characters of scripts, 7 to 25 % are such signs, and of the words of prose under 1 %.
_MIN_SIGN_SHARE: Final = 0.06


class NotAPageError(ValueError):
    """The bytes given are no page; says what they are."""

    def __str__(self) -> str:
        return f"is {self.args[0]}, not a page"


def no_page(data: bytes) -> str | None:
    r"""What bytes are that are no page, by their first ones; None for a page or for any text.

    >>> no_page(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), no_page(b"GIF89a is a format of images")
    ('a PNG image', None)
    """
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            return what
    for pattern, what in _FIRST_LINES:
        if pattern.match(data):
            return what
    head = data[:_BINARY_LENGTH]
    if not _BINARY.search(head):
        return None
    for pattern, what in _WORDS:
        if pattern.match(head):
            return what
    return "a program (Windows)" if _is_windows_program(data) else None


def no_prose(text: str) -> str | None:
    """What a text without tags is that nobody reads: JSON or a JavaScript file; else None.

    It must begin and end as one, and a script must have the signs of one.

    >>> no_prose('{"url": "https://a.test/"}'), no_prose("let x = 1, and let y be the root of x.")
    ('JSON', None)
    """
    end = text[-1000:].rstrip()
    if _JSON_START.match(text) and (
        end.endswith(("}", "]")) or text.lstrip().partition("\n")[0].rstrip().endswith("}")
    ):
        return "JSON"
    last_line = end.rpartition("\n")[2].lstrip()
    if not (end.endswith(_SCRIPT_END) or last_line.startswith("//")):
        return None
    start = text[:_COMMENTS_LENGTH]
    if not _SCRIPT_START.match(start, _after_comments(start)):
        return None
    head = "".join(text[:_SCRIPT_LENGTH].split())
    signs = len(head) - len(head.translate(_SCRIPT_SIGNS))
    is_script = len(head) >= _MIN_SCRIPT and signs >= _MIN_SIGN_SHARE * len(head)
    return "a JavaScript file" if is_script else None


def _after_comments(text: str) -> int:
    """The index after the blanks and the comments that a script begins with."""
    index = 0
    while index < len(text):
        if text[index].isspace() or text[index] == "\ufeff":
            index += 1
        elif text.startswith("/*", index):
            index = _index_after(text, "*/", index + 2)
        elif text.startswith("//", index):
            index = _index_after(text, "\n", index)
        else:
            break
    return index


def _index_after(text: str, end: str, start: int) -> int:
    found = text.find(end, start)
    return len(text) if found < 0 else found + len(end)


def _is_windows_program(data: bytes) -> bool:
    if not data.startswith(b"MZ") or len(data) < _DOS_HEADER:
        return False
    header = int.from_bytes(data[_DOS_HEADER - 4 : _DOS_HEADER], "little")
    return data[header : header + 4] == b"PE\0\0"
