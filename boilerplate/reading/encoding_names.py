"""The names of encodings, and the codecs that they mean to browsers."""

from __future__ import annotations

import codecs
from functools import cache
from typing import Final

# Only HTTP can declare these: a declaration inside the page was read as ASCII, so it is wrong.
UTF_16_CODECS: Final = {
    "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
}  # fmt: skip


def web_codec(label: str) -> str | None:
    """The Python codec of a WHATWG encoding label; None if browsers know no such label.

    >>> web_codec("ISO-8859-9"), web_codec("utf8"), web_codec("punycode")
    ('cp1254', 'utf-8', None)
    """
    return WEB_CODECS.get(normalized_label(label))


def declared_codec(label: str) -> str | None:
    """The Python codec of an encoding that a page may declare: browsers' and some older ones.

    >>> declared_codec("windows-1251"), declared_codec("IBM855"), declared_codec("hex")
    ('cp1251', 'cp855', None)
    """
    return web_codec(label) or _OLD_CODECS.get(normalized_label(label))


def normalized_label(label: str) -> str:
    """A label as the tables here have it: lower case, hyphens for underscores."""
    return label.strip().lower().replace("_", "-")


# The labels of WHATWG's Encoding Standard: ISO-8859-1 is windows-1252, ISO-8859-9 windows-1254.
WEB_CODECS: Final = {
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
# What files of the time before the web, and feeds of some programs, declare by IANA's names.
_OLD_CODECS: Final = {
    alias: codec
    for codec, aliases in {
        **{f"cp{number}": f"ibm{number} cp{number} csibm{number}" for number in (
            737, 775, 852, 855, 857, 860, 861, 862, 863, 864, 865, 869,
        )},
        "cp437": "ibm437 cp437 cspc8codepage437",
        "cp850": "ibm850 cp850 cspc850multilingual",
        "cp852": "ibm852 cp852 cspcp852",
        "johab": "johab cp1361 ms1361",
        "iso2022-kr": "iso-2022-kr csiso2022kr",
        "koi8-t": "koi8-t",
        "kz1048": "kz-1048 strk1048-2002 rk1048",
        "mac-greek": "x-mac-greek macgreek",
        "mac-latin2": "x-mac-ce x-mac-centraleurroman maccentraleurope",
        "mac-turkish": "x-mac-turkish macturkish",
    }.items()
    for alias in aliases.split()
}  # fmt: skip
_MULTI_BYTE_CODECS: Final = frozenset(
    "utf-8 utf-16-le utf-16-be gb18030 big5hkscs euc-jis-2004 iso2022-jp-ext cp932 cp949 johab "
    "iso2022-kr".split()
)


def decode_with(data: bytes, codec: str) -> str:
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
