"""Samples of many sites: the same in any order, however little fits into memory."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest

from boilerplate.batch import sketches as sketches_module
from boilerplate.batch.cleaner_config import SketchOf
from boilerplate.batch.record import Fields, Record
from boilerplate.batch.sketches import (
    NO_SITE,
    GatheredSketches,
    HeldSketches,
    SampleWriter,
    SiteSample,
    first_error,
    read_sample,
    sample_of_bytes,
    samples_in,
    sketched,
)
from boilerplate.batch.worker import CleanedRecord, clean_record
from boilerplate.cleaner import Cleaner
from boilerplate.labelling.labels import write_labels
from boilerplate.model.model import Model
from boilerplate.plugins.manager import no_plugins
from boilerplate.reading.read import read
from boilerplate.site_models.site_model import SiteModel
from tests import made_up_site

SITES = ("haber.example", "gazeta.example", "ข่าว.example", "daily.example")


def page_record(number: int, site: str = SITES[0], labels: str = "") -> Record:
    language = made_up_site.LANGUAGES[number % len(made_up_site.LANGUAGES)]
    html = made_up_site.html(number, language)
    return Record(number, f"{number}", html, f"https://{site}/{number}", "html", labels=labels)


@pytest.fixture(scope="module")
def found(model: Model) -> list[SiteSample]:
    """Forty pages of four sites, and one of no site."""
    pages = [page_record(i, SITES[i % 4]) for i in range(40)]
    without = Record(40, "40", made_up_site.html(40))
    return [sketched(each, "", model) for each in (*pages, without)]


def as_bytes(samples: list[SiteSample]) -> list[bytes]:
    return [each.to_bytes() for each in samples]


def gathered(samples: list[SiteSample]) -> list[SiteSample]:
    whole = GatheredSketches()
    for each in samples:
        whole.add(each)
    return list(whole.by_site())


def test_sample_of_a_site_is_what_its_site_model_learns(
    found: list[SiteSample], model: Model
) -> None:
    samples = {each.site: each for each in gathered(found)}
    assert [samples[site].pages for site in (NO_SITE, *SITES)] == [1, 10, 10, 10, 10]
    records = [page_record(i, SITES[2]) for i in range(2, 40, 4)]
    pages = [read(each.source, each.url) for each in records]
    learned = SiteModel(SITES[2], model)
    learned.sample_ = samples[SITES[2]].sample
    assert learned.n_pages == 10
    assert learned.to_bytes() == SiteModel(SITES[2], model).fit(pages).to_bytes()


@pytest.mark.parametrize("lines", [1, 500, 3000, 10**9])
def test_memory_changes_nothing_and_neither_does_order(
    found: list[SiteSample], lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = as_bytes(gathered(found))
    monkeypatch.setattr(sketches_module, "SETTINGS", HeldSketches(lines))
    shuffled = random.Random(lines).sample(found, len(found))
    assert as_bytes(gathered(shuffled)) == whole
    assert as_bytes(sorted(gathered(found), key=lambda each: each.site)) == whole


@pytest.mark.parametrize("files", [2, 3, 400])
def test_files_are_merged_however_few_are_open(
    found: list[SiteSample], files: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketches_module, "SETTINGS", HeldSketches(files=files))
    paths = []
    for i in range(9):
        paths.append(tmp_path / f"{i}.samples")
        with paths[-1].open("wb") as file:
            writer = SampleWriter(file)
            for each in found[i::9]:
                writer.write(each.to_bytes())
            writer.close()
    assert as_bytes(list(samples_in(paths))) == as_bytes(gathered(found))
    assert as_bytes(list(samples_in(paths[::-1]))) == as_bytes(gathered(found))


def test_bytes_give_the_same_sample_and_a_cut_off_file_is_an_error(found: list[SiteSample]) -> None:
    data = found[2].to_bytes()
    again = sample_of_bytes(data)
    assert (again.site, again.pages, again.to_bytes()) == ("ข่าว.example", 1, data)
    for cut in (3, 30, len(data) - 1):
        with pytest.raises(ValueError, match=r"cut off|Expecting|Unterminated"):
            read_sample(io.BytesIO(data[:cut]))
    assert read_sample(io.BytesIO(b"")) is None


def test_first_error_of_a_file_is_kept(found: list[SiteSample], tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        writer = SampleWriter(file)
        for record in (b'{"error": "took too long"}', found[0].to_bytes(), b'{"error": "b"}'):
            writer.write(record)
        writer.close()
    assert first_error(tmp_path / "a") == "took too long"
    assert [each.site for each in samples_in([tmp_path / "a"])] == [SITES[0]]


@pytest.mark.parametrize(
    ("url", "wanted", "site", "lines"),
    [
        ("https://m.haber.example/1", "haber.example", "m.haber.example", True),
        ("https://gazeta.example/1", "haber.example", "gazeta.example", False),
        (None, "haber.example", NO_SITE, True),
        ("no host", "haber.example", NO_SITE, True),
        (None, "", NO_SITE, False),
        ("http://localhost/1", "", NO_SITE, False),
        ("http://[::1]/1", "", NO_SITE, False),
        ("https://www.haber.example/1", "", "haber.example", True),
    ],
)
def test_pages_of_other_sites_are_counted_and_not_sketched(
    url: str | None, wanted: str, site: str, lines: bool, model: Model
) -> None:
    found = sketched(Record(0, "0", made_up_site.html(1), url), wanted, model)
    assert (found.site, found.pages, found.sample.n > 0) == (site, 1, lines)


def test_claimed_url_counts_where_none_is_given(model: Model) -> None:
    claim = "<meta property=og:url content=https://gazeta.example/1>"
    html = claim + made_up_site.html(1)
    assert sketched(Record(0, "0", html), "", model).site == "gazeta.example"
    assert sketched(Record(0, "0", html, "https://haber.example/"), "", model).site == SITES[0]


def test_labels_of_a_record_are_learned_and_those_of_another_page_are_an_error(
    model_file: Path,
) -> None:
    cleaner = Cleaner(model_file, plugins=no_plugins())
    labels = write_labels(cleaner.clean(page_record(3).source))

    def answer(number: int, labels: object, fields: Fields) -> CleanedRecord:
        row = {"url": "https://haber.example", "html": page_record(number).source, "labels": labels}
        record = Record(0, "a:0", json.dumps(row).encode(), source_format="json")
        return clean_record(cleaner, record, fields, form=SketchOf())

    with_labels = Fields(labels="labels")
    assert sample_of_bytes(answer(3, labels, with_labels).json).sample.pages[0].label.any()
    wrong = answer(4, labels, with_labels)
    assert wrong.failed
    assert "labels: line" in json.loads(wrong.json)["error"]
    for other, fields in ((["news"], with_labels), (labels, Fields())):
        found = sample_of_bytes(answer(4, other, fields).json)
        assert not found.sample.pages[0].label.any()


def test_least_pages_are_different_ones_unless_the_sample_is_full(model: Model) -> None:
    twice = [sketched(page_record(1), "", model)] * 2
    [both] = gathered(twice)
    assert (both.pages, both.has_pages(1), both.has_pages(2)) == (2, True, False)
    full = SiteSample("a.example", 30, type(both.sample)(both.sample.pages, (1, 5)))
    assert full.has_pages(30)
    assert not full.has_pages(31)
