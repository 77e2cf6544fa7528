"""From the bytes of a page to its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from boilerplate.reading.encoding_names import (
    UTF_16_CODECS,
    WEB_CODECS,
    declared_codec,
    decode_with,
    normalized_label,
)

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
    # Bytes beyond ASCII from which encodings that no browser guesses are guessed, too. Of 1,101
    # pieces of pages in windows-1251 with 80 characters, chardet takes 18 for MacCyrillic; of 2,872
    # with 600 characters, 3, and is not sure of them.
    rare_encoding_bytes: int = 600


LIMITS: Final = EncodingLimits()
_CONTROL_BYTES: Final = range(0x20)
_NUL: Final = range(1)
_HIGH_BYTES: Final = bytes(range(0x80, 0x100))
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]{4,}")
# ASCII of which only the ends are near bytes beyond ASCII: 32 bytes hold the word before a letter
# with an accent, and mostly the words around it. Fewer tell Latin encodings apart less well.
_LONG_ASCII: Final = re.compile(rb"(?<![\x00-\x7f])([\x00-\x7f]{32})[\x00-\x7f]*([\x00-\x7f]{32})")
_LATIN_CODECS: Final = frozenset("cp1250 cp1252 cp1254 cp1257 iso-8859-2 iso-8859-15".split())
_BYTE_ORDER_MARKS: Final = (  # that of UTF-32 begins like that of UTF-16
    (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
_ESCAPE: Final = b"\x1b"  # without it, ASCII is the same in all encodings
_ISO_2022_ESCAPE: Final = b"\x1b$"
_ISO_2022_KR_ESCAPE: Final = b"\x1b$)C"


def decode(data: bytes, charset: str | None = None) -> str:
    """Decode a page's bytes; what cannot be decoded becomes U+FFFD.

    ``charset`` is what the HTTP headers declare. In order of precedence: a byte-order mark;
    UTF-32 and UTF-16 found by their NULs and control characters; for bytes beyond ASCII, UTF-16
    declared by HTTP, then
    valid UTF-8, because text in another encoding is hardly ever valid UTF-8, then UTF-16 found
    by its NULs; ``charset``; the declaration in the page; a statistical guess. UTF-8 with a few
    broken bytes is valid here, and with more of them if it is declared. Another declaration is
    passed over if decoding leaves many U+FFFD, or if it names a Latin encoding and the bytes are
    not those of a Latin script.
    """
    for mark, marked_codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(marked_codec, "replace")
    if codec := _utf_32_by_upper_bytes(data) or _utf_16_by_upper_bytes(
        data, _CONTROL_BYTES, LIMITS.min_control_share
    ):
        return data.decode(codec, "replace")
    if not data.isascii():
        if codec := UTF_16_CODECS.get(normalized_label(charset or "")):
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
        return data.decode(_iso_2022_codec(data), "replace")
    return decode_with(data, _guess_codec(data))


def _as_declared(data: bytes, charset: str | None) -> str | None:
    """The text in the encoding that HTTP or the page declares; None if neither can be right."""
    for label in filter(None, (charset, _declared_in_page(data))):
        codec = declared_codec(label)
        if codec is None or codec == "utf-8":  # what could be UTF-8 has been decoded before
            continue
        if codec in _LATIN_CODECS and _is_not_latin(data):
            continue
        text = decode_with(data, codec)
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


def _utf_32_by_upper_bytes(data: bytes) -> str | None:
    """The codec of UTF-32 without a mark; None where the bytes are something else.

    The upper byte of a code point is NUL, and the next one at most 10 (hex).
    """
    head = data[: LIMITS.utf_16_bytes]
    if 0 not in head or not any(head):
        return None
    for codec, upper, second in (("utf-32-be", 0, 1), ("utf-32-le", 3, 2)):
        if head[second::4] and not any(head[upper::4]) and max(head[second::4]) <= 0x10:
            return codec
    return None


def _iso_2022_codec(data: bytes) -> str:
    """The codec of bytes that are all ASCII, where some may begin with an escape."""
    if _ISO_2022_KR_ESCAPE in data:
        return "iso2022-kr"
    return "iso2022-jp-ext" if _ISO_2022_ESCAPE in data else "ascii"


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
    return text if "utf-8" in map(declared_codec, labels) else None


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


# What is not guessed, although it may be declared: pages in these are very rare, and Latin pages
# with a few bytes beyond ASCII are taken for them. Browsers guess none of them but ISO-8859-4.
_NEVER_GUESSED: Final = frozenset(
    "iso-8859-3 iso-8859-4 iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 mac-roman "
    "mac-cyrillic".split()
)
# DOS has letters where Latin encodings have quotation marks.
_GUESSED_IF_NOT_LATIN: Final = frozenset(["cp866"])
# Rare encodings, and the confidence of chardet from which none of 1,182 pages in their common ones
# is taken for them. No such page is valid Johab, so that it needs no confidence.
_RARE_CONFIDENCES: Final = {"cp855": 0.5, "mac-cyrillic": 0.5, "mac-roman": 0.1}
# No word has a capital letter there, which this byte is in Latin encodings: it is MacRoman's
# apostrophe.
_MAC_APOSTROPHE: Final = re.compile(rb"[a-z]\xd5[a-z]")


def _guess_codec(data: bytes) -> str:
    """The codec that chardet finds likeliest, windows-1252 where it finds none."""
    sample = _beyond_ascii_in_context(data)
    allowed = {*WEB_CODECS.values(), *UTF_16_CODECS.values()} - _NEVER_GUESSED
    many = len(sample) - len(sample.translate(None, _HIGH_BYTES)) >= LIMITS.rare_encoding_bytes
    if not _is_not_latin(data):
        allowed -= _GUESSED_IF_NOT_LATIN
        rare = {"mac-roman"}
    else:
        rare = {"cp855", "mac-cyrillic"} if many else set()
    if many and _is_johab(data):
        return "johab"
    guess, confidence = _ask_chardet(sample, allowed | rare)
    sure = guess == "mac-roman" and _MAC_APOSTROPHE.search(data)
    if guess in rare and confidence < _RARE_CONFIDENCES[guess] and not sure:
        guess, _ = _ask_chardet(sample, allowed)
    return guess or "cp1252"


def _ask_chardet(sample: bytes, allowed: set[str]) -> tuple[str | None, float]:
    """The codec that chardet finds likeliest among those allowed, and how sure it is."""
    import chardet  # slow to import, and only pages of unknown encoding need it

    found = chardet.detect(sample, max_bytes=LIMITS.detector_bytes, include_encodings=allowed)
    name = found["encoding"] or ""
    return UTF_16_CODECS.get(normalized_label(name)) or declared_codec(name), found["confidence"]


def _is_johab(data: bytes) -> bool:
    """Whether all bytes are valid in Johab, as no page in another encoding, and chardet agrees.

    The second bytes of characters are often ASCII, so that the whole page is looked at.
    """
    try:
        data.rstrip(_HIGH_BYTES).decode("johab")
    except UnicodeDecodeError:
        return False
    return _ask_chardet(data, {*WEB_CODECS.values(), "johab"})[0] == "johab"


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
