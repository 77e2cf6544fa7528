"""A griffe extension that puts the doctests of docstrings into code blocks.

Otherwise Markdown would read the ``>>>`` of a doctest as a quotation. mkdocs.yml names this file.
"""

from __future__ import annotations

from typing import Any

from griffe import Extension, Object


class Doctests(Extension):
    """The extension, as griffe looks for it: puts fences around doctests."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of an object of the package; griffe calls this for each."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    r"""A docstring with Markdown fences around its doctests.

    >>> fenced("Says.\n\n>" + ">> 1\n1\n\nMore.").splitlines()
    ['Says.', '', '```pycon', '>>> 1', '1', '```', '', 'More.']
    """
    lines: list[str] = []
    for block in text.split("\n\n"):
        lines.append(f"```pycon\n{block}\n```" if block.startswith(">>>") else block)
    return "\n\n".join(lines)
