"""The words that a reason names: those that told against a line, in every script."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import boilerplate
from boilerplate import kernels
from boilerplate.explain.words import HEAD, LIMITS, _Weighed, telling_words
from boilerplate.model.model import Model, load_model
from boilerplate.model.stack import WordWeights
from boilerplate.page import Kind
from boilerplate.roles import ROLES
from tests.explain.pages import ANY_CHARACTER
from tests.made_up import SENTENCES

# A line of chrome in each language, its role, and what must be among the words that told.
SIGNS = {
    "en": ("We use cookies to measure how our pages are read.", "cookie", "cookies"),
    "de": ("Abonnieren Sie unseren Newsletter", "newsletter", "Newsletter"),
    "fr": ("Tous droits réservés", "legal", "droits réservés"),
    "pt": ("Aceitar os cookies", "cookie", "cookies"),
    "ar": ("جميع الحقوق محفوظة", "legal", "الحقوق محفوظة"),
    "hi": ("हमारी गोपनीयता नीति देखें", "legal", "गोपनीयता"),
    "ja": ("当店ではクッキーを使っています", "cookie", "クッキー"),
    "th": ("ร้านนี้ใช้คุกกี้เพื่อจำตะกร้าของคุณ", "cookie", "คุกกี้"),
    "zh": ("版权所有 不得转载", "legal", "版权所有"),
    "ru": ("Подпишитесь на нашу рассылку", "newsletter", "рассылку"),
    "tr": ("Tüm hakları saklıdır", "legal", "hakları saklıdır"),
    "ko": ("무단 전재 및 재배포 금지", "legal", "재배포 금지"),
}


def weights_of(model: Model, kind: Kind = "html") -> WordWeights:
    ngrams, _, tokens = model.stacks[kind].linear.tables
    return WordWeights(ngrams, tokens, model.words)


def log_roles(*roles: str) -> np.ndarray:
    """The logarithms for lines that are surely of these roles, or else body."""
    likely = np.full((len(roles), len(ROLES)), -9.0)
    likely[:, ROLES.index("body")] = -3.0
    for row, role in zip(likely, roles, strict=True):
        row[ROLES.index(role)] = -0.1
    return likely


@pytest.mark.parametrize("language", SIGNS)
def test_words_that_are_signs_of_chrome_are_named(language: str) -> None:
    text, role, sign = SIGNS[language]
    [words] = telling_words([text], log_roles(role), weights_of(load_model()))
    assert any(sign in word for word in words), words
    assert all(word in text for word in words)


@pytest.mark.parametrize("language", ["en", "ar", "ja", "hi", "th"])
def test_words_do_not_depend_on_other_lines(language: str) -> None:
    text, role, _ = SIGNS[language]
    model = load_model()
    [alone] = telling_words([text], log_roles(role), weights_of(model))
    assert alone
    lines = [SENTENCES["el"], text, "a", SENTENCES["he"]]
    found = telling_words(lines, log_roles("other", role, "share", "related"), weights_of(model))
    assert found[1] == alone


def test_characters_of_a_page_add_what_its_lines_score(model: Model) -> None:
    texts = [text[: HEAD - 10].strip() for text in SENTENCES.values()]  # some grow when folded
    text = kernels.page_text(texts)
    weights = weights_of(model)
    likely = log_roles(*["share"] * len(texts))
    weighed = _Weighed(text, likely, weights)
    scores = kernels.ngram_scores(text, weights.ngrams)
    assert weighed._before[0, -1] == pytest.approx(-scores.sum())
    sums, counts = kernels.role_text_sums(text, weights.roles.text)
    of_roles = sums * (weights.roles.scales[0] / np.sqrt(counts))[:, None]
    more = of_roles[:, ROLES.index("share")] - of_roles[:, ROLES.index("body")]
    assert weighed._before[1, -1] == pytest.approx(more.sum())


@given(st.lists(st.text(ANY_CHARACTER, max_size=300), min_size=1, max_size=4))
def test_any_text_has_few_short_words_with_letters(model: Model, texts: list[str]) -> None:
    roles = log_roles(*["newsletter"] * len(texts))
    found = telling_words(texts, roles, weights_of(model, "text"))
    assert len(found) == len(texts)
    for words in found:
        assert len(words) <= LIMITS.most
        assert all(any(c.isalpha() for c in word) for word in words)


def test_word_that_is_cut_at_the_end_of_what_is_read_is_not_named() -> None:
    weights = weights_of(load_model())
    for before, named in ((HEAD - 8, True), (HEAD - 5, False)):
        text = f"{'and so on, ' * 9}"[: before - 1] + " cookies are needed"
        [words] = telling_words([text], log_roles("cookie"), weights)
        assert ("cookies" in words) is named


class TestOnPages:
    PAGE = (
        "<html><head><title>Orchard walls</title></head><body><nav><a href=/>Home</a></nav>"
        "<main><article><h1>Orchard walls of Tellby mended by hand</h1>"
        "<p>The dry stone walls around the old orchard were finished on Thursday after eleven "
        "months of work by nine volunteers, who carried every stone from the river bed.</p>"
        "<div class=letter-box><p>Subscribe to our newsletter and never miss a story.</p>"
        "<button>Sign up</button></div>"
        "<p>The parish will plant forty apple trees there in November, of sorts that had not "
        "been grown in the valley since the railway closed.</p></article>"
        "<div class=tools><a href=/s>Share</a> <a href=/p>Print</a></div></main>"
        "<footer><p>© 2021 Tellby Post. All rights reserved.</p></footer></body></html>"
    )

    def test_reasons_quote_words_boxes_and_shares_of_links(self) -> None:
        page = boilerplate.clean(self.PAGE)
        by_text = {p.line.text: p.reason for p in page.predictions}
        assert '("Sign up")' in by_text["Sign up"]
        assert "rights reserved" in by_text["© 2021 Tellby Post. All rights reserved."]
        assert "letter-box" in by_text["Subscribe to our newsletter and never miss a story."]
        assert "% of its text is linked" in by_text["Share Print"]

    @pytest.mark.parametrize("language", ["en", "ja", "ar", "hi"])
    def test_reasons_of_kept_lines_name_no_words(self, language: str) -> None:
        page = boilerplate.clean("\n".join([SENTENCES[language], SIGNS[language][0]]))
        kept = [p.reason for p in page.predictions if p.label is boilerplate.Label.CONTENT]
        assert kept
        assert not any('("' in reason for reason in kept)
