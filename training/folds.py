"""The folds of cross-validation: all pages of a site are in one."""

from __future__ import annotations

from typing import Final
from zlib import crc32

FOLDS: Final = 5


def fold_of(site: str) -> int:
    """The cross-validation fold of a site."""
    return crc32(b"fold" + site.encode()) % FOLDS
