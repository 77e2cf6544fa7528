"""A griffe extension: doctests in docstrings are code on the reference's pages.

Docstrings here are plain sentences with doctests below them, which Markdown would take for
quotations. mkdocs.yml names this file.
"""

from __future__ import annotations

from typing import Any

from griffe import Extension, Object


class Doctests(Extension):
    """Fences every doctest of a docstring."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Called for each object of the package that has been read."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    r"""A docstring with fences around its doctests.

    >>> fenced("Says.\n\n>" + ">> 1\n1\n\nMore.").splitlines()
    ['Says.', '', '```pycon', '>>> 1', '1', '```', '', 'More.']
    """
    lines: list[str] = []
    for block in text.split("\n\n"):
        lines.append(f"```pycon\n{block}\n```" if block.startswith(">>>") else block)
    return "\n\n".join(lines)
