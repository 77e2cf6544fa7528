"""The pages of one site among those of files, folders and crawls, for ``train site``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from boilerplate.batch.readers import is_archive, read_archive, read_files
from boilerplate.batch.record import Fields, Record, RecordsError, Statuses, unpack
from boilerplate.batch.site_counts import SiteCounts
from boilerplate.cli.sources import STDIN, Input
from boilerplate.cli.terminal import reason_of, say, warn
from boilerplate.page import Kind, Page, site_of

if TYPE_CHECKING:
    from boilerplate.batch.cleaner_config import CleanerConfig
    from boilerplate.batch.sketches import SiteSample
    from boilerplate.batch.worker import CleanedRecord
    from boilerplate.site_models.site_model import SiteModel

# Starting a worker process takes as long as reading some tens of pages: fewer are read in this one.
FEW: Final = 32
MAX_WARNINGS: Final = 10  # pages that are named one by one
MAX_NAMES: Final = 10_000  # pages whose names are kept for that
MAX_REPORTED: Final = 1000  # pages that a report is about
MAX_REPORTED_BYTES: Final = 256 << 20  # of their sources


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read, and how: the inputs, the site, and the options that are clean's too.

    ``labels`` is a folder of labels files; ``kind`` None tells HTML from text by content.
    """

    inputs: Sequence[Input]
    site: str
    fields: Fields = field(default_factory=Fields)
    statuses: Statuses = ()
    kind: Kind | None = None
    labels: Path | None = None
    jobs: int = 0

    @property
    def in_this_process(self) -> bool:
        """Whether starting worker processes would take longer than reading."""
        archives = any(is_archive(each.name) for each in self.inputs if not each.problem)
        return not archives and len(self.inputs) <= FEW


@dataclass(slots=True)
class SitePages:
    """The pages that were read, as far as they are of the site or may be.

    ``named`` are sketches of those whose URL is of the site, ``unnamed`` of those whose site is not
    known. ``single`` counts files of one page: those of the site or of none, and those of others.
    ``reported`` are the pages for a report.
    """

    named: SiteSample
    unnamed: SiteSample
    others: SiteCounts = field(default_factory=SiteCounts)
    labelled: int = 0
    single: list[int] = field(default_factory=lambda: [0, 0])
    failures: int = 0
    names: dict[bytes, str] = field(default_factory=dict)
    names_of_others: list[tuple[str, str]] = field(default_factory=list)
    reported: list[tuple[str, Page]] = field(default_factory=list)

    @property
    def takes_unnamed(self) -> bool:
        """Whether pages of no known site are taken to be of this one.

        They are not where most pages are of other sites.
        """
        return self.others.pages <= self.named.pages + self.unnamed.pages

    @property
    def of_site(self) -> int:
        """How many pages are learned from."""
        return self.named.pages + (self.unnamed.pages if self.takes_unnamed else 0)

    @property
    def mostly_others(self) -> bool:
        """Whether most files of one page each are of other sites."""
        return self.single[1] > self.single[0]


class _Failures:
    """Counts what cannot be read, and names the first of it."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, name: str, problem: str) -> None:
        self.count += 1
        if self.count <= MAX_WARNINGS:
            warn(name, problem)

    def close(self) -> None:
        if self.count > MAX_WARNINGS:
            say(f"{self.count - MAX_WARNINGS:,} more pages or files could not be read")


def read_site_pages(reading: Reading, with_report: bool = False) -> SitePages:
    """Sketch the pages of a site. What cannot be read is a warning, and counted."""
    from boilerplate.batch.cleaner_config import CleanerConfig, SketchOf
    from boilerplate.batch.sketches import NO_SITE, GatheredSketches, SiteSample, sample_of_bytes
    from boilerplate.cleaner import Cleaner
    from boilerplate.plugins import no_plugins
    from boilerplate.site_models.site_model import is_of

    cleaner = Cleaner(plugins=no_plugins())
    config = CleanerConfig.of(cleaner, reading.fields, form=SketchOf(reading.site))
    found = SitePages(SiteSample(reading.site), SiteSample(NO_SITE))
    gathered = GatheredSketches()
    failures = _Failures()
    held = 0

    def count_other(record: Record, site: str) -> None:
        found.others.add(site)
        found.single[1] += record.source_format == "file"
        if len(found.names_of_others) <= MAX_WARNINGS:
            found.names_of_others.append((record.id, site))

    for record, answer in _answers(config, _of_site(reading, count_other), reading):
        if answer.failed:
            failures.add(record.id, str(json.loads(answer.json)["error"]))
            continue
        sample = sample_of_bytes(answer.json)
        if not is_of(sample.site or None, reading.site):
            count_other(record, sample.site)
            continue
        found.single[0] += record.source_format == "file"
        gathered.add(replace(sample, site=reading.site if sample.site else NO_SITE))
        found.labelled += sample.sample.n_labelled
        for page in sample.sample.pages:
            if len(found.names) < MAX_NAMES:
                found.names[_digest(page.hashes.tobytes())] = record.id
        held += len(record.source)
        if with_report and len(found.reported) < MAX_REPORTED and held <= MAX_REPORTED_BYTES:
            found.reported.append((record.id, _page_again(record, reading.fields)))
    failures.close()
    found.failures = failures.count
    for each in gathered.by_site():
        if each.site:
            found.named = each
        else:
            found.unnamed = each
    return found


def drifts(reading: Reading, model: SiteModel) -> Iterator[tuple[str, float | None]]:
    """How much each page of the site drifts from its model; None where that is not known.

    What cannot be read is a warning, and an item without a name.
    """
    from boilerplate.batch.cleaner_config import CleanerConfig
    from boilerplate.cleaner import Cleaner

    config = CleanerConfig.of(Cleaner(site_models=model), reading.fields)
    failures = _Failures()
    records = _of_site(reading, lambda *_: None)
    for record, answer in _answers(config, records, reading):
        values = json.loads(answer.json)
        if answer.failed:
            failures.add(record.id, str(values["error"]))
        else:
            yield record.id, values["drift"]
    failures.close()
    if failures.count:
        yield "", None


def _answers(
    config: CleanerConfig, records: Iterator[Record], reading: Reading
) -> Iterator[tuple[Record, CleanedRecord]]:
    """Each record with what became of it, in order: in worker processes, or in this one."""
    if reading.in_this_process:
        from boilerplate.batch.worker import clean_record

        cleaner = config.build()
        for record in records:
            yield record, clean_record(cleaner, record, config.fields, form=config.form)
        return
    from boilerplate.batch.pool import WorkerPool
    from boilerplate.batch.run import cores

    with WorkerPool(config, reading.jobs or cores()) as workers:
        yield from workers.clean(records)


def _of_site(reading: Reading, count_other: Callable[[Record, str], None]) -> Iterator[Record]:
    """The records whose site may be the right one, each with its name for messages as its id.

    Records that have another site before they are unpacked, as WARC files and tables say it, are
    counted and need not be read. A file that cannot be read is a record with an error.
    """
    from boilerplate.site_models.site_model import is_of

    for found in reading.inputs:
        try:
            for record in _records(found, reading):
                site = site_of(record.url)
                if record.error or is_of(site, reading.site):
                    yield record
                else:
                    count_other(record, site or "")
        except OSError as error:
            yield Record(0, found.name, error=reason_of(error))
        except (RecordsError, ValueError) as error:
            yield Record(0, found.name, error=str(error))


def _records(found: Input, reading: Reading) -> Iterator[Record]:
    if found.problem:
        raise OSError(found.problem)
    if found.name == STDIN:
        yield Record(0, STDIN, found.read(), kind=reading.kind, source_format="file")
    elif is_archive(found.name):
        archive = read_archive(found.path, found.name, reading.fields, statuses=reading.statuses)
        for record in archive:
            yield replace(record, id=f"{found.name}:{record.number}")
    else:
        labels = _labels_text(found, reading.labels) if reading.labels else ""
        for record in read_files([found.path], [found.name], reading.kind):
            yield replace(record, id=found.name, labels=labels)


def _labels_text(found: Input, folder: Path) -> str:
    """The text of a page's labels file, "" if there is none."""
    from boilerplate.labelling.labels import labels_path
    from boilerplate.reading.encoding import decode

    path = labels_path(Path(found.name), folder)
    return decode(path.read_bytes()) if path.is_file() else ""


def _page_again(record: Record, fields: Fields) -> Page:
    """The page of a record that a worker has read."""
    from boilerplate.batch.sketches import page_of

    return page_of(unpack(record, fields))


def say_left_out(found: SitePages, model: SiteModel) -> None:
    """Say which pages are not learned from: those of other sites, and those unlike the others."""
    from boilerplate.site_models.site_model import kept_standings

    others = found.others.pages
    if others <= MAX_WARNINGS:
        for name, site in found.names_of_others:
            warn(name, f"is a page of {site}: left out")
    else:
        say(f"{others:,} pages of other sites were left out: {largest_sites(found.others)}")
    if found.unnamed.pages and not found.takes_unnamed:
        say(f"{found.unnamed.pages:,} pages without a URL were left out, for most are of others")
    standings = kept_standings(model).items()
    outliers = [_digest(hashes) for hashes, what in standings if what == "outlier"]
    named = sorted(found.names[key] for key in outliers if key in found.names)
    for name in named[:MAX_WARNINGS]:
        warn(name, "has next to nothing in common with the others: left out")
    if (more := len(named) - MAX_WARNINGS) > 0:
        say(f"{more:,} more pages have next to nothing in common with the others: left out")


def _digest(hashes: bytes) -> bytes:
    return hashlib.blake2b(hashes, digest_size=8).digest()


def largest_sites(others: SiteCounts) -> str:
    """The sites with most pages, for a message."""
    found = others.largest()
    named = ", ".join(f"{site} ({count:,})" for site, count in found[:3])
    return named + (", ..." if len(found) > 3 else "")
