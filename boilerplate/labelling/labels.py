r"""Files of labels: text files with a line for each line of a page, and a sign before it.

``+ text`` is content, ``- text`` chrome, ``? text`` a line that cannot be decided, ``. text`` one
that is not labelled yet. The name of a role may follow the sign, without a space: ``+caption
text``, ``-cookie text``, ``?byline text``. Sign and role are the *mark* of a line. It ends at the
first space, so that a text may look like one: ``+ +caption text``. The lines of the page come in
order, without blank lines. A line that begins with ``#`` is a comment; ``# url: ...`` gives the
page's URL. Such files can be written by hand, diffed and merged. A site model is trained with
``PAGE.labels``, and the fixtures of plugins have the same in ``PAGE.expected``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions, sign_of
from boilerplate.files import write_atomically
from boilerplate.page import Label, Page
from boilerplate.result import CleanPage, LabelledPage
from boilerplate.roles import ROLES

LABELS_SUFFIX: Final = ".labels"  # appended to the name of the page's file
SIGNS: Final[dict[str, Label | None]] = {
    "+": Label.CONTENT,
    "-": Label.BOILERPLATE,
    "?": None,
    ".": None,
}
OPEN: Final = "."  # not labelled yet
COMMENT: Final = "#"
URL_PREFIX: Final = "# url: "


class LabelsError(ValueError):
    """Labels cannot be read, or are of another page; the message names the first wrong line."""


@dataclass(frozen=True, slots=True)
class LabelsFile:
    """The contents of a file of labels: the mark, text and line number in the file of each line.

    ``comments`` are kept too, each with the number of lines of the page before it.
    """

    marks: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    url: str | None = None
    comments: tuple[tuple[int, str], ...] = ()

    @property
    def signs(self) -> tuple[str, ...]:
        """The sign of each line."""
        return tuple(mark[0] for mark in self.marks)

    @property
    def roles(self) -> tuple[str | None, ...]:
        """The role of each line, None where none is given."""
        return tuple(mark[1:] or None for mark in self.marks)

    @property
    def signed(self) -> list[str]:
        """Each line of the page with its sign before it, without its role."""
        return [f"{sign} {text}" for sign, text in zip(self.signs, self.texts, strict=True)]

    def __str__(self) -> str:
        """The file's text."""
        head = [f"{URL_PREFIX}{self.url}"] if self.url else []
        lines = [f"{mark} {text}" for mark, text in zip(self.marks, self.texts, strict=True)]
        for before, comment in reversed(self.comments):
            lines.insert(before, comment)
        return "".join(f"{line}\n" for line in (*head, *lines))


def mark_problem(mark: str) -> str | None:
    """What is wrong with a mark, None if it is a sign that may have a role after it.

    >>> mark_problem("-cookie"), mark_problem("?")
    (None, None)
    >>> mark_problem("*"), mark_problem(".cookie")
    ("begins with '*', not with +, -, ? or .", "has a role, 'cookie', but no label yet: + or -")
    """
    sign, role = mark[:1], mark[1:]
    if sign not in SIGNS:
        return f"begins with {mark[:10]!r}, not with +, -, ? or ."
    if role and role not in ROLES:
        roles = ", ".join(ROLES)
        return f"begins with {mark[:30]!r}: after the sign comes a space, or a role: {roles}"
    return f"has a role, {role!r}, but no label yet: + or -" if role and sign == OPEN else None


def on_one_line(text: str) -> str:
    r"""A line's text as in a file of labels: single spaces, no invisible characters.

    >>> on_one_line("  Εφημερίδα\n της\u2028πόλης\x1b")
    'Εφημερίδα της πόλης␛'
    """
    return visible(" ".join(text.split()))


def labels_path(page: Path, folder: Path | None = None) -> Path:
    """The path of the labels of a page's file: next to it, or in a folder of labels.

    >>> labels_path(Path("pages/a.html")).as_posix()
    'pages/a.html.labels'
    """
    return (folder or page.parent) / f"{page.name}{LABELS_SUFFIX}"


def labels_file(page: Page, marks: Iterable[str], url: str | None = None) -> LabelsFile:
    """The file of labels of a page; ``marks`` are those of its lines that are not blank."""
    return LabelsFile(
        tuple(marks),
        tuple(on_one_line(page.lines[i].text) for i in page.nonblank),
        url=url and visible(url),
    )


def parse_labels(text: str, name: str = "labels") -> LabelsFile:
    r"""Parse a file of labels without its page.

    Raises LabelsError, with ``name`` and the line number, if a line has no sign, or a role that
    does not exist.

    >>> file = parse_labels("# a comment\n-navigation Menü\n? von Anna\n")
    >>> file.texts, file.roles
    (('Menü', 'von Anna'), ('navigation', None))
    """
    marks: list[str] = []
    texts: list[str] = []
    numbers: list[int] = []
    comments: list[tuple[int, str]] = []
    url = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(URL_PREFIX):
            url = line.removeprefix(URL_PREFIX).strip()
        elif line.startswith(COMMENT):
            comments.append((len(marks), line))
        elif line.strip():
            mark, _, line_text = line.partition(" ")
            if problem := mark_problem(mark):
                raise LabelsError(f"{name}: line {number} {problem}")
            marks.append(mark)
            texts.append(on_one_line(line_text))
            numbers.append(number)
    return LabelsFile(tuple(marks), tuple(texts), tuple(numbers), url, tuple(comments))


def labelled_page(page: Page, file: LabelsFile, name: str = "labels") -> LabelledPage:
    """A page with the label and the role of each line in a file; None for blank and open lines.

    Texts are compared apart from white space. Raises LabelsError, with ``name`` and the line
    number, if a line is not the next one of the page.
    """
    lines = page.nonblank
    labels: list[Label | None] = [None] * len(page.lines)
    roles: list[str | None] = [None] * len(page.lines)
    rows = zip(file.signs, file.roles, file.texts, file.numbers, lines, strict=False)
    for sign, role, text, number, i in rows:
        if text != on_one_line(page.lines[i].text):
            raise LabelsError(
                f"{name}: line {number} is {text[:60]!r}, where the page has "
                f"{on_one_line(page.lines[i].text)[:60]!r}"
            )
        labels[i], roles[i] = SIGNS[sign], role
    if len(file.texts) != len(lines):
        raise LabelsError(f"{name}: has {len(file.texts)} lines, the page {len(lines)}")
    return LabelledPage(page, tuple(labels), tuple(roles))


def read_labels(text: str, page: Page, name: str = "labels") -> LabelledPage:
    r"""A page with the labels and roles in the text of a file; None for a line that has none.

    Raises LabelsError as ``parse_labels`` and ``labelled_page`` do.

    >>> from boilerplate.page import text_page
    >>> found = read_labels("-navigation Menü\n? von Anna\n", text_page(["Menü", "", "von Anna"]))
    >>> found.labels, found.roles
    ((<Label.BOILERPLATE: 'boilerplate'>, None, None), ('navigation', None, None))
    """
    return labelled_page(page, parse_labels(text, name), name)


def write_labels(page: CleanPage) -> str:
    """The text of a file with the predicted labels of a page, to be corrected."""
    return str(predicted_labels(page))


def predicted_labels(page: CleanPage, url: str | None = None) -> LabelsFile:
    """The predicted labels of a page."""
    return labels_file(page.page, (sign_of(p) for _, p in numbered_predictions(page)), url)


def save_labels(file: LabelsFile, path: Path) -> None:
    """Write a file of labels atomically. Raises OSError.

    A symbolic link at ``path`` is replaced, not followed.
    """
    write_atomically(path, str(file).encode("utf-8"), follow_links=False)
