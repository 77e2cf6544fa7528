"""Kinds of pages that look like another format, with JSON-LD, or with unusual text."""

from __future__ import annotations

import json
import random
import string

from benchmarks.hostile_pages.builders import (
    Make,
    Source,
    around,
    in_page,
    numbered,
    registered_in,
    repeated,
    sentence,
)

PAGES: dict[str, Make] = {}
page = registered_in(PAGES)


@page
def like_html(size: int, rng: random.Random) -> Source:
    return repeated("if a<b and c>d: x<y <notes> <3 </> <1> a<b\n", size)


@page
def like_text(size: int, rng: random.Random) -> Source:
    """HTML whose tags come only after the part that is searched for tags."""
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
    """Lines just below the length above which only the beginning and end are read."""
    return numbered(lambda i: "".join(rng.choices(string.ascii_letters, k=3990)) + "\n", size)


@page
def every_language(size: int, rng: random.Random) -> Source:
    """Different lines in several languages, which are slow to detect."""
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
