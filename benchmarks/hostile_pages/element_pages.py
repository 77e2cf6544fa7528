"""Kinds of pages with many or deeply nested elements, attributes, lines and table cells."""

from __future__ import annotations

import random

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
def ordinary(size: int, rng: random.Random) -> Source:
    """An ordinary page, to compare the others with."""
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
    """Formatting elements, which the parser opens again in each paragraph."""
    bold = numbered(lambda i: f"<b id={i}>", size // 2)
    return in_page(bold + repeated("<p>a", size // 2))


@page
def few_formatting(size: int, rng: random.Random) -> Source:
    return in_page(
        numbered(lambda i: f"<i id={i}>", min(size // 9, 40_000)) + repeated("<p>a", size)
    )


@page
def formatting_again(size: int, rng: random.Random) -> Source:
    """Different formatting elements, opened again for each letter: a tree 25 times the page."""
    return in_page(
        numbered(lambda i: f"<font id={i}>", min(size // 9, 1500)) + repeated("<p>a", size)
    )


@page
def formatting_in_cells(size: int, rng: random.Random) -> Source:
    bold = numbered(lambda i: f"<B id={i}>", min(size // 9, 1500))
    return in_page(f"<div>{bold}<table>" + repeated("<tr><td>a</table><table>", size))


@page
def html_attributes(size: int, rng: random.Random) -> Source:
    """Each tag adds an attribute to the root element."""
    return in_page(numbered(lambda i: f"<html a{i}=1>", size))


@page
def body_attributes(size: int, rng: random.Random) -> Source:
    return in_page(numbered(lambda i: f"<BODY\na{i}>a", size))


@page
def misnested(size: int, rng: random.Random) -> Source:
    """Elements that the adoption agency algorithm must rearrange."""
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
    """One element with up to a million attributes."""
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
    """Each element has another tag name."""
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
    """Bare text with up to a million of the shortest lines."""
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
    """One character beyond the basic plane makes Python store four bytes for each."""
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
