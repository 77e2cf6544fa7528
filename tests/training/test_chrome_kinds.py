"""That kinds are learned from what says them, and that scores are of what was held out."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from boilerplate.kinds import KINDS, to_bytes
from training.corpora import GoldPage
from training.kinds import (
    Example,
    catalogue_examples,
    fit,
    half_named,
    kind_of_key,
    kind_of_names,
    page_examples,
    phrase_examples,
)
from training.kinds_score import alone, document, f1s, in_boxes, score


@pytest.mark.parametrize(
    ("source", "key", "kind"),
    [
        ("theme", "Read more", "related"),
        ("theme", "Skip to content", "navigation"),
        ("theme", "Subscribe to comments", None),  # speaks of two kinds
        ("theme", "Order by date", None),  # an order outside of a shop
        ("spree_i18n", "Order summary", "shop"),
        ("klaro", "declineAll", "cookie"),
        ("theme", "declineAll", None),
        ("klaro", "privacyPolicy.name", "legal"),
        ("klaro", "We process your personal data", "cookie"),
        ("theme", "For paying subscribers only", None),  # a paywall
        ("wagtail", "Privacy policy", None),  # a back room
        ("giscus", "Cancel", None),  # of the comments, or of anything
        ("theme", "Cancel", "other"),
    ],
)
def test_the_english_key_decides_the_kind(source: str, key: str, kind: str | None) -> None:
    assert kind_of_key(source, key) == kind


def test_catalogues_are_read_without_placeholders_and_without_what_is_of_two_kinds(
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


def test_the_nearest_named_element_decides_and_two_names_at_once_decide_nothing() -> None:
    assert kind_of_names([("a", ()), ("div", ("share",)), ("nav", ("menu",))]) == "share"
    assert kind_of_names([("div", ("comment-login",)), ("div", ("share",))]) is None
    assert kind_of_names([("p", ()), ("div", ("text",))]) is None


def test_lines_of_a_page_are_learned_that_the_gold_leaves_out_and_a_name_tells() -> None:
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


def test_the_phrases_tell_all_kinds_of_sixty_languages() -> None:
    kinds: dict[str, set[str]] = {}
    for each in phrase_examples():
        kinds.setdefault(each.language, set()).add(each.kind)
    assert len(kinds) >= 60
    assert all(found == set(KINDS) for found in kinds.values())


def test_a_phrase_without_its_kind_is_refused_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "phrases.tsv"
    path.write_text("# a comment\nen\tnovel\tOnce upon a time\n", "utf-8")
    with pytest.raises(ValueError, match=r"phrases\.tsv, line 2"):
        phrase_examples(path)


def test_the_same_examples_give_the_same_file() -> None:
    few = [each for each in phrase_examples() if each.language in ("en", "th")]
    assert to_bytes(fit(few)) == to_bytes(fit(few))


def test_what_was_learned_is_named_and_a_box_is_named_as_a_whole() -> None:
    few = [each for each in phrase_examples() if each.language in ("en", "ja")]
    model = fit(few)
    assert f1s(alone(model, few))["macro"] > 0.9
    assert len(in_boxes(model, few)) == len(few)


def test_a_mean_is_of_kinds_with_lines_enough() -> None:
    pairs = [("legal", "legal")] * 5 + [("shop", "legal")] * 4
    assert f1s(pairs) == {"macro": pytest.approx(0.714, abs=1e-3), "legal": 0.714}


def test_scores_become_a_document() -> None:
    few = [each for each in phrase_examples() if each.language in ("en", "th")]
    held = [Example(e.text, e.kind, "congo", e.language) for e in few]
    learned = [Example(e.text, e.kind, "theme", e.language) for e in few]
    results = score([*held, *learned], few, [], few[:40], lambda _: None, languages=(("th",),))
    assert results["catalogues"]["boxes"]["macro"] > 0.9
    assert results["languages"]["th"]["unseen"]["alone"]["macro"] < 0.5
    text = document(results)
    assert "| th | " in text
    assert "{" not in text
