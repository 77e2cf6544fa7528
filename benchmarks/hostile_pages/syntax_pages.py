"""Kinds of pages with broken or unusual syntax: unclosed tags, comments, raw text, references."""

from __future__ import annotations

import random

from benchmarks.hostile_pages.builders import (
    ENTITIES,
    TAGS,
    WORDS,
    Make,
    Source,
    around,
    in_page,
    numbered,
    registered_in,
    repeated,
)
from benchmarks.hostile_pages.fragments import tag_soup

PAGES: dict[str, Make] = {}
page = registered_in(PAGES)


@page
def unclosed(size: int, rng: random.Random) -> Source:
    """Random tags that are never closed."""
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
    """Scripts where tables allow none."""
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
