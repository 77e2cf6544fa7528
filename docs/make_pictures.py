"""Draws the README's pictures: ``python docs/make_pictures.py``.

docs/pictures/report.png is a screenshot of ``--report``, by Chromium; docs/pictures/explain.svg
is what ``--explain`` shows in a terminal.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

import boilerplate
from boilerplate.report import explain_table, html_report, summary

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
REPORTED = "examples/turkish-notice.txt"
EXPLAINED = "examples/news.html"
EXPLAINED_URL = "https://courier.example/town/tool-library"
TERMINAL_WIDTH = 110
WINDOW = "900,1320"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# No window, nothing kept, nothing asked of the network.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Draw both."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    draw_explanation(PICTURES / "explain.svg")
    draw_report(PICTURES / "report.png")


def draw_explanation(target: Path) -> None:
    """A terminal with ``--explain`` in it, as SVG."""
    page = boilerplate.clean((ROOT / EXPLAINED).read_bytes(), url=EXPLAINED_URL)
    console = Console(
        record=True, width=TERMINAL_WIDTH, file=io.StringIO(), force_terminal=True, emoji=False
    )
    console.print(Text(f"{EXPLAINED} · {summary(page)}", "bold"))
    console.print(explain_table(page, TERMINAL_WIDTH))
    svg = console.export_svg(title=f"boilerplate clean --explain {EXPLAINED}", unique_id="explain")
    # rich names web fonts; a picture that loads nothing is content with the reader's own.
    target.write_text(re.sub(r"@font-face \{[^}]*\}\s*", "", svg), encoding="utf-8")


def draw_report(target: Path) -> None:
    """A browser with ``--report`` in it, as PNG."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"a screenshot needs one of {', '.join(BROWSERS)}")
    page = boilerplate.clean((ROOT / REPORTED).read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.html")
        report.write_text(html_report([(REPORTED, page)]), encoding="utf-8")
        subprocess.run(
            [
                browser,
                *FLAGS,
                f"--user-data-dir={folder}/profile",
                f"--window-size={WINDOW}",
                f"--screenshot={target}",
                report.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main()
