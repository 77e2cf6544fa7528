"""What is learned of a site, and what keeps it from doing harm."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boilerplate import Cleaner, Label, SiteModel
from boilerplate.model.model import Model
from boilerplate.model.stack import Scores
from boilerplate.page import Page, text_page
from boilerplate.reading.html import html_page
from boilerplate.result import LabelledPage
from boilerplate.site_models.evidence import COLUMNS, MOST, Knowledge
from boilerplate.site_models.file import SiteModelError
from boilerplate.site_models.folder import SUFFIX, SiteModels
from boilerplate.site_models.site_model import DRIFTED
from boilerplate.site_models.sketch import Sketch, sample, sketch
from tests import made_up_site as site
from tests.made_up import made_up_model

MODEL = made_up_model()


def learned(*pages: Page, name: str | None = None) -> SiteModel:
    return SiteModel(name, MODEL).fit(pages)


def corrected(model: SiteModel, page: Page, probability: float = 0.5) -> Scores:
    """What becomes of a page of which the general model cannot tell anything."""
    n = len(page.lines)
    scores = Scores(np.full(n, probability))
    return model.correct(page, range(n), scores)


def moved(model: SiteModel, page: Page, probability: float = 0.5) -> dict[str, float]:
    scores = corrected(model, page, probability)
    return {
        line.text: p - probability
        for line, p in zip(page.lines, scores.probability.tolist(), strict=True)
    }


# What is learned


@pytest.mark.parametrize("language", site.LANGUAGES)
def test_lines_that_stand_on_every_page_become_less_likely(language: str) -> None:
    model = learned(*(site.text(i, language) for i in range(8)))
    page = site.text(100, language)
    change = moved(model, page)
    chrome = [change[text] for text in (*site.MENU, *site.BOX)]
    assert max(chrome) < -0.3
    assert min(change[text] for text in site.article(100, language)) > max(chrome) + 0.1


def test_a_date_and_a_counter_do_not_hide_a_line_that_recurs() -> None:
    model = learned(*(site.text(i) for i in range(8)))
    stamp = site.text(100).lines[-3].text
    assert stamp.startswith("Published")
    assert moved(model, site.text(100))[stamp] < -0.3


def test_a_line_says_on_how_many_pages_of_its_site_it_stands() -> None:
    model = learned(*(site.text(i) for i in range(9)))
    page = site.text(100)
    said = corrected(model, page).site_reasons
    assert said[0] == ("", "stands on 9 of 9 pages of this site")
    assert "stands on" not in said[len(site.MENU)][1]


def test_the_reason_reaches_the_prediction() -> None:
    model = SiteModel().fit(site.text(i) for i in range(9))
    cleaned = Cleaner(site_models=model).clean(site.text(100))
    menu = cleaned.predictions[0]
    assert menu.label is Label.BOILERPLATE
    assert "stands on 9 of 9 pages of this site" in menu.reason


# What keeps it from doing harm


def test_a_model_of_no_page_changes_nothing() -> None:
    page = site.text(1)
    cleaned = Cleaner(MODEL, site_models=SiteModel()).clean(page)
    assert cleaned == Cleaner(MODEL).clean(page)


def test_a_page_seen_twice_counts_once() -> None:
    once, twice = learned(site.text(1)), learned(site.text(1), site.text(1))
    assert once.to_bytes() == twice.to_bytes()


def test_an_article_that_two_pages_hold_is_not_taken_for_chrome() -> None:
    reprint = replace(site.text(1), lines=(*site.text(1).lines, *text_page(["Print"]).lines))
    model = learned(site.text(1), reprint, *(site.text(i) for i in range(2, 8)))
    assert model.n_pages == 8
    assert model.knowledge.n == 7
    assert all(moved(model, site.text(1))[text] > -0.1 for text in site.article(1))


def test_a_page_that_was_learned_from_is_cleaned_like_any_other() -> None:
    pages = [site.text(i) for i in range(8)]
    model = learned(*pages)
    assert all(moved(model, pages[3])[text] > -0.1 for text in site.article(3))


def test_a_sentence_that_one_other_page_has_stays_where_the_general_model_is_sure() -> None:
    closing = "Carthage must be destroyed, as this column has said before and will say again."
    model = learned(*(site.text(i, more=[closing] if i == 3 else ()) for i in range(10)))
    page = site.text(100, more=[closing])
    scores = corrected(model, page, 0.97)
    at = [line.text for line in page.lines].index(closing)
    assert scores.probability[at] > 0.5


def test_an_article_keeps_its_headline_though_other_pages_link_to_it() -> None:
    headline = "The ferry is back after nine winters"
    pages = [html_page(site.html(i, more=[headline] if i == 2 else ())) for i in range(8)]
    model = learned(*pages)
    linked = html_page(site.html(100, more=[headline]))
    article = html_page(f"<title>{headline} - Daily</title>" + site.html(100, more=[headline]))
    assert moved(model, linked)[headline] < moved(model, article)[headline]
    assert moved(model, article)[headline] > -0.15


def test_no_correction_is_larger_than_its_bound() -> None:
    model = learned(*(site.text(i) for i in range(30)))
    p = corrected(model, site.text(100)).probability
    assert np.all(np.abs(np.log(p / (1 - p))) <= MOST + 1e-9)


def test_what_is_no_article_is_left_to_the_general_model() -> None:
    model = learned(*(site.text(i) for i in range(8)))
    page = site.text(100)
    n = len(page.lines)
    shop = Scores(np.full(n, 0.5), article=0.0)
    assert np.all(model.correct(page, range(n), shop).probability == 0.5)


def test_pages_of_another_site_are_named_and_left_out() -> None:
    own = replace(site.text(1), url="https://m.daily.example/a")
    other = replace(site.text(2), url="https://elsewhere.example/b")
    model = learned(own, other, name="daily.example")
    assert (model.n_pages, model.left_out_) == (1, ("https://elsewhere.example/b",))


def test_a_page_that_looks_like_no_other_is_not_learned_from() -> None:
    stranger = text_page([f"{word} of a page from elsewhere" for word in "abcdefghij"])
    model = learned(stranger, *(site.text(i) for i in range(8)))
    assert model.knowledge.n == 8
    assert int(model.knowledge.strangers.sum()) == 1


def test_a_second_template_is_learned_beside_the_first() -> None:
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


def test_the_same_page_is_cleaned_the_same_the_fourth_time() -> None:
    cleaner = Cleaner(MODEL, site_models=learned(*(site.text(i) for i in range(8))))
    first = cleaner.clean(site.text(3))
    assert [cleaner.clean(site.text(3)) for _ in range(3)] == [first] * 3


# Labels


def test_labels_count_for_more_than_the_general_model_says() -> None:
    pages = [site.text(i) for i in range(6)]
    labelled = SiteModel(None, MODEL).fit(pages, [site.labels(page) for page in pages])
    assert labelled.sample_.pages[0].label.all()
    mixed = SiteModel(None, MODEL).fit(pages, [site.labels(pages[0]), *[None] * 5])
    assert sum(bool(page.label.any()) for page in mixed.sample_.pages) == 1


def evidence(pages: list[Sketch], page: Page) -> dict[str, np.ndarray]:
    """What pages of a site say of the lines of another one, by the name of the evidence."""
    unsure = sketch(page, np.full(len(page.lines), 0.5))
    return dict(zip(COLUMNS, Knowledge(pages).see(unsure).columns.T, strict=True))


def test_labels_tell_how_wrong_the_model_was_at_the_same_place_of_other_pages() -> None:
    pages = [site.text(i, "tr") for i in range(4)]
    wrong = [sketch(page, np.full(len(page.lines), 0.2), site.labels(page)) for page in pages]
    heard = evidence(wrong, site.text(9, "tr"))
    first, last = len(site.MENU), -len(site.BOX) - 1
    assert (heard["told_after"][first:last] > 0).all(), "between menu and box there are articles"
    assert (heard["told_before"][first:last] > 0).all()
    assert not heard["told_after"][:first].any(), "of lines that recur, their own labels tell"
    assert (heard["told_line"][:first] < 0).all()
    assert not heard["told_line"][first:last].any()
    assert (heard["told_site"] > 0).all()


def test_what_a_recurring_line_was_labelled_says_nothing_of_those_beside_it() -> None:
    pages = [site.text(i, "hi") for i in range(4)]
    chrome = [
        sketch(
            page, np.full(len(page.lines), 0.8),
            [label if label is Label.BOILERPLATE else None for label in site.labels(page)],
        )
        for page in pages
    ]  # fmt: skip
    heard = evidence(chrome, site.text(9, "hi"))
    assert (heard["told_line"][: len(site.MENU)] < 0).all()
    assert not heard["told_after"].any()
    assert not heard["told_before"].any()


def test_what_stands_on_some_pages_between_two_lines_of_the_site_is_not_taken_for_content() -> None:
    def between(teasers: list[str]) -> float:
        pages = [
            text_page([*site.MENU, teaser, *site.BOX, *site.article(i, "ru")])
            for i, teaser in enumerate(teasers)
        ]
        opinions = [sketch(page, np.full(len(page.lines), 0.8)) for page in pages]
        new = text_page([*site.MENU, "Сегодня в гавани", *site.BOX, *site.article(20, "ru")])
        return float(evidence(opinions, new)["between"][len(site.MENU)])

    assert between([f"Новость {word}" for word in "аб вг де жз ик лм но пр ст".split()]) > 0
    assert between([f"Новость {word}" for word in "аб аб аб вг вг вг де де де".split()]) == 0


def test_a_labelled_page_brings_its_labels() -> None:
    page = site.text(1)
    labels = site.labels(page)
    assert (
        learned(LabelledPage(page, tuple(labels))).to_bytes()  # type: ignore[arg-type]
        == SiteModel(None, MODEL).fit([page], [labels]).to_bytes()
    )


def test_labels_of_another_number_than_the_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="2 labels were given for 10 lines"):
        SiteModel(None, MODEL).fit([site.text(1)], [[None, None]])


# Merging

numbers = st.lists(st.integers(0, 12), max_size=6)


@settings(max_examples=25, deadline=None)
@given(numbers, numbers, st.randoms(use_true_random=False))
def test_models_of_two_halves_are_the_model_of_the_whole(a, b, rng) -> None:
    pages = [site.text(i) for i in (*a, *b)]
    rng.shuffle(pages)
    whole = learned(*pages).to_bytes()
    one, two = learned(*(site.text(i) for i in a)), learned(*(site.text(i) for i in b))
    assert one.merge(two).to_bytes() == two.merge(one).to_bytes() == whole
    assert one.partial_fit([site.text(i) for i in b]).to_bytes() == whole


@settings(max_examples=10, deadline=None)
@given(numbers, numbers, st.integers(5, 60))
def test_merging_is_the_same_when_pages_must_be_left_out(a, b, budget) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boilerplate.site_models.sketch.MAX_LINES", budget)
        whole = learned(*(site.text(i) for i in (*a, *b)))
        one, two = learned(*(site.text(i) for i in a)), learned(*(site.text(i) for i in b))
        assert one.merge(two).to_bytes() == whole.to_bytes()
        assert whole.sample_.n <= budget


def test_of_a_page_that_was_judged_differently_the_same_opinion_stays_in_any_order() -> None:
    page = site.text(1)
    n = len(page.lines)
    sure, unsure = (sketch(page, range(n), np.full(n, p)) for p in (0.9, 0.4))
    assert sure.key == unsure.key
    kept = {sample(pages).pages for pages in ([sure, unsure], [unsure, sure])}
    assert len(kept) == 1


def test_a_merged_model_corrects_the_general_model_that_either_had() -> None:
    one, none = learned(site.text(1)), SiteModel()
    assert one.merge(none).model is none.merge(one).model is MODEL


def test_models_of_two_sites_are_not_merged() -> None:
    with pytest.raises(ValueError, match=r"a\.example and b\.example"):
        SiteModel("a.example").merge(SiteModel("b.example"))


# The file


def test_a_model_is_saved_loaded_and_pickled(tmp_path: Path) -> None:
    model = learned(*(html_page(site.html(i)) for i in range(5)), name="daily.example")
    model.save(tmp_path / "model")
    loaded = SiteModel.load(tmp_path / "model")
    assert loaded.site == "daily.example"
    assert loaded.to_bytes() == model.to_bytes()
    assert pickle.loads(pickle.dumps(model)).to_bytes() == model.to_bytes()  # noqa: S301
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_is_written_in_its_own_folder_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "full"))  # or on another disk
    learned(site.text(1)).save(tmp_path / f"a{SUFFIX}")
    assert [path.name for path in tmp_path.iterdir()] == [f"a{SUFFIX}"]


def test_a_file_holds_no_text_of_the_pages() -> None:
    model = learned(*(site.text(i) for i in range(5)))
    with zipfile.ZipFile(io.BytesIO(model.to_bytes())) as archive:
        data = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Weather" not in data
    assert b"weather" not in data


def rewritten(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return out.getvalue()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"no zip", "is damaged"),
        (lambda data: data[: len(data) // 2], "is damaged"),
        (lambda data: rewritten(data, "site.json", b"[]"), "is not a boilerplate-site-model"),
        (lambda data: rewritten(data, "length.npy", b"x"), "does not match its checksum"),
        (
            lambda data: rewritten(
                data, "site.json", b'{"format": "boilerplate-site-model", "format_version": 99}'
            ),
            "format_version 99",
        ),
        (lambda data: rewritten(data, "sizes.npy", b"\0" * 5_000_000), "unpacks to"),
    ],
)
def test_a_hostile_file_is_refused_with_its_name(damage, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.site.zip"
    path.write_bytes(damage(learned(site.text(1)).to_bytes()))
    with pytest.raises(SiteModelError, match=said) as error:
        SiteModel.load(path)
    assert "bad.site.zip" in str(error.value)


def test_a_file_whose_hashes_are_not_there_is_refused() -> None:
    data = learned(site.text(1), site.text(2)).to_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        about = json.loads(archive.read("site.json"))
        array = bytearray(archive.read("line.npy"))
    array[-1] = 0x7F
    import hashlib

    about["arrays"]["line"] = hashlib.sha256(array).hexdigest()
    bad = rewritten(data, "line.npy", bytes(array))
    bad = rewritten(bad, "site.json", json.dumps(about).encode())
    with pytest.raises(SiteModelError, match="hash that is not in the table"):
        SiteModel.from_bytes(bad)


# From a page's site to its model


def test_a_folder_is_asked_for_the_site_and_the_domains_above_it(tmp_path: Path) -> None:
    learned(site.text(1), name="daily.example").save(tmp_path / f"daily.example{SUFFIX}")
    models = SiteModels(tmp_path)
    found = models.find("m.daily.example")
    assert found is not None
    assert found.site == "daily.example"
    assert models.find("example") is None
    assert models.find("../daily.example") is None
    assert models.find(None) is None
    assert models.find("x" * 300 + ".example") is None


def test_a_cleaner_finds_the_model_by_the_url(tmp_path: Path) -> None:
    model = learned(*(site.text(i) for i in range(8)), name="daily.example")
    model.save(tmp_path / f"daily.example{SUFFIX}")
    cleaner = pickle.loads(pickle.dumps(Cleaner(MODEL, site_models=tmp_path)))  # noqa: S301
    page = site.text(100)
    assert cleaner.clean(page).drift is None
    assert cleaner.clean(replace(page, url="https://www.daily.example/a")).drift is not None
    assert cleaner.clean(replace(page, url="https://other.example/a")).drift is None


def test_a_folder_that_is_not_there_is_an_error(model: Model) -> None:
    with pytest.raises(FileNotFoundError, match="no folder or file of site models"):
        Cleaner(model, site_models="/nowhere/at/all")
