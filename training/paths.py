"""Where things are in this repository and beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
RESULTS: Final = DOCS / "results"
PICTURES: Final = DOCS / "pictures"
MODEL_FILE: Final = ROOT / "boilerplate/data/model.zip"
# Archives are read from a folder beside the repository and unpacked into an ignored one.
ARCHIVES: Final = ROOT.parent / "shared/corpora"
LEXICON: Final = ROOT.parent / "shared/lexicon"
CACHE: Final = ROOT / ".cache/corpora"
