"""Kill workers and the main process of a batch at random times, and check the output.

``python -m benchmarks.kills --times 200`` cleans a made-up crawl of JSON lines and WARC files while
a worker, or the main process, is killed again and again; a killed run is started again. In the end
every file must be, byte for byte, what an undisturbed run writes.
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
from dataclasses import dataclass
from pathlib import Path

from boilerplate.batch.manifest import MANIFEST
from training.progress import Log, log_to_stderr, no_log

SENTENCES = (
    "The ferry crossed the strait in fog, an hour late.",
    "Vapur sisli boğazı bir saat gecikmeyle geçti.",
    "渡轮在雾中晚了一个小时穿过海峡。",
    "عبرت العبارة المضيق في الضباب متأخرة ساعة.",
)
# The program of one run; its arguments are the model, the input and the output.
RUN = """
import sys
from pathlib import Path
from boilerplate.cleaner import Cleaner
from boilerplate.batch.run import run
from boilerplate.batch.shard import Job, shards_of
from boilerplate.batch.cleaner_config import CleanerConfig
model, source, output = sys.argv[1:]
files = [(path, path.relative_to(source)) for path in sorted(Path(source).rglob("*.*"))]
job = Job(CleanerConfig.of(Cleaner(model or None)), output)
reports = run(shards_of(files, 20), job, 2, notify=lambda message: print(message, flush=True))
sys.exit(any(report.problem for report in reports))
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each kind of process was killed, and the records of all runs."""

    killed: Counter[str]
    runs: int
    records: int
    errors: int


def make_crawl(folder: Path, shards: int, pages: int, seed: int = 1) -> None:
    """Write files of made-up pages: JSON lines, WARC, and single pages."""
    rng = random.Random(seed)  # noqa: S311 - no secret

    def page(number: int) -> str:
        return made_up_page(number, rng)

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


def made_up_page(number: int, rng: random.Random) -> str:
    """A page with a menu, an article and a footer."""
    text = "".join(f"<p>{number} {' '.join(rng.choices(SENTENCES, k=4))}</p>" for _ in range(12))
    return f"<nav><a href=/>Home</a> <a href=/n>News</a></nav>{text}<footer>Cookies</footer>"


def warc_record(name: str, html: bytes) -> bytes:
    """A WARC record of an HTTP response."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:{name}>\r\n"
        f"WARC-Target-URI: https://site.example/{name}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def start_run(model: str, source: Path, output: Path) -> subprocess.Popen[bytes]:
    """Start a run in its own process."""
    command = [sys.executable, "-c", RUN, model, str(source), str(output)]
    return subprocess.Popen(command)


def survive(
    model: str,
    times: int,
    seed: int,
    folder: Path,
    log: Log = no_log,
    pages: int = 20,
) -> Tally:
    """Clean a crawl during so many kills; AssertionError if the output differs.

    ``pages`` is the number per shard. Use many pages for many kills, for a run gives up if workers
    are killed faster than they start.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    source = folder / "in"
    make_crawl(source, shards=8, pages=pages)
    start = time.monotonic()
    assert start_run(model, source, folder / "whole").wait() == 0
    usual = time.monotonic() - start
    whole = contents(folder / "whole")
    manifest = json.loads(whole[MANIFEST])
    killed: Counter[str] = Counter()
    runs = rounds = 0
    while killed.total() < times:
        rounds += 1
        output = folder / f"out-{rounds}"
        done = False
        while not done:  # also after the last kill, until the output is complete
            process = start_run(model, source, output)
            runs += 1
            while killed.total() < times and process.poll() is None:
                time.sleep(rng.uniform(0, usual / 3))
                if process.poll() is not None:
                    break
                target = rng.choice(["main", "worker", "worker"])
                if kill(process.pid, target, rng):
                    killed[target] += 1
                    log(f"{killed.total()} killed ({target}), round {rounds}")
                    if target == "main":
                        break
            status = process.wait()
            done = status == 0
            assert done or status == -signal.SIGKILL, (
                f"a run that was not killed ended with status {status}"
            )
            check_files(output, whole)
        assert contents(output) == whole, f"{output} differs from the output of an undisturbed run"
    return Tally(killed, runs, *(rounds * manifest["totals"][k] for k in ("records", "errors")))


def kill(pid: int, target: str, rng: random.Random) -> bool:
    """Kill a process, or one of its children; False if there was none."""
    if target == "worker":
        try:
            tasks = [
                path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")
            ]
        except OSError:
            return False
        children = [int(child) for task in tasks for child in task]
        if not children:
            return False
        pid = rng.choice(children)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def check_files(output: Path, whole: dict[str, bytes]) -> None:
    """Raise AssertionError if a file has its final name but not its final content."""
    for name, data in contents(output).items():
        if name != MANIFEST and not name.endswith(".tmp"):
            assert data == whole[name], f"{output / name} is incomplete"


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def main() -> None:
    """Run the kills and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="", help="model file (default: the shipped one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = survive(
            options.model, options.times, options.seed, Path(folder),
            log_to_stderr, 100,
        )  # fmt: skip
    print(  # noqa: T201
        f"{tally.killed['worker']} workers and {tally.killed['main']} runs killed, {tally.runs} "
        f"runs started: {tally.records} records, all in the output once and correct, "
        f"{tally.errors} errors"
    )


if __name__ == "__main__":
    main()
