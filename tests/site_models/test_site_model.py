"""What a site model learns, and what keeps it from doing harm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, Label, SiteModel
from boilerplate.kernels.site_arrays import SiteFeature
from boilerplate.model.stack import Scores
from boilerplate.page import Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.result import LabelledPage
from boilerplate.site_models import sketch as sketch_module
from boilerplate.site_models.site_model import DRIFTED, PARAMS, standings
from boilerplate.site_models.weights import contributions
from tests import made_up_site as site
from tests.made_up import made_up_model

MODEL = made_up_model()
numbers = st.lists(st.integers(0, 12), max_size=6)


def learned(*pages: Page, name: str | None = None) -> SiteModel:
    return SiteModel(name, MODEL).fit(pages)


def corrected(model: SiteModel, page: Page, probability: float = 0.5) -> Scores:
    """The corrected scores of a page that the general model scores the same everywhere."""
    return model.correct(page, Scores(np.full(len(page.lines), probability)))


def moved(model: SiteModel, page: Page, probability: float = 0.5) -> dict[str, float]:
    """By how much each line's probability is corrected."""
    scores = corrected(model, page, probability)
    return {
        line.text: p - probability
        for line, p in zip(page.lines, scores.probability.tolist(), strict=True)
    }


# What is learned


@pytest.mark.parametrize("language", site.LANGUAGES)
def test_lines_on_every_page_become_less_likely(language: str) -> None:
    model = learned(*(site.text(i, language) for i in range(8)))
    page = site.text(100, language)
    change = moved(model, page)
    chrome = [change[text] for text in (*site.MENU, *site.BOX)]
    assert max(chrome) < -0.3
    assert min(change[text] for text in site.article(100, language)) > max(chrome) + 0.1


def test_a_line_recurs_whatever_its_date_and_counter() -> None:
    model = learned(*(site.text(i) for i in range(8)))
    stamp = site.text(100).lines[-3].text
    assert stamp.startswith("Published")
    assert moved(model, site.text(100))[stamp] < -0.3


def test_the_reason_of_a_recurring_line_counts_the_pages_it_stands_on() -> None:
    model = learned(*(site.text(i) for i in range(9)))
    page = site.text(100)
    reasons = corrected(model, page).site_reasons
    assert reasons[0] == ("", "stands on 9 of 9 pages of this site")
    assert "stands on" not in reasons[len(site.MENU)][1]


def test_a_reason_of_the_site_model_reaches_the_prediction() -> None:
    model = SiteModel().fit(site.text(i) for i in range(9))
    cleaned = Cleaner(site_models=model).clean(site.text(100))
    menu = cleaned.predictions[0]
    assert menu.label is Label.BOILERPLATE
    assert "stands on 9 of 9 pages of this site" in menu.reason


# What keeps it from doing harm


def test_a_model_of_no_pages_changes_nothing() -> None:
    page = site.text(1)
    cleaned = Cleaner(MODEL, site_models=SiteModel()).clean(page)
    assert cleaned == Cleaner(MODEL).clean(page)


def test_a_page_learned_twice_counts_once() -> None:
    once, twice = learned(site.text(1)), learned(site.text(1), site.text(1))
    assert once.to_bytes() == twice.to_bytes()


def test_an_article_on_two_pages_is_not_chrome() -> None:
    reprint = replace(site.text(1), lines=(*site.text(1).lines, *text_page(["Print"]).lines))
    model = learned(site.text(1), reprint, *(site.text(i) for i in range(2, 8)))
    assert model.n_pages == 8
    assert model.evidence.n_pages == 7
    assert all(moved(model, site.text(1))[text] > -0.1 for text in site.article(1))


def test_the_article_of_a_learned_page_is_not_chrome() -> None:
    pages = [site.text(i) for i in range(8)]
    model = learned(*pages)
    assert all(moved(model, pages[3])[text] > -0.1 for text in site.article(3))


def test_a_sentence_on_one_other_page_stays_where_the_general_model_is_sure() -> None:
    closing = "Carthage must be destroyed, as this column has said before and will say again."
    model = learned(*(site.text(i, more=[closing] if i == 3 else ()) for i in range(10)))
    page = site.text(100, more=[closing])
    scores = corrected(model, page, 0.97)
    at = [line.text for line in page.lines].index(closing)
    assert scores.probability[at] > 0.5


def test_an_article_keeps_its_headline_when_other_pages_link_to_it() -> None:
    headline = "The ferry is back after nine winters"
    pages = [html_page(site.html(i, more=[headline] if i == 2 else ())) for i in range(8)]
    model = learned(*pages)
    linked = html_page(site.html(100, more=[headline]))
    article = html_page(f"<title>{headline} - Daily</title>" + site.html(100, more=[headline]))
    assert moved(model, linked)[headline] < moved(model, article)[headline]
    assert moved(model, article)[headline] > -0.15


def test_no_correction_exceeds_its_limit() -> None:
    model = learned(*(site.text(i) for i in range(30)))
    p = corrected(model, site.text(100)).probability
    assert np.all(np.abs(np.log(p / (1 - p))) <= PARAMS.max_log_odds + 1e-9)


def test_a_page_that_is_no_article_is_not_corrected() -> None:
    model = learned(*(site.text(i) for i in range(8)))
    page = site.text(100)
    shop = Scores(np.full(len(page.lines), 0.5), article=0.0)
    assert np.all(model.correct(page, shop).probability == 0.5)


def test_pages_of_another_site_are_left_out_and_listed() -> None:
    own = replace(site.text(1), url="https://m.daily.example/a")
    other = replace(site.text(2), url="https://elsewhere.example/b")
    model = learned(own, other, name="daily.example")
    assert (model.n_pages, model.left_out_) == (1, ("https://elsewhere.example/b",))


def test_an_outlier_is_not_learned_from() -> None:
    outlier = text_page([f"{word} of a page from elsewhere" for word in "abcdefghij"])
    model = learned(outlier, *(site.text(i) for i in range(8)))
    assert model.evidence.n_pages == 8
    assert int(model.evidence.outliers.sum()) == 1
    assert standings(model, [outlier, site.text(1), site.text(99)]) == ["outlier", "learned", None]


def test_two_templates_of_a_site_are_both_learned() -> None:
    def gallery(number: int) -> Page:
        return text_page(["Gallery", "Slower", *site.article(number), "Next picture", *site.BOX])

    model = learned(*(site.text(i) for i in range(6)), *(gallery(i) for i in range(20, 26)))
    assert moved(model, gallery(100))["Next picture"] < -0.3
    assert moved(model, site.text(100))["Weather"] < -0.3


def test_a_redesigned_page_drifts_and_a_usual_one_does_not() -> None:
    model = SiteModel().fit(html_page(site.html(i)) for i in range(8))
    cleaner = Cleaner(site_models=model)
    usual = cleaner.clean(site.html(100)).drift
    redesigned = cleaner.clean(
        "<main><section><h2>Start</h2><h3>Today</h3>"
        + "".join(f"<div><span>{text}</span></div>" for text in site.article(100))
        + "</section><footer><b>Imprint</b><b>Contact</b></footer></main>"
    ).drift
    assert usual is not None
    assert redesigned is not None
    assert usual < 0.1
    assert redesigned >= DRIFTED


def test_cleaning_a_page_again_gives_the_same_result() -> None:
    cleaner = Cleaner(MODEL, site_models=learned(*(site.text(i) for i in range(8))))
    first = cleaner.clean(site.text(3))
    assert [cleaner.clean(site.text(3)) for _ in range(3)] == [first] * 3


# Labels


def test_labels_are_kept_with_the_pages_they_are_of() -> None:
    pages = [site.text(i) for i in range(6)]
    labelled = SiteModel(None, MODEL).fit(pages, [site.labels(page) for page in pages])
    assert labelled.sample_.pages[0].label.all()
    mixed = SiteModel(None, MODEL).fit(pages, [site.labels(pages[0]), *[None] * 5])
    assert sum(bool(page.label.any()) for page in mixed.sample_.pages) == 1


def test_a_labelled_page_brings_its_labels() -> None:
    page = site.text(1)
    labels = site.labels(page)
    assert (
        learned(LabelledPage(page, tuple(labels))).to_bytes()  # type: ignore[arg-type]
        == SiteModel(None, MODEL).fit([page], [labels]).to_bytes()
    )


def test_a_wrong_number_of_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="2 labels were given for 10 lines"):
        SiteModel(None, MODEL).fit([site.text(1)], [[None, None]])


# Merging


@settings(max_examples=25)
@given(numbers, numbers, st.randoms(use_true_random=False))
def test_merging_two_halves_gives_the_model_of_the_whole(a, b, rng) -> None:
    pages = [site.text(i) for i in (*a, *b)]
    rng.shuffle(pages)
    whole = learned(*pages).to_bytes()
    one, two = learned(*(site.text(i) for i in a)), learned(*(site.text(i) for i in b))
    assert one.merge(two).to_bytes() == two.merge(one).to_bytes() == whole
    assert one.partial_fit([site.text(i) for i in b]).to_bytes() == whole


@settings(max_examples=10)
@given(numbers, numbers, st.integers(5, 60))
def test_merging_gives_the_same_when_pages_are_left_out(a, b, budget) -> None:
    with pytest.MonkeyPatch.context() as patch:
        limits = replace(sketch_module.LIMITS, max_lines=budget)
        patch.setattr(sketch_module, "LIMITS", limits)
        whole = learned(*(site.text(i) for i in (*a, *b)))
        one, two = learned(*(site.text(i) for i in a)), learned(*(site.text(i) for i in b))
        assert one.merge(two).to_bytes() == whole.to_bytes()
        assert whole.sample_.n <= budget


def test_a_merged_model_keeps_the_general_model_of_either() -> None:
    one, none = learned(site.text(1)), SiteModel()
    assert one.merge(none).model is none.merge(one).model is MODEL


def test_models_of_two_sites_are_not_merged() -> None:
    with pytest.raises(ValueError, match=r"a\.example and b\.example"):
        SiteModel("a.example").merge(SiteModel("b.example"))


def test_labels_of_several_pages_count_where_pages_are_no_articles() -> None:
    features = np.zeros((1, len(SiteFeature)))
    features[:, [SiteFeature.PLACE, SiteFeature.LABELLED_PATH]] = 1
    added = [contributions(features, "html", 0.2, labelled)[0] for labelled in (0, 1, 2, 10)]
    places = {row[SiteFeature.PLACE] for row in added}
    paths = [row[SiteFeature.LABELLED_PATH] for row in added[1:]]
    assert len(places) == 1  # what was learned without labels counts as little as before
    assert paths == sorted(paths)
    assert paths[-1] > 5 * paths[0]
