"""The encoding of a page's bytes."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Final

_META_CHARSET = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.I)
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
CHARSET_SNIFF_LENGTH = 4096  # WHATWG asks for 1,024; real pages put long comments first
DETECT_LENGTH = 200_000  # bytes given to the statistical detector
MAX_REPLACEMENT_SHARE = 0.002  # more U+FFFD than this and the declared encoding was wrong
UTF_16_SNIFF_LENGTH = 8_192
_CONTROLS = range(0x20)  # the upper byte of an alphabet's characters is one of them
MIN_CONTROL_SHARE = 0.4
MIN_NUL_SHARE = 0.01  # bare Chinese has NULs in its blanks and line ends only
_UTF8_LEADS = bytes(range(0xC2, 0xF5))
MAX_BROKEN_SHARE = 0.05  # of UTF-8's sequences; other encodings break nearly all


def decode(data: bytes, charset: str | None = None) -> str:
    """Bytes to text by the web's rules, and by the evidence where a declaration is wrong.

    A byte-order mark decides; then the NULs of UTF-16; then what is valid UTF-8 beyond ASCII,
    whatever was declared, for no other encoding looks like it by chance; then ``charset``, then
    what the page declares, unless it leaves many U+FFFD; then a statistical guess.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    if utf_16 := _one_sided(data, _CONTROLS, MIN_CONTROL_SHARE):
        return data.decode(utf_16, "replace")
    if not data.isascii():
        if utf_16 := _UTF_16.get(_key(charset or "")):
            return data.decode(utf_16, "replace")
        if (text := _nearly_utf8(data)) is not None:
            return text
        if utf_16 := _one_sided(data, range(1), MIN_NUL_SHARE):
            return data.decode(utf_16, "replace")
    for label in filter(None, (charset, _declared(data))):
        declared = web_codec(label)
        if declared and declared != "utf-8":  # what could be UTF-8 has been taken for it
            text = _decoded(data, declared)
            if declared in _LATIN and _speaks_no_latin(data):
                continue
            if text.count("\ufffd") <= MAX_REPLACEMENT_SHARE * len(text):
                return text
    if data.isascii():
        return data.decode("iso2022-jp-ext" if _ISO_2022_ESCAPE in data else "ascii", "replace")
    return _decoded(data, _guess_codec(data))


_LATIN: Final = frozenset("cp1250 cp1252 cp1254 cp1257 iso-8859-2 iso-8859-15".split())
_HIGH_BYTES: Final = bytes(range(0x80, 0x100))
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]{4,}")
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
# Only the transport can declare these: in a page that says so, the word was read as ASCII.
_UTF_16: Final = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


def _one_sided(data: bytes, among: range, share: float) -> str | None:
    """UTF-16 without a mark: one byte stands often on one side of its pairs, not on the other."""
    if 0 not in data[:UTF_16_SNIFF_LENGTH]:  # its blanks and line ends have one
        return None
    sides = data[:UTF_16_SNIFF_LENGTH:2], data[1:UTF_16_SNIFF_LENGTH:2]
    first, second = (max(map(side.count, among)) for side in sides)
    few, many = sorted((first, second))
    if many < max(share * len(sides[0]), 2) or few * 3 > many:
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _nearly_utf8(data: bytes) -> str | None:
    """The text of bytes that are UTF-8, or were before they were cut or something was put in."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    sequences = len(data) - len(data.translate(None, _UTF8_LEADS))
    return text if text.count("\ufffd") <= MAX_BROKEN_SHARE * sequences else None


def _speaks_no_latin(data: bytes) -> bool:
    """Whether most bytes beyond ASCII come in runs, as no language in Latin letters has them.

    Servers and editors declare ISO-8859-1 unasked, and any bytes are valid in it.
    """
    high = len(data) - len(data.translate(None, _HIGH_BYTES))
    return sum(found.end() - found.start() for found in _HIGH_RUN.finditer(data)) > high / 2


def _declared(data: bytes) -> str | None:
    """The encoding that a page claims in its first 4,096 bytes."""
    head = _COMMENT.sub(b"", data[:CHARSET_SNIFF_LENGTH])
    match = _XML_ENCODING.search(head) or _META_CHARSET.search(head)
    return match[1].decode("ascii", "replace") if match else None


def web_codec(label: str) -> str | None:
    """The Python codec of a WHATWG encoding label, None for what is no web encoding.

    >>> web_codec("ISO-8859-9"), web_codec("utf8"), web_codec("punycode")
    ('cp1254', 'utf-8', None)
    """
    return _WEB_CODECS.get(_key(label))


def _key(label: str) -> str:
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
        # the plain codec lacks the circled numbers that WHATWG's index has
        "euc-jis-2004": "euc-jp cseucpkdfmtjapanese x-euc-jp euc-jis-2004",
        "iso2022-jp-ext": "iso-2022-jp csiso2022jp iso2022-jp",
        "cp932": "shift-jis shift_jis sjis x-sjis windows-31j ms932 ms_kanji csshiftjis cp932 "
        "shift-jis-2004",
        "cp949": "euc-kr windows-949 cp949 ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean "
        "cseuckr csksc56011987 iso-ir-149",
    }.items()
    for alias in aliases.split()
}
_ISO_2022_ESCAPE: Final = b"\x1b$"
_MULTI_BYTE: Final = frozenset(
    "utf-8 utf-16-le utf-16-be gb18030 big5hkscs euc-jis-2004 iso2022-jp-ext cp932 cp949".split()
)


def _decoded(data: bytes, codec: str) -> str:
    if codec in _MULTI_BYTE:
        return data.decode(codec, "replace")
    return codecs.charmap_decode(data, "replace", _charmap(codec))[0]


@cache
def _charmap(codec: str) -> str:
    """A single-byte codec's 256 characters, control characters where Python has none.

    Python refuses a few bytes from 80 to 9F that WHATWG reads as the control characters of
    those numbers; refused, they would speak against a declaration that is right.
    """
    each = (bytes([i]).decode(codec, "replace") for i in range(256))
    return "".join(
        (chr(i) if 0x80 <= i < 0xA0 else "\ufffe") if char == "\ufffd" else char
        for i, char in enumerate(each)
    )


def _guess_codec(data: bytes) -> str:
    import chardet  # only pages of unknown encoding pay for it

    among = {*_WEB_CODECS.values(), *_UTF_16.values()}
    guess = chardet.detect(data[:DETECT_LENGTH], include_encodings=among)["encoding"] or ""
    return _UTF_16.get(_key(guess)) or web_codec(guess) or "cp1252"
