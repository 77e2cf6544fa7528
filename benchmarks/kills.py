"""Kill workers and the main process at random moments, and count what is left.

``python -m benchmarks.kills --times 200`` cleans a made-up crawl of JSON lines and WARC files
while a worker, or the whole run, is killed again and again; each killed run is begun anew. In
the end every file must be, byte for byte, what a run that nobody disturbed writes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boilerplate.batch.manifest import MANIFEST

SENTENCES = (
    "The ferry crossed the strait in fog, an hour late.",
    "Vapur sisli boğazı bir saat gecikmeyle geçti.",
    "渡轮在雾中晚了一个小时穿过海峡。",
    "عبرت العبارة المضيق في الضباب متأخرة ساعة.",
)
# One run, as a program of its own: the model, the input, the output.
RUN = """
import sys
from pathlib import Path
from boilerplate.cleaner import Cleaner
from boilerplate.batch.cleaner_config import Recipe
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, shards_of
model, source, output = sys.argv[1:]
files = [(path, path.relative_to(source)) for path in sorted(Path(source).rglob("*.*"))]
job = Job(Recipe.of(Cleaner(model or None)), output)
reports = run(shards_of(files, 20), job, 2, told=lambda said: print(said, flush=True))
sys.exit(any(report.problem for report in reports))
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was killed, and how many records came out in spite of it."""

    killed: Counter[str]
    runs: int
    records: int
    errors: int


def make_crawl(folder: Path, shards: int, pages: int, seed: int = 1) -> None:
    """Files of made-up pages: JSON lines, WARC, and single pages."""
    random_of = random.Random(seed)  # noqa: S311 - no secret

    def page(number: int) -> str:
        return made_up_page(number, random_of)

    folder.mkdir(parents=True)
    for shard in range(shards):
        if shard % 2:
            rows = [{"id": f"{shard}-{i}", "html": page(i)} for i in range(pages)]
            (folder / f"part-{shard:03}.jsonl").write_text(
                "".join(json.dumps(r) + "\n" for r in rows)
            )
        else:
            with (folder / f"part-{shard:03}.warc").open("wb") as file:
                for i in range(pages):
                    file.write(warc_record(f"{shard}-{i}", page(i).encode()))
    for i in range(pages):
        (folder / f"page-{i:03}.html").write_text(page(i))


def made_up_page(number: int, of: random.Random) -> str:
    """A page with a menu, an article and a footer."""
    text = "".join(f"<p>{number} {' '.join(of.choices(SENTENCES, k=4))}</p>" for _ in range(12))
    return f"<nav><a href=/>Home</a> <a href=/n>News</a></nav>{text}<footer>Cookies</footer>"


def warc_record(name: str, html: bytes) -> bytes:
    """A WARC record of an HTTP answer."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:{name}>\r\n"
        f"WARC-Target-URI: https://site.example/{name}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def begin(model: str, source: Path, output: Path) -> subprocess.Popen[bytes]:
    """A run, in a process of its own."""
    command = [sys.executable, "-c", RUN, model, str(source), str(output)]
    return subprocess.Popen(command)


def survive(
    model: str,
    times: int,
    seed: int,
    folder: Path,
    tell: Callable[[str], None] = lambda _: None,
    pages: int = 20,
) -> Tally:
    """Clean a crawl through so many kills. Raises AssertionError where a byte is not as it was.

    ``pages`` a shard should be many where kills are: a run of which workers are killed faster
    than they start gives up.
    """
    random_of = random.Random(seed)  # noqa: S311 - no secret
    source = folder / "in"
    make_crawl(source, shards=8, pages=pages)
    begun = time.monotonic()
    assert begin(model, source, folder / "whole").wait() == 0
    usual = time.monotonic() - begun
    whole = contents(folder / "whole")
    manifest = json.loads(whole[MANIFEST])
    killed: Counter[str] = Counter()
    runs = rounds = 0
    while killed.total() < times:
        rounds += 1
        output = folder / f"out-{rounds}"
        done = False
        while not done:  # after the last kill too, until all is there
            process = begin(model, source, output)
            runs += 1
            while killed.total() < times and process.poll() is None:
                time.sleep(random_of.uniform(0, usual / 3))
                if process.poll() is not None:
                    break
                whom = random_of.choice(["main", "worker", "worker"])
                if kill(process.pid, whom, random_of):
                    killed[whom] += 1
                    tell(f"{killed.total()} killed ({whom}), round {rounds}")
                    if whom == "main":
                        break
            status = process.wait()
            done = status == 0
            assert done or status == -signal.SIGKILL, (
                f"a run that nobody killed ended with {status}"
            )
            check_files(output, whole)
        assert contents(output) == whole, f"{output} is not as it should be"
    return Tally(killed, runs, *(rounds * manifest["totals"][k] for k in ("records", "errors")))


def kill(pid: int, whom: str, random_of: random.Random) -> bool:
    """Kill a process, or one of its children; whether there was one."""
    if whom == "worker":
        try:
            tasks = [
                path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")
            ]
        except OSError:
            return False
        children = [int(child) for task in tasks for child in task]
        if not children:
            return False
        pid = random_of.choice(children)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def check_files(output: Path, whole: dict[str, bytes]) -> None:
    """Whether each file that is there under its name is whole."""
    for name, data in contents(output).items():
        if name != MANIFEST and not name.endswith(".tmp"):
            assert data == whole[name], f"{output / name} is not whole"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def main() -> None:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="", help="a model's file; the shipped one without")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = survive(
            given.model, given.times, given.seed, Path(folder),
            lambda what: print(what, file=sys.stderr), 100,  # noqa: T201
        )  # fmt: skip
    print(  # noqa: T201
        f"{tally.killed['worker']} workers and {tally.killed['main']} runs killed, {tally.runs} "
        f"runs begun: {tally.records} records, each once and as it should be, "
        f"{tally.errors} errors"
    )


if __name__ == "__main__":
    main()
