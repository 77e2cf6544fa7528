"""That dropped lines are named, in many scripts, and that a run is named as one."""

from __future__ import annotations

import json

import numpy as np
import pytest

import boilerplate
from boilerplate.explain.reasons import KIND_WORDS
from boilerplate.model import chrome_kinds as kinds
from boilerplate.model.chrome_kinds import (
    KINDS,
    KindModel,
    chrome_kinds,
    from_bytes,
    likeliest_path,
    to_bytes,
)
from boilerplate.model.trees import ModelError
from boilerplate.page import Element, Label, Line, Markup, Page, text_page

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
def test_a_line_of_chrome_is_named_in_any_script(kind: str, text: str) -> None:
    assert chrome_kinds(text_page([text]), np.array([False])) == [kind]


def test_kept_lines_have_no_kind() -> None:
    page = text_page(["Log in", "The ferry sails again."])
    assert chrome_kinds(page, np.array([False, True])) == ["login", None]


def test_a_page_of_content_or_of_nothing_names_nothing() -> None:
    assert chrome_kinds(text_page(["One."]), np.array([True])) == [None]
    assert chrome_kinds(text_page([]), np.zeros(0, bool)) == []


def test_a_fragment_is_what_its_run_is() -> None:
    for lines in (
        ["All rights reserved.", "Please", "see our privacy policy and terms of use", "here"],
        ["Kişisel verilerin korunması kanunu uyarınca hazırlanan", "aydınlatma metnini",
         "okumak için", "buraya dokununuz."],
        ["© 2024 Порт. Все права защищены,", "при цитировании", "ссылка", "обязательна."],
    ):  # fmt: skip
        found = chrome_kinds(text_page(lines), np.zeros(4, bool))
        assert found == ["legal"] * 4, lines


def test_a_kept_line_ends_a_run() -> None:
    scores = np.log([[0.9, 0.1], [0.45, 0.55]])
    assert likeliest_path(scores, [1.5, 1.5]) == [0, 0]
    assert [likeliest_path(row[None], [1.5])[0] for row in scores] == [0, 1]
    page = text_page(["Share on Facebook", "here", "A ferry.", "here"])
    content = np.array([False, False, True, False])
    inside, outside = (chrome_kinds(page, content)[i] for i in (1, 3))
    assert inside == "share"
    assert outside != "share"


def test_a_line_that_is_sure_of_itself_leaves_its_run() -> None:
    lines = ["Privacy policy", "Terms of use", "Share on Facebook", "Share on WhatsApp"]
    found = chrome_kinds(text_page(lines), np.zeros(4, bool))
    assert found == ["legal", "legal", "share", "share"]


def test_the_names_of_elements_speak_where_words_do_not() -> None:
    silent = KindModel(
        np.zeros((1 << kinds.TEXT_BITS, len(KINDS)), np.float32),
        np.zeros((1 << kinds.NAME_BITS, len(KINDS)), np.float32),
        np.zeros(len(KINDS), np.float32),
        {},
    )
    share = KINDS.index("share")
    silent.names[kinds.name_ids("div", ("sharing",)), share] = 1.0
    elements = (Element("body", (), -1), Element("div", ("sharing",), 0), Element("a", (), 1))
    page = Page((Line("ⴰⵣⵓⵍ", Markup(2)),), "html", elements=elements)
    assert chrome_kinds(page, np.array([False]), silent) == ["share"]


def test_a_dropped_line_carries_its_kind_and_says_it_in_its_reason() -> None:
    page = boilerplate.clean(
        "The harbour was closed on Monday after a storm had torn the roof from the old fish hall, "
        "and the fishermen waited.\n"
        "Nobody was hurt, the mayor said, but the repairs will take until the autumn.\n\n"
        "Share on Facebook\nForgot your password?\n"
    )
    kept, _, blank, share, login = page.predictions
    assert (kept.label, kept.kind) == (Label.CONTENT, None)
    assert blank.kind is None
    assert (share.kind, login.kind) == ("share", "login")
    assert share.reason.startswith("share buttons: ")
    record = page.to_dict("page.txt")
    assert [line["kind"] for line in record["lines"]] == [None, None, None, "share", "login"]


def test_every_kind_but_the_last_has_words_for_its_reason() -> None:
    assert set(KIND_WORDS) == set(KINDS) - {"other"}


def test_the_file_holds_the_same_model_again() -> None:
    data = to_bytes(kinds.shipped_kinds())
    assert data == to_bytes(from_bytes(data))


def test_a_file_that_is_no_model_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match="kinds: is damaged or is no model"):
        from_bytes(b"PK")


def test_a_file_of_other_kinds_is_refused() -> None:
    model = kinds.shipped_kinds()
    other = kinds.packed(
        kinds.KINDS_FILE,
        {**model.about, "kinds": ["navigation"]},
        {name: np.zeros(len(KINDS) << bits, np.int8)
         for name, bits in (("text", kinds.TEXT_BITS), ("names", kinds.NAME_BITS))},
    )  # fmt: skip
    with pytest.raises(ModelError, match="this version names navigation, legal"):
        from_bytes(other)


def test_what_the_model_says_of_itself_is_json() -> None:
    assert json.dumps(dict(kinds.shipped_kinds().about))
