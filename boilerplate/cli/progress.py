"""The progress bar of a run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boilerplate.batch.shard import Shard, ShardReport


class RunProgress:
    """A progress bar on a terminal, and nothing elsewhere."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.sizes: Mapping[str, int] = {shard.name: shard.bytes for shard in shards}
        self.read: dict[str, float] = {}
        self.pages = self.errors = 0
        self.begun = self.shown = time.monotonic()
        console = Console(stderr=True)
        self.bar = Progress(
            BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[pages]} pages, {task.fields[rate]:.0f}/s, "
                       "{task.fields[errors]} errors"),
            TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self.task = self.bar.add_task(
            "", total=max(sum(self.sizes.values()), 1), pages=0, errors=0, rate=0.0
        )

    def __enter__(self) -> RunProgress:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def page(self, shard: Shard, position: float, failed: bool) -> None:
        """Count a page; ``position`` is the share of the shard that is read."""
        self.pages += 1
        self.errors += failed
        self.read[shard.name] = position * self.sizes[shard.name]
        if (now := time.monotonic()) - self.shown > 0.2:
            self.shown = now
            self._show()

    def finished(self, report: ShardReport) -> None:
        """Show a shard as read to its end."""
        self.read[report.shard] = self.sizes[report.shard]
        self._show()

    def _show(self) -> None:
        self.bar.update(
            self.task, completed=sum(self.read.copy().values()), pages=self.pages,
            errors=self.errors, rate=self.pages / max(time.monotonic() - self.begun, 1e-3),
        )  # fmt: skip

    def notify(self, message: str) -> None:
        """Print a message beside the bar."""
        self.bar.console.print(f"boilerplate: {message}", highlight=False)
