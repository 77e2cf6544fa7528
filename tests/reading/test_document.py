"""What the tree of a page is rewritten to, as lines show it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boilerplate import Page
from boilerplate.reading.html import html_page
from tests.hanging import ends


def lines(markup: str) -> list[str]:
    return [line.text for line in html_page(markup).lines]


def is_hidden(page: Page, line: int) -> bool:
    markup = page.lines[line].markup
    at = markup.element if markup else -1
    while at >= 0 and not page.elements[at].hidden:
        at = page.elements[at].parent
    return at >= 0


class TestSentences:
    @pytest.mark.parametrize(
        ("markup", "sentence"),
        [
            ("<p>Сила <math><mi>F</mi><mo>=</mo><mi>m</mi><mi>a</mi></math> растёт.",
             "Сила F = ma растёт."),
            ("<p>so <math><semantics><mi>x</mi><annotation>x_1</annotation></semantics></math> is",
             "so x is"),
            ("<p>a <math><mfrac><mi>τ</mi><mi>L</mi></mfrac></math> b", "a τ/L b"),
            ("<p>a <math>\n<mfrac><mrow><mo>−</mo><mi>b</mi><mo>+</mo><mi>c</mi></mrow>\n"
             "<msqrt><mn>2</mn></msqrt></mfrac></math> b", "a (−b + c)/√2 b"),
            ("<p>with <span class=katex><span class=katex-mathml><math><mi>n</mi></math></span>"
             "<span class=katex-html aria-hidden=true><span class=mord>n</span></span></span> cups",
             "with n cups"),
            ("<p>Ein <my-term>Deich</my-term> ist ein <my-term>Wall</my-term> am Meer.",
             "Ein Deich ist ein Wall am Meer."),
            ("<li>A <x-key>Del</x-key> b", "A Del b"),
            ("<div><x-key>Del</x-key> löscht.</div>", "Del löscht."),
            ("<p><x-a><x-b>ab</x-b></x-a> c", "ab c"),
            ("<p>Press <button>Start</button> to go, or <button>Stop</button> to rest.",
             "Press Start to go, or Stop to rest."),
            ("<p>The sum is <output>12</output>, and <meter>3 of 4</meter> are full.",
             "The sum is 12, and 3 of 4 are full."),
            ("<div>the root <div style='display: inline-block'>√2</div> of it</div>",
             "the root √2 of it"),
        ],
    )  # fmt: skip
    def test_stay_whole(self, markup: str, sentence: str) -> None:
        assert lines(markup) == [sentence]

    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<p>so<math display=block><mi>a</mi><mo>=</mo><mn>1</mn></math>holds",
             ["so", "a = 1", "holds"]),
            ("<div><x-card>uno</x-card><x-card>dos</x-card></div>", ["uno", "dos"]),
            ("<x-card>uno</x-card> <b>dos</b>", ["uno", "dos"]),
            ("<h2>Überschrift</h2><button>Teilen</button><button>Drucken</button>",
             ["Überschrift", "Teilen", "Drucken"]),
            ("<div><span style='display:block'>satu</span><span style='display: block'>dua</span>",
             ["satu", "dua"]),
            ("<div style='white-space: pre-line'>One rule.\n\n- two\n- three</div>",
             ["One rule.", "- two", "- three"]),
            ("<p class='x whitespace-pre-wrap'>שורה\nשנייה</p>", ["שורה", "שנייה"]),
            ("<p style='white-space:nowrap'>a\nb", ["a b"]),
            ("<div style='white-space:pre'><pre>x\n\ny</pre></div>", ["x", "y"]),
        ],
    )  # fmt: skip
    def test_end_where_the_page_shows_an_end(self, markup: str, expected: list[str]) -> None:
        assert lines(markup) == expected


class TestHiddenText:
    @pytest.mark.parametrize(
        "hidden",
        [
            "<span style='display:none'>{}</span>", "<span hidden>{}</span>",
            "<i style='display : none'>{}</i>", "<span role=tooltip>{}</span>",
            "<span class=sr-only>{}</span>", "<span class='x visually-hidden'>{}</span>",
            "<span class=screen-reader-text>{}</span>", "<span class=tooltiptext>{}</span>",
        ],
    )  # fmt: skip
    def test_in_a_sentence_is_a_hidden_line_after_it(self, hidden: str) -> None:
        page = html_page(f"<p>The <b>sluice{hidden.format('A gate.')}</b> was shut.<p>It held.")
        assert [line.text for line in page.lines] == [
            "The sluice was shut.", "A gate.", "It held.",
        ]  # fmt: skip
        assert [is_hidden(page, i) for i in range(3)] == [False, True, False]

    def test_keeps_the_order_of_several_on_one_line(self) -> None:
        hidden = "<span hidden>{}</span>"
        markup = f"<p>a{hidden.format('one')} b{hidden.format('two')} c"
        assert lines(markup) == ["a b c", "one", "two"]

    def test_that_is_shown_beside_it_goes(self) -> None:
        assert lines("<p>sold <b>12 €<span class=sr-only>12 €</span></b>") == ["sold 12 €"]

    def test_does_not_part_a_sentence_with_scripts_in_it(self) -> None:
        markup = "<p>a <span hidden></span><script>x</script>b <span hidden>c</span>d"
        assert lines(markup) == ["a b d", "c"]

    @pytest.mark.parametrize("classes", ["hidden-xs", "tooltip", "overhidden"])
    def test_is_not_guessed_of_other_classes(self, classes: str) -> None:
        assert lines(f"<p>a <span class={classes}>b</span> c") == ["a b c"]

    @pytest.mark.parametrize(
        "dialog",
        ["<dialog>", "<div role=dialog>", "<section role=alertdialog>", "<div aria-modal=true>"],
    )
    def test_dialogs_are_marked_hidden(self, dialog: str) -> None:
        page = html_page(f"<p>bir</p>{dialog}<p>iki</p>")
        assert [is_hidden(page, i) for i in range(2)] == [False, True]

    def test_an_open_dialog_is_shown(self) -> None:
        assert not is_hidden(html_page("<dialog open><p>iki"), 0)


class TestSigns:
    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("<h2>Farben<a class=headerlink href=#f>¶</a></h2>", ["Farben"]),
            ("<h3><a href=#x>#</a> 色</h3>", ["色"]),
            ("<h2>Lichen<span>[<a href=/e>edit</a>]</span></h2>", ["Lichen"]),
            ("<h2>Мох <span class=mw-editsection>[<a href=/e>править</a>]</span></h2>", ["Мох"]),
            ("<h2><a href=/c>C#</a></h2>", ["C#"]),
            ("<h2><a href=#c>#1</a></h2>", ["#1"]),
            ("<p>see <a href=#n>*</a></p>", ["see *"]),
        ],
    )  # fmt: skip
    def test_links_in_headings_that_are_no_words_go(self, markup: str, expected: list[str]) -> None:
        assert lines(markup) == expected

    def test_names_of_icons_go(self) -> None:
        assert lines("<a href=/><i class=material-icons>arrow_back</i> Zurück</a>") == ["Zurück"]

    @pytest.mark.parametrize(
        "markup",
        [
            "<table><tr><td><pre>1\n2\n</pre><td><pre>a = 1\nb = 2</pre></table>",
            "<table><tr><td class=gutter>8<br>9<br><td><pre>a = 1\nb = 2</pre></table>",
            "<pre><span class=lineno>1</span>a = 1\n<span class=lineno>2</span>b = 2</pre>",
            "<div class=line-numbers>1 2</div><pre>a = 1\nb = 2</pre>",
        ],
    )
    def test_line_numbers_of_code_go(self, markup: str) -> None:
        assert lines(markup) == ["a = 1", "b = 2"]

    def test_numbers_that_do_not_count_up_stay(self) -> None:
        assert lines("<pre>1\n2\n4</pre>") == ["1", "2", "4"]


class TestOtherTrees:
    def test_declarative_shadow_root_is_shown(self) -> None:
        markup = "<x-story><template shadowrootmode=open><p>eka<p>toka</template></x-story>"
        assert lines(markup) == ["eka", "toka"]

    def test_nested_shadow_roots_are_shown(self) -> None:
        inner = "<x-b><template shadowrootmode=open><p>ichi</p></template></x-b>"
        outer = f"<x-a><template shadowrootmode=open>{inner}</template></x-a>"
        assert lines(outer) == ["ichi"]
        assert lines(outer + inner.replace("ichi", "ni")) == ["ichi", "ni"]

    def test_other_templates_are_not(self) -> None:
        assert lines("<template><p>a</p></template><p>b") == ["b"]

    def test_texts_of_a_diagram_are_lines_after_it(self) -> None:
        picture = (
            "<svg><title>T</title><defs><text>no</text></defs><text><tspan>Start</tspan></text>"
            "<foreignObject><div><p>Boil the glue.</p></div></foreignObject></svg>"
        )
        assert lines(f"<p>See:</p>{picture}<p>Done.") == [
            "See:", "Start", "Boil the glue.", "Done.",
        ]  # fmt: skip

    def test_icons_do_not_part_lines(self) -> None:
        assert lines("<p>a <svg><path d=M0/></svg>b") == ["a b"]

    def test_text_field_that_can_only_be_read_is_text(self) -> None:
        assert lines("<textarea readonly>a &lt;b\nc</textarea><textarea>x</textarea>") == [
            "a <b", "c",
        ]  # fmt: skip

    def test_anchor_without_an_address_is_no_link(self) -> None:
        [first, second] = html_page("<a name=q><h3>Why?</h3><p>So.").lines
        assert first.markup
        assert second.markup
        assert (first.markup.links, second.markup.link_chars) == (0, 0)


@pytest.mark.parametrize(
    "unit",
    [
        "<span hidden>x</span>a", "<b><span class=sr-only>x</span>", "<h2><a href=#>¶</a>",
        "<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>", "<x-a>a", "<table><tr><td>a<td>b",
        "<svg><text>a</text></svg>", "<dt>a<dd>b", "<pre>1", "<template shadowrootmode=open><p>a",
        "<math><mrow><mi>a</mi><mo>=</mo>", "<h2><span>[<a href=x>e</a>]", "<p>a<span hidden>b",
        "<tr><td class=gutter>1", "<li class=ingredient><div>1 a", "<span class=x>a",
        "<span class=katex-html>a</span>", "<div style='white-space:pre'>a\nb",
        "<button>a</button>b",
    ],
)  # fmt: skip
def test_rewriting_takes_linear_time(unit: str) -> None:
    with ends():
        html_page(unit * 40_000)


PIECES = st.lists(
    st.sampled_from(
        ("<p>", "</p>", "<div>", "<span hidden>", "</span>", "<a href=#>", "</a>", "<h2>", "¶", "[",
         "]", "<math>", "<mi>", "<mo>", "+", "</math>", "<svg>", "<text>", "</svg>", "<table>",
         "<tr>", "<td>", "<th>", "</table>", "<dl>", "<dt>", "<dd>", "<pre>", "1\n2", "слово",
         "<template shadowrootmode=open>", "</template>", "<button>", "<dialog>", "<x-y>", "</x-y>",
         "<textarea readonly>", "</textarea>", "<span class=sr-only>", "<select>", "<option>",
         "<li class=ingredient>", "<iframe/>", "<script src=x/>", "<title>", "<br>")
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(PIECES)
def test_any_mixture_of_what_is_rewritten_is_read(markup: str) -> None:
    page = html_page(markup)
    assert all(line.text.strip() for line in page.lines)
    assert all(element.parent < i for i, element in enumerate(page.elements))
