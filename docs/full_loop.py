"""The whole way from saved pages to a package that others install: ``python docs/full_loop.py``.

Twenty pages of a made-up site are cleaned, three of them labelled in a browser, a site model
trained, a plugin made and packaged, and the package installed in a new environment, where it cleans
a page that it has never seen. Each step is checked, and its seconds are printed: by the clock, and
of processor time, because a busy machine stretches the former.

Needs Chromium and the extra ``dev``, and a network from which pip installs.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from browser import labelling_server, open_browser
from try_tutorials import ROOT, processor_seconds

GOAL_SECONDS: Final = 180
SITE: Final = "lanternpost.example"
PAGES, LABELLED = 20, 3
# Whole sentences between and after the paragraphs, which look like text of the article.
APPEALS: Final = (
    "Nobody pays us to be kind: if you want the Lantern Post to stay, lend us the price of a loaf.",
    "Somebody on your street knows more about this story, and our door on Wick Lane is open.",
)
# What the loop relies on in the labelling page, in one place.
KEPT_LINE: Final = "#lines [data-sign='+']:has-text('{}')"
SIGN, FINISHED, ACCEPT = ".sign", "#pages .finished", "Enter"
RULE: Final = 'drop_css = [".plea"]\n'


@dataclass(slots=True)
class Loop:
    """The folder of a loop, and the seconds of its steps: name, by the clock, of the processor."""

    folder: Path
    steps: list[tuple[str, float, float]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step and print its seconds."""
        begun, worked = time.perf_counter(), _worked()
        yield
        self.steps.append((name, time.perf_counter() - begun, _worked() - worked))
        print(f"{name:<44} {self.steps[-1][1]:6.1f} s {self.steps[-1][2]:6.1f} s", flush=True)

    def run(self, *command: str | Path, **variables: str) -> str:
        """What a command prints; RuntimeError with its errors if it fails."""
        environment = {**os.environ, "XDG_CONFIG_HOME": str(self.folder / "config"), **variables}
        done = subprocess.run(
            list(map(str, command)), cwd=self.folder, env=environment, check=False,
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def boilerplate(self, *words: str | Path) -> str:
        """What ``boilerplate`` prints."""
        return self.run(sys.executable, "-m", "boilerplate", *words, PYTHONPATH=str(ROOT))


def _worked() -> float:
    return time.process_time() + processor_seconds()


def page_of_site(number: int) -> str:
    """A page of the made-up site; no two have a sentence of their articles in common."""
    rng = random.Random(number)  # noqa: S311 - no secret
    of = (
        "the miller's youngest daughter", "a retired bell founder", "the harbour choir",
        "the ferryman", "a class of nine-year-olds", "the lamp keeper", "two beekeepers",
        "the night baker",
    )  # fmt: skip
    did = ("mended", "found", "painted", "carried home", "counted", "gave away", "measured", "hid")
    what = (
        "a clock without hands", "forty glass buoys", "the oldest map of the marsh", "a brass horn",
        "three crates of lemons", "the signal flags", "a piano with one string", "the scales",
    )  # fmt: skip
    where = ("on Gull Street", "below the weir", "in the salt loft", "beside the old pump")

    def sentence() -> str:
        people, number = rng.choice(of), rng.randint(11, 97)
        return (
            f"{people[0].upper()}{people[1:]} {rng.choice(did)} {rng.choice(what)} "
            f"{rng.choice(where)} on day {number}, said {rng.choice(of)}, who keeps "
            f"{rng.randint(100, 999)} notes about it."
        )

    title = f"{rng.choice(of).capitalize()} {rng.choice(did)} {rng.choice(what)} in week {number}"
    paragraphs = [" ".join(sentence() for _ in range(3)) for _ in range(5)]
    first, last = (f'<p class="plea">{text}</p>' for text in APPEALS)
    body = "".join(f"<p>{text}</p>" for text in paragraphs[:2]) + first
    body += "".join(f"<p>{text}</p>" for text in paragraphs[2:]) + last
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>'
        f'<link rel="canonical" href="https://{SITE}/{number}"></head><body>'
        '<div class="top"><a href="/">Lantern Post</a> <a href="/a">Streets</a> '
        '<a href="/b">Tides</a></div>'
        f'<div class="sheet"><h1>{title}</h1>{body}</div>'
        '<div class="end"><a href="/i">Imprint</a> <a href="/p">Privacy</a></div></body></html>'
    )


def expect(condition: bool, claim: str) -> None:
    """Raise RuntimeError where a step has not done what it is for."""
    if not condition:
        raise RuntimeError(f"not true: {claim}")


def appeals_in(text: str) -> int:
    """How many of the site's appeals stand in a cleaned text."""
    return sum(appeal in text for appeal in APPEALS)


def label_pages(pages: Path) -> None:
    """Label some pages as a person does: change the sign of each appeal, accept the page."""
    with labelling_server(pages, SITE) as (address, _), open_browser() as browser:
        page = browser.new_page()
        page.goto(address)
        for done in range(LABELLED):
            wait_for(page, lambda: page.locator("#lines").inner_text().strip() != "")
            for appeal in APPEALS:
                row = page.locator(KEPT_LINE.format(appeal[:40]))
                if row.count():
                    row.first.locator(SIGN).click()
            page.keyboard.press(ACCEPT)
            wait_for(page, lambda done=done: page.locator(FINISHED).count() > done)  # type: ignore[misc]


def wait_for(page: Any, condition: Callable[[], bool], seconds: int = 60) -> None:
    """Wait until a condition is true; RuntimeError if it never is."""
    for _ in range(seconds * 20):
        if condition():
            return
        page.wait_for_timeout(50)
    raise RuntimeError("the labelling page does not answer")


def install_and_clean(loop: Loop, package: Path, page: Path) -> str:
    """The text of a page, cleaned in a new environment by a package that was installed there."""
    environment = loop.folder / "environment"
    with loop.step("a fresh environment with boilerplate"):
        loop.run(sys.executable, "-m", "venv", environment)
        loop.run(environment / "bin" / "pip", "install", "-q", ROOT)
    with loop.step("install the package"):
        loop.run(environment / "bin" / "pip", "install", "-q", package)
    with loop.step("clean a new page there"):
        program = environment / "bin" / "boilerplate"
        return loop.run(program, "clean", page, XDG_CONFIG_HOME=str(loop.folder / "none"))


def full_loop(loop: Loop) -> None:
    """All steps in their order. Raises RuntimeError where one fails."""
    pages = loop.folder / "pages"
    pages.mkdir()
    for number in range(PAGES):
        (pages / f"{number:02}.html").write_text(page_of_site(number), "utf-8")
    new = loop.folder / "new.html"
    new.write_text(page_of_site(PAGES), "utf-8")
    with loop.step("clean a page"):
        before = appeals_in(loop.boilerplate("clean", new))
    expect(before > 0, "the general model keeps an appeal")
    with loop.step(f"label {LABELLED} pages in the browser"):
        label_pages(pages)
    labels = sorted(pages.glob("*.labels"))
    expect(len(labels) >= LABELLED, f"{LABELLED} files of labels")
    with loop.step(f"train a site model of {PAGES} pages"):
        loop.boilerplate("train", "site", SITE, pages, "--labels", pages)
    with loop.step(f"clean {PAGES} pages with it"):
        loop.boilerplate("clean", pages, "-o", "cleaned")
        cleaned = [path.read_text("utf-8") for path in (loop.folder / "cleaned").iterdir()]
    expect(len(cleaned) == PAGES, f"{PAGES} pages are cleaned")
    expect(sum(map(appeals_in, cleaned)) < PAGES * before, "the site model drops appeals")
    with loop.step("make a plugin, and test it"):
        loop.boilerplate("plugins", "new", SITE, *(path.with_suffix("") for path in labels))
        [rules] = loop.folder.glob("*/rules.toml")
        rules.write_text(f"{rules.read_text('utf-8')}\n{RULE}", "utf-8")
        loop.boilerplate("plugins", "test", rules.parent)
    with loop.step("make a package of it"):
        loop.boilerplate("plugins", "package", rules.parent)
        [package] = loop.folder.glob("boilerplate-*")
    text = install_and_clean(loop, package, new)
    expect(appeals_in(text) == 0, "the package drops the appeals")
    expect("said" in text, "the article is kept")


def main() -> None:
    """Go the whole way, print the seconds of its steps, and compare their sum with the goal."""
    print(f"{'':<44} {'clock':>8} {'worked':>8}")
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(Path(folder))
        full_loop(loop)
    _, seconds, worked = zip(*loop.steps, strict=True)
    print(f"{'in all':<44} {sum(seconds):6.1f} s {sum(worked):6.1f} s")
    if sum(worked) > GOAL_SECONDS:
        sys.exit(f"more than {GOAL_SECONDS} seconds of processor time")


if __name__ == "__main__":
    main()
