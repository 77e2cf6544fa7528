"""The adapters give in the real packages what the Cleaner gives."""

from __future__ import annotations

from typing import Any

import pytest

from boilerplate import Cleaner
from boilerplate.batch.cleaner_config import Budget
from boilerplate.integrations.dataframes import clean_column, clean_list
from tests import poison
from tests.made_up import SENTENCES

pytestmark = pytest.mark.slow

PAGES = [f"<nav><a href=/>Home</a></nav><p>{sentence}</p>" for sentence in SENTENCES.values()]
URLS = [f"https://a.test/{i}" for i in range(len(PAGES))]


def expected(cleaner: Cleaner) -> list[str]:
    return [cleaner.clean(page, url).text for page, url in zip(PAGES, URLS, strict=True)]


def test_list_cleaned_in_processes_is_the_same_as_in_one(cleaner: Cleaner):
    pytest.importorskip("joblib")
    alone = clean_list([*PAGES, None], [*URLS, None], cleaner)
    assert clean_list([*PAGES, None], [*URLS, None], cleaner, n_jobs=2) == alone
    assert alone[-1] is None
    assert [page.text for page in alone if page] == expected(cleaner)


def test_bytes_of_no_page_are_missing_and_cost_no_other_page(cleaner: Cleaner):
    first, pdf, last = clean_list([PAGES[0], b"%PDF-1.4\n", PAGES[0].encode()], None, cleaner)
    assert pdf is None
    assert first == last


def test_list_with_too_few_urls_is_refused(cleaner: Cleaner):
    with pytest.raises(ValueError, match="2 pages, 1 URLs"):
        clean_list(["a", "b"], ["https://a.test/"], cleaner)


def test_pandas_column_keeps_its_index_and_missing_values(cleaner: Cleaner):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"html": [*PAGES, None], "url": [*URLS, None]})
    frame.index = frame.index * 10
    text = clean_column(frame["html"], frame["url"], cleaner)
    assert text.index.equals(frame.index)
    assert text.tolist() == [*expected(cleaner), None]


def test_polars_column_works_as_a_series_and_in_an_expression(cleaner: Cleaner):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"html": [*PAGES, None], "url": [*URLS, None]})
    want = [*expected(cleaner), None]
    assert clean_column(frame["html"], frame["url"], cleaner).to_list() == want

    def both(columns: Any) -> Any:
        return clean_column(columns[0], columns[1], cleaner)

    lazy = frame.lazy().with_columns(
        text=polars.map_batches(["html", "url"], both, return_dtype=polars.String)
    )
    assert lazy.collect()["text"].to_list() == want


def test_datatrove_step_gives_articles_and_counts_the_rest(cleaner: Cleaner):
    pytest.importorskip("datatrove")
    from datatrove.data import Document

    from boilerplate.integrations.datatrove import BoilerplateExtractor

    pages = [*PAGES, f"<p>{poison.DIE}", ""]
    documents = [
        Document(page, str(i), metadata={"url": f"https://a.test/{i}"})
        for i, page in enumerate(pages)
    ]
    step = BoilerplateExtractor(poison.PoisonCleaner(cleaner.model, 0.0), Budget(memory=256))
    found = list(step.run(iter(documents)))
    assert [int(d.id) for d in found] == list(range(len(PAGES)))
    assert found[0].text == f"Home\n{next(iter(SENTENCES.values()))}"
    assert found[0].metadata["boilerplate_site"] == "a.test"
    assert step.stats["errors"].total == 1
    assert step.stats["dropped"].total == 1


def test_scrapy_pipeline_adds_articles_to_items(tmp_path: Any):
    pytest.importorskip("scrapy")
    import json
    import subprocess
    import sys

    page = tmp_path / "page.html"
    page.write_text(PAGES[0], encoding="utf-8")
    (tmp_path / "spider.py").write_text(
        "import scrapy\n"
        "class Spider(scrapy.Spider):\n"
        "    name = 'made-up'\n"
        f"    start_urls = [{page.as_uri()!r}]\n"
        "    custom_settings = {'ITEM_PIPELINES': {\n"
        "        'boilerplate.integrations.scrapy.BoilerplatePipeline': 300},\n"
        "        'BOILERPLATE_THRESHOLD': 0.0, 'BOILERPLATE_HTML_FIELD': 'page',\n"
        "        'BOILERPLATE_KEEP': 'date', 'BOILERPLATE_DROP': ['table', 'note']}\n"
        "    def parse(self, response):\n"
        "        yield {'page': response.body.decode(), 'url': 'https://a.test/1'}\n"
        "        yield {'other': 'without a page'}\n",
        encoding="utf-8",
    )
    out = tmp_path / "items.json"
    subprocess.run(
        [sys.executable, "-m", "scrapy", "runspider", "spider.py", "-o", str(out)],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    first, second = sorted(json.loads(out.read_text(encoding="utf-8")), key=len, reverse=True)
    assert first["text"] == f"Home\n{next(iter(SENTENCES.values()))}"
    assert second == {"other": "without a page"}
