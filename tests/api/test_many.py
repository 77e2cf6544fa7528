"""``clean_many``: results in order, errors of single pages, any number of workers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import boilerplate
from boilerplate import Cleaner, CleanPage
from boilerplate.api.many import clean_many
from boilerplate.batch.packed import compact, packed, unpacked_page
from boilerplate.plugins import Settings, load_plugins
from boilerplate.site_models.site_model import SiteModel
from tests import made_up_site as site
from tests.made_up import SENTENCES as LANGUAGES
from tests.made_up import made_up_model, news_page
from tests.poison import DIE

EXAMPLES = Path(__file__).parents[2] / "examples"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def items(tmp_path: Path) -> list[Any]:
    """Pages of each form, good ones and bad ones."""
    (tmp_path / "a.html").write_text(news_page("tr"), "utf-8")
    return [
        *(news_page(language) for language in LANGUAGES),
        tmp_path / "a.html",
        tmp_path / "none.html",
        (news_page("ja").encode("shift_jis", "replace"), "haber.example/1"),
        ("<p>x", "no host"),
        ("<p>x", ""),
        {"html": "https://a.example/", "url": "gazete.example"},
        {"text": "Bir\nİki", "url": None},
        {"html": "<p>ż".encode("iso-8859-2"), "charset": "iso-8859-2"},
        {"title": "x"},
        PNG,
        5,
        "https://a.example/",
        boilerplate.read("<p>Паром", "https://a.example/"),
        boilerplate.read("Паром\n\nушёл"),
        "<p>\ud800 lone",
        "",
    ]


def values(page: CleanPage) -> str:
    """All of a page that a user may look at."""
    made = [page.to_markdown(), page.to_html(), repr(page.metadata), page._repr_html_()]
    return json.dumps([page.to_dict(), page.page.html, page.error, repr(page), *made])


def test_results_come_in_order_and_errors_stop_nothing(tmp_path: Path) -> None:
    given = items(tmp_path)
    pages = list(clean_many(given, workers=1))
    assert len(pages) == len(given)
    n = len(LANGUAGES)
    for item, page in zip(given[:n], pages, strict=False):
        assert page == compact(boilerplate.clean(item))
    assert pages[n].text == boilerplate.clean(tmp_path / "a.html").text
    assert "FileNotFoundError" in pages[n + 1].error
    assert pages[n + 2].site == "haber.example"
    assert "names no host" in pages[n + 3].error
    assert (pages[n + 4].site, pages[n + 4].error) == (None, "")
    assert (pages[n + 5].site, len(pages[n + 5].predictions)) == ("gazete.example", 1)
    assert [line.text for line in pages[n + 6].page.lines] == ["Bir", "İki"]
    assert pages[n + 7].page.lines[0].text == "ż"
    wrong = [page.error for page in pages[n + 8 : n + 12]]
    for error, what in zip(wrong, ("'html' nor 'text'", "PNG", "not int", "URL"), strict=True):
        assert what in error
    assert pages[n + 12].site == "a.example"
    assert all(not page.predictions and not page.text for page in pages if page.error)


@pytest.mark.slow
def test_results_are_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    one, two, three = ([values(page) for page in clean_many(items(tmp_path), n)] for n in (1, 2, 3))
    assert one == two == three


@pytest.mark.slow
def test_reasons_are_there_if_they_are_asked_for() -> None:
    page = news_page("tr")
    for workers in (1, 2):
        [with_reasons] = clean_many([page], workers, reasons=True)
        assert with_reasons == boilerplate.clean(page)
        [without] = clean_many([page], workers)
        assert set(without.predictions.reasons) == {""}
        assert without.predictions.roles == with_reasons.predictions.roles
        assert without.page.html == page


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_pages_are_read_when_they_are_needed(workers: int) -> None:
    taken = 0

    def pages() -> Iterator[str]:
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield f"<p>Sayfa {number}"

    cleaned = clean_many(pages(), workers)
    assert inspect.isgenerator(cleaned)
    assert taken == 0
    assert next(cleaned).page.lines[0].text == "Sayfa 0"
    assert next(cleaned).page.lines[0].text == "Sayfa 1"
    assert taken <= (2 if workers == 1 else 100)
    cleaned.close()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_iterable_raises_comes_after_the_pages_before_it(workers: int) -> None:
    def pages() -> Iterator[str]:
        yield "<p>Bir"
        yield "<p>İki"
        raise LookupError("the source is gone")

    cleaned = clean_many(pages(), workers)
    assert [next(cleaned).page.lines[0].text for _ in range(2)] == ["Bir", "İki"]
    with pytest.raises(LookupError, match="gone"):
        next(cleaned)


@pytest.mark.slow
def test_a_page_that_ends_its_process_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.poison import PoisonCleaner

    monkeypatch.setattr("boilerplate.api.many.chosen_cleaner", lambda: PoisonCleaner())
    found = list(clean_many(["<p>Bir", f"<p>{DIE}", "<p>Üç"], workers=2))
    assert [page.error for page in found] == ["", "ended its worker process", ""]


def test_options_are_those_of_clean() -> None:
    html = news_page("en")
    [page] = clean_many([html], threshold=0.9, keep=["date"], drop="caption", kind="html")
    expected = boilerplate.clean(html, threshold=0.9, keep=["date"], drop="caption")
    assert (page.text, page.threshold, page.kept_roles) == (
        expected.text, 0.9, expected.kept_roles
    )  # fmt: skip
    [page] = clean_many([(html, "a.example")], plugins=load_plugins(Settings(only=frozenset())))
    assert page.site == "a.example"


def test_urls_that_data_frames_lack_are_none() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"html": ["<p>a", "<p>b", "<p>c"], "url": ["a.example", "", None]})
    pages = clean_many(frame.to_dict("records"))
    assert [page.site for page in pages] == ["a.example", None, None]
    pages = clean_many(("<p>a", url) for url in (pandas.NA, float("nan"), None, ""))
    assert [(page.site, page.error) for page in pages] == [(None, "")] * 4


def test_a_site_model_can_be_given() -> None:
    model = SiteModel("daily.example").fit([boilerplate.read(site.html(i)) for i in range(6)])
    [page] = clean_many([(site.html(9), "daily.example")], site_models=model)
    assert page.drift is not None


@pytest.mark.parametrize(
    ("sources", "message"),
    [("<p>x", "not one str"), (b"<p>x", "not one bytes"), (5, "not int"), (None, "not NoneType"),
     (Path("pages"), r"Path\('pages'\)\.glob"), ({"html": "x"}, "not one dict")],
)  # fmt: skip
def test_one_page_is_refused_at_once(sources: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        clean_many(sources)


@pytest.mark.parametrize(
    ("option", "error"),
    [({"workers": 0}, ValueError), ({"workers": "2"}, ValueError), ({"threshold": 2}, ValueError),
     ({"kind": "pdf"}, ValueError), ({"charset": 5}, TypeError), ({"tresh": 0.5}, TypeError)],
)  # fmt: skip
def test_wrong_options_are_refused_at_once(option: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        clean_many([], **option)


def test_progress_is_shown_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list(clean_many(["<p>Bir", 5], progress=True))) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "2/2 pages, 1 errors" in shown.err
    assert len(list(clean_many(iter(["<p>Bir"]), 1, progress=True))) == 1


def test_error_has_the_url_that_was_given_and_reasons_come_if_asked_for() -> None:
    bad, good = clean_many([(5, "https://a.example/"), news_page("ar")], reasons=True)
    assert (bad.url, bool(bad.error), good.error) == ("https://a.example/", True, "")
    assert all(prediction.reason for prediction in good.predictions)
    [without] = clean_many([news_page("ar")])
    assert not any(prediction.reason for prediction in without.predictions)


def test_pages_are_of_the_kind_that_is_named() -> None:
    given = ["<p>Паром<p>ушёл", {"text": "<p>Паром<p>ушёл"}, {"html": "Паром ушёл"}]
    for kind, expected in (("text", ["text"] * 3), ("html", ["html"] * 3)):
        assert [page.page.kind for page in clean_many(given, kind=kind)] == expected
    assert [page.page.kind for page in clean_many(given[1:])] == ["html", "html"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["html", "text"])
@pytest.mark.parametrize("reasons", [True, False])
def test_packed_page_is_the_page_again(language: str, kind: str, reasons: bool) -> None:
    source = news_page(language)
    if kind == "text":
        source = "\n \n".join(line.text for line in boilerplate.read(source).lines)
    page = Cleaner(made_up_model()).clean(source, "https://a.example/")
    again = unpacked_page(packed(page, reasons))
    assert again == compact(page, reasons)
    assert again.page.html == page.page.html
    assert (again == page) is reasons
