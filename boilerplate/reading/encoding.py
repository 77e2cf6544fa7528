"""From the bytes of a page to its text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_META_CHARSET = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.I)
# Where "<meta" is no element. What is never closed reaches to the end, as in a browser, and so
# that no byte is looked at twice; XHTML closes elements in their tag.
_NOT_MARKUP = re.compile(
    rb"<!--.*?(?:-->|\Z)"
    rb"|<(script|style|textarea|title)\b[^>]{0,400}(?<!/)>.*?(?:</\1\b|\Z)",
    re.S | re.I,
)


@dataclass(frozen=True, slots=True)
class EncodingLimits:
    """How many bytes are looked at, and the shares from which they are evidence."""

    # Bytes in which a declaration is looked for. HTML has browsers look at 1,024 bytes before they
    # parse, and parse again at a later <meta>, wherever it stands; Chromium reads on to the end of
    # the head. Real heads have up to some hundred kilobytes of styles; more would only cost time.
    declaration_bytes: int = 262_144
    utf_16_bytes: int = 8_192  # looked at for signs of UTF-16 without a byte-order mark
    detector_bytes: int = 200_000  # of those beyond ASCII and near, given to the detector
    # U+FFFD among the decoded characters: with more, the declared encoding was wrong.
    max_replacement_share: float = 0.002
    # U+FFFD among the characters beyond ASCII, in a declared encoding other than UTF-8.
    max_broken_share: float = 0.05
    # The same for UTF-8, undeclared and declared. Read as UTF-8, pages in 18 other encodings had
    # shares of 0.73 (Japanese, Chinese, Thai) or more, most of them of over 0.95.
    max_broken_utf_8_share: float = 0.2
    max_broken_declared_utf_8_share: float = 0.5
    # Of the upper bytes of UTF-16's code units: how many are equal, and below 20 (hex). The
    # characters of an alphabet share their upper byte, which is one of these.
    min_control_share: float = 0.4
    # Of the upper bytes of UTF-16's code units: how many are NUL. In Chinese text without markup
    # only blanks and line ends have one.
    min_nul_share: float = 0.01
    # A page is not in a Latin encoding if more of its bytes beyond ASCII than this stand in runs
    # of four or more.
    max_high_run_share: float = 0.5


LIMITS: Final = EncodingLimits()
_CONTROL_BYTES: Final = range(0x20)
_NUL: Final = range(1)
_HIGH_BYTES: Final = bytes(range(0x80, 0x100))
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]{4,}")
# ASCII of which only the ends are near bytes beyond ASCII: 32 bytes hold the word before a letter
# with an accent, and mostly the words around it. Fewer tell Latin encodings apart less well.
_LONG_ASCII: Final = re.compile(rb"(?<![\x00-\x7f])([\x00-\x7f]{32})[\x00-\x7f]*([\x00-\x7f]{32})")
_LATIN_CODECS: Final = frozenset("cp1250 cp1252 cp1254 cp1257 iso-8859-2 iso-8859-15".split())
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
# Only HTTP can declare these: a declaration inside the page was read as ASCII, so it is wrong.
_UTF_16_CODECS: Final = {
    "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
}  # fmt: skip
_ESCAPE: Final = b"\x1b"  # without it, ASCII is the same in all encodings
_ISO_2022_ESCAPE: Final = b"\x1b$"


def decode(data: bytes, charset: str | None = None) -> str:
    """Decode a page's bytes; what cannot be decoded becomes U+FFFD.

    ``charset`` is what the HTTP headers declare. In order of precedence: a byte-order mark;
    UTF-16 found by its control characters; for bytes beyond ASCII, UTF-16 declared by HTTP, then
    valid UTF-8, because text in another encoding is hardly ever valid UTF-8, then UTF-16 found
    by its NULs; ``charset``; the declaration in the page; a statistical guess. UTF-8 with a few
    broken bytes is valid here, and with more of them if it is declared. Another declaration is
    passed over if decoding leaves many U+FFFD, or if it names a Latin encoding and the bytes are
    not those of a Latin script.
    """
    for mark, marked_codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(marked_codec, "replace")
    if codec := _utf_16_by_upper_bytes(data, _CONTROL_BYTES, LIMITS.min_control_share):
        return data.decode(codec, "replace")
    if not data.isascii():
        if codec := _UTF_16_CODECS.get(_normalized_label(charset or "")):
            return data.decode(codec, "replace")
        if (text := _as_utf_8(data, charset)) is not None:
            return text
        if codec := _utf_16_by_upper_bytes(data, _NUL, LIMITS.min_nul_share):
            return data.decode(codec, "replace")
    elif _ESCAPE not in data:
        return data.decode("ascii")
    if (text := _as_declared(data, charset)) is not None:
        return text
    if data.isascii():
        return data.decode("iso2022-jp-ext" if _ISO_2022_ESCAPE in data else "ascii", "replace")
    return _decode_with(data, _guess_codec(data))


def _as_declared(data: bytes, charset: str | None) -> str | None:
    """The text in the encoding that HTTP or the page declares; None if neither can be right."""
    for label in filter(None, (charset, _declared_in_page(data))):
        codec = web_codec(label)
        if codec is None or codec == "utf-8":  # what could be UTF-8 has been decoded before
            continue
        if codec in _LATIN_CODECS and _is_not_latin(data):
            continue
        text = _decode_with(data, codec)
        broken = text.count("\ufffd")
        if broken <= max(
            LIMITS.max_replacement_share * len(text),
            LIMITS.max_broken_share * _count_beyond_ascii(text),
        ):
            return text
    return None


def _utf_16_by_upper_bytes(data: bytes, values: range, min_share: float) -> str | None:
    """The codec of UTF-16 without a mark; None where the bytes are something else.

    In UTF-16 one of ``values`` is common among the even bytes and rare among the odd ones, or
    the other way round.
    """
    head = data[: LIMITS.utf_16_bytes]
    if 0 not in head:  # every page has blanks or line ends, whose upper byte is NUL
        return None
    even, odd = head[::2], head[1::2]
    most_even, most_odd = (max(map(half.count, values)) for half in (even, odd))
    fewer, more = sorted((most_even, most_odd))
    if more < max(min_share * len(even), 2) or fewer * 3 > more:
        return None
    return "utf-16-be" if most_even > most_odd else "utf-16-le"


def _as_utf_8(data: bytes, charset: str | None) -> str | None:
    """The text of UTF-8, also if it was truncated or some bytes were damaged; else None."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    share = broken / _count_beyond_ascii(text)
    if share <= LIMITS.max_broken_utf_8_share:
        return text
    if share > LIMITS.max_broken_declared_utf_8_share:
        return None
    labels = filter(None, (charset, _declared_in_page(data)))
    return text if "utf-8" in map(web_codec, labels) else None


def _count_beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _is_not_latin(data: bytes) -> bool:
    """Whether most bytes beyond ASCII stand in runs, which no language in Latin script has.

    Servers and editors declare ISO-8859-1 by default, and any bytes are valid in it.
    """
    high_bytes = len(data) - len(data.translate(None, _HIGH_BYTES))
    in_runs = sum(match.end() - match.start() for match in _HIGH_RUN.finditer(data))
    return in_runs > LIMITS.max_high_run_share * high_bytes


def _declared_in_page(data: bytes) -> str | None:
    """The label of the encoding that a page declares, outside comments, scripts and styles."""
    head = _NOT_MARKUP.sub(b"", data[: LIMITS.declaration_bytes])
    match = _XML_ENCODING.search(head) or _META_CHARSET.search(head)
    return match[1].decode("ascii", "replace") if match else None


def web_codec(label: str) -> str | None:
    """The Python codec of a WHATWG encoding label; None if browsers know no such label.

    >>> web_codec("ISO-8859-9"), web_codec("utf8"), web_codec("punycode")
    ('cp1254', 'utf-8', None)
    """
    return _WEB_CODECS.get(_normalized_label(label))


def _normalized_label(label: str) -> str:
    return label.strip().lower().replace("_", "-")


# The labels of WHATWG's Encoding Standard: ISO-8859-1 is windows-1252, ISO-8859-9 windows-1254.
_WEB_CODECS: Final = {
    alias.replace("_", "-"): codec
    for codec, aliases in {
        "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf-16 "
        "utf-16le utf-16be unicode csunicode iso-10646-ucs-2 ucs-2 unicodefeff unicodefffe",
        "cp866": "866 cp866 csibm866 ibm866",
        "iso-8859-2": "iso-8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2:1987 l2 "
        "latin2",
        "iso-8859-3": "iso-8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3:1988 l3 "
        "latin3",
        "iso-8859-4": "iso-8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4:1988 l4 "
        "latin4",
        "iso-8859-5": "iso-8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 "
        "iso_8859-5:1988",
        "iso-8859-6": "iso-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic "
        "ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6:1987",
        "iso-8859-7": "iso-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 "
        "iso8859-7 iso88597 iso_8859-7:1987 sun_eu_greek",
        "iso-8859-8": "iso-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 "
        "iso8859-8 iso88598 iso_8859-8:1988 visual iso-8859-8-i csiso88598i logical",
        "iso-8859-10": "iso-8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6",
        "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
        "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
        "iso-8859-15": "iso-8859-15 csisolatin9 iso8859-15 iso885915 l9 latin9",
        "iso-8859-16": "iso-8859-16 iso8859-16 iso885916",
        "koi8-r": "koi8-r cskoi8r koi koi8 koi8r",
        "koi8-u": "koi8-u koi8-ru",
        "mac-roman": "macintosh csmacintosh mac x-mac-roman macroman",
        "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian maccyrillic",
        "cp874": "windows-874 cp874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620",
        "cp1250": "windows-1250 cp1250 x-cp1250",
        "cp1251": "windows-1251 cp1251 x-cp1251",
        "cp1252": "windows-1252 cp1252 x-cp1252 iso-8859-1 csisolatin1 iso-ir-100 iso8859-1 "
        "iso88591 iso_8859-1:1987 l1 latin1 latin-1 ascii us-ascii ansi_x3.4-1968 cp819 ibm819",
        "cp1253": "windows-1253 cp1253 x-cp1253",
        "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 csisolatin5 iso-ir-148 iso8859-9 "
        "iso88599 iso_8859-9:1989 l5 latin5",
        "cp1255": "windows-1255 cp1255 x-cp1255",
        "cp1256": "windows-1256 cp1256 x-cp1256",
        "cp1257": "windows-1257 cp1257 x-cp1257",
        "cp1258": "windows-1258 cp1258 x-cp1258",
        "gb18030": "gb18030 gbk gb2312 x-gbk gb_2312 gb_2312-80 chinese csgb2312 "
        "csiso58gb231280 iso-ir-58 cp936",
        "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
        # Python's "euc_jp" lacks the circled numbers that WHATWG's index has.
        "euc-jis-2004": "euc-jp cseucpkdfmtjapanese x-euc-jp euc-jis-2004",
        "iso2022-jp-ext": "iso-2022-jp csiso2022jp iso2022-jp",
        "cp932": "shift-jis shift_jis sjis x-sjis windows-31j ms932 ms_kanji csshiftjis cp932 "
        "shift-jis-2004",
        "cp949": "euc-kr windows-949 cp949 ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean "
        "cseuckr csksc56011987 iso-ir-149",
    }.items()
    for alias in aliases.split()
}
_MULTI_BYTE_CODECS: Final = frozenset(
    "utf-8 utf-16-le utf-16-be gb18030 big5hkscs euc-jis-2004 iso2022-jp-ext cp932 cp949".split()
)


def _decode_with(data: bytes, codec: str) -> str:
    """The text in a codec, with U+FFFD for each error."""
    if codec in _MULTI_BYTE_CODECS:
        return data.decode(codec, "replace")
    return codecs.charmap_decode(data, "replace", _single_byte_table(codec))[0]


@cache
def _single_byte_table(codec: str) -> str:
    """The 256 characters of a single-byte codec, as WHATWG has them.

    Python leaves a few bytes from 80 to 9F (hex) undefined, which WHATWG maps to the control
    characters of the same number. Left undefined, they would count against a declaration that
    is right. What is undefined for both is U+FFFE, which ``charmap_decode`` takes for an error.
    """
    chars = (bytes([byte]).decode(codec, "replace") for byte in range(256))
    return "".join(
        (chr(byte) if 0x80 <= byte < 0xA0 else "\ufffe") if char == "\ufffd" else char
        for byte, char in enumerate(chars)
    )


# What is not guessed, although it may be declared: pages in these are very rare, and Latin pages
# with a few bytes beyond ASCII are taken for them. Browsers guess none of them but ISO-8859-4.
_NEVER_GUESSED: Final = frozenset(
    "iso-8859-3 iso-8859-4 iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 mac-roman "
    "mac-cyrillic".split()
)
# DOS has letters where Latin encodings have quotation marks.
_GUESSED_IF_NOT_LATIN: Final = frozenset(["cp866"])


def _guess_codec(data: bytes) -> str:
    """The codec that chardet finds likeliest, windows-1252 where it finds none."""
    import chardet  # slow to import, and only pages of unknown encoding need it

    allowed = {*_WEB_CODECS.values(), *_UTF_16_CODECS.values()} - _NEVER_GUESSED
    if not _is_not_latin(data):
        allowed -= _GUESSED_IF_NOT_LATIN
    found = chardet.detect(
        _beyond_ascii_in_context(data), max_bytes=LIMITS.detector_bytes, include_encodings=allowed
    )
    guess = found["encoding"] or ""
    return _UTF_16_CODECS.get(_normalized_label(guess)) or web_codec(guess) or "cp1252"


def _beyond_ascii_in_context(data: bytes) -> bytes:
    r"""The bytes beyond ASCII and a few before and after them, for a statistical detector.

    Kilobytes of markup, styles and scripts look the same in all encodings, and hide the words.
    No tag is left whose declaration a detector would believe. A last character that was cut off
    goes, because detectors rule an encoding out by a single error.

    >>> _beyond_ascii_in_context(b"<i>caf\xe9</i>" + b"-" * 99 + b"<i>\xe0 la")
    b' i>caf\xe9 /i>----------------------------\n----------------------------- i>\xe0 la'
    """
    sample = _LONG_ASCII.sub(rb"\1\n\2", data).replace(b"<", b" ")
    return sample.rstrip(_HIGH_BYTES) or sample
