"""Writes the files of tiny made-up corpora."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any


def write_file(path: Path, content: str | bytes | Any) -> None:
    """Write bytes, text or JSON; gzipped if the name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def wcxb_entry(**truth: Any) -> dict[str, Any]:
    """One JSON file of WCXB's ground truth."""
    return {
        "url": "https://www.garden.example.co.uk/moss",
        "_internal": {"page_type": {"primary": "product"}},
        "ground_truth": {"title": "Moss", "author": None, "publish_date": "2025-01-02"} | truth,
    }
