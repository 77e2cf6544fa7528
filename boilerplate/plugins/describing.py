"""What went wrong in a plugin, on one line."""

from __future__ import annotations

import os
from pathlib import Path
from traceback import walk_tb
from typing import Final

import pluggy

from boilerplate.plugins.clock import CallTimeoutError
from boilerplate.plugins.copies import CopyError
from boilerplate.plugins.rules import RulesError

# The code between a plugin's and its caller's.
_OWN_FOLDERS: Final = (
    str(Path(__file__).parents[1]) + os.sep,
    str(Path(pluggy.__file__).parent) + os.sep,
)


def describe_error(error: BaseException) -> str:
    """What went wrong, with the file and the line of a plugin where it raised."""
    if isinstance(error, CallTimeoutError | RulesError | CopyError):
        return str(error)
    place = _place(error)
    try:
        what = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    except Exception:  # noqa: BLE001 - the exception's own __str__ may fail
        what = type(error).__name__
    return f"{what} ({place})" if place else what


def _place(error: BaseException) -> str:
    """The file and the line of a plugin where it raised; "" if it did not.

    That is the innermost call in the folder of the code that was called first: a plugin may fail
    in a library, whose line would tell its author little. The file is named without its folders,
    which differ between machines.
    """
    calls = [
        (Path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(("<", *_OWN_FOLDERS))
    ]
    if not calls:
        return ""
    file, line = [call for call in calls if call[0].parent == calls[0][0].parent][-1]
    name = f"{file.parent.name}/{file.name}" if file.stem == "__init__" else file.name
    return f"{name}, line {line}"
