"""How long labelling takes a person, and a machine: ``python -m benchmarks.labelling``.

The pages of a real site are labelled in a real browser, by a person made of numbers: the
keystroke-level model of Card, Moran and Newell (1980), with the corpus's own labels as what the
person knows. Pages are those that the labelling page brings first. The person

- looks over each page for LOOK seconds;
- goes through what is in doubt with ``d``, and makes up their mind about each stretch of lines, a
  GLANCE more for each further line of it; in ``strictly`` every line in doubt costs a whole DECIDE;
- turns what is wrong with the keys, and what is wrong though not in doubt with the mouse;
- says Enter.

No person is that sure of every line, and none was timed. Waits, from Enter until the next page
stands there, are by the clock of a machine that may be busy; ``worked`` is what the server's
processor did in them. ``--many N`` measures a folder of so many pages instead: until the first page
can be shown, memory, and each step as more pages are finished.

The shipped model has learned from the sites of the train and dev splits, and so it is less in
doubt on them than elsewhere; ``--model`` takes another.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.site_models import given_labels, of_gold_pages
from boilerplate.labelling.labels import OPEN, parse_labels
from boilerplate.labelling.session import Session, Sheet, sheet
from boilerplate.model.model import load_model
from boilerplate.page import Label
from boilerplate.reading.read import read
from docs import browser as browsers
from training import card as cards
from training.__main__ import HERE, gold_pages
from training.dataset import sample
from training.split import split_of

RESULTS: Final = HERE / "docs/results/labelling.json"
DOCUMENT: Final = HERE / "docs/labelling.md"
PAGES: Final = 10
LEAST_PAGES: Final = 12  # of a site, so that there are some to choose from
MOST_PAGES: Final = 20
CORPORA: Final = ("daniel", "fundus", "mercury-parser")  # articles; wcxb has few pages a site
# Seconds. Card, Moran and Newell 1980: a key of a typist of 40 words a minute, pointing at
# something with a mouse, pressing and letting go its button, moving the hand there or back,
# making up one's mind. A glance is a fixation of a reader's eye.
KEY: Final = 0.28
POINT: Final = 1.1
CLICK: Final = 0.2
HAND: Final = 0.4
DECIDE: Final = 1.35
GLANCE: Final = 0.3
LOOK: Final = 5.0
POLL: Final = 0.01
PATIENCE: Final = 60.0
FINISHED: Final = (1, 5, 12, 20)  # pages, after which --many measures
STATE: Final = """() => ({
  busy: document.getElementById('lines').ariaBusy === 'true'
    || document.getElementById('saved').textContent === 'saving',
  name: document.getElementById('name').textContent || document.getElementById('title').textContent,
  cursor: document.querySelector('#lines li.cursor')?.id,
  rows: [...document.querySelectorAll('#lines li')].map(
    row => [row.dataset.sign, row.classList.contains('doubtful')]),
  finished: document.querySelectorAll('#pages .finished').length,
})"""
MARKS: Final = {
    name: (
        f"<!-- {name}: made by `python -m benchmarks.labelling{options}` -->",
        f"<!-- /{name} -->",
    )
    for name, options in (("person", ""), ("many", " --many 300"))
}


@dataclass(slots=True)
class Spent:
    """What ten pages cost a person: seconds of each kind, and how often."""

    lines: int = 0
    wrong: int = 0
    unseen: int = 0  # lines that are wrong though not in doubt
    doubtful: int = 0
    stretches: int = 0
    keys: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    worked: float = 0.0

    def press(self, n: int = 1) -> None:
        """Press keys."""
        self.keys += n
        self.seconds += KEY * n

    @property
    def strictly(self) -> float:
        """Seconds, if each line in doubt took a decision of its own."""
        return self.seconds + (self.doubtful - self.stretches) * (DECIDE - GLANCE)


@dataclass(slots=True)
class Person:
    """Somebody who knows what is right, at the labelling page."""

    page: Any
    gold: Mapping[str, Sequence[Label | None]]
    spent: Spent = field(default_factory=Spent)

    def state(self) -> dict[str, Any]:
        """What is on the screen, once it stands still."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found: dict[str, Any] = self.page.evaluate(STATE)
            if found["rows"] and not found["busy"]:
                return found
            time.sleep(POLL)
        raise TimeoutError("the labelling page never stood still")

    def press(self, key: str, n: int = 1) -> None:
        """Press a key, some times."""
        for _ in range(n):
            self.page.keyboard.press(key)
        self.spent.press(n)

    def wrong(self, state: Mapping[str, Any]) -> list[int]:
        """Which lines stand there wrong."""
        signs = {Label.CONTENT: "+", Label.BOILERPLATE: "-", None: ""}
        gold = [signs[label] for label in self.gold[state["name"]]]
        return [
            i for i, (g, (s, _)) in enumerate(zip(gold, state["rows"], strict=True)) if g and g != s
        ]

    def label(self) -> str:
        """Label the page that is shown; its name."""
        state, spent = self.state(), self.spent
        doubtful = [i for i, row in enumerate(state["rows"]) if row[1]]
        wrong = self.wrong(state)
        spent.lines += len(state["rows"])
        spent.wrong += len(wrong)
        spent.unseen += len(set(wrong) - set(doubtful))
        spent.doubtful += len(doubtful)
        spent.seconds += LOOK
        signs = [row[0] for row in state["rows"]]
        stretches = runs(doubtful, signs)
        for k, stretch in enumerate(stretches):
            if k:  # the first one is selected when the page comes
                self.press("d")
            spent.stretches += 1
            spent.seconds += DECIDE + GLANCE * (len(stretch) - 1)
            self._turn(stretch, [i for i in wrong if i in stretch])
        for run in runs([i for i in wrong if i not in set(doubtful)], signs):
            self._point(run)
        return str(state["name"])

    def _turn(self, stretch: Sequence[int], wrong: Sequence[int]) -> None:
        """Turn what is wrong of the lines that are selected, and leave the cursor at their end."""
        if list(wrong) == list(stretch):
            self.press(" ")
            return
        at = stretch[0]
        for run in runs(wrong, [""] * (max(wrong, default=0) + 1)):
            if run[0] == stretch[0] and len(run) < len(stretch):
                self.press("j")  # another selection begins with the cursor alone
                self.press("k")
            self.press("j", run[0] - at)
            self.press("Shift+ArrowDown", len(run) - 1)
            self.press(" ")
            at = run[-1]
        if wrong:  # d goes on behind the cursor, and would come back to the rest
            self.press("j", stretch[-1] - at)

    def _point(self, run: Sequence[int]) -> None:
        """Turn lines that follow one another with the mouse."""
        first, last = (f"#line-{i}" for i in (run[0], run[-1]))
        self.spent.seconds += DECIDE + 2 * HAND + POINT + CLICK
        if len(run) == 1:
            self.page.click(f"{first} .sign")
            return
        self.page.click(f"{first} .text")
        self.page.click(f"{last} .text", modifiers=["Shift"])
        self.spent.seconds += POINT + CLICK
        self.spent.press()
        self.press(" ")

    def finish(self, server: int) -> None:
        """Say that the page is right, and wait for the next."""
        before = self.state()["finished"]
        begun, worked = time.monotonic(), worked_by(server)
        self.press("Enter")
        while self.state()["finished"] == before:
            time.sleep(POLL)
        self.spent.waited += time.monotonic() - begun
        self.spent.worked += worked_by(server) - worked


def runs(lines: Sequence[int], signs: Sequence[str]) -> list[list[int]]:
    """Lines in runs of neighbours under one sign.

    >>> runs([1, 2, 3, 7], "-++-----")
    [[1, 2], [3], [7]]
    """
    parted = groupby(enumerate(lines), lambda pair: (pair[1] - pair[0], signs[pair[1]]))
    return [[i for _, i in run] for _, run in parted]


def worked_by(process: int) -> float:
    """Processor seconds of a process so far, 0 where the system doesn't tell."""
    path = Path(f"/proc/{process}/stat")
    if not path.exists():
        return 0.0
    used = path.read_text("utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / 100


@contextmanager
def serving(folder: Path, site: str, model: str | None) -> Iterator[tuple[str, Any]]:
    """``boilerplate label`` on a folder with any model, as a process, and its address."""
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
        cwd=HERE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield next(iter(server.stdout or ())).strip(), server
        finally:
            server.kill()


def serve(folder: Path, site: str, model: str | None) -> None:
    """Serve the pages of a folder until killed."""
    from boilerplate.labelling.server import address, listen, new_token
    from boilerplate.labelling.server import serve as go_on

    bound, token = listen(), new_token()
    session = Session.begin(site, sheets_of(folder), load_model(model))
    click.echo(address(bound.getsockname()[1], token))
    sys.stdout.flush()
    go_on(session, bound, token)


def sheets_of(folder: Path) -> list[Sheet]:
    """The pages of a folder, as ``boilerplate label`` reads them."""
    return [
        sheet(path.name, read(path.read_bytes(), kind="html"), folder / f"{path.name}.labels")
        for path in sorted(folder.glob("*.html"))
    ]


def ten_pages(
    browser: Any, site: str, golds: Sequence[Any], model: str | None
) -> dict[str, Any] | None:
    """What ten pages of a site cost, and what they gain; None where too few can be read."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        labels: dict[str, list[Label | None]] = {}
        for i, gold in enumerate(golds[:MOST_PAGES]):
            labelled = sample(gold, "html")
            if labelled is None or not labelled.page.spoken:
                continue
            (folder / f"{i:03}.html").write_bytes(gold.html)
            if read(gold.html, kind="html").spoken != labelled.page.spoken:
                (folder / f"{i:03}.html").unlink()  # its URL makes a difference: another page
                continue
            given = given_labels(labelled)
            labels[f"{i:03}.html"] = [given[k] for k in labelled.page.spoken]
        if len(labels) < PAGES:
            return None
        with serving(folder, site, model) as (address, server):
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            page.goto(address)
            person = Person(page, labels)
            names = []
            for _ in range(PAGES):
                names.append(person.label())
                person.finish(server.pid)
            page.wait_for_selector("#gain:not([aria-busy])")
            page.close()
        for name in names:
            check(folder / f"{name}.labels", labels[name])
        session = Session.begin(site, sheets_of(folder), load_model(model))
        gain = session.gain()
    spent = person.spent
    whole = {name: getattr(spent, name) for name in ("lines", "wrong", "unseen", "doubtful",
             "stretches", "keys")}  # fmt: skip
    times = {name: round(float(getattr(spent, name)), 1) for name in ("seconds", "strictly",
             "waited", "worked")}  # fmt: skip
    gained = {name: round(float(getattr(gain, name)), 3) for name in ("general", "unlabelled",
              "taught")}  # fmt: skip
    return {"of": len(labels), **whole, **times, **gained}


def check(path: Path, gold: Sequence[Label | None]) -> None:
    """AssertionError unless a page's file of labels says what the person knows."""
    signs = {Label.CONTENT: "+", Label.BOILERPLATE: "-"}
    said = parse_labels(path.read_text("utf-8"), str(path)).signs
    assert OPEN not in said, path
    assert all(
        label is None or signs[label] == sign for label, sign in zip(gold, said, strict=True)
    ), path


def many(n: int) -> dict[str, Any]:
    """What so many made-up pages cost a machine: seconds of its processor, and its memory."""
    from tests import made_up_site

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for i in range(n):
            # As many lines as news pages of real sites have: about a hundred.
            more = [
                made_up_site.sentence(made_up_site.random.Random(f"{i} {k}")) for k in range(80)
            ]
            (folder / f"{i:03}.html").write_text(made_up_site.html(i, "en", more), "utf-8")
        begun = time.process_time()
        session = Session.begin("daily.example", sheets_of(folder))
        read_in = time.process_time() - begun
        begun = time.process_time()
        session.opinion(session.order(session.doubts())[0])
        shown = read_in + time.process_time() - begun
        steps = {}
        for done in range(1, max(FINISHED) + 1):
            begun = time.process_time()
            first = session.order(session.doubts())[0]
            session.finish(first)
            next_one = session.order(session.doubts())[0]
            session.opinion(next_one)
            next_page = time.process_time() - begun
            if done in FINISHED:
                begun = time.process_time()
                session.gain()
                gain = time.process_time() - begun
                steps[str(done)] = {"next": round(next_page, 2), "gain": round(gain, 2)}
        begun = time.process_time()
        again = Session.begin("daily.example", sheets_of(folder))
        resumed = time.process_time() - begun
        assert [s.signs for s in again.sheets] == [s.signs for s in session.sheets]
    return {
        "pages": n,
        "lines": round(sum(len(each.signs) for each in session.sheets) / n),
        "shown": round(shown, 1),
        "resumed": round(resumed, 1),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "steps": steps,
    }


def person_table(results: Mapping[str, Any]) -> str:
    """The table of what ten pages cost a person."""
    out = [
        "| site | split | lines | in doubt | in stretches | wrong | keys | seconds | each line "
        "by itself | waits, s (processor) | general | with other pages | and labels |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for site, row in results["sites"].items():
        out.append(
            f"| {site} | {row['split']} | {row['lines']} | {row['doubtful']} | {row['stretches']} "
            f"| {row['wrong']} | {row['keys']} | {row['seconds']:.0f} | {row['strictly']:.0f} "
            f"| {row['waited']:.0f} ({row['worked']:.0f}) | {row['general']:.3f} "
            f"| {row['unlabelled']:.3f} | {row['taught']:.3f} |"
        )
    return "\n".join(out)


def many_table(results: Mapping[str, Any]) -> str:
    """The table of what hundreds of pages cost a machine."""
    out = [
        f"{results['pages']} pages of {results['lines']} lines: the first one can be shown after "
        f"{results['shown']} seconds of one core, after a restart as well; the process has "
        f"{results['megabytes']} MB.\n",
        "| pages finished | seconds to the next page | seconds to the new estimate, beside it |",
        "|---:|---:|---:|",
    ]
    out += [
        f"| {n} | {row['next']:.2f} | {row['gain']:.2f} |" for n, row in results["steps"].items()
    ]
    return "\n".join(out)


def write(name: str, found: Mapping[str, Any], table: str) -> None:
    """Put what was measured into the results and the document."""
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(
        json.dumps({**results, name: dict(found)}, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    cards.write_section(DOCUMENT, table, MARKS[name])


def write_sites(sites: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write some sites; others stay as they were measured, with the commit of their time."""
    before = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known = before.get("person", {}).get("sites", {})
    now = {site: {**row, "about": dict(about)} for site, row in sites.items()}
    found = {"sites": dict(sorted((known | now).items()))}
    write("person", found, person_table(found))


@click.command()
@of_gold_pages
@click.option("--site", "only", multiple=True, help="Only these sites.")
@click.option("--many", "number", type=int, help="Measure a folder of so many pages instead.")
@click.option("--write", "do_write", is_flag=True, help="Write docs/labelling.md and the results.")
@click.option("--serve", "folder", type=click.Path(path_type=Path), hidden=True)
@click.option("--as-site", hidden=True)
def main(
    source: Path, cache: Path, model: str | None, split: tuple[str, ...], only: tuple[str, ...],
    number: int | None, do_write: bool, folder: Path | None, as_site: str,
) -> None:  # fmt: skip
    """Measure what labelling costs a person, or a machine."""
    if folder:
        serve(folder, as_site, model)
        return
    if number:
        found = {**many(number), "about": cards.provenance("made up", model)}
        click.echo(many_table(found))
        if do_write:
            write("many", found, many_table(found))
        return
    by_site: dict[str, list[Any]] = defaultdict(list)
    for gold in gold_pages(source, cache, split, (), False):
        if gold.corpus in CORPORA:
            by_site[gold.site].append(gold)
    sites = {}
    with browsers.opened() as browser:
        for site, golds in sorted(by_site.items()):
            if len(golds) < LEAST_PAGES or (only and site not in only):
                continue
            if row := ten_pages(browser, site, golds, model):
                sites[site] = {"split": split_of(site), **row}
                click.echo(f"{site}: {row}", err=True)
                if do_write:
                    write_sites({site: sites[site]}, cards.provenance(split_of(site), model))
    click.echo(person_table({"sites": sites}))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.labelling")
