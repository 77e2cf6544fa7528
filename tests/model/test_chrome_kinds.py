"""The kind of each dropped line, in many scripts, and of runs of such lines."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings

from boilerplate.kernels.plain_chrome_kinds import PARAMS
from boilerplate.kernels.plain_tree import element_tokens, token_buckets
from boilerplate.model.archive import packed
from boilerplate.model.chrome_kinds import (
    KINDS,
    KINDS_FILE,
    KindModel,
    chrome_kinds,
    from_bytes,
    shipped_kinds,
    to_bytes,
)
from boilerplate.model.trees import ModelError
from boilerplate.page import Element, Line, Markup, Page, text_page
from boilerplate.reading.html import html_page
from tests.strategies import MARKUP
from tests.twins import needs_compiled, same_on_both

NEWSROOM = {
    "newsletter": ("Sign up for the evening bulletin and get it in your inbox",
                   "Iratkozzon fel reggeli hírlevelünkre", "아침 뉴스레터를 구독하세요",
                   "E-bültenimize abone olun"),
    "cookie": ("This page stores cookies on your device", "Сайт использует файлы cookie",
               "このページではクッキーを使っています", "Bu sayfada çerezler kullanılır"),
    "legal": ("© 2024 Harbour Gazette. All rights reserved.", "سياسة الخصوصية وشروط الاستخدام",
              "Πολιτική απορρήτου", "नियम और शर्तें"),
    "login": ("Forgot your password?", "Zaloguj się", "เข้าสู่ระบบ", "התחברות"),
    "comments": ("Leave a comment", "İlk yorumu siz yapın", "发表评论", "আপনার মন্তব্য লিখুন"),
    "share": ("Share on Facebook", "Condividi su Facebook", "페이스북으로 공유", "分享到微博"),
    "related": ("Read more", "Lesen Sie auch", "संबंधित खबरें", "関連記事"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in NEWSROOM.items() for text in texts]
)
def test_chrome_line_gets_its_kind_in_any_script(kind: str, text: str) -> None:
    assert chrome_kinds(text_page([text]), np.array([False])) == [kind]


def test_kept_lines_have_no_kind() -> None:
    page = text_page(["Log in", "The ferry sails again."])
    assert chrome_kinds(page, np.array([False, True])) == ["login", None]


def test_page_without_dropped_lines_has_no_kinds() -> None:
    assert chrome_kinds(text_page(["One."]), np.array([True])) == [None]
    assert chrome_kinds(text_page([]), np.zeros(0, bool)) == []


def test_fragment_gets_the_kind_of_its_run() -> None:
    for lines in (
        ["All rights reserved.", "Please", "see our privacy policy and terms of use", "here"],
        ["Kişisel verilerin korunması kanunu uyarınca hazırlanan", "aydınlatma metnini",
         "okumak için", "buraya dokununuz."],
        ["© 2024 Порт. Все права защищены,", "при цитировании", "ссылка", "обязательна."],
    ):  # fmt: skip
        found = chrome_kinds(text_page(lines), np.zeros(4, bool))
        assert found == ["legal"] * 4, lines


def test_kept_line_ends_a_run() -> None:
    page = text_page(["Share on Facebook", "here", "A ferry.", "here"])
    content = np.array([False, False, True, False])
    inside, outside = (chrome_kinds(page, content)[i] for i in (1, 3))
    assert inside == "share"
    assert outside != "share"


def test_line_of_a_sure_kind_leaves_its_run() -> None:
    lines = ["Privacy policy", "Terms of use", "Share on Facebook", "Share on WhatsApp"]
    found = chrome_kinds(text_page(lines), np.zeros(4, bool))
    assert found == ["legal", "legal", "share", "share"]


def test_element_tokens_tell_the_kind_where_words_do_not() -> None:
    silent = KindModel(
        np.zeros((1 << PARAMS.text_bits, len(KINDS)), np.float32),
        np.zeros((1 << PARAMS.token_bits, len(KINDS)), np.float32),
        np.zeros(len(KINDS), np.float32),
        {},
    )
    share = KINDS.index("share")
    tokens = element_tokens("div", ("sharing",))
    silent.names[token_buckets(tokens, 0, PARAMS.token_bits), share] = 1.0
    elements = (Element("body", (), -1), Element("div", ("sharing",), 0), Element("a", (), 1))
    page = Page((Line("ⴰⵣⵓⵍ", Markup(2)),), "html", elements=elements)
    assert chrome_kinds(page, np.array([False]), silent) == ["share"]


def test_saved_model_comes_back_as_it_was() -> None:
    data = to_bytes(shipped_kinds())
    assert data == to_bytes(from_bytes(data))


def test_file_that_is_no_model_is_refused_with_its_name() -> None:
    with pytest.raises(ModelError, match="kinds: is damaged or is no model"):
        from_bytes(b"PK")


def test_file_with_other_kinds_is_refused() -> None:
    model = shipped_kinds()
    other = packed(
        KINDS_FILE,
        {**model.about, "kinds": ["navigation"]},
        {name: np.zeros(len(KINDS) << bits, np.int8)
         for name, bits in (("text", PARAMS.text_bits), ("names", PARAMS.token_bits))},
    )  # fmt: skip
    with pytest.raises(ModelError, match="kinds with a bias each are needed: navigation, legal"):
        from_bytes(other)


def test_about_of_the_shipped_model_is_json() -> None:
    assert json.dumps(dict(shipped_kinds().about))


@needs_compiled
@settings(max_examples=100, deadline=None)
@given(MARKUP)
def test_both_twins_give_the_same_log_probabilities(markup: str) -> None:
    page = html_page(markup)
    if page.lines:
        same_on_both(lambda: shipped_kinds().log_probabilities(page, page.lines))
