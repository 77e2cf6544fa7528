"""``python -m fuzz TARGET --seconds 1200``: fuzz one target with atheris.

Findings are stored in fuzz/found/TARGET, and inputs that increase the coverage in
fuzz/corpus/TARGET, where the next run starts. Git ignores both; a finding that was fixed becomes a
test. Needs the extra ``fuzz``. The tests run each target briefly without it
(tests/fuzz/test_fuzz_targets.py). ``--write`` stores the figures of a run in docs/results/fuzz.json
and the table of docs/hostile.md.
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
MAX_BYTES: Final = 4096  # of an input; larger ones are slow and find nothing more
TIMEOUT_SECONDS: Final = 20  # for one input; a slower one is a finding
MEMORY_MIB: Final = 2048


@click.command()
@click.argument("name")
@click.option("--seconds", default=60, show_default=True, help="Processor time.")
@click.option("--runs", default=-1, help="Stop after so many inputs.  [default: never]")
@click.option("--seed", default=0, help="Random seed; 0 takes the clock.")
@click.option("--corpus", type=click.Path(path_type=Path), help="[default: fuzz/corpus/NAME]")
@click.option("--write", is_flag=True, help="Write the results and the table.")
def main(name: str, seconds: int, runs: int, seed: int, corpus: Path | None, write: bool) -> None:
    """Fuzz one of the targets in fuzz/targets.py."""
    if write:
        from fuzz import results

        sys.exit(results.run_and_store(name, [a for a in sys.argv[1:] if a != "--write"]))
    try:
        import atheris
    except ImportError as error:
        raise click.ClickException("atheris is not installed: pip install -e '.[fuzz]'") from error
    with atheris.instrument_imports(include=[PACKAGE]):
        from fuzz.targets import TARGETS
    if name not in TARGETS:
        raise click.ClickException(f"unknown target {name!r}; there are {', '.join(TARGETS)}")
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
            os.kill(
                os.getpid(), signal.SIGUSR1
            )  # libFuzzer prints its summary and ends with status 0

    options = {
        "runs": runs,
        "seed": seed,
        "max_len": MAX_BYTES,
        "timeout": TIMEOUT_SECONDS,
        "rss_limit_mb": MEMORY_MIB,
        "artifact_prefix": f"{found}/",
        "print_final_stats": 1,
        "keep_seed": 1,  # also where C alone is reached, which counts for nothing
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus)], run
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
