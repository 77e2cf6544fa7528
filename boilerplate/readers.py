"""Bytes and strings to a Page: encoding, kind, and the splitting of HTML into lines.

The line splitter decides much of the accuracy: what it merges no classifier can part again.
A line is a run of inline content between two block boundaries or ``<br>``; loose text between
the children of a container is a line of its own, and so is each table cell. Nothing recurses.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Any, Final

import turbohtml

from boilerplate import acceleration
from boilerplate.limits import MAX_LINES, readable, readable_lines
from boilerplate.page import Element, Kind, Line, Markup, Metadata, Page, Selector, text_page

# Asked with the parsed document, answers with the nodes that each selector chose.
Select = Callable[[Any], Mapping[Selector, Iterable[Any]]]

# Rendered inline by browsers: they never end a line. Everything else, custom elements
# included, is a block, because containers are far commoner than inline inventions.
INLINE_TAGS: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark "
    "math nobr picture q rb rp rt ruby s samp small source span strike strong sub sup time "
    "track tt u var wbr".split()
)
# Their text is never shown, or shown only where the element itself cannot be.
SKIPPED_TAGS: Final = frozenset(
    "annotation annotation-xml audio base canvas datalist embed frame frameset iframe link "
    "noembed noframes object param script select style svg template textarea title video".split()
)
EMPHASIS_TAGS: Final = frozenset("b strong em i u mark big".split())
# Two of them side by side are set apart by style sheets, though no blank stands between.
SPACED_TAGS: Final = frozenset("a label time img input".split())
NAME_ATTRIBUTES: Final = ("id", "role", "itemprop", "rel", "property", "data-testid")
MAX_NAMES = 16  # a megabyte of class names says no more than the first few
MAX_NAME_LENGTH = 64
SQUEEZE_LENGTH = 1_000_000  # characters
MAX_JSON_LD = 2_000_000  # characters of one script, far above what articles need
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

# A byte-order mark or one of these at the start settles it; else three tags do.
_HTML_START = re.compile(r"[\s\ufeff]*<(?:!doctype\s+html|html|head|body|\?xml|!--)", re.I)
_HTML_TAG = re.compile(
    r"</?(?:a|article|b|body|br|div|em|figure|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|"
    r"input|li|link|main|meta|nav|ol|p|pre|script|section|span|strong|style|table|tbody|td|th|"
    r"title|tr|ul)(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
KIND_SNIFF_LENGTH = 100_000
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


def read(
    source: str | bytes,
    url: str | None = None,
    kind: Kind | None = None,
    charset: str | None = None,
    select: Select | None = None,
) -> Page:
    """A Page from HTML or bare text; ``kind`` None tells them apart by content.

    ``charset`` is what the transport declared (an HTTP header), for bytes only; ``select`` is
    asked which elements of the markup to note in ``Page.selected``.
    """
    if isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    if not isinstance(source, (str, bytes)):
        raise TypeError(f"a page is str or bytes, not {type(source).__name__}")
    if kind not in (None, "html", "text"):
        raise ValueError(f"kind is 'html', 'text' or None, not {kind!r}")
    text = decode(source, charset) if isinstance(source, bytes) else source
    if (kind or kind_of(text)) == "html":
        return html_page(text, url, select)
    return read_text(text, url)


def kind_of(text: str) -> Kind:
    """Whether a page is HTML or text whose tags are gone, by its first 100,000 characters.

    >>> kind_of("<!DOCTYPE html><p>x"), kind_of("if a<b and c>d: print"), kind_of("")
    ('html', 'text', 'text')
    """
    head = text[:KIND_SNIFF_LENGTH]
    if _HTML_START.match(head):
        return "html"
    tags = [match.start() for match, _ in zip(_HTML_TAG.finditer(head), range(3), strict=False)]
    opens_with_tag = bool(tags) and not head[: tags[0]].strip("\ufeff \t\r\n")
    return "html" if len(tags) == 3 or (opens_with_tag and len(tags) >= 1) else "text"


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


def squeezed(text: str) -> str:
    r"""The text with each run of whitespace as one space, and none at its ends.

    >>> squeezed("  a\n b\t")
    'a b'
    """
    if len(text) <= SQUEEZE_LENGTH:
        return " ".join(text.split())
    # A word at a time takes twenty times the room of the text; a stretch at a time does not.
    out: list[str] = []
    apart = False
    for start in range(0, len(text), SQUEEZE_LENGTH):
        stretch = text[start : start + SQUEEZE_LENGTH]
        if words := " ".join(stretch.split()):
            if out and (apart or stretch[0].isspace()):
                out.append(" ")
            out.append(words)
            apart = stretch[-1].isspace()
        else:
            apart = True
    return "".join(out)


def read_text(text: str, url: str | None = None) -> Page:
    r"""A Page of the lines as given: none merged, none lost, blank ones included.

    >>> [line.text for line in read_text("a\r\n\n b\n").lines]
    ['a', '', ' b']
    """
    text, unread = readable_lines(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    page = text_page(lines, url)
    return replace(page, unread=unread) if unread else page


def html_page(markup: str, url: str | None = None, select: Select | None = None) -> Page:
    """A Page from HTML: one Line a block of inline content, with its markup.

    An element without text is not among the page's, and so never among its selected ones.

    >>> page = html_page("<nav><a>Home</a></nav><p>One<br>two <b>three</b>")
    >>> [line.text for line in page.lines]
    ['Home', 'One', 'two three']
    """
    markup, unread = readable(markup)
    # Who selects needs the parsed document.
    if select is None and (parts := _compiled_split(markup)):
        lines, elements, head, behind = parts
        unread += behind
        return Page(lines, "html", url, elements, _metadata(head), unread=unread)
    document = turbohtml.parse(markup, positions=False)
    chosen = select(document) if select else {}
    splitter = _Splitter(chosen=_by_node(chosen), selected={selector: [] for selector in chosen})
    splitter.walk(document.children)
    return Page(
        tuple(splitter.lines),
        "html",
        url,
        tuple(splitter.elements),
        _metadata(splitter.head),
        {selector: frozenset(indices) for selector, indices in splitter.selected.items()},
        unread + splitter.unread,
    )


# What the head claims is the third, how many characters are left unread the last.
_Parts = tuple[tuple[Line, ...], tuple[Element, ...], dict[str, list[str]], int]


def _compiled_split(markup: str) -> _Parts | None:
    """What ``_Splitter`` makes of a page, where the compiled part is there and can.

    It reads what the parser writes of the document that it has built, which is well formed.
    """
    if acceleration.native is None:
        return None
    written = turbohtml.parse(markup, positions=False).html
    classes = Line, Markup, Element
    return acceleration.native.split_html(written, _tag_kinds(), *classes, _is_hidden_style)


@cache
def _tag_kinds() -> dict[str, int]:
    """What each tag is, a bit for each set of tags; in the order that the compiled part knows."""
    kinds = (INLINE_TAGS, SKIPPED_TAGS, EMPHASIS_TAGS, SPACED_TAGS)
    return {
        tag: sum(1 << bit for bit, tags in enumerate(kinds) if tag in tags)
        for tag in frozenset().union(*kinds)
    }


def _is_hidden_style(style: str) -> bool:
    return _HIDDEN_STYLE.search(style[:500]) is not None


def _by_node(chosen: Mapping[Selector, Iterable[Any]]) -> dict[Any, list[Selector]]:
    by_node: dict[Any, list[Selector]] = {}
    for selector, nodes in chosen.items():
        for node in nodes:
            by_node.setdefault(node, []).append(selector)
    return by_node


@dataclass(slots=True)
class _Frame:
    """An open element on the walk's stack."""

    children: Iterator[Any]
    node: Any = None
    tag: str = ""
    index: int = -1  # in Page.elements, once it has held text
    in_link: bool = False
    in_emphasis: bool = False
    preformatted: bool = False


@dataclass(slots=True)
class _Splitter:
    """The walk's state: finished lines, and the pieces of the one under way."""

    lines: list[Line] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    head: dict[str, list[str]] = field(default_factory=dict)
    chosen: Mapping[Any, list[Selector]] = field(default_factory=dict)
    selected: dict[Selector, list[int]] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    element: int = -1
    held: int = 0  # the height, in the stack, of the innermost element around all the pieces
    links: int = 0
    link_chars: int = 0
    emphasis_chars: int = 0
    after_break: bool = False
    unread: int = 0  # characters behind the last line that there may be

    def walk(self, children: Iterable[Any]) -> None:
        stack = [_Frame(iter(children))]
        gap = False  # the last thing closed is set apart from what opens next
        while stack:
            frame = stack[-1]
            node = next(frame.children, None)
            if node is None:
                stack.pop()
                self.held = min(self.held, len(stack))
                if frame.tag in INLINE_TAGS:
                    gap = frame.tag in SPACED_TAGS or (
                        frame.tag == "span" and bool(frame.node.attr("class"))
                    )
                else:
                    self.end_line()
                continue
            if isinstance(node, turbohtml.Text):
                data = node.data
                if data and not data.isspace():
                    self.add_text(data, stack)
                    gap = False
                elif data and self.pieces:
                    self.pieces.append(" ")
                continue
            if not isinstance(node, turbohtml.Element):
                continue
            tag = node.tag
            if tag == "br":
                self.end_line()
                self.after_break = True
                continue
            if tag in SKIPPED_TAGS:
                self.note_head(tag, node)
                continue
            if tag == "meta":
                self.note_meta(node)
                continue
            if tag in INLINE_TAGS:
                if gap and self.pieces:
                    self.pieces.append(" ")
                gap = False
                if tag == "a" and not frame.in_link:
                    self.links += 1
            else:
                self.end_line()
                gap = False
            stack.append(
                _Frame(
                    iter(node.children),
                    node,
                    tag,
                    -1,
                    frame.in_link or tag == "a",
                    frame.in_emphasis or tag in EMPHASIS_TAGS,
                    frame.preformatted or tag == "pre",
                )
            )
        self.end_line()

    def add_text(self, data: str, stack: list[_Frame]) -> None:
        frame = stack[-1]
        if frame.preformatted and "\n" in data:
            first, *rest = data.split("\n")
            if first.strip():
                self.add_piece(first, stack)
            for line in rest:
                self.end_line()
                if line.strip():
                    self.add_piece(line, stack)
            return
        self.add_piece(data, stack)

    def add_piece(self, data: str, stack: list[_Frame]) -> None:
        if len(self.lines) >= MAX_LINES:
            self.unread += len(data)
            return
        frame = stack[-1]
        if frame.index < 0:
            self.register(stack)
        if self.element < 0:
            self.held = len(stack)
        self.element = stack[self.held - 1].index
        self.pieces.append(data)
        chars = len(data.strip())
        if frame.in_link:
            self.link_chars += chars
            self.links = max(self.links, 1)
        if frame.in_emphasis:
            self.emphasis_chars += chars

    def register(self, stack: list[_Frame]) -> None:
        known = len(stack) - 1
        while known and stack[known].index < 0:
            known -= 1
        for above, frame in pairwise(stack[known:]):
            frame.index = len(self.elements)
            self.elements.append(_element(frame.node, frame.tag, above.index))
            if self.chosen:
                for selector in self.chosen.get(frame.node, ()):
                    self.selected[selector].append(frame.index)

    def end_line(self) -> None:
        if self.pieces:
            text = squeezed("".join(self.pieces))
            if text:
                self.lines.append(
                    Line(
                        text,
                        Markup(
                            self.element,
                            self.links,
                            min(self.link_chars, len(text)),
                            min(self.emphasis_chars, len(text)),
                            self.after_break,
                        ),
                    )
                )
            self.pieces = []
            self.element = -1
            self.link_chars = self.emphasis_chars = 0
        self.links = 0
        self.after_break = False

    def note_head(self, tag: str, node: Any) -> None:
        if tag == "title":
            self.head.setdefault("title", []).append(node.text)
        elif tag == "script" and "ld+json" in (node.attr("type") or ""):
            self.head.setdefault("ld+json", []).append(node.text)

    def note_meta(self, node: Any) -> None:
        name = node.attr("property") or node.attr("name") or node.attr("itemprop")
        content = node.attr("content")
        if name and content:
            self.head.setdefault(name.lower(), []).append(content)


def _element(node: Any, tag: str, parent: int) -> Element:
    attrs = node.attrs  # never as a whole: it may have names that are no Unicode
    hidden = tag == "noscript"
    if not len(attrs):
        return Element(tag, (), parent, hidden)
    classes = attrs.get("class") or ()
    if isinstance(classes, str):
        classes = classes.split()
    names = list(classes[:MAX_NAMES])
    for key in NAME_ATTRIBUTES:
        value = attrs.get(key)
        if value:
            names.append(f"{key}={value if isinstance(value, str) else ' '.join(value)}")
    hidden = (
        hidden
        or "hidden" in attrs
        or attrs.get("aria-hidden") == "true"
        or _is_hidden_style(attrs.get("style") or "")
    )
    return Element(tag, tuple(name[:MAX_NAME_LENGTH] for name in names), parent, hidden)


ARTICLE_TYPES: Final = ("article", "posting", "recipe", "review", "discussion", "report", "howto")


def _metadata(head: dict[str, list[str]]) -> Metadata:
    def first(*keys: str) -> str:
        return next((" ".join(head[key][0].split()) for key in keys if head.get(key)), "")

    found: dict[str, str] = {}
    for script in head.get("ld+json", ()):
        for thing in _json_ld_things(script):
            kinds = thing.get("@type")
            named = kinds if isinstance(kinds, list) else [kinds]
            kind = " ".join(name for name in named if isinstance(name, str))
            if any(name in kind.lower() for name in ARTICLE_TYPES):
                found.setdefault("type", kind)
                for key in ("headline", "description", "articleBody", "text"):
                    if isinstance(value := thing.get(key), str):
                        found.setdefault(key, " ".join(value.split()))
    return Metadata(
        title=first("title"),
        headline=first("og:title", "twitter:title") or found.get("headline", ""),
        description=first("og:description", "description", "twitter:description")
        or found.get("description", ""),
        body=found.get("articleBody") or found.get("text", ""),
        type=first("og:type") or found.get("type", ""),
    )


def _json_ld_things(script: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script, its ``@graph`` unrolled; none where it is broken."""
    if len(script) > MAX_JSON_LD:
        return
    try:
        queue = deque([json.loads(script, strict=False)])
    except (ValueError, RecursionError):
        return
    while queue:
        thing = queue.popleft()
        if isinstance(thing, list):
            queue.extend(thing[:100])
        elif isinstance(thing, dict):
            yield thing
            queue.extend(
                thing[key]
                for key in ("@graph", "mainEntity")
                if isinstance(thing.get(key), (list, dict))
            )
