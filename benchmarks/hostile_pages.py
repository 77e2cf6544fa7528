"""Pages that nobody means well with, made from a seed.

``PAGES`` grow: each is asked for so many bytes and gives about as many, so that what a page costs
can be held against its size. ``SCRAPS`` are small and odd: tag soup, strings that break programs,
every encoding declared as every other. All were written for this project.
"""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

Source = str | bytes
Make = Callable[[int, random.Random], Source]

WORDS: Final = (
    "harbour council ferry evening bridge market winter school river baker "
    "Hafen Brücke Straße مدينة السوق नगर परिषद मेला 港口 桥梁 市場 橋 항구 시장 "
    "гавань мост ярмарка λιμάνι γέφυρα ท่าเรือ สะพาน נמל גשר köprü çarşı"
).split()
# Opened in every order and never closed in the right one; all that the tree builder treats apart.
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
    """So many words in a dozen scripts."""
    return " ".join(rng.choices(WORDS, k=words)) + "."


def repeated(piece: str, size: int) -> str:
    """A piece as often as it takes to fill so many bytes of UTF-8."""
    return piece * max(1, size // len(piece.encode("utf-8", "surrogatepass")))


def numbered(piece: Callable[[int], str], size: int) -> str:
    """Pieces that are told their number, until so many bytes are full."""
    out, room, number = [], size, 0
    while room > 0:
        out.append(piece(number))
        room -= len(out[-1].encode("utf-8", "surrogatepass"))
        number += 1
    return "".join(out)


def around(before: str, filler: Callable[[int], str], after: str, size: int) -> str:
    """A filler of the right size between two ends."""
    return before + filler(max(1, size - len(before) - len(after))) + after


def in_page(body: str) -> str:
    """A body in an ordinary page, so that no sniffing stands between it and the parser."""
    return (
        "<!DOCTYPE html><html><head><title>The ferry</title></head><body>"
        f"<p>The first ferry crossed the strait this morning.</p>{body}"
    )


# ---------------------------------------------------------------------------------- the pages

PAGES: Final[dict[str, Make]] = {}


def page(make: Make) -> Make:
    """Enter a maker under its name."""
    PAGES[make.__name__.replace("_", "-")] = make
    return make


@page
def ordinary(size: int, rng: random.Random) -> Source:
    """No harm meant: what the others are held against."""
    return in_page(numbered(lambda i: f"<div class=a{i % 7}><p>{sentence(rng)}</p></div>\n", size))


@page
def nested(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<div>", size) + "deep down")


@page
def nested_with_text(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<div>a ", size))


@page
def nested_and_closed(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<b>x", size // 2) + repeated("</b>", size // 2))


@page
def nested_formatting(size: int, rng: random.Random) -> Source:
    """Formatting elements, which each new paragraph opens again."""
    bold = numbered(lambda i: f"<b id={i}>", size // 2)
    return in_page(bold + repeated("<p>a", size // 2))


@page
def few_formatting(size: int, rng: random.Random) -> Source:
    return in_page(
        numbered(lambda i: f"<i id={i}>", min(size // 9, 40_000)) + repeated("<p>a", size)
    )


@page
def formatting_again(size: int, rng: random.Random) -> Source:
    """A hundred of them, no two alike, for each letter of text: a tree 25 times the page."""
    return in_page(
        numbered(lambda i: f"<font id={i}>", min(size // 9, 1500)) + repeated("<p>a", size)
    )


@page
def formatting_in_cells(size: int, rng: random.Random) -> Source:
    bold = numbered(lambda i: f"<B id={i}>", min(size // 9, 1500))
    return in_page(f"<div>{bold}<table>" + repeated("<tr><td>a</table><table>", size))


@page
def html_attributes(size: int, rng: random.Random) -> Source:
    """Each tag adds an attribute to the page's first element."""
    return in_page(numbered(lambda i: f"<html a{i}=1>", size))


@page
def body_attributes(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<BODY\na{i}>a", size))


@page
def misnested(size: int, rng: random.Random) -> Source:
    """What the adoption agency algorithm is for."""
    return in_page(repeated("<a><div><b><p>x</a>y</b>", size))


@page
def nested_tables(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<table><tr><td>a", size))


@page
def foster_parents(size: int, rng: random.Random) -> Source:
    return in_page("<table>" + repeated("<tr>a<b>b<p>c", size))


@page
def nested_lists(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<ul><li>a", size))


@page
def nested_svg(size: int, rng: random.Random) -> Source:
    return in_page("<svg>" + repeated("<g><foreignObject><p>a<svg>", size))


@page
def nested_math(size: int, rng: random.Random) -> Source:
    return in_page("<math>" + repeated("<mi><mglyph><annotation-xml encoding=text/html><p>a", size))


@page
def nested_templates(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<template>a", size))


@page
def nested_spans(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<span class=x>a ", size))


@page
def attributes(size: int, rng: random.Random) -> Source:
    """One element with a million of them."""
    return in_page(around("<p ", lambda n: numbered(lambda i: f"a{i}=1 ", n), ">text", size))


@page
def same_attribute(size: int, rng: random.Random) -> Source:
    return in_page(around("<p ", lambda n: repeated("class=x ", n), ">text", size))


@page
def long_class(size: int, rng: random.Random) -> Source:
    return in_page(around('<p class="', lambda n: numbered(lambda i: f"c{i} ", n), '">text', size))


@page
def long_names(size: int, rng: random.Random) -> Source:
    third = size // 3
    return in_page(
        f"<p id={repeated('i', third)} role={repeated('Ab', third)} "
        f"itemprop='{repeated('x ', third)}'>text"
    )


@page
def long_style(size: int, rng: random.Random) -> Source:
    return in_page(around('<p style="', lambda n: repeated("display :", n), 'none">text', size))


@page
def long_tag(size: int, rng: random.Random) -> Source:
    return in_page(around("<", lambda n: repeated("x", n), ">text", size))


@page
def many_tags(size: int, rng: random.Random) -> Source:
    """Each element has a name of its own."""
    return in_page(numbered(lambda i: f"<t{i}>a</t{i}>", size))


@page
def many_ids(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<p id=n{i}>a", size))


@page
def many_links(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<a href=/{i}>a</a> ", size))


@page
def many_link_blocks(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<li><a href=/{i}>item {i}</a>", size))


@page
def many_lines(size: int, rng: random.Random) -> Source:
    """Bare text; a million of the shortest lines there are."""
    return repeated("a\n", size)


@page
def many_different_lines(size: int, rng: random.Random) -> Source:
    return numbered(lambda i: f"line {i} of it\n", size)


@page
def blank_lines(size: int, rng: random.Random) -> Source:
    return "a\n" + repeated("\n", size)


@page
def breaks(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<br>", size))


@page
def breaks_with_text(size: int, rng: random.Random) -> Source:
    return in_page(repeated("a<br>", size))


@page
def paragraphs(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<p>a", size))


@page
def long_line(size: int, rng: random.Random) -> Source:
    """Bare text in one line."""
    return repeated("word and ", size)


@page
def long_word(size: int, rng: random.Random) -> Source:
    return repeated("a", size)


@page
def long_html_line(size: int, rng: random.Random) -> Source:
    return in_page(repeated("word and ", size))


@page
def long_odd_line(size: int, rng: random.Random) -> Source:
    """One character beyond the basic plane makes each cost four bytes."""
    return in_page("\U0001f680" + repeated("word and ", size))


@page
def html_without_tags(size: int, rng: random.Random) -> Source:
    return "<html>" + repeated("a", size)


@page
def pre_lines(size: int, rng: random.Random) -> Source:
    return in_page("<pre>" + repeated("a\n", size))


@page
def large_table(size: int, rng: random.Random) -> Source:
    return in_page("<table>" + repeated("<tr><td>1<td>2<td>3<td>4", size))


@page
def spanning_table(size: int, rng: random.Random) -> Source:
    return in_page("<table>" + repeated("<tr><td colspan=999999999 rowspan=999999999>a", size))


@page
def options(size: int, rng: random.Random) -> Source:
    return in_page("<select>" + repeated("<option>a", size))


@page
def option_groups(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<select><optgroup><option>a<select>", size))


@page
def unclosed(size: int, rng: random.Random) -> Source:
    """Every tag, never closed."""
    tags = [tag for tag in TAGS if tag not in ("plaintext", "script", "style", "title", "xmp")]
    return in_page(numbered(lambda i: f"<{rng.choice(tags)}>{rng.choice(WORDS)}", size))


@page
def closed_only(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"</{rng.choice(TAGS)}>a", size))


@page
def soup(size: int, rng: random.Random) -> Source:
    return numbered(lambda i: tag_soup(rng, 8), size)


@page
def open_angles(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<", size))


@page
def open_comment(size: int, rng: random.Random) -> Source:
    return in_page("<!--" + repeated("--!-", size))


@page
def comments(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<!-->", size))


@page
def open_attribute(size: int, rng: random.Random) -> Source:
    return in_page('<p a="' + repeated("<p a='", size))


@page
def doctypes(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<!DOCTYPE html [<!ENTITY a 'b'>]>", size))


@page
def cdata(size: int, rng: random.Random) -> Source:
    return in_page("<svg>" + repeated("<![CDATA[x]]>]]>", size))


@page
def plaintext(size: int, rng: random.Random) -> Source:
    return in_page("<plaintext>" + repeated("<p>a</plaintext>\n", size))


@page
def open_script(size: int, rng: random.Random) -> Source:
    return in_page("<script>" + repeated("<!--<script>", size))


@page
def scripts(size: int, rng: random.Random) -> Source:
    """Where no script belongs."""
    return in_page(repeated("<table><script>a</script><tr><script>1<2</script><td>x", size))


@page
def open_title(size: int, rng: random.Random) -> Source:
    return "<!DOCTYPE html><title>" + repeated("a <b>", size)


@page
def titles(size: int, rng: random.Random) -> Source:
    return "<!DOCTYPE html>" + repeated("<title>a</title>", size)


@page
def metas(size: int, rng: random.Random) -> Source:
    return "<!DOCTYPE html>" + numbered(
        lambda i: f'<meta name="n{i}" property="og:title" content="The ferry {i}">', size
    )


@page
def textareas(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<textarea>\n<p>a</textarea>", size))


@page
def frames(size: int, rng: random.Random) -> Source:
    return "<!DOCTYPE html><frameset>" + repeated("<frame src=a><noframes>a</noframes>", size)


@page
def forms(size: int, rng: random.Random) -> Source:
    return in_page(repeated("<form><input value=a><button>b<form>", size))


@page
def xhtml(size: int, rng: random.Random) -> Source:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>'
        + repeated("<p/><script/><![CDATA[a]]><div/>b", size)
    )


@page
def entity_bomb(size: int, rng: random.Random) -> Source:
    lols = "".join(f'<!ENTITY lol{i} "{f"&lol{i - 1};" * 10}">' for i in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY lol0 "lol">{lols}]>'
        f"<html><body><p>{repeated('&lol9;', size)}"
    )


@page
def entities(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: ENTITIES[i % len(ENTITIES)], size))


@page
def ampersands(size: int, rng: random.Random) -> Source:
    return in_page(repeated("&", size))


@page
def long_reference(size: int, rng: random.Random) -> Source:
    return in_page("&#" + repeated("9", size) + ";")


@page
def data_uri(size: int, rng: random.Random) -> Source:
    return in_page(
        around('<img src="data:image/png;base64,', lambda n: repeated("iVBORw0K", n), '">a', size)
    )


@page
def data_uri_text(size: int, rng: random.Random) -> Source:
    return "data:text/html;base64," + repeated("PGI+YTwvYj4", size)


@page
def svg_path(size: int, rng: random.Random) -> Source:
    return in_page(around('<svg><path d="', lambda n: repeated("M0 0L9 9", n), '"/></svg>', size))


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
    """Taken for ISO-2022-JP."""
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
    """One letter under all the combining marks of a page."""
    return in_page("<p>a" + repeated("\u0301", size))


@page
def mark_towers(size: int, rng: random.Random) -> Source:
    return numbered(
        lambda i: "e" + "".join(rng.choices("\u0300\u0316\u0323\u0489", k=60)) + "\n", size
    )


@page
def mixed_marks(size: int, rng: random.Random) -> Source:
    """Marks of different classes in turn, which Unicode's normal forms sort."""
    return in_page("<p>a" + repeated("\u0301\u0323\u0327\u05b0", size))


@page
def mixed_marks_text(size: int, rng: random.Random) -> Source:
    return "a" + repeated("\u0301\u0323", size)


@page
def expanding_characters(size: int, rng: random.Random) -> Source:
    """One character that becomes eighteen under compatibility, or three when folded."""
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
    """A blank start and end, where a regular expression may look for ever."""
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


@page
def like_html(size: int, rng: random.Random) -> Source:
    return repeated("if a<b and c>d: x<y <notes> <3 </> <1> a<b\n", size)


@page
def like_text(size: int, rng: random.Random) -> Source:
    """HTML whose tags come after what is looked at to tell."""
    return repeated("The ferry left.\n", max(size // 2, 110_000)) + repeated("<p>a</p>", size // 2)


@page
def escaped_html(size: int, rng: random.Random) -> Source:
    return repeated("&lt;p&gt;a&lt;/p&gt;\n", size)


@page
def json_text(size: int, rng: random.Random) -> Source:
    return numbered(lambda i: json.dumps({"html": f"<p>{i}</p>", "n": i}) + "\n", size)


@page
def json_ld_deep(size: int, rng: random.Random) -> Source:
    return (
        '<!DOCTYPE html><script type="application/ld+json">'
        + repeated("[", size // 2) + repeated("]", size // 2) + "</script><p>a"
    )  # fmt: skip


@page
def json_ld_graph(size: int, rng: random.Random) -> Source:
    return (
        '<!DOCTYPE html><script type="application/ld+json">'
        + repeated('{"@graph":[', size // 2) + repeated("]}", size // 3) + "</script><p>a"
    )  # fmt: skip


@page
def json_ld_wide(size: int, rng: random.Random) -> Source:
    things = repeated('{"@type":"Article","articleBody":"a"},', size)
    return f'<!DOCTYPE html><script type="application/ld+json">[{things}1]</script><p>a'


@page
def json_ld_body(size: int, rng: random.Random) -> Source:
    return (
        '<!DOCTYPE html><script type="application/ld+json">{"@type":"Article","articleBody":"'
        + repeated("a b ", size) + '"}</script><p>a b'
    )  # fmt: skip


@page
def json_ld_number(size: int, rng: random.Random) -> Source:
    return (
        '<!DOCTYPE html><script type="application/ld+json">{"@type":"Article","n":'
        + repeated("9", size) + "}</script><p>a"
    )  # fmt: skip


@page
def json_ld_many(size: int, rng: random.Random) -> Source:
    return "<!DOCTYPE html>" + repeated(
        '<script type="application/ld+json">{"@type":"Article","headline":"a"}</script>', size
    )


@page
def one_word(size: int, rng: random.Random) -> Source:
    return repeated("aaa ", size)


@page
def one_word_lines(size: int, rng: random.Random) -> Source:
    return repeated(repeated("aaa ", 400) + "\n", size)


@page
def different_words(size: int, rng: random.Random) -> Source:
    letters = string.ascii_lowercase
    return numbered(
        lambda i: "".join(rng.choices(letters, k=7)) + ("\n" if i % 9 == 8 else " "), size
    )


@page
def long_text_lines(size: int, rng: random.Random) -> Source:
    """Lines just below the length from which only head and tail are read."""
    return numbered(lambda i: "".join(rng.choices(string.ascii_letters, k=3990)) + "\n", size)


@page
def every_language(size: int, rng: random.Random) -> Source:
    """Lines that a language detector has to think about, none like the other."""
    return numbered(lambda i: sentence(rng, 20) + "\n", size)


@page
def digits(size: int, rng: random.Random) -> Source:
    return numbered(lambda i: f"{i}.{i}:{i}-{i}\n", size)


@page
def urls(size: int, rng: random.Random) -> Source:
    return repeated("www.a.com/b?c=d&e#f ", size)


@page
def long_host(size: int, rng: random.Random) -> Source:
    return in_page(around("<a href=http://", lambda n: repeated("a.", n), ">a", size))


def sized(name: str, size: int, seed: int = 0) -> bytes:
    """The bytes of the page of that name, about so many; lone surrogates as they are."""
    made = PAGES[name](size, random.Random(f"{name} {seed}"))  # noqa: S311 - the same ones each time
    return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")


# --------------------------------------------------------------------------------- the scraps

# What may stand in a tag, in any order.
SOUP_PIECES: Final = (
    *(f"<{tag}>" for tag in TAGS),
    *(f"</{tag}>" for tag in TAGS),
    *(f"<{tag}/>" for tag in ("p", "div", "br", "script", "svg", "path", "title", "select")),
    *ENTITIES,
    "<", ">", "</", "</>", "<>", "< p>", "<p", "<p ", "<p a", "<p a=", "<p a='", '<p a="b" a=c>',
    "<!", "<!-", "<!--", "-->", "--!>", "<!-->", "<!--->", "<!doctype", "<!DOCTYPE html>",
    "<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 3.2//EN' \"\">", "<?", "<?xml ?>", "<?php echo 1 ?>",
    "<![CDATA[", "]]>", "</p", "</p x=y>", "<p/x>", "<p =a>", "<p '\"<=>", "<p \0>", "<\0p>",
    "<a href=a><a href=b>", "<input type=hidden>", "<table>x<tr>y<td>z", "<td hidden>",
    "<font color=red size=+1>", "<math definitionurl=a>", "<svg viewbox=a>",
    "<annotation-xml encoding=text/html>", "<isindex prompt=a>", "<body class=b>", "<html lang=x>",
    "<script type=application/ld+json>{", "<meta charset=utf-16>", "<meta name=a content>",
    "<p style='display:none'>", "<p aria-hidden=true>", "<p class>", "<p class=' '>", "<p id=''>",
    "\n", "\r", "\r\n", "\t", "\f", "\0", "\ufeff", "\x1b$B", " ", "text", "港",
    "\U0001f680", "\ud800",
)  # fmt: skip


def tag_soup(rng: random.Random, pieces: int) -> str:
    """So many pieces of markup, in any order."""
    return "".join(rng.choices(SOUP_PIECES, k=pieces))


# Where a parser stands when a piece reaches it; the piece goes where the brace is.
MODES: Final = (
    "{}", "<!DOCTYPE html>{}", "<html>{}", "<head>{}", "<head><noscript>{}", "</head>{}",
    "<body>{}", "<title>{}", "<textarea>{}", "<style>{}", "<script>{}", "<script><!--<script>{}",
    "<xmp>{}", "<iframe>{}", "<noembed>{}", "<noframes>{}", "<plaintext>{}", "<table>{}",
    "<table><caption>{}", "<table><colgroup>{}", "<table><tbody>{}", "<table><tr>{}",
    "<table><tr><td>{}", "<select>{}", "<table><tr><td><select>{}", "<select><optgroup><option>{}",
    "<template>{}", "<template><tr>{}", "<template><col>{}", "</body>{}", "</html>{}",
    "<frameset>{}", "<frameset></frameset>{}", "<frameset></frameset></html>{}", "<svg>{}",
    "<svg><foreignObject>{}", "<svg><desc>{}", "<svg><title>{}", "<svg><script>{}", "<math>{}",
    "<math><mi>{}", "<math><annotation-xml encoding='text/html'>{}", "<p><b><i>{}</b>",
    "<a>{}<a>", "<button>{}<button>", "<nobr>{}<nobr>", "<form>{}<form>", "<ruby><rb>{}<rt>",
    "<pre>\n{}", "<li>{}<li>", "<dd>{}<dt>", "<h1>{}<h2>", "<marquee><b>{}</marquee>", "<!--{}",
    "<p a='{}", "<p a={}", "<{}", "</{}", "<!{}", "&{}", "<![CDATA[{}", "<ul><li><table>{}",
)  # fmt: skip


def modes() -> Iterator[str]:
    """Every piece of soup, wherever a parser can stand."""
    for mode in MODES:
        for piece in SOUP_PIECES:
            yield mode.replace("{}", piece) + "x<p>y"


# What has broken programs before: as a page, a line, a name, a URL, a field of a file.
NAUGHTY: Final = (
    "", " ", "\0", "\n", "\r", "\r\n", "\t", "\ufeff", "\ufffe", "\x1b[31m", "\x1b]0;a\x07", "\x7f",
    "undefined", "null", "NULL", "None", "nil", "NaN", "nan", "Infinity", "-Infinity", "inf",
    "true",
    "0", "-0", "-1", "1e400", "1E-400", "0x0", "1/0", "9" * 5000, "-" + "9" * 5000, "1.0.0.0",
    "..", "../../../../etc/passwd", "/dev/null", "C:\\", "\\\\?\\C:\\", "file:///etc/passwd", "CON",
    "a" * 300, "-", "--", "--help", "-rf", "~", "$HOME", "`id`", "$(id)", "; id", "| id", "%s%n%x",
    "{0}", "{a.__class__}", "%(a)s", "{{7*7}}", "${7*7}", "<%= 7 %>", "#{7}", "__proto__",
    "'", '"', "''", '""', "\\", "\\\\", "\\u0000", "\\ud800", "'; DROP TABLE a; --", "' OR 1=1 --",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>a()</script>",
    "<svg/onload=a()>", "javascript:a()", "JaVaScRiPt:a()", "data:text/html,<script>a()</script>",
    "</title></style></textarea></script><!--", "--><b>", "]]>", "<![CDATA[", "&lt;b&gt;", "&#x0;",
    "http://", "http:///", "http://[", "http://[::1", "http://a:99999", "http://a:b@c:d/", "//",
    "http://\u2100.example", "http://xn--", "http://xn--a", "http://a..b", "http://.", "http://%zz",
    "http://example.com\0.evil", "http://\u202eexample", "http://" + "a." * 200 + "b", "mailto:a@b",
    "http://\ud800/", "http://a b/", "http://a\nb/", "http://EXAMPLE.COM:80", "?", "#", "HTTP://",
    "\ud800", "\udfff", "a\udc00b", "\ud83d", "\U0001f680", "\U0010ffff", "\uffff", "\ufdd0",
    "\u202e\u202dtxet", "\u2066\u2067\u2069", "\u200b", "\u200d\u200d", "\u00ad", "\u034f" * 40,
    "Z" + "\u0300\u0489\u0316" * 30, "ﷺ", "ﷺ" * 100,
    "ǅ", "İ", "ı", "ß", "ŉ", "ΐ", "ﬃ", "Σς", "K", "ſ",
    "港で朝市が開かれた", "가을 장터", "नमस्ते दुनिया", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "ᛒᛟᚨᛏ",
    "𠀋𡈽", "𐌰𐌱", "٠١٢٣", "೬", "½⅓", "①", "Ⅷ",
    "שָׁלוֹםa مَرْحَبًا", "བོད་", "👨\u200d👩\u200d👧", "🇫🇷🇩", "👋🏽", "7️⃣", "(・_・)",
    "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i", "a\r\rb\n\rc", "\u1680\u3000\u2003",
    "[1,2", "{", "[" * 3000, '{"a":' * 3000, '"\\ud800"', "1" + "0" * 10000, "a: b: c",
    "- - -", "---",
    "\x1b]8;;http://a.example\x07port\x1b]8;;\x07", "\x1b]52;c;YQ==\x07", "\x1bP+q41\x1b\\",
    "\x1bc", "\x1b[?1049h\x1b[2J\x1b[6n", "\x1b[8mhidden", "\x9b31m\x9c", "two\b\b\bone", "a\rb",
    "\x07" * 9,
    "กิ็็็็็็็็", "ｆｕｌｌ", "𝐛𝐨𝐥𝐝 𝖋𝖗𝖆𝖐𝖙𝖚𝖗 𝚖𝚘𝚗𝚘", "‘“„‟«»‹›「」『』′″", "🏴\U000e0067\U000e0062\U000e007f",
    "ॣ ॣh ॣ", "జ్ఞ\u200cా", "u\u0338p\u0336", "() { 0; }; id", "A:", "%*.*s", "{% x %}",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "=1+1", "@SUM(1)", "+1", "a,b\n\"c", "\\N", "\\.", "#REF!",
)  # fmt: skip

# As a page may declare itself, rightly or not; some are no encodings of the web.
CHARSETS: Final = (
    "utf-8 utf-16 utf-16le utf-16be utf-32 utf-7 iso-8859-1 iso-8859-2 iso-8859-6 iso-8859-8-i "
    "windows-1252 windows-1251 windows-1254 windows-874 koi8-r koi8-u macintosh ibm866 gbk gb18030 "
    "big5 euc-jp shift_jis iso-2022-jp euc-kr x-user-defined replacement punycode idna rot13 zlib "
    "base64 unicode_escape raw_unicode_escape mbcs undefined utf-8-sig hz cp037 none"
).split()
WRITTEN_AS: Final = (
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-7 latin-1 cp1252 cp1251 "
    "koi8-r gb18030 big5 euc-jp shift_jis iso2022_jp iso2022_kr euc-kr hz cp037 cp1256 cp874"
).split()


def declared_as(charset: str, text: str, codec: str) -> bytes:
    """A page that says it is in ``charset`` and is in ``codec``."""
    page = f'<html><head><meta charset="{charset}"><title>a</title></head><body><p>{text}</p>'
    return page.encode(codec, "replace")


def encodings() -> Iterator[tuple[str, bytes]]:
    """Every encoding declared as every other, each with its name."""
    for codec in WRITTEN_AS:
        for charset in CHARSETS:
            yield f"{codec} as {charset}", declared_as(charset, " ".join(WORDS), codec)


def scraps(seed: int = 0, soups: int = 300) -> Iterator[Source]:
    """All the small ones."""
    rng = random.Random(seed)  # noqa: S311 - the same ones each time
    yield from NAUGHTY
    yield from (in_page(f"<p title='{each}' class='{each}'>{each}") for each in NAUGHTY)
    yield from (data for _, data in encodings())
    yield from modes()
    yield from (tag_soup(rng, rng.randint(1, 60)) for _ in range(soups))
    yield from (rng.randbytes(rng.randint(0, 400)) for _ in range(soups // 3))
    yield from islice(cut_short(rng), soups // 3)


def cut_short(rng: random.Random) -> Iterator[bytes]:
    """Ordinary pages that end anywhere, within a tag or a character."""
    whole = in_page(f"<p class='a b'>{sentence(rng, 40)}<!-- a --><a href='/x'>{WORDS[-1]}</a>")
    for codec in ("utf-8", "utf-16", "utf-32", "gb18030"):
        data = whole.encode(codec, "replace")
        for end in rng.sample(range(len(data)), 30):
            yield data[:end]
