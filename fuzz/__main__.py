"""``python -m fuzz TARGET --seconds 1200``: one room against what atheris comes up with.

What is found is kept in fuzz/found/TARGET; what widens the coverage, in fuzz/corpus/TARGET, from
which the next run goes on. Both are this machine's; a finding that was mended becomes a test.
Needs the extra ``fuzz``. The tests run each target a little without it (tests/test_fuzz.py).
``--write`` keeps what a run came to in docs/results/fuzz.json and the table of docs/hostile.md.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

HERE: Final = Path(__file__).parent
PACKAGE: Final = "boilerplate"
MAX_BYTES: Final = 4096  # of an input; larger ones find nothing else, and are slow
TIMEOUT: Final = 20  # seconds for one input, which is then a finding
MEBIBYTES: Final = 2048


@click.command()
@click.argument("name")
@click.option("--seconds", default=60, show_default=True, help="Of the processor.")
@click.option("--runs", default=-1, help="End after so many inputs.")
@click.option("--seed", default=0, help="Of the random numbers; 0 takes the clock's.")
@click.option("--corpus", type=click.Path(path_type=Path), help="By default fuzz/corpus/NAME.")
@click.option("--write", is_flag=True, help="Keep what came of it, and the table.")
def main(name: str, seconds: int, runs: int, seed: int, corpus: Path | None, write: bool) -> None:
    """Fuzz one of the rooms of fuzz/targets.py."""
    if write:
        from fuzz import results

        sys.exit(results.kept(name, [a for a in sys.argv[1:] if a != "--write"]))
    try:
        import atheris
    except ImportError as error:
        raise click.ClickException("needs atheris: pip install -e '.[fuzz]'") from error
    with atheris.instrument_imports(include=[PACKAGE]):
        from fuzz.targets import TARGETS
    if name not in TARGETS:
        raise click.ClickException(f"{name!r} is none of {', '.join(TARGETS)}")
    target = TARGETS[name]
    corpus = corpus or HERE / "corpus" / name
    found = HERE / "found" / name
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for data in target.seeds():
        (corpus / sha256(data).hexdigest()[:16]).write_bytes(data)

    end = time.process_time() + seconds

    def run(data: bytes) -> None:
        if data:
            target.run(data)
        if time.process_time() > end:
            os.kill(os.getpid(), signal.SIGUSR1)  # at which libFuzzer sums up and ends well

    options = {
        "runs": runs,
        "seed": seed,
        "max_len": MAX_BYTES,
        "timeout": TIMEOUT,
        "rss_limit_mb": MEBIBYTES,
        "artifact_prefix": f"{found}/",
        "print_final_stats": 1,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus)], run
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
