"""Kinds of pages with unusual bytes, encodings, characters and blanks."""

from __future__ import annotations

import random

from benchmarks.hostile_pages.builders import (
    BIDI,
    BLANKS,
    ODD_CHARACTERS,
    SURROGATES,
    ZERO_WIDTH,
    Make,
    Source,
    in_page,
    numbered,
    registered_in,
    repeated,
)

PAGES: dict[str, Make] = {}
page = registered_in(PAGES)


@page
def nul_bytes(size: int, rng: random.Random) -> Source:
    return bytes(size)


@page
def control_bytes(size: int, rng: random.Random) -> Source:
    return in_page("").encode() + bytes(range(32)) * (size // 32)


@page
def random_bytes(size: int, rng: random.Random) -> Source:
    return rng.randbytes(size)


@page
def random_bytes_in_html(size: int, rng: random.Random) -> Source:
    return in_page("").encode() + rng.randbytes(size)


@page
def high_bytes(size: int, rng: random.Random) -> Source:
    return in_page("").encode() + bytes(range(0x80, 0x100)) * (size // 128)


@page
def overlong_utf8(size: int, rng: random.Random) -> Source:
    return in_page("").encode() + b"\xc0\x80\xe0\x80\xaf\xf8\x88\x80\x80\x80\xed\xa0\x80" * (
        size // 13
    )


@page
def continuation_bytes(size: int, rng: random.Random) -> Source:
    return in_page("").encode() + b"\x80" * size


@page
def escape_bytes(size: int, rng: random.Random) -> Source:
    """Escape sequences of ISO-2022-JP."""
    return in_page("").encode() + b"\x1b$B\x1b(B\x1b$@!" * (size // 10)


@page
def punycode(size: int, rng: random.Random) -> Source:
    return b"<html><meta charset=punycode><body>" + b"-abcdef" * (size // 7)


@page
def utf_7(size: int, rng: random.Random) -> Source:
    return b"<html><meta charset=utf-7><body>" + b"+ADw-script+AD4-a " * (size // 18)


@page
def utf_16(size: int, rng: random.Random) -> Source:
    return b"\xff\xfe" + in_page(repeated("<p>\u6e2f\u53e3 a", size // 3)).encode("utf-16-le")


@page
def utf_32(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<p>\u6e2f\u53e3 a", size // 5)).encode("utf-32")


@page
def meta_charsets(size: int, rng: random.Random) -> Source:
    return b"<html>" + b"<meta charset=" * (size // 14) + b">"


@page
def surrogates(size: int, rng: random.Random) -> Source:
    return in_page(repeated(f"<p>a{SURROGATES}", size))


@page
def surrogate_names(size: int, rng: random.Random) -> Source:
    return in_page(repeated(f"<p \ud800=1 class='{SURROGATES}'>a", size))


@page
def bidi(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<p>{rng.choice(BIDI) * 40}a", size))


@page
def zero_width(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: rng.choice(ZERO_WIDTH), size))


@page
def zero_width_text(size: int, rng: random.Random) -> Source:
    return numbered(lambda i: f"{rng.choice(ZERO_WIDTH) * 30}a\n", size)


@page
def odd_characters(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<p>{''.join(rng.choices(ODD_CHARACTERS, k=20))}", size))


@page
def mark_tower(size: int, rng: random.Random) -> Source:
    """One letter with all combining marks of a page."""
    return in_page("<p>a" + repeated("\u0301", size))


@page
def mark_towers(size: int, rng: random.Random) -> Source:
    return numbered(
        lambda i: "e" + "".join(rng.choices("\u0300\u0316\u0323\u0489", k=60)) + "\n", size
    )


@page
def mixed_marks(size: int, rng: random.Random) -> Source:
    """Combining marks of alternating classes, which Unicode normalisation must sort."""
    return in_page("<p>a" + repeated("\u0301\u0323\u0327\u05b0", size))


@page
def mixed_marks_text(size: int, rng: random.Random) -> Source:
    return "a" + repeated("\u0301\u0323", size)


@page
def expanding_characters(size: int, rng: random.Random) -> Source:
    """Characters that become eighteen under NFKC, or three when case-folded."""
    return repeated("\ufdfa\u0390\ufb03\u0130", size)


@page
def hangul_jamo(size: int, rng: random.Random) -> Source:
    return repeated("\u1112\u1161\u11ab", size)


@page
def emoji_chain(size: int, rng: random.Random) -> Source:
    return repeated("\U0001f468\u200d\U0001f469\u200d", size)


@page
def private_use(size: int, rng: random.Random) -> Source:
    return numbered(lambda i: chr(0xF0000 + i % 65000) + ("\n" if i % 9 == 8 else ""), size)


@page
def blanks(size: int, rng: random.Random) -> Source:
    """A long run of blanks, on which a regular expression may backtrack."""
    return "a" + repeated(" ", size) + "b"


@page
def blanks_in_html(size: int, rng: random.Random) -> Source:
    return in_page("<p>a" + repeated(" \u00a0", size) + "b")


@page
def blanks_before_tag(size: int, rng: random.Random) -> Source:
    return repeated("<a ", size)


@page
def every_blank(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: rng.choice(BLANKS) + "a", size))
