"""Words and helpers that hostile pages are built from."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

Source = str | bytes
Make = Callable[[int, random.Random], Source]

WORDS: Final = (
    "harbour council ferry evening bridge market winter school river baker "
    "Hafen Brücke Straße مدينة السوق नगर परिषद मेला 港口 桥梁 市場 橋 항구 시장 "
    "гавань мост ярмарка λιμάνι γέφυρα ท่าเรือ สะพาน נמל גשר köprü çarşı"
).split()
# All elements that HTML's tree builder has rules for, and some that it does not know.
TAGS: Final = (
    "html head body title base link meta style script noscript template frameset frame noframes "
    "p div span a b i u em strong font nobr big small code tt s strike br hr wbr img image area "
    "ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th form input button "
    "select option optgroup textarea fieldset legend label datalist output progress meter keygen "
    "h1 h2 h3 h4 h5 h6 hgroup article section nav aside header footer main address blockquote pre "
    "listing xmp plaintext iframe noembed object param embed applet marquee video audio source "
    "track canvas map svg g path foreignObject desc math mi mo mtext annotation-xml mglyph "
    "malignmark details summary dialog menu menuitem ruby rb rt rtc rp bdi bdo isindex command "
    "search slot x-thing o:p fb:like"
).split()
ENTITIES: Final = (
    "&amp &amp; &lt &lt; &notit; &not &NotEqualTilde; &#0; &#x0; &#128; &#x80; &#xD800; &#xDFFF; "
    "&#x10FFFF; &#x110000; &#99999999999999999999; &#x; &#; & &; &&amp;& &nbsp; &ZeroWidthSpace; "
    "&CounterClockwiseContourIntegral; &#xFDD0; &#xB; &#x1F600; &lang; &notin &lol9; &copy=1"
).split()
ODD_CHARACTERS: Final = (
    "\0\x01\x07\x08\x0b\x0c\x0e\x1a\x1b\x1c\x1d\x1e\x1f\x7f\x80\x85\x9f\xa0\xad\u034f\u061c\u115f"
    "\u1680\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202d\u202e\u2060\u2066\u2069"
    "\u206f\u3000\u3164\ufdd0\ufdfd\ufe0f\ufeff\uffa0\ufff9\ufffc\ufffd\ufffe\uffff\U0001d173"
    "\U0001f1e6\U0001f468\U000e0001\U000e0041\U0010ffff"
)
SURROGATES: Final = "\ud800\udbff\udc00\udfff"
BIDI: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO_WIDTH: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f"
BLANKS: Final = " \t\n\f\r\u00a0\u1680\u2003\u2028\u2029\u205f\u3000\x0b\x1c\x1f\x85"


def sentence(rng: random.Random, words: int = 12) -> str:
    """Random words in a dozen scripts, with a full stop."""
    return " ".join(rng.choices(WORDS, k=words)) + "."


def repeated(piece: str, size: int) -> str:
    """A piece repeated until it fills so many bytes of UTF-8."""
    return piece * max(1, size // len(piece.encode("utf-8", "surrogatepass")))


def numbered(piece: Callable[[int], str], size: int) -> str:
    """Pieces made from their number, until they fill so many bytes of UTF-8."""
    out, room, number = [], size, 0
    while room > 0:
        out.append(piece(number))
        room -= len(out[-1].encode("utf-8", "surrogatepass"))
        number += 1
    return "".join(out)


def around(before: str, filler: Callable[[int], str], after: str, size: int) -> str:
    """A filler between two ends, so large that all three have the given size."""
    return before + filler(max(1, size - len(before) - len(after))) + after


def in_page(body: str) -> str:
    """A body in an ordinary page, so that it is surely read as HTML."""
    return (
        "<!DOCTYPE html><html><head><title>The ferry</title></head><body>"
        f"<p>The first ferry crossed the strait this morning.</p>{body}"
    )


def registered_in(pages: dict[str, Make]) -> Callable[[Make], Make]:
    """A decorator that adds a function of a size and random numbers to kinds of pages."""

    def register(make: Make) -> Make:
        pages[make.__name__.replace("_", "-")] = make
        return make

    return register
