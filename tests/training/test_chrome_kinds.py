"""Kinds of chrome: the training examples, the fit, and the scores on what was held out."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from boilerplate.model.chrome_kinds import KINDS, to_bytes
from training.chrome_kinds.catalogues import catalogue_examples, kind_of_key
from training.chrome_kinds.document import document
from training.chrome_kinds.examples import Example, half_named, phrase_examples
from training.chrome_kinds.fit import fit
from training.chrome_kinds.page_lines import kind_of_names, page_examples
from training.chrome_kinds.score import alone, f1s, in_boxes, score
from training.corpora import GoldPage
from training.progress import no_log

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("source", "key", "kind"),
    [
        ("theme", "Read more", "related"),
        ("theme", "Skip to content", "navigation"),
        ("theme", "Subscribe to comments", None),  # names two kinds
        ("theme", "Order by date", None),  # not a shop's order
        ("spree_i18n", "Order summary", "shop"),
        ("klaro", "declineAll", "cookie"),
        ("theme", "declineAll", None),
        ("klaro", "privacyPolicy.name", "legal"),
        ("klaro", "We process your personal data", "cookie"),
        ("theme", "For paying subscribers only", None),  # a paywall
        ("wagtail", "Privacy policy", None),  # a page of the administration
        ("giscus", "Cancel", None),  # "comments" or "other"
        ("theme", "Cancel", "other"),
    ],
)
def test_english_key_decides_the_kind(source: str, key: str, kind: str | None) -> None:
    assert kind_of_key(source, key) == kind


def test_catalogues_lose_placeholders_and_texts_of_two_kinds(
    tmp_path: Path,
) -> None:
    rows = (
        "a\tde-CH\tlogin\tSign in, %s\tAnmelden, %s\n"
        "a\tde\tnav\tSearch\tSuchen\n"
        "a\tde\trelated/meta\tRead more\tSuchen\n"
        "a\tth\tnav\tHome\tหน้าแรก\n"
    )
    with lzma.open(tmp_path / "chrome_strings.tsv.xz", "wt", encoding="utf-8") as file:
        file.write(rows)
    assert catalogue_examples(tmp_path) == [
        Example("Anmelden,", "login", "a", "de"),
        Example("หน้าแรก", "navigation", "a", "th"),
    ]


def test_nearest_named_element_decides_unless_it_names_two_kinds() -> None:
    assert kind_of_names([("a", ()), ("div", ("share",)), ("nav", ("menu",))]) == "share"
    assert kind_of_names([("div", ("comment-login",)), ("div", ("share",))]) is None
    assert kind_of_names([("p", ()), ("div", ("text",))]) is None


def test_page_examples_are_chrome_lines_below_a_named_element() -> None:
    html = (
        "<nav class=main-menu><a href=/>Haberler</a><a href=/n>Newsletter</a></nav>"
        "<article><p>The ferry sails again after the long storm of last week.</p></article>"
        "<div class=newsletter-box><p>Jeden Morgen Neues</p></div>"
    )
    gold = GoldPage(
        "made-up", "1", html.encode(),
        "The ferry sails again after the long storm of last week.", site="a.test", language="de",
    )  # fmt: skip
    found = page_examples([gold])
    assert [(each.text, each.kind) for each in found] == [("Jeden Morgen Neues", "newsletter")]
    assert found[0].around[1] == ("div", ("newsletter-box",))
    assert half_named([found[0], found[0]])[1].around == ()


def test_phrases_cover_all_kinds_in_sixty_languages() -> None:
    kinds: dict[str, set[str]] = {}
    for each in phrase_examples():
        kinds.setdefault(each.language, set()).add(each.kind)
    assert len(kinds) >= 60
    assert all(found == set(KINDS) for found in kinds.values())


def test_error_names_the_line_with_an_unknown_kind(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    path.write_text("# a comment\nen\tnovel\tOnce upon a time\n", "utf-8")
    with pytest.raises(ValueError, match=r"phrases\.tsv, line 2"):
        phrase_examples(path)


def test_fit_is_deterministic() -> None:
    few = [each for each in phrase_examples() if each.language in ("en", "th")]
    assert to_bytes(fit(few)) == to_bytes(fit(few))


def test_model_names_its_training_phrases() -> None:
    few = [each for each in phrase_examples() if each.language in ("en", "ja")]
    model = fit(few)
    assert f1s(alone(model, few))["macro"] > 0.9
    assert len(in_boxes(model, few)) == len(few)


def test_macro_f1_leaves_out_kinds_with_few_lines() -> None:
    pairs = [("legal", "legal")] * 5 + [("shop", "legal")] * 4
    assert f1s(pairs) == {"macro": pytest.approx(0.714, abs=1e-3), "legal": 0.714}


def test_scores_make_a_document() -> None:
    few = [each for each in phrase_examples() if each.language in ("en", "th")]
    held = [Example(e.text, e.kind, "congo", e.language) for e in few]
    learned = [Example(e.text, e.kind, "theme", e.language) for e in few]
    results = score([*held, *learned], few, [], few[:40], no_log, languages=(("th",),))
    assert results["catalogues"]["boxes"]["macro"] > 0.9
    assert results["languages"]["th"]["unseen"]["alone"]["macro"] < 0.5
    text = document(results)
    assert "| th | " in text
    assert "{" not in text
