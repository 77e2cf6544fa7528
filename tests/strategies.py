"""Texts, lines, markup and pages that Hypothesis makes up."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from tests.made_up import SENTENCES

# Every script of the tests, what is blank to Unicode, and what no text should hold.
CHARACTERS: Final = st.one_of(
    st.sampled_from(sorted(set("".join(SENTENCES.values())))),
    st.sampled_from(" \t\n\r\f\x1c\x85\xa0\u1680\u2003\u2028\u3000\u200b\ufeff"),
    st.sampled_from("İſßŉΐ\u0345ǅ٣७௧Ⅷ½²𝔘𝟘𠀀🙂\U0010ffff\x00\ud800\udfff"),
    st.characters(),
)
TEXTS: Final = st.text(CHARACTERS, max_size=40)
# What the patterns for single lines look for, so that chance finds it often.
MARKED: Final = st.text(
    st.sampled_from(
        'hhttps://www.com.org net@©®™(c)(C)|»›·→/\\129 0٣年月:-•*>+“「"{}();=<>#$ aÄß…\u3000𠀀'
    ),
    max_size=60,
)
LINES: Final = st.lists(
    st.one_of(TEXTS, MARKED).map(lambda text: text.replace("\n", " ")), max_size=12
)

TAG_NAMES: Final = st.sampled_from(
    "a b br body div em head hr html i img input label li math meta mi nav noscript ol p pre "
    "script section select span style svg table tbody td template textarea time title tr ul x-y "
    "form button h1 object option b/ br/ xmp iframe noembed listing plaintext link math svg text "
    "td data-row pre code".split()
)
_ATTRIBUTES: Final = st.one_of(
    st.sampled_from(
        [
            "", ' class="post body"', ' class=" a\xa0b  c "', ' class=""', ' class="  "', " hidden",
            ' id="main"', ' rel=" no  follow "', ' rel="  "', ' aria-hidden="true"',
            ' style="color:red;display : none"', ' itemprop="a  b" role=x property=y',
            ' data-testid="z"', ' property="og:title" content="Χθες"',
            ' name=DESCRIPTION content=x', ' type="application/ld+json"', f' class="{"x " * 40}"',
            f' id="{"é" * 90}"', " class", ' class="sr-only"', ' style="display:block"',
            ' style="white-space: pre-line"', ' role="dialog"', ' class="line"', " href=/",
        ]
    ),
    st.builds(' class="{}" id="{}"'.format, TEXTS, TEXTS),
)  # fmt: skip
_TAGS: Final = st.builds(
    lambda end, name, attributes: f"<{end}{name}{'' if end else attributes}>",
    st.sampled_from(["", "", "/"]),
    TAG_NAMES,
    _ATTRIBUTES,
)
_OTHER_MARKUP: Final = (
    "<!-- x -->", "<![CDATA[y]]>", "<?z?>", "&#xd800;", "<!--", "-->", "<!--<script>", "</script>",
    "<!->", "&amp;lt;", "&nbsp;", "<3", "\n\n", "O", "€", ".50", "Foo:", "(", "  x\n\t y\n", "1",
)  # fmt: skip
MARKUP: Final = st.lists(st.one_of(_TAGS, TEXTS, st.sampled_from(_OTHER_MARKUP)), max_size=40).map(
    "".join
)
