"""What labelling costs a person on ten pages of a site, and a machine on hundreds of pages."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.labelling_person import SIGNS, Person
from boilerplate.labelling.labels import OPEN, parse_labels
from boilerplate.labelling.session import Session
from boilerplate.labelling.sheet import Sheet, sheet
from boilerplate.model.model import load_model
from boilerplate.page import Label
from boilerplate.reading.read import read
from training.corpora import GoldPage
from training.paths import ROOT
from training.samples import sample

LABELLED_PAGES: Final = 10  # that the person labels
FOLDER_PAGES: Final = 20  # of a site in the folder
FINISHED: Final = (1, 5, 12, 20)  # numbers of finished pages after which --many measures


def ten_pages(
    browser: Any, site: str, golds: Sequence[GoldPage], model: str | None
) -> dict[str, Any] | None:
    """What labelling ten pages of a site costs and gains; None if too few can be read."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        labels: dict[str, list[Label | None]] = {}
        for i, gold in enumerate(golds[:FOLDER_PAGES]):
            labelled = sample(gold, "html")
            if labelled is None or not labelled.page.nonblank:
                continue
            (folder / f"{i:03}.html").write_bytes(gold.html)
            if read(gold.html, kind="html").nonblank != labelled.page.nonblank:
                (folder / f"{i:03}.html").unlink()  # read differently with its URL
                continue
            targets = labelled.target_labels
            labels[f"{i:03}.html"] = [targets[k] for k in labelled.page.nonblank]
        if len(labels) < LABELLED_PAGES:
            return None
        with serving(folder, site, model) as (address, server):
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            page.goto(address)
            person = Person(page, labels)
            names = []
            for _ in range(LABELLED_PAGES):
                names.append(person.label())
                person.finish(server.pid)
            page.wait_for_selector("#gain:not([aria-busy])")
            page.close()
        for name in names:
            check(folder / f"{name}.labels", labels[name])
        session = Session.begin(site, sheets_of(folder), load_model(model))
        gain = session.gain()
    spent = person.spent
    counts = {name: getattr(spent, name) for name in ("lines", "wrong", "unseen", "doubtful",
             "stretches", "keys")}  # fmt: skip
    times = {name: round(float(getattr(spent, name)), 1) for name in ("seconds", "strictly",
             "waited", "worked")}  # fmt: skip
    f1 = {"general": gain.general, "unlabelled": gain.unlabelled, "taught": gain.labelled}
    gained = {name: round(float(value), 3) for name, value in f1.items()}
    return {"of": len(labels), **counts, **times, **gained}


@contextmanager
def serving(folder: Path, site: str, model: str | None) -> Iterator[tuple[str, Any]]:
    """The address and the process of ``boilerplate label`` on a folder, with any model."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.labelling",
        "--serve",
        str(folder),
        "--as-site",
        site,
    ]
    with subprocess.Popen(
        [*command, *(["--model", model] if model else [])],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield next(iter(server.stdout or ())).strip(), server
        finally:
            server.kill()


def serve(folder: Path, site: str, model: str | None) -> None:
    """Serve the labelling page of a folder until killed; prints its address."""
    from boilerplate.labelling.server import address, listen, new_token
    from boilerplate.labelling.server import serve as serve_session

    bound, token = listen(), new_token()
    session = Session.begin(site, sheets_of(folder), load_model(model))
    click.echo(address(bound.getsockname()[1], token))
    sys.stdout.flush()
    serve_session(session, bound, token)


def sheets_of(folder: Path) -> list[Sheet]:
    """The pages of a folder, as ``boilerplate label`` reads them."""
    return [
        sheet(path.name, read(path.read_bytes(), kind="html"), folder / f"{path.name}.labels")
        for path in sorted(folder.glob("*.html"))
    ]


def check(path: Path, gold: Sequence[Label | None]) -> None:
    """Raise AssertionError if a page's label file differs from the gold."""
    signs = parse_labels(path.read_text("utf-8"), str(path)).signs
    assert OPEN not in signs, path
    assert all(
        label is None or SIGNS[label] == sign for label, sign in zip(gold, signs, strict=True)
    ), path


def many(n: int) -> dict[str, Any]:
    """What n made-up pages cost the machine: processor time of each step, and memory."""
    from tests import made_up_site

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for i in range(n):
            # About a hundred lines, as on news pages of real sites.
            more = [
                made_up_site.sentence(made_up_site.random.Random(f"{i} {k}")) for k in range(80)
            ]
            (folder / f"{i:03}.html").write_text(made_up_site.html(i, "en", more), "utf-8")
        start = time.process_time()
        session = Session.begin("daily.example", sheets_of(folder))
        read_in = time.process_time() - start
        start = time.process_time()
        session.prediction(session.order(session.doubts())[0])
        shown = read_in + time.process_time() - start
        steps = {}
        for done in range(1, max(FINISHED) + 1):
            start = time.process_time()
            first = session.order(session.doubts())[0]
            session.finish(first)
            next_one = session.order(session.doubts())[0]
            session.prediction(next_one)
            next_page = time.process_time() - start
            if done in FINISHED:
                start = time.process_time()
                session.gain()
                gain = time.process_time() - start
                steps[str(done)] = {"next": round(next_page, 2), "gain": round(gain, 2)}
        start = time.process_time()
        again = Session.begin("daily.example", sheets_of(folder))
        resumed = time.process_time() - start
        assert [s.marks for s in again.sheets] == [s.marks for s in session.sheets]
    return {
        "pages": n,
        "lines": round(sum(len(each.signs) for each in session.sheets) / n),
        "shown": round(shown, 1),
        "resumed": round(resumed, 1),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "steps": steps,
    }
