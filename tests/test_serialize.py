"""A cleaned page as JSON: what is written is valid, and reads back as the page it was."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import boilerplate
from boilerplate.metadata.article import FIELDS
from boilerplate.page import Label, Line, Metadata, Page
from boilerplate.predictions import Prediction, Predictions
from boilerplate.result import CleanPage
from boilerplate.roles import ROLES
from boilerplate.serialize import METADATA_FIELDS, SCHEMA, failed_record, to_json
from tests.made_up import SENTENCES, news_page

jsonschema = pytest.importorskip("jsonschema")

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
DOCUMENT: dict[str, Any] = json.loads((REFERENCE / "clean-page.schema.json").read_text("utf-8"))
LINE: dict[str, Any] = DOCUMENT["$defs"]["line"]
VALID = jsonschema.Draft202012Validator(DOCUMENT)

NO_METADATA = failed_record("", "")["metadata"]

SHARES = st.floats(0, 1)
DECIDERS = st.sampled_from(["model", "site_model", "roles", "threshold", "blank"]) | st.text().map(
    lambda name: f"plugin:{name}"
)
PREDICTIONS = st.builds(
    Prediction,
    st.builds(Line, st.text()),
    st.sampled_from(list(Label)),
    SHARES,
    st.text(),
    st.none() | st.sampled_from(ROLES),
    st.none() | st.text(),
    SHARES,
    DECIDERS,
)


@st.composite
def cleaned_pages(draw: st.DrawFn) -> CleanPage:
    """Any page as far as the schema holds it: without markup and without the body text."""
    predictions = tuple(draw(st.lists(PREDICTIONS, max_size=6)))
    words = st.text(max_size=9)
    page = Page(
        tuple(p.line for p in predictions),
        kind=draw(st.sampled_from(["html", "text"])),
        url=draw(st.none() | st.text() | st.just("https://www.gazete.example/a")),
        metadata=draw(st.builds(Metadata, words, words, words, st.just(""), words)),
        unread=draw(st.integers(0, 1 << 40)),
    )
    return CleanPage(
        page,
        Predictions.of(predictions),
        draw(st.none() | st.text()),
        draw(SHARES),
        tuple(draw(st.lists(st.text(), max_size=2))),
        draw(st.none() | SHARES),
        tuple(draw(st.lists(st.sampled_from(ROLES), unique=True))),
        languages=tuple(draw(st.lists(st.tuples(words, SHARES), max_size=3))),
    )


def example_pages() -> list[CleanPage]:
    pages = [boilerplate.clean(news_page(language), f"https://{language}.example/a")
             for language in ("ar", "th", "zh-cn", "tr")]  # fmt: skip
    return [*pages, boilerplate.clean("\n\n".join(SENTENCES.values())), boilerplate.clean("")]


@given(cleaned_pages())
def test_a_page_survives_being_written_and_read(page: CleanPage) -> None:
    record = json.loads(json.dumps(page.to_dict("a", record=3)))
    again = CleanPage.from_dict(record)
    # What the head of the page says is not in it, but what was made of that.
    said = page.metadata
    head = Metadata(
        said.title or "", page.headline or "", said.description or "", type=said.type or ""
    )
    assert again == replace(page, page=replace(page.page, metadata=head))
    assert again.to_dict("a", record=3) == record
    assert again.metadata == said


@given(cleaned_pages())
def test_every_record_is_valid(page: CleanPage) -> None:
    VALID.validate(page.to_dict())
    VALID.validate(page.to_dict("a", record=0, reasons=False))


@pytest.mark.parametrize("reasons", [True, False])
@pytest.mark.parametrize("places", [True, False])
def test_cleaned_pages_are_valid_and_have_exactly_the_described_keys(
    reasons: bool, places: bool
) -> None:
    keys = list(LINE["properties"]) if places else LINE["required"]
    for page in example_pages():
        record = page.to_dict("a.html", reasons=reasons, places=places)
        VALID.validate(record)
        assert list(record) == list(DOCUMENT["properties"]) == DOCUMENT["required"]
        of_article = DOCUMENT["properties"]["metadata"]
        sources = of_article["properties"]["sources"]
        assert list(record["metadata"]) == list(of_article["properties"]) == of_article["required"]
        assert list(record["metadata"]["sources"]) == list(sources["properties"])
        assert list(sources["properties"]) == sources["required"]
        for line in record["lines"]:
            assert list(line) == keys
            assert (line["reason"] is not None) == reasons


def test_reading_a_record_without_reasons_gives_empty_ones() -> None:
    for page in example_pages():
        again = CleanPage.from_dict(page.to_dict(reasons=False))
        expected = [replace(p, reason="", line=Line(p.line.text)) for p in page.predictions]
        assert list(again.predictions) == expected


def test_records_without_reasons_do_not_work_them_out() -> None:
    page = boilerplate.clean(news_page("el"))
    explainer = page.predictions._explainer
    page.to_dict(reasons=False)
    assert page.predictions._explainer is explainer is not None


@given(cleaned_pages())
def test_spans_are_the_kept_lines_of_the_text(page: CleanPage) -> None:
    record = page.to_dict()
    spans = [(each["start"], each["end"], each) for each in record["lines"]]
    kept = [record["text"][start:end] for start, end, _ in spans if start is not None]
    assert kept == [line.text for line in page.kept]
    assert record["text"] == "\n".join(kept) == page.text
    for start, end, line in spans:
        assert (start is None) == (end is None) == (line["label"] == "boilerplate")


def test_blank_lines_are_lines_that_are_dropped() -> None:
    page = boilerplate.clean(f"{SENTENCES['hi']}\n \n{SENTENCES['ko']}\n")
    first, blank, *_ = page.to_dict()["lines"]
    assert first["text"] == SENTENCES["hi"]
    assert (blank["label"], blank["decided_by"], blank["role"]) == ("boilerplate", "blank", None)


def test_a_page_that_failed_has_the_same_keys_and_cannot_be_read_as_a_page() -> None:
    failed = failed_record("gone.html", "No such file", url="https://a.example/", record=2)
    VALID.validate(failed)
    assert list(failed) == list(DOCUMENT["properties"])
    assert (failed["site"], failed["lines"], failed["error"]) == ("a.example", [], "No such file")
    with pytest.raises(ValueError, match="'error' is set, so there is no page: 'No such file'"):
        CleanPage.from_dict(failed)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": 1}, "'schema' is 1; this version reads 2"),
        ({"schema": True}, "'schema' is True; this version reads 2"),
        ({"url": 5}, "'url' is 5; it must be a string or null"),
        ({"kind": "pdf"}, "'kind' is 'pdf'; it must be 'html' or 'text'"),
        ({"kind": []}, "'kind' is []; it must be"),
        ({"threshold": 1.5}, "'threshold' is 1.5; it must be a number from 0 to 1"),
        ({"threshold": math.nan}, "'threshold' is nan; it must be"),
        ({"threshold": True}, "'threshold' is True; it must be"),
        ({"threshold": 10**400}, "'threshold' is 1000"),
        ({"drift": "0.5"}, "'drift' is '0.5'; it must be"),
        ({"unread": -1}, "'unread' is -1; it must be a number of characters"),
        ({"plugin_errors": "none"}, "'plugin_errors' is 'none'; it must be a list of strings"),
        ({"plugin_errors": [1]}, "'plugin_errors' is [1]; it must be a list of strings"),
        ({"keep": None}, "'keep' is None; it must be a list of strings"),
        ({"metadata": None}, "'metadata' is None; an object is needed"),
        ({"metadata": {**NO_METADATA, "sources": []}}, "'metadata.sources' is []; an object is"),
        (
            {"metadata": {**NO_METADATA, "tags": "a"}},
            "'metadata.tags' is 'a'; it must be a list of",
        ),
        (
            {"metadata": {**NO_METADATA, "sources": {**NO_METADATA["sources"], "image": 1}}},
            "'metadata.sources.image' is 1; it must be a string or null",
        ),
        ({"lines": {}}, "'lines' is {}; it must be a list"),
        ({"lines": ["a"]}, "'lines[0]' is 'a'; an object is needed"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(changes: dict[str, Any], said: str) -> None:
    record = boilerplate.clean(SENTENCES["tr"]).to_dict()
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        CleanPage.from_dict({**record, **changes})


@pytest.mark.parametrize("value", [None, 1.5, [], {}, "x", True])
@pytest.mark.parametrize("key", LINE["properties"])
def test_a_line_is_read_if_and_only_if_the_schema_allows_it(key: str, value: object) -> None:
    """Apart from what is not read, such as ``start``, and the fixed lists of roles."""
    record = boilerplate.clean(f"{SENTENCES['en']}\n{SENTENCES['el']}").to_dict()
    record["lines"][1][key] = value
    read_anyway = key in {"start", "end", "path", "source_line"} or (
        key in {"role", "decided_by"} and value == "x"
    )
    if VALID.is_valid(record) or read_anyway:
        CleanPage.from_dict(record)
    else:
        with pytest.raises(ValueError, match=re.escape(f"'lines[1].{key}' is ")):
            CleanPage.from_dict(record)


def without(record: Mapping[str, Any], *path: Any) -> dict[str, Any]:
    copy: Any = json.loads(json.dumps(record))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return copy  # type: ignore[no-any-return]


def test_a_missing_key_is_named_unless_it_follows_from_others() -> None:
    record = boilerplate.clean(SENTENCES["tr"]).to_dict()
    not_read = {"source", "record", "site", "fetched", "text", "error", "start", "end"}
    for path in (
        *((key,) for key in record),
        *(("metadata", key) for key in record["metadata"]),
        *(("metadata", "sources", key) for key in record["metadata"]["sources"]),
        *(("lines", 0, key) for key in record["lines"][0]),
    ):
        if path[-1] in not_read or path == ("lines", 0, "text"):
            continue
        name = ".".join(map(str, path)).replace(".0.", "[0].")
        with pytest.raises(ValueError, match=re.escape(f"'{name}' is missing")):
            CleanPage.from_dict(without(record, *path))
    with pytest.raises(ValueError, match=r"'lines\[0\]\.text' is missing"):
        CleanPage.from_dict(without(record, "lines", 0, "text"))
    for key in ("source", "record", "site", "fetched", "text", "error"):
        CleanPage.from_dict(without(record, key))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, st.dictionaries(st.sampled_from(DOCUMENT["required"]), JSON))
def test_any_json_value_is_a_page_or_a_value_error(value: Any, changes: dict[str, Any]) -> None:
    good = CleanPage(
        Page((Line("a"),)), Predictions.of([Prediction(Line("a"), Label.CONTENT, 1, "")])
    )
    for record in (value, {**good.to_dict(), **changes}):
        try:
            page = CleanPage.from_dict(record)
        except ValueError:
            continue
        VALID.validate(page.to_dict())


def test_the_schema_names_what_the_package_knows() -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENT)
    assert DOCUMENT["properties"]["schema"]["const"] == SCHEMA
    assert LINE["properties"]["role"]["enum"] == [*ROLES, None]
    assert LINE["properties"]["label"]["enum"] == [label.value for label in Label]


def test_the_reference_describes_every_key() -> None:
    page = (REFERENCE / "clean-page.md").read_text("utf-8")
    of_page, of_line = page.partition("## A line")[::2]
    of_line, of_metadata = of_line.partition("## The metadata")[::2]
    for section, properties in (
        (of_page, DOCUMENT["properties"]),
        (of_line, LINE["properties"]),
        (of_metadata, DOCUMENT["properties"]["metadata"]["properties"]),
    ):
        described = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", section, re.M)
        assert re.findall(r"`(.*?)`", " ".join(described)) == list(properties)
    assert all(f"`{key}`" in of_page for key in DOCUMENT["properties"]["metadata"]["properties"])
    assert all(
        "description" in each for each in (DOCUMENT["properties"] | LINE["properties"]).values()
    )


def test_parquet_columns_are_the_keys_and_types_of_the_schema() -> None:
    pa = pytest.importorskip("pyarrow")
    from boilerplate.batch.writers import parquet_schema

    simple = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}

    def arrow(schema: Mapping[str, Any]) -> Any:
        if "$ref" in schema:
            schema = LINE
        kind = schema["type"]
        kind = kind if isinstance(kind, str) else kind[0]
        if kind == "array":
            return pa.list_(arrow(schema["items"]))
        if kind == "object":
            return pa.struct([(key, arrow(each)) for key, each in schema["properties"].items()])
        return simple[kind]

    assert pa.struct(list(parquet_schema(pa))) == arrow(DOCUMENT)


def test_metadata_has_the_fields_of_the_schema() -> None:
    assert METADATA_FIELDS == FIELDS


def test_json_is_one_line_of_utf8_whatever_is_in_it() -> None:
    record = failed_record("caf\udce9.txt", "a\nb\u2028c\ud800")
    assert json.loads(to_json(record))["source"] == "caf?.txt"
    assert json.loads(to_json(record, "backslashreplace")) == record
    assert len(to_json(record).splitlines()) == 1


def test_numbers_that_json_does_not_have_become_null():
    values = {"drift": math.nan, "lines": [{"probability": math.inf}, {"probability": 0.5}], "n": 1}
    text = to_json(values).decode()
    assert json.loads(text, parse_constant=pytest.fail) == {
        "drift": None, "lines": [{"probability": None}, {"probability": 0.5}], "n": 1,
    }  # fmt: skip
