"""Sketches of the pages of many sites: gathered, sorted by site, merged and kept in files.

A site model is a sample that merges, so each file of a crawl can be sketched by itself, in any
order. What does not fit into memory is written away, sorted by site, and merged at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import numpy as np

from boilerplate.batch.record import Record, RecordError
from boilerplate.labelling.labels import LabelsError, read_labels
from boilerplate.model.model import Model
from boilerplate.page import Page
from boilerplate.reading.read import read
from boilerplate.reading.source import Source
from boilerplate.site_models.folder import is_site
from boilerplate.site_models.places import N_PATHS
from boilerplate.site_models.site_model import SiteModel, is_of
from boilerplate.site_models.sketch import LIMITS, Key, Sample, Sketch, merged

SAMPLES_VERSION: Final = 1
NO_SITE: Final = ""  # of pages without a URL, and of those whose URL has no name of a host


@dataclass(frozen=True, slots=True)
class HeldSketches:
    """How much is held in memory, in lines of 60 bytes, and how many files are open at a time.

    A page weighs ``page_lines`` more than it has, for its objects.
    """

    lines: int = 1_000_000
    page_lines: int = 40
    files: int = 400


SETTINGS: Final = HeldSketches()
# A line of a sketch in a file; its place is the first of its paths.
_LINE: Final = np.dtype([
    ("hashes", "<i8", 2), ("paths", "<i8", N_PATHS), ("length", "u1"), ("opinion", "i1"),
    ("label", "i1"), ("role", "i1"),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class SiteSample:
    """A site, how many of its pages were read, those that came again included, and their sample."""

    site: str
    pages: int = 0
    sample: Sample = field(default_factory=Sample)

    def has_pages(self, least: int) -> bool:
        """Whether there are so many different pages; of a full sample, those read are counted."""
        known = self.pages if self.sample.cutoff else len(self.sample.pages)
        return known >= least

    def to_bytes(self) -> bytes:
        """The bytes of it: the size of a JSON header in four, the header, and the arrays."""
        pages = self.sample.pages
        sizes = [page.n for page in pages]
        head = json.dumps([self.site, self.pages, self.sample.cutoff, sizes]).encode()
        parts = [len(head).to_bytes(4, "big"), head]
        return b"".join([*parts, *map(_line_bytes, pages)])


def read_sample(file: IO[bytes]) -> SiteSample | None:
    """The next one in a file; None at its end. Raises ValueError if the file is cut off there."""
    size = file.read(4)
    if not size:
        return None
    site, count, cutoff, sizes = json.loads(_exactly(file, int.from_bytes(size, "big")))
    key: Key | None = cutoff and (cutoff[0], cutoff[1])
    return SiteSample(site, count, Sample(tuple(_sketch(file, n) for n in sizes), key))


def _line_bytes(page: Sketch) -> bytes:
    lines = np.empty(page.n, _LINE)
    lines["hashes"], lines["paths"] = page.hashes[:, :2], page.paths
    lines["length"], lines["opinion"] = page.length_steps, page.log_odds_steps
    lines["label"], lines["role"] = page.label, page.role
    return lines.tobytes()


def _sketch(file: IO[bytes], n: int) -> Sketch:
    lines = np.frombuffer(_exactly(file, _LINE.itemsize * n), _LINE)
    paths = lines["paths"].astype(np.int64)
    hashes = np.column_stack([lines["hashes"].astype(np.int64), paths[:, 0]])
    numbers = (np.ascontiguousarray(lines[name]) for name in ("length", "opinion", "label", "role"))
    return Sketch(hashes, paths, *numbers)


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise ValueError("it is cut off")
    return data


def page_of(record: Record) -> Page:
    """The page of a record that was unpacked; raises what reading a page raises."""
    return read(Source(record.source, record.url, record.kind, record.charset))


def sketched(record: Record, wanted: str, model: Model) -> SiteSample:
    """A page that was unpacked as the sample of its site.

    With ``wanted``, pages of other sites have an empty sample; without, so have pages of no site.
    Raises what reading a page raises, and RecordError for labels that are not the page's.
    """
    page = page_of(record)
    site = page.site if page.site and is_site(page.site) else NO_SITE
    if wanted:
        is_learned = is_of(site or None, wanted)
    else:
        site = site if "." in site else NO_SITE  # the name of a machine is no site's
        is_learned = bool(site)
    if not is_learned:
        return SiteSample(site, 1)
    try:
        labelled = read_labels(record.labels, page) if record.labels else page
    except LabelsError as error:
        raise RecordError(str(error)) from error
    return SiteSample(site, 1, SiteModel(None, model).fit([labelled]).sample_)


class GatheredSketches:
    """Samples by site, in memory as far as they fit and else in temporary files."""

    def __init__(self) -> None:
        self._held: dict[str, list[SiteSample]] = {}
        self._weight = 0
        self._files = ExitStack()
        self._written: list[IO[bytes]] = []

    def add(self, found: SiteSample) -> None:
        """Take in a sample."""
        self._held.setdefault(found.site, []).append(found)
        self._weight += _weight(found)
        if self._weight > SETTINGS.lines:
            self._compact()
            if self._weight > SETTINGS.lines // 2:
                self._written.append(self._files.enter_context(_written(self._sorted())))
                self._held.clear()
                self._weight = 0

    def by_site(self) -> Iterator[SiteSample]:
        """One sample for each site, in the order of their names."""
        with self._files:
            yield from merged_by_site([*map(_read_all, self._written), self._sorted()])

    def _compact(self) -> None:
        self._held = {each.site: [each] for each in self._sorted()}
        self._weight = sum(_weight(each) for found in self._held.values() for each in found)

    def _sorted(self) -> Iterator[SiteSample]:
        for site in sorted(self._held):
            yield _together(site, self._held[site])


def _weight(found: SiteSample) -> int:
    return found.sample.n + SETTINGS.page_lines * (1 + len(found.sample.pages))


def _together(site: str, found: Iterable[SiteSample]) -> SiteSample:
    """One sample of several, of which few are held at a time."""
    pages = 0
    whole = Sample()
    waiting: list[Sample] = []
    for each in found:
        pages += each.pages
        waiting.append(each.sample)
        if sum(sample.n for sample in waiting) > 4 * LIMITS.max_lines or len(waiting) > 4000:
            whole, waiting = merged((whole, *waiting)), []
    return SiteSample(site, pages, merged((whole, *waiting)))


def merged_by_site(sources: Sequence[Iterator[SiteSample]]) -> Iterator[SiteSample]:
    """One sample for each site of several sources, all in the order of the sites' names."""
    by_site = merge(*sources, key=lambda each: each.site)
    for site, found in groupby(by_site, key=lambda each: each.site):
        yield _together(site, found)


def _read_all(file: IO[bytes]) -> Iterator[SiteSample]:
    while found := read_sample(file):
        yield found


def _written(samples: Iterable[SiteSample]) -> IO[bytes]:
    """A temporary file of samples, to be read from its beginning."""
    file = TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    for each in samples:
        file.write(each.to_bytes())
    file.seek(0)
    return file


class SampleWriter:
    """Writes the sketches of pages: the first error as a line of JSON, then a sample for each site.

    The records that it gets are samples of one page each, or JSON with an error.
    """

    def __init__(self, file: IO[Any]) -> None:
        self.file = file
        self.error = ""
        self.gathered = GatheredSketches()

    def write(self, record: bytes) -> None:
        """Take in one record."""
        if record.startswith(b"{"):
            self.error = self.error or str(json.loads(record)["error"])
        else:
            self.gathered.add(sample_of_bytes(record))

    def close(self) -> None:
        """Write all samples, in the order of their sites' names."""
        self.file.write(json.dumps(self.error).encode() + b"\n")
        for each in self.gathered.by_site():
            self.file.write(each.to_bytes())


def sample_of_bytes(data: bytes) -> SiteSample:
    """The sample in some bytes."""
    from io import BytesIO

    found = read_sample(BytesIO(data))
    if found is None:
        raise ValueError("there is no sample")
    return found


def first_error(path: Path) -> str:
    """The first error of a page in a file that a SampleWriter has written; "" for none."""
    with path.open("rb") as file:
        return str(json.loads(file.readline()))


def samples_in(paths: Sequence[Path]) -> Iterator[SiteSample]:
    """One sample for each site of some files that a SampleWriter has written, by their names."""
    with ExitStack() as files:
        if len(paths) <= SETTINGS.files:
            opened: list[IO[bytes]] = [files.enter_context(path.open("rb")) for path in paths]
            for each in opened:
                each.readline()
        else:
            groups = (paths[i : i + SETTINGS.files] for i in range(0, len(paths), SETTINGS.files))
            opened = [files.enter_context(_written(samples_in(group))) for group in groups]
        yield from merged_by_site([*map(_read_all, opened)])
