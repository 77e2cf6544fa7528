"""Small hostile pieces: tag soup, strings that break programs, wrongly declared encodings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from benchmarks.hostile_pages.builders import ENTITIES, TAGS, WORDS, in_page, sentence

# Pieces of markup, to be put together in any order.
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
    """Random pieces of markup."""
    return "".join(rng.choices(SOUP_PIECES, k=pieces))


# Contexts that bring a parser into each of its states; the piece replaces the braces.
PARSER_CONTEXTS: Final = (
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


def soup_in_contexts() -> Iterator[str]:
    """Every piece of markup in every parser context."""
    for context in PARSER_CONTEXTS:
        for piece in SOUP_PIECES:
            yield context.replace("{}", piece) + "x<p>y"


# Strings that have broken programs: as a page, a line, a name, a URL, a field of a file.
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

# Encodings that a page may declare, rightly or wrongly; some are not allowed on the web.
DECLARED_ENCODINGS: Final = (
    "utf-8 utf-16 utf-16le utf-16be utf-32 utf-7 iso-8859-1 iso-8859-2 iso-8859-6 iso-8859-8-i "
    "windows-1252 windows-1251 windows-1254 windows-874 koi8-r koi8-u macintosh ibm866 gbk gb18030 "
    "big5 euc-jp shift_jis iso-2022-jp euc-kr x-user-defined replacement punycode idna rot13 zlib "
    "base64 unicode_escape raw_unicode_escape mbcs undefined utf-8-sig hz cp037 none"
).split()
REAL_ENCODINGS: Final = (
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-7 latin-1 cp1252 cp1251 "
    "koi8-r gb18030 big5 euc-jp shift_jis iso2022_jp iso2022_kr euc-kr hz cp037 cp1256 cp874"
).split()


def declared_as(charset: str, text: str, codec: str) -> bytes:
    """A page that declares ``charset`` and is encoded with ``codec``."""
    page = f'<html><head><meta charset="{charset}"><title>a</title></head><body><p>{text}</p>'
    return page.encode(codec, "replace")


def encodings() -> Iterator[tuple[str, bytes]]:
    """Pages in every encoding that declare every other, each with a name."""
    for codec in REAL_ENCODINGS:
        for charset in DECLARED_ENCODINGS:
            yield f"{codec} as {charset}", declared_as(charset, " ".join(WORDS), codec)


def cut_short(rng: random.Random) -> Iterator[bytes]:
    """Ordinary pages cut off anywhere, also within a tag or a character."""
    whole = in_page(f"<p class='a b'>{sentence(rng, 40)}<!-- a --><a href='/x'>{WORDS[-1]}</a>")
    for codec in ("utf-8", "utf-16", "utf-32", "gb18030"):
        data = whole.encode(codec, "replace")
        for end in rng.sample(range(len(data)), 30):
            yield data[:end]
