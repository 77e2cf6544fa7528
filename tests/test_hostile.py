"""Whatever a page holds, it has a result, and everything that is made of a result can be made."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.hostile import STEPS, faults, power, powers
from benchmarks.hostile_pages import (
    NAUGHTY,
    PAGES,
    SOUP_PIECES,
    Source,
    cut_short,
    encodings,
    in_page,
    sized,
    soup_in_contexts,
    tag_soup,
)
from benchmarks.hostile_trees import TREES
from boilerplate import Cleaner, CleanPage, Page, SiteModel, clean
from boilerplate.batch.readers import read_archive, read_files
from boilerplate.batch.record import Fields, Record, RecordsError, unpack
from boilerplate.batch.worker import CleanedRecord, clean_record
from boilerplate.batch.writers import read_cleaned, writing
from boilerplate.explain.batch_report import html_report
from boilerplate.explain.terminal import explain_text
from boilerplate.labelling.labels import LabelsError, read_labels, write_labels
from boilerplate.labelling.sheet import LabellingError, sheet
from boilerplate.model.model import Model
from boilerplate.page import Kind, is_blank
from boilerplate.plugins.manager import no_plugins
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.rules import RulesError, SiteRules
from boilerplate.plugins.toml import parse_rules
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from boilerplate.reading.magic import NotAPageError
from boilerplate.reading.read import read
from boilerplate.site_models.folder import is_site
from tests.twins import needs_compiled, same_on_both, using

pytestmark = pytest.mark.slow

SIZE = 6_000  # bytes of a page in these tests; ``python -m benchmarks.hostile`` makes large ones
FEW_LINES = 200  # more of them take long to colour
SITE = "courier.example"
URL = f"https://{SITE}/a"
# The few elements that a report is made of: whatever else is in one came from a page.
REPORT_TAGS = set(
    "html head meta title style body main header footer h1 h2 h3 nav ol li a span i b small "
    "section dl input label div dt dd figure svg rect figcaption article details summary p table "
    "caption thead tbody tr th td".split()
)


@pytest.fixture(scope="module")
def site_model(model: Model) -> SiteModel:
    pages = [read(in_page(f"<nav>Menu</nav><p>{'Text of it. ' * i}"), URL) for i in range(1, 5)]
    return SiteModel(SITE, model).fit(pages)


class ReportParser(HTMLParser):
    """What a report would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in REPORT_TAGS:
            self.wrong.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "srcset", "action", "data", "srcdoc"):
                self.wrong.append(name)
            if name == "href" and not re.match(r"#|https?://", value or "", re.IGNORECASE):
                self.wrong.append(str(value))


def check(page: CleanPage) -> None:
    """What holds of any result, and of all that is made of it."""
    assert [p.line for p in page.predictions] == list(page.page.lines)
    assert all(0.0 <= p.probability <= 1.0 for p in page.predictions)
    assert all("\n" not in line.text for line in page.page.lines)
    assert all(-1 <= e.parent < i for i, e in enumerate(page.page.elements))
    said = explain_text(page, name="a")
    spoken = [line for line in page.page.lines if not is_blank(line)]
    assert said.count("\n") == len(spoken) + 1
    said.encode("utf-8")
    if len(spoken) < FEW_LINES:
        explain_text(page, 40, color=True).encode("utf-8")
    report = ReportParser()
    report.feed(html_report([("a", page)]))
    assert report.wrong == []
    draft = write_labels(page)
    assert len(read_labels(draft, page.page).labels) == len(page.page.lines)


def check_record(cleaner: Cleaner, source: Source, url: str | None = URL) -> None:
    """That a page as a record gives one line of UTF-8 JSON whose spans are its lines."""
    answer = clean_record(cleaner, Record(0, "a", source, url), Fields())
    assert not answer.failed, answer.json
    assert b"\n" not in answer.json
    values = json.loads(answer.json)
    for line in values["lines"]:
        if line["start"] is not None:
            assert values["text"][line["start"] : line["end"]] == line["text"]


def check_teaching(model: Model, page: Page, path: Path) -> None:
    """That a site model can be taught by a page, and a person shown it."""
    taught = SiteModel(SITE, model).fit([page, page])
    assert SiteModel.from_bytes(taught.to_bytes()).n_pages == taught.n_pages
    try:
        shown = sheet("a", page, path)
    except LabellingError:
        assert not page.nonblank or len(page.nonblank) > 5000
    else:
        assert len(shown.marks) == len(page.nonblank)


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_page_has_a_result(
    name: str, model: Model, site_model: SiteModel, tmp_path: Path
) -> None:
    data = sized(name, SIZE)
    cleaner = Cleaner(model, plugins=no_plugins(), site_models=site_model)
    page = cleaner.clean(data, URL)
    check(page)
    check_record(cleaner, data)
    check_teaching(model, page.page, tmp_path / "labels.txt")


@needs_compiled
@pytest.mark.parametrize("name", PAGES)
def test_both_twins_read_every_kind_of_page_the_same(name: str) -> None:
    text = decode(sized(name, SIZE))
    same_on_both(lambda: html_page(text))


def test_the_shipped_model_survives_them() -> None:
    for name in [*PAGES][::16]:
        check(clean(sized(name, SIZE, seed=1)))


def test_pages_are_the_same_each_time() -> None:
    assert all(sized(name, 2000) == sized(name, 2000) for name in PAGES)
    assert sized("soup", 2000, seed=1) != sized("soup", 2000, seed=2)


def test_every_encoding_may_be_declared_as_every_other(cleaner: Cleaner) -> None:
    for i, (name, data) in enumerate(encodings()):
        assert html_page(decode(data)).lines, name
        if i % 80 == 0:
            check(cleaner.clean(data))


def test_every_piece_of_markup_may_stand_anywhere(cleaner: Cleaner) -> None:
    for i, markup in enumerate(soup_in_contexts()):
        page = html_page(markup)
        if i % 397 == 0:
            check(cleaner.clean(page))


def test_pages_may_end_anywhere(cleaner: Cleaner) -> None:
    for i, data in enumerate(cut_short(random.Random(0))):
        page = read(data)
        if i % 10 == 0:
            check(cleaner.clean(page))


@pytest.mark.parametrize("name", TREES)
def test_markup_that_the_parser_must_repair_is_cleaned_the_same_by_both_twins(
    name: str, model: Model, site_model: SiteModel, tmp_path: Path
) -> None:
    cleaner = Cleaner(model, plugins=no_plugins(), site_models=site_model)
    sources: list[tuple[str, Kind]] = [(each, "html") for each in TREES[name]]
    sources += [(in_page("".join(TREES[name])), "html"), ("\n".join(TREES[name]), "text")]
    answers = []
    for number, (source, kind) in enumerate(sources):
        page = cleaner.clean(source, URL, kind)
        if number % 4 == 0:
            check(page)
        read_back = read_labels(write_labels(page), page.page).labels
        assert [read_back[i] for i in page.page.nonblank] == [
            page.predictions[i].label for i in page.page.nonblank
        ]
        answers.append(clean_record(cleaner, Record(number, source, source, URL, kind), Fields()))
    assert not any(answer.failed for answer in answers)
    taught = SiteModel(SITE, model).fit([read(*each) for each in product(TREES[name], [URL])])
    assert SiteModel.from_bytes(taught.to_bytes()).to_bytes() == taught.to_bytes()
    assert in_parquet(answers, tmp_path) == [json.loads(each.json) for each in answers]
    with using("plain"):
        for number, (source, kind) in enumerate(sources):
            plain = clean_record(cleaner, Record(number, source, source, URL, kind), Fields())
            assert plain == answers[number]


def in_parquet(answers: Iterable[CleanedRecord], folder: Path) -> list[dict[str, Any]]:
    """Answers as they come back from a Parquet file."""
    pytest.importorskip("pyarrow")
    with writing(folder / "a", "parquet") as (writer, _):
        for answer in answers:
            writer.write(answer.json)
    pages = list(read_cleaned(folder / "a", "parquet"))
    for line in (line for page in pages for line in page["lines"]):
        # Columns of the places of lines, which JSON has only with --places.
        assert (line.pop("path"), line.pop("source_line")) == (None, None)
    return pages


# What a call is refused for that gives no page, or a URL that names no site.
MISTAKES = ("was given instead of a page", "names no host")


def check_call(cleaner: Cleaner, source: str, *more: str, **named: Any) -> None:
    """Check a page, or that it is refused as a mistake in the call."""
    try:
        page = cleaner.clean(source, *more, **named)
    except ValueError as error:
        assert any(each in str(error) for each in MISTAKES)
    else:
        check(page)


class TestNaughtyStrings:
    def test_as_pages(self, cleaner: Cleaner) -> None:
        for i, each in enumerate(NAUGHTY):
            check_call(cleaner, each, kind=("html", "text", None)[i % 3])
            check_record(cleaner, each.encode("utf-8", "surrogatepass"))

    def test_as_lines_attributes_and_titles(self, cleaner: Cleaner) -> None:
        body = "".join(f"<p title='{s}' class='{s}' id={s} style='{s}'>{s}</p>" for s in NAUGHTY)
        titles = "".join(f"<meta name='{s}' content='{s}'><title>{s}</title>" for s in NAUGHTY)
        check(cleaner.clean(titles + in_page(body)))
        check(cleaner.clean("\n".join(NAUGHTY), kind="text"))

    def test_as_urls(self, cleaner: Cleaner, site_model: SiteModel) -> None:
        known = Cleaner(cleaner.model, plugins=cleaner.plugins, site_models=site_model)
        for each in NAUGHTY:
            for url in (each, f"http://{each}/", f"https://{SITE}/{each}"):
                check_record(known, "<p>a", url)

    def test_as_names_of_sites(self, model: Model) -> None:
        for each in NAUGHTY:
            is_site(each)
            try:  # a name that would drive a terminal is in no file
                data = SiteModel(each, model).fit([read("a", f"http://{each}/")]).to_bytes()
            except ValueError as error:
                assert "is of a host" in str(error) or "names no host" in str(error)
                continue
            assert each.isprintable()
            assert SiteModel.from_bytes(data).site == each

    def test_as_charsets(self) -> None:
        for each in NAUGHTY:
            assert (
                read("<p>caf\xe9".encode("latin-1"), charset=each).lines[0].text.startswith("caf")
            )

    def test_as_names_of_pages(self, cleaner: Cleaner) -> None:
        page = cleaner.clean(in_page("<p>a"))
        for each in NAUGHTY:
            explain_text(page, name=each).encode("utf-8")
            report = ReportParser()
            report.feed(html_report([(each, page), (each, page)]))
            assert report.wrong == []

    def test_as_rules(self) -> None:
        names = "hosts", "drop", "keep", "drop_css", "drop_xpath", "drop_matching"
        page = html_page(in_page("<p class=x>a"), URL)
        for each in NAUGHTY:
            for name in names:
                try:
                    rules = SiteRules(**({"hosts": (SITE,)} | {name: (each,)}))
                    matcher = Matcher(rules)
                    if not matcher.problems():
                        matcher.opinions(page)
                except RulesError as error:
                    str(error).encode("utf-8", "backslashreplace")

    def test_as_fields_of_json(self, cleaner: Cleaner) -> None:
        for each in NAUGHTY:
            for values in (
                {"html": each}, {"text": each}, {"html": "<p>a", "url": each, "id": each},
                {"html": b"".decode(), "charset": each}, {"html": {each: each}}, {each: [each]},
            ):  # fmt: skip
                line = json.dumps(values).encode()
                answer = clean_record(cleaner, Record(0, "", line, source_format="json"), Fields())
                json.loads(answer.json.decode("utf-8"))

    def test_as_lines_of_json(self, cleaner: Cleaner) -> None:
        for each in NAUGHTY:
            data = each.encode("utf-8", "surrogatepass")
            answer = clean_record(cleaner, Record(0, "", data, source_format="json"), Fields())
            json.loads(answer.json.decode("utf-8"))
        for each in (b"[" * 100_000, b'{"html":' * 100_000, b'{"html": ' + b"9" * 10_000 + b"}"):
            assert clean_record(cleaner, Record(0, "", each, source_format="json"), Fields()).failed

    def test_as_names_of_files(self, cleaner: Cleaner, tmp_path: Path) -> None:
        there = []
        for each in NAUGHTY:
            path = tmp_path / f"a{each}".replace("/", "_")[:80]
            try:
                path.write_text("<p>a", "utf-8")
            except (OSError, ValueError, UnicodeError):  # what the file system refuses
                continue
            there.append(path)
        assert len(there) > 50
        for record in read_files(there, [path.name for path in there], None):
            answer = clean_record(cleaner, record, Fields())
            assert json.loads(answer.json)["error"] is None


MANY = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)
SOUP = st.lists(st.sampled_from(SOUP_PIECES), max_size=60).map("".join)


class TestAnything:
    @MANY
    @given(SOUP)
    def test_tag_soup(self, cleaner: Cleaner, markup: str) -> None:
        check(cleaner.clean(markup, URL, kind="html"))

    @needs_compiled
    @MANY
    @given(SOUP)
    def test_tag_soup_is_split_the_same_by_both_twins(self, markup: str) -> None:
        same_on_both(lambda: html_page(markup))

    @MANY
    @given(ANY_TEXT)
    def test_text(self, cleaner: Cleaner, text: str) -> None:
        check_call(cleaner, text, text)
        check_record(cleaner, text, text)

    @MANY
    @given(st.binary(max_size=600), st.text(max_size=12))
    def test_bytes(self, cleaner: Cleaner, data: bytes, charset: str) -> None:
        with suppress(NotAPageError):  # by chance they are an image, or a font
            check(cleaner.clean(data, charset=charset))
            check_record(cleaner, data)

    @MANY
    @given(st.lists(st.one_of(SOUP, ANY_TEXT), min_size=1, max_size=4))
    def test_pages_that_teach(self, model: Model, tmp_path: Path, sources: list[str]) -> None:
        for source in sources:
            check_teaching(model, read(source, URL), tmp_path / "labels.txt")

    @MANY
    @given(SOUP, st.lists(st.sampled_from([".a", "p", "[id]", "//p", "//*[@class]", "p > *"])))
    def test_rules_on_soup(self, model: Model, markup: str, chosen: list[str]) -> None:
        rules = SiteRules(
            hosts=(SITE,),
            drop_css=tuple(each for each in chosen if "/" not in each),
            keep_xpath=tuple(each for each in chosen if "/" in each),
            drop_matching=(r"\s+$", "(?i)^x"),
        )
        matcher = Matcher(rules)
        page = read(markup, URL, "html", select=matcher.select if matcher.needs_markup else None)
        assert set(matcher.opinions(page)) <= set(range(len(page.lines)))

    @MANY
    @given(ANY_TEXT)
    def test_files_of_rules_and_labels(self, text: str) -> None:
        for readable in (lambda: parse_rules(text), lambda: read_labels(text, read("a\nb"))):
            try:
                readable()
            except (RulesError, LabelsError) as error:
                assert str(error)


# ------------------------------------------------------------------------------------- archives


def warc(bodies: Iterable[bytes], packed: bool = False, headers: bytes = b"") -> bytes:
    """A WARC file of answers with these bodies."""
    out = []
    for body in bodies:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + headers + b"\r\n" + body
        record = (
            b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n"
            b"Content-Type: application/http; msgtype=response\r\n"
            b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block)
        )
        out.append(gzip.compress(record, mtime=0) if packed else record)
    return b"".join(out)


def json_lines(bodies: Iterable[bytes]) -> bytes:
    return b"".join(json.dumps({"html": body.decode()}).encode() + b"\n" for body in bodies)


def parquet(bodies: Iterable[bytes]) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pyarrow.table({"html": [body.decode() for body in bodies]}), file)
    return file.getvalue()


def zstd(data: bytes) -> bytes:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        zstd = pytest.importorskip("backports.zstd")
    packed: bytes = zstd.compress(data)
    return packed


BODIES = [
    in_page(f"<p>{i} {tag_soup(random.Random(i), 3)}").encode("utf-8", "replace") for i in range(5)
]
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "a.jsonl": lambda: json_lines(BODIES),
    "a.jsonl.gz": lambda: gzip.compress(json_lines(BODIES), mtime=0),
    "a.jsonl.zst": lambda: zstd(json_lines(BODIES)),
    "a.parquet": lambda: parquet(BODIES),
    "a.warc": lambda: warc(BODIES),
    "a.warc.gz": lambda: warc(BODIES, packed=True),
    "a.warc.zst": lambda: zstd(warc(BODIES)),
}


@pytest.mark.parametrize("name", ARCHIVES)
class TestArchives:
    def answers(self, cleaner: Cleaner, path: Path) -> list[dict[str, Any]]:
        found = []
        for record in read_archive(path, path.name, Fields()):
            answer = clean_record(cleaner, record, Fields())
            found.append(json.loads(answer.json.decode("utf-8")))
        return found

    def whole(self, name: str) -> bytes:
        if "warc" in name:
            pytest.importorskip("fastwarc")
        return ARCHIVES[name]()

    def test_a_whole_one_has_all_its_pages(
        self, name: str, cleaner: Cleaner, tmp_path: Path
    ) -> None:
        path = tmp_path / name
        path.write_bytes(self.whole(name))
        assert [row["error"] for row in self.answers(cleaner, path)] == [None] * len(BODIES)

    def test_one_that_is_cut_off_anywhere_gives_its_first_pages_and_says_so(
        self, name: str, cleaner: Cleaner, tmp_path: Path
    ) -> None:
        data = self.whole(name)
        path = tmp_path / name
        path.write_bytes(data)
        whole = self.answers(cleaner, path)
        for end in random.Random(name).sample(range(1, len(data) - 4), 15):
            path.write_bytes(data[:end])
            found = self.answers(cleaner, path)
            good = [row for row in found if row["error"] is None]
            assert good == whole[: len(good)]
            assert len(found) <= len(good) + 1
            if len(good) < len(whole) and not name.endswith(("jsonl", "warc", "warc.gz")):
                assert found[-1]["error"]  # between its records, a plain file may end

    def test_one_that_is_damaged_anywhere_gives_results_or_errors(
        self, name: str, cleaner: Cleaner, tmp_path: Path
    ) -> None:
        data = self.whole(name)
        rng = random.Random(name)
        path = tmp_path / name
        for _ in range(15):
            broken = bytearray(data)
            for at in rng.sample(range(len(data)), rng.choice((1, 3, 40))):
                broken[at] = rng.randrange(256)
            path.write_bytes(broken)
            try:
                rows = self.answers(cleaner, path)
            except RecordsError as error:  # a column's name, for one
                assert str(error)
            else:
                assert [row["record"] for row in rows] == list(range(len(rows)))


class TestBombs:
    """What is small packed and large unpacked costs no more than what a record may have."""

    @pytest.fixture(autouse=True)
    def _small_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("boilerplate.batch.record.MAX_RECORD_BYTES", 100_000)

    @pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
    def test_in_an_answer(self, coding: str, tmp_path: Path) -> None:
        pytest.importorskip("fastwarc")
        body = gzip.compress(bytes(5_000_000))
        path = tmp_path / "a.warc"
        path.write_bytes(warc([body], headers=b"Content-Encoding: %s\r\n" % coding.encode()))
        for record in read_archive(path, "a", Fields()):
            try:
                page = unpack(record, Fields())
            except ValueError as error:
                assert str(error)
            else:
                assert page.error or len(page.source) <= 5_000
                assert coding != "gzip" or "larger than" in page.error

    @pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.warc.gz", "a.warc.zst"])
    def test_around_an_archive(self, name: str, tmp_path: Path) -> None:
        pytest.importorskip("fastwarc")
        large = [b"<p>" + b"a" * 5_000_000, b"<p>b"]
        data = warc(large) if "warc" in name else json_lines(large)
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith("gz") else zstd(data))
        first, second = read_archive(path, "a", Fields())
        assert "larger than" in first.error
        assert not first.source
        assert not second.error


class TestTheMeasure:
    def test_growth_is_a_power_of_the_size(self) -> None:
        rows = [{"bytes": n, "seconds": n**2 / 1e6} for n in (1000, 4000, 16000)]
        assert power(rows) == 2.0
        assert power([row | {"seconds": 0.001} for row in rows]) is None

    def test_a_broken_promise_is_named(self) -> None:
        rows: list[dict[str, Any]] = [{"bytes": 10**6, "seconds": 1.0, "peak": 1 << 20}]
        assert faults("a", rows) == []
        assert "1000 MiB" in faults("a", [rows[0] | {"peak": 1000 << 20}])[0]
        assert "killed" in faults("a", [{"bytes": 10**6, "failed": "killed"}])[0]
        grown = [rows[0], rows[0] | {"bytes": 2 * 10**6, "seconds": 4.0}]
        assert "power 2.0" in faults("a", grown)[0]

    def test_a_single_step_that_grows_too_fast_is_named(self) -> None:
        rows = [
            {"bytes": n, "seconds": n / 1e3, "peak": 0, "steps": {"clean": 1.0, "html": n**2 / 1e8}}
            for n in (10_000, 20_000)
        ]
        assert faults("a", rows) == ["a, html: time grows with the power 2.0"]
        assert powers(rows) == {"all": 1.0, "clean": 0.0, "html": 2.0}

    def test_every_step_writes_the_lines_of_the_page(self, cleaner: Cleaner) -> None:
        page = cleaner.clean("<p>Le bac <b>est</b> parti.<p>一艘渡轮。")
        assert all("bac" in step(page) for step in STEPS.values())
        assert "一艘渡轮" in STEPS["markdown"](page)
        assert "一艘渡轮" not in STEPS["html"](page)


def test_a_page_may_be_any_page(cleaner: Cleaner) -> None:
    """Not only what was read: elements without lines, lines without elements, blank ones."""
    page = read(in_page("<p>a<p>b"))
    check(cleaner.clean(replace(page, lines=page.lines[::-1])))
    check(cleaner.clean(replace(page, kind="text")))
    check(cleaner.clean(Page(())))
