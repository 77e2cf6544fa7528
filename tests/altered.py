"""Files of arrays with some of them replaced, as a stranger would make them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import numpy as np


def members(data: bytes) -> dict[str, bytes]:
    """What a zip file holds, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(found: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return out.getvalue()


def npy(array: np.ndarray, allow_pickle: bool = True) -> bytes:
    """An array as numpy saves it."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def rezipped(
    data: bytes,
    about: Callable[[dict[str, Any]], object] = lambda about: None,
    arrays: Mapping[str, np.ndarray] | None = None,
    others: Mapping[str, bytes] | None = None,
) -> bytes:
    """A file with some of its JSON, arrays or members replaced, the checksums right."""
    found = members(data)
    head = next(name for name in found if name.endswith(".json"))
    found |= {f"{key}.npy": npy(array) for key, array in (arrays or {}).items()}
    found |= others or {}
    description = json.loads(found[head])
    description["arrays"] = {
        key: sha256(found[f"{key}.npy"]).hexdigest() for key in description["arrays"]
    }
    about(description)
    found[head] = json.dumps(description).encode()
    return zipped(found)
