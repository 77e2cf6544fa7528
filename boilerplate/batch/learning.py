"""A site model for each site of a crawl: the files are sketched as a run, and merged by site.

The run has a folder in that of the models until it is finished, so that a stopped one continues.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from boilerplate.batch.cleaner_config import CleanerConfig
from boilerplate.batch.manifest import MANIFEST, read_manifest
from boilerplate.batch.record import Statuses
from boilerplate.batch.shard import REPORTS, Job, Shard, ShardReport, readable_json
from boilerplate.batch.sketches import NO_SITE, SiteSample, first_error, samples_in
from boilerplate.batch.verify import left_over
from boilerplate.files import LEFT_OVER, remove_leftovers
from boilerplate.site_models.file import SiteModelError
from boilerplate.site_models.folder import SUFFIX
from boilerplate.site_models.site_model import SiteModel
from boilerplate.site_models.sketch import Sample, merged

UNFINISHED: Final = ".unfinished"  # the folder, in that of the models, with a folder for each run
MAX_LISTED: Final = 10
CHOSEN: Final = {"fields", "statuses"}  # of a run's fingerprint: what its command can choose


@dataclass(slots=True)
class Learned:
    """What was learned of a crawl: numbers of sites and of pages.

    ``few`` sites have too few pages. ``no_site`` is the number of pages without a URL, or whose URL
    names no host. ``kept`` are sites whose model was left as it is, because it has labels that the
    crawl lacks; ``failed`` are the files of models that cannot be read or written, and why.
    ``largest`` are the sites with most pages.
    """

    sites: int = 0
    pages: int = 0
    labelled: int = 0
    few: int = 0
    few_pages: int = 0
    no_site: int = 0
    kept: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    largest: list[tuple[str, int]] = field(default_factory=list)

    def count(self, site: str, pages: int, sample: Sample) -> None:
        """Count a site that has a model now."""
        self.sites += 1
        self.pages += pages
        self.labelled += sample.n_labelled
        both = [*self.largest, (site, pages)]
        self.largest = sorted(both, key=lambda each: (-each[1], each[0]))[:MAX_LISTED]


def learning_job(config: CleanerConfig, models: Path, statuses: Statuses) -> Job:
    """The job of sketching a crawl; its folder is named after all that decides the sketches."""
    job = Job(config, "", "samples", statuses=statuses)
    digest = hashlib.sha256(readable_json(job.fingerprint)).hexdigest()[:16]
    folder = models.absolute() / UNFINISHED / digest
    with contextlib.suppress(OSError):
        try:
            read_manifest(folder)
        except ValueError:
            (folder / MANIFEST).unlink()  # a damaged one is made again
    return replace(job, folder=str(folder))


def damage(job: Job, reports: Sequence[ShardReport]) -> list[tuple[str, str]]:
    """The files with pages that could not be read: how many, and why the first could not."""
    found = []
    for each in sorted(reports, key=lambda report: report.shard):
        if each.errors:
            why = first_error(Path(job.folder, each.output))
            errors = f"{each.errors:,} of its {each.records:,} records"
            found.append((each.shard, f"{errors} could not be read; the first: {why}"))
    return found


def learn(
    shards: Sequence[Shard], job: Job, models: Path, least_pages: int, update: bool
) -> Learned:
    """Write a model for each site of the shards that were sketched.

    A site needs ``least_pages`` different pages. With ``update``, pages are added to models that
    are there, however few. Without, models are replaced, unless labels would be lost.
    """
    found = Learned()
    paths = [path for shard in shards if (path := job.output(shard)).is_file()]
    for each in samples_in(paths):
        if each.site == NO_SITE:
            found.no_site = each.pages
            continue
        path = models / f"{each.site}{SUFFIX}"
        try:
            _learn_site(each, path, least_pages, update, found)
        except SiteModelError as error:
            found.failed.append((path.name, str(error)))
        except OSError as error:
            found.failed.append((path.name, error.strerror or str(error)))
    return found


def _learn_site(
    new: SiteSample, path: Path, least_pages: int, update: bool, found: Learned
) -> None:
    is_there = os.path.isfile(path)  # noqa: PTH113 - unlike Path.is_file, it is False for a name too long
    enough = new.has_pages(least_pages)
    if not enough and not (update and is_there):
        found.few += 1
        found.few_pages += new.pages
        return
    model = SiteModel(new.site)
    model.sample_ = new.sample
    if is_there and update:
        model.sample_ = merged((SiteModel.load(path).sample_, new.sample))
    elif is_there and _labels_would_be_lost(path, new.sample):
        found.kept.append(new.site)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(path)
    found.count(new.site, new.pages, model.sample_)


def _labels_would_be_lost(path: Path, sample: Sample) -> bool:
    try:
        before = SiteModel.load(path).sample_
    except SiteModelError:
        return False
    kept = {page.key for page in sample.pages}
    return any(page.is_labelled and page.key not in kept for page in before.pages)


def forget_others(job: Job) -> None:
    """Remove what is left of runs that cannot go on, and temporary files of those that were killed.

    A run cannot go on with other programs or another model, only with other fields or statuses, for
    which there is a folder beside that of this job; it has LEFT_OVER seconds.
    """
    folder = Path(job.folder)
    now = json.loads(readable_json(job.fingerprint))
    for other in folder.parent.glob("*"):
        with contextlib.suppress(OSError):
            remove_leftovers(other)
            if other == folder or next(other.rglob(".*.tmp"), None):  # under way
                continue
            try:
                was = read_manifest(other)["run"]
            except ValueError:
                was = {}
            age = time.time() - (other / MANIFEST).stat().st_mtime
            if age > LEFT_OVER or any(was.get(key) != now[key] for key in now.keys() - CHOSEN):
                shutil.rmtree(other)


def forget(shards: Sequence[Shard], job: Job) -> None:
    """Remove the files of a run that is finished, and its folder if nothing else is in it."""
    folder = Path(job.folder)
    for shard in (*shards, *(Shard(name, (), ()) for name in left_over(shards, job))):
        job.output(shard).unlink(missing_ok=True)
        job.report(shard).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        if not any((folder / REPORTS).rglob("*.json")):
            shutil.rmtree(folder)
        folder.parent.rmdir()
