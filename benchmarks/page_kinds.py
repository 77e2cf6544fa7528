"""Kinds of pages that readers stumble over, and what each tool makes of one of each.

``python -m benchmarks.page_kinds`` tries each tool that is installed on the same small pages, and
prints a table. ``--write`` puts it into docs/pages.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from benchmarks.tools import PEERS, Input, Tool, installed, ours, quiet_and_offline
from boilerplate.cleaner import Cleaner
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.html import html_page
from training.documents.markdown import markdown_table, write_section
from training.paths import DOCS

DOCUMENT: Final = DOCS / "pages.md"
MARKERS: Final = (
    "<!-- table: made by `python -m benchmarks.page_kinds --write` -->",
    "<!-- end of the table -->",
)
NAMES: Final = ("trafilatura", "resiliparse", "readability-lxml")
PARAGRAPHS: Final = (
    "The ropewalk behind the church has been empty since the last of its spinners went to sea.",
    "It is four hundred yards long, and children who could not be found were usually found there.",
    "In spring the parish will lift the floor to see what has become of the tar beneath it.",
)
MENU: Final = (
    "<header><a href=/>The Parish Pump</a><nav><ul><li><a href=/news>News</a><li>"
    "<a href=/walks>Walks</a><li><a href=/letters>Letters</a></ul></nav></header>"
)
FOOTER: Final = "<footer><a href=/imprint>Imprint</a><p>© 2024 The Parish Pump</footer>"


@dataclass(frozen=True, slots=True)
class PageKind:
    """A small page of one kind: ``inside`` stands between the paragraphs of an article.

    Each pattern of ``keep`` is found in one line of the text of a right page, and none of ``drop``
    in any. ``what`` says what is done with such pages.
    """

    name: str
    what: str
    inside: str
    keep: Sequence[str]
    drop: Sequence[str] = ()
    page: str = ""  # the whole page, where an article around it would not do

    @property
    def markup(self) -> str:
        """The page."""
        if self.page:
            return self.page
        first, *others = (f"<p>{text}</p>" for text in PARAGRAPHS)
        article = f"<article><h1>The ropewalk</h1>{first}{self.inside}{''.join(others)}</article>"
        head = "<head><meta charset=utf-8><title>The ropewalk</title></head>"
        return f"<!DOCTYPE html><html lang=en>{head}<body>{MENU}{article}{FOOTER}</body></html>"

    def faults(self, text: str) -> list[str]:
        """What is wrong with the text that a tool keeps of the page."""
        wanted = (*self.keep, *(() if self.page else map(re.escape, PARAGRAPHS)))
        lines = text.split("\n")
        lost = not all(any(re.search(each, line) for line in lines) for each in wanted)
        kept = any(re.search(each, line) for each in self.drop for line in lines)
        return ["text lost or cut"] * lost + ["too much kept"] * kept


XHTML: Final = (
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "xhtml1.dtd">'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>The ropewalk</title>'
)
ARTICLE: Final = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
ALL: Final = tuple(map(re.escape, PARAGRAPHS))

PAGE_KINDS: Final = (
    PageKind(
        "MathML in a sentence", "the formula as text, in the sentence",
        "<p>Rope of length <math><mi>l</mi></math> weighs <math><mi>w</mi><mi>l</mi></math> tons.",
        ["length l weighs wl tons"],
    ),
    PageKind(
        "KaTeX", "one of its two copies",
        "<p>With <span class=katex><span class=katex-mathml><math><mi>n</mi></math></span><span "
        "class=katex-html aria-hidden=true><span class=mord>n</span></span></span> strands it "
        "holds.",
        ["With n strands it holds"],
    ),
    PageKind(
        "custom elements in a sentence", "part of the sentence",
        "<p>A <x-term>hawser</x-term> is a rope of three <x-term>strands</x-term> or more.",
        ["A hawser is a rope of three strands or more"],
    ),
    PageKind(
        "buttons in a sentence", "part of the sentence, with text on both sides",
        "<p>Press <button>Spin</button> and then <button>Lay</button> to start the machine.",
        ["Press Spin and then Lay to start the machine"],
    ),
    PageKind(
        "highlighted code", "lines and indentation as shown",
        "<pre><span class=k>def</span> <span class=n>lay</span><span class=p>(</span>strands):\n"
        "    <span class=k>return</span> twist(strands)</pre>",
        [r"def lay\(strands\):$", r"^    return twist\(strands\)"],
    ),
    PageKind(
        "line numbers of code", "left out",
        "<table><tr><td class=gutter><pre>1\n2\n3</pre><td><pre>a = 1\nb = 2\nc = 3</pre></table>",
        ["a = 1", "c = 3"], [r"^\W*[123]\W*$"],
    ),
    PageKind(
        "drop capital, price", "no blank where the page shows none",
        "<p><span class=cap>A</span><span class=rest>ll rope</span> was sold at "
        "<span class=c>£</span><span class=a>14</span><span class=z>.50</span> a coil.",
        [r"All rope was sold at £14\.50 a coil"],
    ),
    PageKind(
        "table of data", "a line for each row, tabs between cells",
        "<table><tr><th>Rope<th>Strands<tr><td>Hawser<td>three<tr><td>Shroud<td>four</table>",
        [r"Hawser\W+three", r"Shroud\W+four"],
    ),
    PageKind(
        "definition list", "a short term and its definition on one line",
        "<dl><dt>Oakum<dd>old rope picked apart<dt>Marline<dd>thin line of two strands</dl>",
        [r"Oakum\W+old rope picked apart", "thin line of two strands"],
    ),
    PageKind(
        "self-closed script in XHTML", "closed", "", ALL, (),
        f"{XHTML}<script src='a.js'/></head><body><div><h1>The ropewalk</h1>{ARTICLE}</div></body>"
        "</html>",
    ),
    PageKind(
        "self-closed iframe", "closed",
        "<iframe src=https://film.example/1 />", [],
    ),
    PageKind(
        "select that is never closed", "closed before the next block", "", ALL, ["Walks"],
        f"<html><body><form><select><option>News<option>Walks</form><div>{ARTICLE}</div></body></html>",
    ),
    PageKind(
        "CDATA in XHTML", "text", "", ALL, [r"\]\]>"],
        f"{XHTML}</head><body><div><h1>The ropewalk</h1><p><![CDATA[{PARAGRAPHS[0]}]]></p>"
        f"<p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p></div></body></html>",
    ),
    PageKind(
        "declarative shadow root", "shown",
        "<x-box><template shadowrootmode=open><p>Tar is boiled twice, and the second boil is for "
        "the ships of the navy.</p></template></x-box>",
        ["Tar is boiled twice"],
    ),
    PageKind(
        "text in an SVG picture", "lines after the picture",
        "<svg><text>Hemp is combed, spun and laid</text></svg>", ["Hemp is combed, spun and laid"],
    ),
    PageKind(
        "frameset with noframes", "the text for browsers without frames", "", ALL, (),
        f"<html><frameset cols='*'><frame src=a.html><noframes><body>{ARTICLE}</body></noframes>"
        "</frameset></html>",
    ),
    PageKind(
        "text only in JSON-LD", "taken, where the page shows no article", "", ALL, (),
        "<html><head><title>The ropewalk</title><script type='application/ld+json'>"
        '{"@type": "NewsArticle", "articleBody": "' + " ".join(PARAGRAPHS) + '"}'
        f"</script></head><body>{MENU}<h1>The ropewalk</h1><div id=app></div>{FOOTER}</body>"
        "</html>",
    ),
    PageKind(
        "hidden tooltip in a sentence", "a hidden line after the sentence, dropped",
        "<p>The <b>walk<i role=tooltip style='display:none'>A shed for ropes.</i></b> is long.",
        ["The walk is long"], ["A shed for ropes"],
    ),
    PageKind(
        "closed dialog", "dropped beside an article",
        "<dialog><p>Please confirm that you are over eighteen years old, because some of our pages "
        "are about rum.</p></dialog>",
        [], ["over eighteen"],
    ),
    PageKind(
        "label for screen readers", "apart from the sentence",
        "<p><span class=visually-hidden>Article content</span>Spinners walk backwards all day.",
        ["^Spinners walk backwards all day"],
    ),
    PageKind(
        "named anchors left open", "no links",
        "<a name=a><h3>Who spins?</h3><p>Whoever has the longest belt, and forty yards of hemp.",
        [r"Who spins\?", "Whoever has the longest belt"],
    ),
    PageKind(
        "escaped tags", "read as tags, on pages without code",
        "<div>&lt;p&gt;The tar came from Norway.&lt;/p&gt;&lt;p&gt;It came in barrels.&lt;/p&gt;"
        "</div>",
        ["The tar came from Norway", "It came in barrels"], ["<p>"],
    ),
    PageKind(
        "entities escaped twice", "characters, on pages without code",
        "<p>The spinners&amp;#8217; wages were paid in ale &amp;amp; bread.",
        ["spinners’ wages were paid in ale & bread"],
    ),
    PageKind(
        "shortcodes of page builders", "left out",
        '[vc_row css=".x{a:b}"][vc_column_text]The floor is of oak.[/vc_column_text][/vc_row]',
        ["The floor is of oak"], [r"vc_row"],
    ),
    PageKind(
        "soft hyphens", "left out",
        "<p>The com&shy;pany of rope&shy;makers met in the pub.",
        ["The company of ropemakers met"],
    ),
    PageKind(
        "white-space: pre-line", "lines as shown",
        "<div style='white-space: pre-line'>What to bring.\n\n- a lamp for the far end\n- boots"
        "</div>",
        ["^- a lamp for the far end$", r"What to bring\.$"],
    ),
    PageKind(
        "permalinks and [edit] in headings", "left out",
        "<h2>Hemp<a class=headerlink href=#h>¶</a></h2><p>Hemp came by river from the east.</p>"
        "<h2>Tar<span>[<a href=/e>edit</a>]</span></h2><p>Tar came by sea from the north.</p>",
        ["^#* ?Hemp", "^#* ?Tar"], ["¶", "edit"],
    ),
    PageKind(
        "hard-wrapped mail", "paragraphs",
        "<pre>I have walked the whole of it with a lantern on the last evening of\n"
        "the year, and there is nothing there but nails and a few barrels that\n"
        "nobody wants.\n</pre>",
        ["on the last evening of the year, and there is nothing there"],
    ),
)  # fmt: skip


def answers(tools: Iterable[Tool], kinds: Iterable[PageKind] = PAGE_KINDS) -> list[dict[str, str]]:
    """For each kind what is done, and what is wrong with the text of each tool, by its name."""
    rows = []
    for kind in kinds:
        given = Input(kind.markup, html_page(kind.markup), None, "en")
        row = {"page": kind.name, "what boilerplate does": kind.what}
        for tool in tools:
            row[tool.name] = ", ".join(kind.faults(tool.run(given).text)) or "right"
        rows.append(row)
    return rows


@click.command()
@click.option("--write", is_flag=True, help="Write the table into docs/pages.md.")
@click.option("--document", type=click.Path(path_type=Path), default=DOCUMENT, hidden=True)
def main(write: bool, document: Path) -> None:
    """Try small pages of many kinds on each tool that is installed."""
    quiet_and_offline()
    peers, missing, versions = installed(tool for tool in PEERS if tool.name in NAMES)
    rows = answers([ours(Cleaner(plugins=no_plugins())), *peers])
    right = {
        tool: f"{sum(row[tool] == 'right' for row in rows)} of {len(rows)}"
        for tool in list(rows[0])[2:]
    }
    rows.append({"page": "right", "what boilerplate does": "", **right})
    table = markdown_table(list(rows[0]), [list(row.values()) for row in rows], words=2)
    click.echo(table)
    for name in missing:
        click.echo(f"not installed: {name}", err=True)
    if write:
        named = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
        write_section(document, f"{table}\n\nVersions: {named}.", MARKERS)


if __name__ == "__main__":
    main()
