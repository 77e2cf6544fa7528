"""What is fuzzed: a function of bytes each, which may raise what its room promises to raise.

A mistake is what else it raises, or what differs between the compiled and the plain path.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.hostile_pages import NAUGHTY, in_page, sized
from boilerplate import acceleration, kinds, model, sketches
from boilerplate.archive import Form, unpacked
from boilerplate.cleaner import Cleaner
from boilerplate.labels import LabelsError, read_labels
from boilerplate.model import ModelError
from boilerplate.page import Element, Line, Markup, Page
from boilerplate.plugins import no_plugins
from boilerplate.readers import decode, html_page, read, read_text
from boilerplate.records import Fields, Record, RecordsError, opened, read_archive
from boilerplate.rules import Matcher, RulesError, parse_rules
from boilerplate.sketches import SiteModelError
from boilerplate.workers import clean_record
from tests.made_up import made_up_model

# Read by several targets, written by none.
PAGE: Final = "<nav><a href=/>Menu</a></nav><p class='a b'>One <b>two</b><br>three<pre>4\n5</pre>"
MOST_NUMBERS: Final = 2000  # bytes of an array in a seed; the rest is 0
RULES: Final = """api = 1
[[site]]
hosts = ["courier.example"]
drop = ["Menu"]
keep_css = [".a"]
drop_xpath = ["//nav"]
drop_matching = ['(?i)^one']
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A function to fuzz, and the inputs to begin with."""

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


@cache
def page() -> Page:
    """A page for rules and labels to be about."""
    return read(PAGE, "https://courier.example/a")


@cache
def cleaner() -> Cleaner:
    """A Cleaner with a small model that has learned nothing."""
    return Cleaner(made_up_model(), plugins=no_plugins())


def plain_twin(markup: str) -> Page:
    """What the plain path makes of markup."""
    native, acceleration.native = acceleration.native, None
    try:
        return html_page(markup)
    finally:
        acceleration.native = native


# ------------------------------------------------------------------------------------ the rooms


def readers(data: bytes) -> None:
    """Bytes to a page, by both paths; the first byte chooses what the transport declared."""
    charset = ("", "utf-16", "shift_jis", "windows-1251", "iso-2022-jp", "gbk")[data[:1][0] % 6]
    text = decode(data[1:], charset or None)
    found = html_page(text)
    assert found == plain_twin(text)
    assert all("\n" not in line.text for line in (*found.lines, *read_text(text).lines))
    read(data[1:])


def cleaning(data: bytes) -> None:
    """Bytes to a line of JSON."""
    answer = clean_record(cleaner(), Record(0, "a", data, "http://a.example/"), Fields())
    assert not answer.failed, answer.json
    json.loads(answer.json.decode("utf-8"))


def splitter(data: bytes) -> None:
    """Markup as no serializer writes it, and as it may be cut."""
    if acceleration.native is None:
        return
    markup = data.decode("utf-8", "surrogateescape")
    found = acceleration.native.split_html(
        markup,
        {"p": 0, "span": 1, "script": 2, "b": 5, "a": 9},
        Line,
        Markup,
        Element,
        lambda style: False,
    )
    if found is None:
        return
    lines, elements, _, _ = found
    assert all(-1 <= line.markup.element < len(elements) for line in lines if line.markup)
    assert all(line.text.strip() == line.text != "" for line in lines)


def rules(data: bytes) -> None:
    """A file of rules, and what it says of a page."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        for each in parse_rules(text):
            matcher = Matcher(each)
            if not matcher.problems():
                matcher.opinions(read(PAGE, "https://courier.example/a", select=matcher.select))
    except RulesError as error:
        assert str(error).startswith("rules.toml:")


def labels(data: bytes) -> None:
    """A file of labels."""
    with suppress(LabelsError):
        found = read_labels(data.decode("utf-8", "surrogateescape"), page())
        assert len(found) == len(page().lines)


def json_record(data: bytes) -> None:
    """A line of a JSON lines file."""
    answer = clean_record(cleaner(), Record(0, "a", data, form="json"), Fields())
    json.loads(answer.json.decode("utf-8"))


def http_record(data: bytes) -> None:
    """A WARC record's block: headers and a body, packed or not."""
    with suppress(ValueError):
        opened(Record(0, "a", data, form="http"), Fields())


ARCHIVE_NAMES: Final = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.warc", "a.warc.gz", "a.parquet")


@cache
def scratch() -> Path:
    """A folder in memory where there is one; gone with the process."""
    shared = Path("/dev/shm")  # noqa: S108 - a private folder is made there
    folder = tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)
    _kept.append(folder)
    return Path(folder.name)


_kept: list[Any] = []


def archives(data: bytes) -> None:
    """A file of many pages; the first byte chooses of which kind."""
    path = scratch() / f"{os.getpid()}-{ARCHIVE_NAMES[data[:1][0] % len(ARCHIVE_NAMES)]}"
    path.write_bytes(data[1:])
    with suppress(RecordsError):
        for number, record in enumerate(read_archive(path, "a", Fields())):
            assert record.number == number
            json.loads(clean_record(cleaner(), record, Fields()).json.decode("utf-8"))


def _of_file(
    load: Callable[[bytes], object], room: Any, form: Form, whole: Callable[[], bytes]
) -> Target:
    """A room that loads a file of arrays and JSON.

    The first byte of the input chooses: the file's bytes as they are; or the JSON of a file whose
    arrays are good; or the numbers of one of the arrays. The latter two are given to the room as
    if they came out of a file whose checksums are right: to pack them takes seconds.
    """

    @cache
    def good() -> tuple[dict[str, Any], dict[str, Any]]:
        return unpacked(form, whole())

    def altered(data: bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
        about, arrays = good()
        choice = data[0] % (len(arrays) + 2)
        if choice == 1:
            with suppress(ValueError, RecursionError):
                if isinstance(said := json.loads(data[1:]), dict):
                    return said, arrays
        elif choice > 1:
            key = sorted(arrays)[choice - 2]
            there = arrays[key]
            flat = np.frombuffer(data[1:].ljust(there.nbytes, b"\0")[: there.nbytes], there.dtype)
            if np.isfinite(flat).all():
                return about, {**arrays, key: flat.reshape(there.shape)}
        return None

    def run(data: bytes) -> None:
        if found := altered(data):
            room.unpacked = lambda *_: found
        try:
            load(data[1:])
        finally:
            room.unpacked = unpacked

    def seeds() -> list[bytes]:
        about, arrays = good()
        numbers = [
            bytes([i]) + arrays[key].tobytes()[:MOST_NUMBERS]
            for i, key in enumerate(sorted(arrays), 2)
        ]
        return [b"\0" + whole(), b"\1" + json.dumps(about).encode(), *numbers]

    return Target(run, seeds)


@cache
def model_bytes() -> bytes:
    """A small model's file."""
    return model.to_bytes(made_up_model())


@cache
def kinds_bytes() -> bytes:
    """The shipped file of kinds."""
    return kinds.to_bytes(kinds.shipped_kinds())


@cache
def site_bytes() -> bytes:
    """A small site model's file."""
    from boilerplate import SiteModel

    pages = [read(PAGE + f"<p>More {i}", "https://courier.example/a") for i in range(3)]
    return SiteModel("courier.example", made_up_model()).fit(pages).to_bytes()


def load_model(data: bytes) -> None:
    """A model's file, and a page cleaned with what came of it."""
    with suppress(ModelError):
        Cleaner(model.from_bytes(data), plugins=no_plugins()).clean(page())


def load_kinds(data: bytes) -> None:
    """A file of kinds, and a page's lines named with it."""
    with suppress(ModelError):
        kinds.from_bytes(data).log_probabilities(page(), range(len(page().lines)))


def load_site_model(data: bytes) -> None:
    """A site model's file, and a page corrected with it."""
    from boilerplate import SiteModel

    with suppress(SiteModelError):
        known = SiteModel.from_bytes(data)
        Cleaner(cleaner().model, plugins=no_plugins(), site_models=known).clean(page())


# ------------------------------------------------------------------------------------- the seeds


def page_seeds() -> list[bytes]:
    """Some pages that are hostile, small."""
    names = "soup unclosed misnested foster-parents nested-svg entities high-bytes utf-16 xhtml"
    pages = [sized(name, 400) for name in names.split()]
    return [b"\0" + each for each in (PAGE.encode(), in_page("<p>a").encode(), *pages)]


def archive_seeds() -> list[bytes]:
    """A small archive of each kind that needs no other package."""
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
    """A file of labels as it should be, and others."""
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
    "rules": Target(rules, lambda: [RULES.encode(), *naughty_seeds()]),
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
    "model": _of_file(load_model, model, model.MODEL_FILE, model_bytes),
    "kinds": _of_file(load_kinds, kinds, kinds.KINDS_FILE, kinds_bytes),
    "site-model": _of_file(load_site_model, sketches, sketches.SITE_FILE, site_bytes),
}
