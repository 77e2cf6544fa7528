"""The fuzzing targets: functions of bytes, which may raise only what the package documents.

Any other exception is a bug, and so is a difference between the compiled functions and their
Python versions.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.hostile_pages import NAUGHTY, in_page, sized
from benchmarks.modules import module_of, native_module, plain_functions
from boilerplate.batch.parquet import rows_of
from boilerplate.batch.readers import read_archive
from boilerplate.batch.record import Fields, Record, RecordsError, unpack
from boilerplate.batch.worker import clean_record
from boilerplate.cleaner import Cleaner
from boilerplate.labelling.labels import LabelsError, read_labels
from boilerplate.model.archive import FileFormat, unpacked
from boilerplate.model.file import MODEL_FILE
from boilerplate.model.model import from_bytes, to_bytes
from boilerplate.model.trees import ModelError
from boilerplate.page import Page
from boilerplate.plugins.manager import no_plugins
from boilerplate.plugins.matcher import Matcher
from boilerplate.plugins.rules import RulesError
from boilerplate.plugins.toml import parse_rules
from boilerplate.reading.encoding import decode
from boilerplate.reading.html import html_page
from boilerplate.reading.magic import NotAPageError
from boilerplate.reading.read import read, read_text
from boilerplate.site_models.file import SITE_FILE, SiteModelError
from boilerplate.site_models.site_model import SiteModel
from tests.made_up import made_up_model

# Several targets read this page.
PAGE: Final = "<nav><a href=/>Menu</a></nav><p class='a b'>One <b>two</b><br>three<pre>4\n5</pre>"
MOST_ARRAY_BYTES: Final = 2000  # of an array in a seed; the rest is 0
SAMPLE_RULES: Final = """api = 1
[[site]]
hosts = ["courier.example"]
drop = ["Menu"]
keep_css = [".a"]
drop_xpath = ["//nav"]
drop_matching = ['(?i)^one']
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A function to fuzz, and the first inputs."""

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


@cache
def page() -> Page:
    """The page that rules and labels are applied to."""
    return read(PAGE, "https://courier.example/a")


@cache
def cleaner() -> Cleaner:
    """A Cleaner with a small untrained model."""
    return Cleaner(made_up_model(), plugins=no_plugins())


def plain_html_page(markup: str) -> Page:
    """The page that the Python versions of the compiled functions read."""
    with plain_functions():
        return html_page(markup)


# ----------------------------------------------------------------------------------- functions


def readers(data: bytes) -> None:
    """Read bytes as a page, compiled and in Python; the first byte chooses the HTTP charset."""
    charset = ("", "utf-16", "shift_jis", "windows-1251", "iso-2022-jp", "gbk")[data[:1][0] % 6]
    text = decode(data[1:], charset or None)
    found = html_page(text)
    assert found == plain_html_page(text)
    assert all("\n" not in line.text for line in (*found.lines, *read_text(text).lines))
    with suppress(NotAPageError):
        read(data[1:])


def cleaning(data: bytes) -> None:
    """Clean bytes to a line of JSON."""
    answer = clean_record(cleaner(), Record(0, "a", data, "http://a.example/"), Fields())
    found = json.loads(answer.json.decode("utf-8"))
    assert not answer.failed or found["error"].endswith("not a page"), answer.json


def splitter(data: bytes) -> None:
    """Split markup as no serializer writes it, also if it is cut off."""
    native = native_module()
    if native is None:
        return
    markup = data.decode("utf-8", "surrogateescape")
    tags = {"p": 0, "span": 1, "script": 2, "b": 5, "a": 9}
    found = native.split_html(markup, tags, lambda style: False)
    if found is None:
        return
    texts, lines, types, elements, _ = found
    of_lines = np.frombuffer(lines + bytes(8), np.int64)[:-1].reshape(-1, 5)
    of_elements = np.frombuffer(elements + bytes(8), np.int64)[:-1].reshape(-1, 3)
    assert len(of_lines) == len(texts)
    assert ((of_lines[:, 0] >= -1) & (of_lines[:, 0] < len(of_elements))).all()
    assert ((of_elements[:, 0] >= 0) & (of_elements[:, 0] < len(types))).all()
    assert (of_elements[:, 1] < np.arange(len(of_elements))).all()
    assert all(text == text.rstrip() != "" for text in texts)


def rules(data: bytes) -> None:
    """Parse a file of rules, and apply it to a page."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        for each in parse_rules(text):
            matcher = Matcher(each)
            if not matcher.problems():
                matcher.opinions(read(PAGE, "https://courier.example/a", select=matcher.select))
    except RulesError as error:
        assert str(error).startswith("rules.toml:")


def labels(data: bytes) -> None:
    """Read a file of labels."""
    with suppress(LabelsError):
        found = read_labels(data.decode("utf-8", "surrogateescape"), page())
        assert len(found.labels) == len(found.roles) == len(page().lines)


def json_record(data: bytes) -> None:
    """Clean a record of a JSON lines file."""
    answer = clean_record(cleaner(), Record(0, "a", data, source_format="json"), Fields())
    json.loads(answer.json.decode("utf-8"))


def http_record(data: bytes) -> None:
    """Open the block of a WARC record: headers and a body, compressed or not."""
    with suppress(ValueError):
        unpack(Record(0, "a", data, source_format="http"), Fields())


ARCHIVE_NAMES: Final = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.warc", "a.warc.gz", "a.parquet")


@cache
def scratch() -> Path:
    """A temporary folder, in memory if possible; removed when the process ends."""
    shared = Path("/dev/shm")  # noqa: S108 - a private folder is made there
    folder = tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)
    _folders.append(folder)
    return Path(folder.name)


_folders: list[Any] = []  # so that they are not removed earlier


def _rows_of(path: Path) -> Iterator[Record]:
    """The pages of a Parquet file, without a process of its own, which would take most time."""
    with suppress(Exception):  # of the library
        yield from rows_of(path, Fields())


def archives(data: bytes) -> None:
    """Read a file of many pages; the first byte chooses its format."""
    path = scratch() / f"{os.getpid()}-{ARCHIVE_NAMES[data[:1][0] % len(ARCHIVE_NAMES)]}"
    path.write_bytes(data[1:])
    is_parquet = path.suffix == ".parquet"
    records = _rows_of(path) if is_parquet else read_archive(path, "a", Fields())
    with suppress(RecordsError):
        for number, record in enumerate(records):
            assert record.number == number
            json.loads(clean_record(cleaner(), record, Fields()).json.decode("utf-8"))


def _file_target(
    load: Callable[[bytes], object], module: Any, form: FileFormat, whole: Callable[[], bytes]
) -> Target:
    """A target that loads a file of arrays and JSON; ``module`` is the one that unpacks it.

    The first byte of the input chooses: the bytes of the file; or its JSON, with good arrays; or
    the numbers of one array. For the latter two, the module's ``unpacked`` is replaced, for to
    pack a file with right checksums takes seconds.
    """

    @cache
    def good() -> tuple[dict[str, Any], dict[str, Any]]:
        return unpacked(form, whole())

    def altered(data: bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
        about, arrays = good()
        choice = data[0] % (len(arrays) + 2)
        if choice == 1:
            with suppress(ValueError, RecursionError):
                if isinstance(value := json.loads(data[1:]), dict):
                    return value, arrays
        elif choice > 1:
            key = sorted(arrays)[choice - 2]
            good_array = arrays[key]
            size = good_array.nbytes
            flat = np.frombuffer(data[1:].ljust(size, b"\0")[:size], good_array.dtype)
            if np.isfinite(flat).all():
                return about, {**arrays, key: flat.reshape(good_array.shape)}
        return None

    def run(data: bytes) -> None:
        if found := altered(data):
            module.unpacked = lambda *_: found
        try:
            load(data[1:])
        finally:
            module.unpacked = unpacked

    def seeds() -> list[bytes]:
        about, arrays = good()
        numbers = [
            bytes([i]) + arrays[key].tobytes()[:MOST_ARRAY_BYTES]
            for i, key in enumerate(sorted(arrays), 2)
        ]
        return [b"\0" + whole(), b"\1" + json.dumps(about).encode(), *numbers]

    return Target(run, seeds)


@cache
def model_bytes() -> bytes:
    """The file of a small model."""
    return to_bytes(made_up_model())


@cache
def site_bytes() -> bytes:
    """The file of a small site model."""
    pages = [read(PAGE + f"<p>More {i}", "https://courier.example/a") for i in range(3)]
    return SiteModel("courier.example", made_up_model()).fit(pages).to_bytes()


def load_model(data: bytes) -> None:
    """Load a model, and clean a page with it."""
    with suppress(ModelError):
        Cleaner(from_bytes(data), plugins=no_plugins()).clean(page())


def load_site_model(data: bytes) -> None:
    """Load a site model, and clean a page with it."""
    with suppress(SiteModelError):
        known = SiteModel.from_bytes(data)
        Cleaner(cleaner().model, plugins=no_plugins(), site_models=known).clean(page())


# --------------------------------------------------------------------------------------- seeds


def page_seeds() -> list[bytes]:
    """Small hostile pages."""
    names = "soup unclosed misnested foster-parents nested-svg entities high-bytes utf-16 xhtml"
    pages = [sized(name, 400) for name in names.split()]
    return [b"\0" + each for each in (PAGE.encode(), in_page("<p>a").encode(), *pages)]


def archive_seeds() -> list[bytes]:
    """A small archive in each format, some of them broken."""
    line = json.dumps({"html": PAGE, "url": "http://a.example/", "id": "1"}).encode() + b"\n"
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE.encode()
    warc = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block)
    )
    whole = [line * 2, gzip.compress(line * 2), b"", warc * 2, gzip.compress(warc) * 2, b"PAR1"]
    return [bytes([i]) + data for i, data in enumerate(whole)]


def naughty_seeds() -> list[bytes]:
    """Strings that have broken programs, one a line."""
    return ["\n".join(NAUGHTY).encode("utf-8", "surrogatepass")]


def label_seeds() -> list[bytes]:
    """A good file of labels, and others."""
    lines = "".join(f"+ {line.text}\n" for line in page().lines)
    return [lines.encode(), f"# url: a\n{lines}".encode(), *naughty_seeds()]


TARGETS: Final[dict[str, Target]] = {
    "readers": Target(readers, page_seeds),
    "cleaning": Target(cleaning, page_seeds),
    "splitter": Target(
        splitter,
        lambda: [
            b'<p class="a &amp; b">x<b>y</b> <a href="/">z</a></p><script type="x"><!--</script>',
            bytes(range(256)) * 2,
        ],
    ),
    "rules": Target(rules, lambda: [SAMPLE_RULES.encode(), *naughty_seeds()]),
    "labels": Target(labels, label_seeds),
    "json-record": Target(
        json_record, lambda: [each[1:] for each in archive_seeds()[:1]] + naughty_seeds()
    ),
    "http-record": Target(
        http_record,
        lambda: [
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=x\r\n\r\n" + PAGE.encode(),
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\n" + gzip.compress(b"a")[:5] + b"\r\n0\r\n\r\n",
        ],
    ),
    "archives": Target(archives, archive_seeds),
    "model": _file_target(load_model, module_of(from_bytes), MODEL_FILE, model_bytes),
    "site-model": _file_target(load_site_model, module_of(SiteModelError), SITE_FILE, site_bytes),
}
