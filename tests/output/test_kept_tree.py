"""The kept part of a page as Markdown and HTML."""

from __future__ import annotations

import re
from typing import Any

import html5lib
import nh3
import pytest
import turbohtml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from benchmarks.hostile_pages import PAGES, sized
from boilerplate.output.kept_tree import TAGS, kept_tree
from boilerplate.output.render import html_of, markdown_of
from boilerplate.page import Page, text_page
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from tests.made_up import SENTENCES, news_page
from tests.strategies import LINES, MARKUP

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
URL = "https://daily.example/news/today.html"
ROLES = st.sampled_from(
    "headline subheading standfirst body list quote code table caption note navigation".split()
)


def squeezed(text: str) -> str:
    return "".join(text.split())


def tree(page: Page, dropped: str = "", **options: Any) -> Any:
    """The tree of a page of which all lines are kept but those that hold ``dropped``."""
    kept = [not dropped or dropped not in line.text for line in page.lines]
    return kept_tree(page, kept, ["body"] * len(kept), **options)


def markdown(markup: str, dropped: str = "", url: str | None = None, **options: Any) -> str:
    links = options.pop("links", True)
    return markdown_of(tree(html_page(markup, url), dropped, **options), links=links)


def html(markup: str, dropped: str = "", url: str | None = None, **options: Any) -> str:
    links = options.pop("links", True)
    return html_of(tree(html_page(markup, url), dropped, **options), links=links)


def shown(markup: str) -> str:
    """The text of some HTML, without blanks."""
    return squeezed(turbohtml.parse(markup).text)


class TestMarkdown:
    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<h2>Überschrift</h2><p>Satz <b>fett</b>.", "## Überschrift\n\nSatz **fett**.\n"),
            ("<div>один<p>два</p>три</div>", "один\n\nдва\n\nтри\n"),
            ("<p>a<br>b", "a  \nb\n"),
            ("<div>a<br><br>b<br></div>", "a\n\nb\n"),
            ("<ul><li>一<ul><li>二</ul><li><p>三</p></ul>", "- 一\n  - 二\n- 三\n"),
            ("<ol start=3><li>x<li>y</ol>", "3. x\n4. y\n"),
            ("<blockquote>Zitat</blockquote>", "> Zitat\n"),
            ("<pre><code class='x language-py'>a\n  b</code></pre>", "```py\na\n  b\n```\n"),
            ("<div class='highlight-source-c'><pre>int a;</pre></div>", "```c\nint a;\n```\n"),
            ("<p>1. no list", "1\\. no list\n"),
            ("<p>a_b *c* [d] &lt;b&gt; `e`", "a\\_b \\*c\\* \\[d\\] \\<b> \\`e\\`\n"),
            ("<a href=/x><h3>T</h3><p>s</p></a>", "### [T](/x)\n\n[s](/x)\n"),
            ("<table><tr><td><p>eins</p><td><p>zwei</p></table>", "eins\n\nzwei\n"),
            ("<table><tr><td><div>eins</div><td><div>zwei</div></table>", "eins\n\nzwei\n"),
            ("<ul><li><div>eins</div><li><div><div>zwei</div></div></ul>", "- eins\n- zwei\n"),
            ("<custom-box><p>a</p>b</custom-box>", "a\n\nb\n"),
            ("<p>Ein <x-hint>Wort</x-hint> im Satz.", "Ein Wort im Satz.\n"),
            ("<div>Ein <x-hint>Wort</x-hint> im Satz.</div>", "Ein Wort im Satz.\n"),
            (
                "<!-- quirks --><p>x<table><tr><th>a<th>b<tr><td>c<td>d</table>y",
                "x\n\n| a | b |\n| --- | --- |\n| c | d |\n\ny\n",
            ),
            ("<menu><li>αʹ<li>βʹ</menu><li>γʹ", "- αʹ\n- βʹ\n- γʹ\n"),
            ("", ""),
        ],
    )
    def test_what_a_reader_sees_of_markup(self, markup: str, expected: str) -> None:
        assert markdown(markup) == expected

    def test_blanks_and_breaks_between_words_stay(self) -> None:
        code = "<pre><i>from</i><i> </i><b>a</b><u> </u><s>import</s></pre>"
        assert markdown(code) == "```\nfrom a import\n```\n"
        assert markdown("<p>один<span> </span>два<span><br></span>три") == "один два  \nтри\n"
        assert (
            markdown("<div><a href=/a>İlk</a><a href=/b>iki</a></div>") == "[İlk](/a) [iki](/b)\n"
        )

    def test_texts_around_a_dropped_box_stay_apart(self) -> None:
        for box in ("<div>Werbung</div>", "<p>Werbung", "<ul><li>Werbung</ul>"):
            assert markdown(f"<div>eins{box}<br>zwei</div>", dropped="Werb") == "eins\n\nzwei\n"
        cell = "<li>eins<div>Werbung</div>zwei"
        assert html(cell, dropped="Werb") == "<ul>\n<li>eins<br><br>zwei</li>\n</ul>\n"

    def test_cells_that_span_are_squared(self) -> None:
        rows = (
            "<tr><th>Größe<th>Zeit<th>Hitze</tr><tr><td>klein<td>25<td rowspan=2>220</tr>"
            "<tr><td>groß<td>40</tr><tr><td colspan=3>ruhen lassen</tr>"
        )
        assert markdown(f"<table><caption>Backen</caption>{rows}</table>") == (
            "Backen\n\n| Größe | Zeit | Hitze |\n| --- | --- | --- |\n| klein | 25 | 220 |\n"
            "| groß | 40 |  |\n| ruhen lassen |  |  |\n"
        )

    def test_row_below_two_cells_that_span_begins_in_the_third_column(self) -> None:
        rows = (
            "<tr><th>Gün<th>Saat<th>Yer</tr><tr><td rowspan=2>Salı<td rowspan=2>9<td>İskele</tr>"
            "<tr><td>Çarşı</tr>"
        )
        assert markdown(f"<table>{rows}</table>") == (
            "| Gün | Saat | Yer |\n| --- | --- | --- |\n| Salı | 9 | İskele |\n|  |  | Çarşı |\n"
        )

    def test_lists_in_cells_are_text(self) -> None:
        rows = "<tr><th>ใคร<th>อะไร</tr><tr><td>แม่<td><ul><li>ข้าว<ol><li>ขาว</ol><li>ปลา</ul></tr>"
        assert markdown(f"<table>{rows}</table>") == (
            "| ใคร | อะไร |\n| --- | --- |\n| แม่ | ข้าว ขาว ปลา |\n"
        )

    def test_half_kept_table_and_list_are_whole_again(self) -> None:
        rows = "".join(f"<tr><td>{'' if i == 2 else i}<td>Zeile {i}</tr>" for i in range(4))
        assert markdown(f"<table><tr><th>Nr<th>Was</tr>{rows}</table>", dropped="Zeile 1") == (
            "| Nr | Was |\n| --- | --- |\n| 0 | Zeile 0 |\n|  | Zeile 2 |\n| 3 | Zeile 3 |\n"
        )
        items = "<ul><li>a<li>drop<ul><li>b</ul><li>drop</ul>"
        assert MARKDOWN.render(markdown(items, dropped="drop")).count("<li>") == 3

    def test_dropped_lines_of_code_leave_the_others(self) -> None:
        assert markdown("<pre>a\nCopy\n  b</pre>", dropped="Copy") == "```\na\n  b\n```\n"

    @pytest.mark.parametrize(
        ("markup", "language"),
        [
            (
                "<div class=highlight-python3><div class=highlight><pre>x</pre></div></div>",
                "python3",
            ),
            ("<div class=highlight-default><pre>x</pre></div>", ""),
            ("<pre><code class='hljs rust'>x</code></pre>", "rust"),
            ("<figure class='highlight go'><pre>x</pre></figure>", "go"),
            ("<div class='highlight wide go'><pre>x</pre></div>", ""),
        ],
    )
    def test_code_has_the_language_that_its_page_names(self, markup: str, language: str) -> None:
        assert markdown(markup) == f"```{language}\nx\n```\n"

    @pytest.mark.parametrize(
        "markup",
        [
            "<pre><div>если</div><div>  то</div></pre>",
            "<pre><ol><li>если<li>  то</ol></pre>",
            "<pre><code><span style='display:block'>если</span>\n<span>  то</span></code></pre>",
        ],
    )
    def test_lines_of_code_that_are_blocks_stay_lines(self, markup: str) -> None:
        assert markdown(markup) == "```\nесли\n  то\n```\n"

    def test_prose_that_was_wrapped_by_hand_keeps_its_words(self) -> None:
        lines = "Это письмо было написано вручную и потому разбито на строки\nи далее"
        assert squeezed("письмо было") in squeezed(markdown(f"<pre>{lines}</pre>"))

    @pytest.mark.parametrize("language", SENTENCES)
    def test_text_of_a_page_is_in_its_markdown(self, language: str) -> None:
        page = html_page(news_page(language), URL)
        wanted = " ".join(line.text for line in page.lines).split()
        for written in (html_of(tree(page)), MARKDOWN.render(markdown_of(tree(page)))):
            assert " ".join(line.text for line in html_page(written).lines).split() == wanted


class TestLinks:
    def test_links_are_absolute_by_url_and_base(self) -> None:
        link = "<p>Der <a href='../sport?a=1&b=2#c'>Sport</a>"
        assert "(https://daily.example/sport?a=1&b=2#c)" in markdown(link, url=URL)
        base = "<base href='//cdn.example/d/'>"
        assert "(https://cdn.example/sport?a=1&b=2#c)" in markdown(base + link, url=URL)
        assert "(../sport?a=1&b=2#c)" in markdown(link)

    def test_links_can_be_left_out(self) -> None:
        assert markdown("<p>Der <a href=/s>Sport</a>", links=False) == "Der Sport\n"
        assert html("<p>Der <a href=/s>Sport</a>", links=False) == "<p>Der Sport</p>\n"

    def test_blanks_around_an_address_are_gone(self) -> None:
        assert markdown("<p><a href='\n http://x.example/ '>б</a>") == "[б](http://x.example/)\n"
        assert markdown("<p><a href=' '>б</a>") == "б\n"

    @pytest.mark.parametrize(
        "href", ["javascript:alert(1)", " java\nscript:x", "data:text/html,x", "vbscript:x", "#top"]
    )
    def test_links_that_run_or_lead_nowhere_are_text(self, href: str) -> None:
        assert markdown(f'<p>a <a href="{href}">b</a>') == "a b\n"


class TestImages:
    PAGE = (
        "<header><img src=/logo.png><p>Menü drop</p></header><p>Erster Satz.</p>"
        "<figure><img data-src=/boat.jpg src=data:image/gif;base64,R0 alt='Das Boot'>"
        "<figcaption>Im Hafen</figcaption></figure>"
        "<aside>drop<img src=/ad.png>drop</aside>"
    )

    def test_images_beside_kept_text_come_on_request(self) -> None:
        found = markdown(self.PAGE, dropped="drop", url=URL, images=True)
        assert "![Das Boot](https://daily.example/boat.jpg)" in found
        assert "logo" not in found
        assert "ad.png" not in found
        assert "![" not in markdown(self.PAGE, dropped="drop")

    def test_image_address_may_be_in_a_set(self) -> None:
        picture = "<p>a<img srcset='/s.png 1x, /l.png 2x' alt=b></p>"
        assert 'src="/s.png"' in html(picture, images=True)


class TestHeadline:
    def test_headline_in_a_plain_box_becomes_the_heading(self) -> None:
        page = html_page("<div class=t>Die Fähre kehrt zurück</div><p>Satz.</p>")
        body = kept_tree(page, [True, True], ["headline", "body"])
        assert markdown_of(body) == "# Die Fähre kehrt zurück\n\nSatz.\n"

    def test_heading_of_the_page_stays_the_only_one(self) -> None:
        page = html_page("<h1>Titel</h1><div>Noch einer</div>")
        body = kept_tree(page, [True, True], ["body", "headline"])
        assert markdown_of(body) == "# Titel\n\nNoch einer\n"


class TestBareText:
    def test_roles_say_what_lines_are(self) -> None:
        lines = {
            "Titel": "headline", "Satz eins.": "body", "Teil": "subheading", "• a": "list",
            "- b": "list", "„Zitat“": "quote", "x = 1": "code", "  y": "code", "A\t1": "table",
            "B\t2": "table", "Ende_": "body", "Menü": "navigation",
        }  # fmt: skip
        page = text_page(list(lines))
        body = kept_tree(page, [line != "Menü" for line in lines], list(lines.values()))
        assert markdown_of(body) == (
            "# Titel\n\nSatz eins.\n\n## Teil\n\n- a\n- b\n\n> „Zitat“\n\n```\nx = 1\n  y\n```\n\n"
            "| A | 1 |\n| --- | --- |\n| B | 2 |\n\nEnde\\_\n"
        )

    def test_numbers_in_sequence_make_a_list_with_numbers(self) -> None:
        page = text_page(["3. drei", "4. vier"])
        assert markdown_of(kept_tree(page, [True] * 2, ["list"] * 2)) == "3. drei\n4. vier\n"
        page = text_page(["1986. war es", "2. Liga"])
        assert markdown_of(kept_tree(page, [True] * 2, ["list"] * 2)) == (
            "- 1986\\. war es\n- 2\\. Liga\n"
        )

    @given(LINES, st.data())
    def test_any_text_comes_out_whole(self, lines: list[str], data: st.DataObject) -> None:
        page = text_page(lines)
        roles = data.draw(st.lists(ROLES, min_size=len(lines), max_size=len(lines)))
        kept = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
        body = kept_tree(page, kept, roles)
        markdown_of(body)
        assert is_safe(html_of(body))


class TestStoredText:
    def test_text_that_only_a_script_has_stands_after_the_headline(self) -> None:
        text = " ".join(SENTENCES["de"] for _ in range(3))
        markup = (
            '<h1>Busse</h1><script type="application/ld+json">{"@type": "NewsArticle", '
            f'"articleBody": "{text}"}}</script><div id=app></div>'
        )
        page = html_page(markup)
        assert len(page.lines) > 1
        assert markdown_of(tree(page)) == f"# Busse\n\n{text}\n"


def utf8(text: str) -> str:
    """A text without lone surrogates, which other parsers do not take."""
    return text.encode("utf-8", "replace").decode()


def is_safe(fragment: str) -> bool:
    """Whether a fragment has only the tags it may have, and a sanitizer leaves it as it is."""
    found = turbohtml.parse_fragment(fragment)
    for element in found.iter_elements():
        attributes = {
            key: value if isinstance(value, str) else " ".join(value or ())
            for key, value in element.attrs.items()
        }
        if element.tag not in TAGS | {"div", "body", "html"} or any(
            key.startswith("on") or key in ("style", "id", "name") for key in attributes
        ):
            return False
        for key in ("href", "src"):
            scheme = re.match(r"\s*([a-zA-Z][^/:?#]*):", attributes.get(key, ""))
            if scheme and scheme[1].lower() not in ("http", "https", "mailto"):
                return False
    return True


def active(fragment: str) -> bool:
    return re.search(r"<script|<iframe|<style|\son\w+=|=\"\s*javascript:", fragment) is not None


class TestHtml:
    def test_boxes_classes_and_scripts_are_gone(self) -> None:
        markup = (
            "<main class=c><section id=s><div onclick=f()><p style=color:red class=x>Ein "
            "<span class=y>Satz</span>.<script>f()</script></p></div></section></main>"
        )
        assert html(markup) == "<p>Ein Satz.</p>\n"

    def test_language_and_direction_stay(self) -> None:
        assert html('<p lang="ar" dir="rtl">سطر') == '<p lang="ar" dir="rtl">سطر</p>\n'

    @settings(deadline=None)
    @given(MARKUP, st.integers(0, 3))
    @example("<table><tr><td>a</table>", 0)
    @example("<a href=x><div>a</div><b>c<p>d</b></a>", 0)
    @example("<pre>a\n\n<br>b</pre>", 1)
    @example("<svg><text>x</text></svg><math><mi>y</mi></math>", 0)
    def test_any_markup_gives_safe_and_stable_html(self, markup: str, every: int) -> None:
        page = html_page(markup)
        kept = [not every or bool(i % (every + 1)) for i in range(len(page.lines))]
        body = kept_tree(page, kept, ["body"] * len(kept), images=True)
        markdown_of(kept_tree(page, kept, ["body"] * len(kept), images=True))
        found = html_of(body)
        assert is_safe(found)
        wanted = "".join(line.text for line, keep in zip(page.lines, kept, strict=True) if keep)
        assert shown(found) == squeezed(wanted)
        found, wanted = utf8(found), utf8(wanted)
        assert shown(nh3.clean(found, tags=set(TAGS))) == squeezed(wanted)
        parsed = html5lib.parseFragment(found, namespaceHTMLElements=False)
        assert squeezed("".join(parsed.itertext())) == squeezed(wanted)


def test_page_of_very_many_tags_is_written_as_bare_text_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = html_page("<h2>渡轮</h2><p><a href=/b>Le bac</a><p>أُلغيت <b>الرحلة</b>")
    monkeypatch.setattr("boilerplate.output.alignment.MAX_TAGS", 8)
    assert markdown_of(tree(page)) == "## 渡轮\n\n[Le bac](/b)\n\nأُلغيت **الرحلة**\n"
    monkeypatch.setattr("boilerplate.output.alignment.MAX_TAGS", 7)
    by_roles = kept_tree(page, [True, False, True], ["subheading", "body", "body"])
    assert markdown_of(by_roles) == "## 渡轮\n\nأُلغيت الرحلة\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_hostile_pages_give_nothing_active(name: str) -> None:
    page = html_page(decode(sized(name, 6_000)))
    found = html_of(tree(page, images=True))
    assert is_safe(found)
    assert not active(MARKDOWN.render(markdown_of(tree(page, images=True))))
