r"""Labels a person writes: a text file, a page's lines one under the other, with a sign each.

``+ text`` is content, ``- text`` chrome, ``? text`` what nobody can tell, ``. text`` what nobody
has looked at; the lines of the page in order, those that are blank left out. A line that begins
with ``#`` is a remark; ``# url: ...`` says where the page is from. Such a file can be written by
hand, read in a diff and merged; ``PAGE.labels`` teaches a site's model, and beside a plugin the
same is ``PAGE.expected``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions, sign
from boilerplate.files import write_atomically
from boilerplate.page import Label, Page
from boilerplate.result import CleanPage

SUFFIX: Final = ".labels"  # of a page's labels, after the name of its file
SIGNS: Final[dict[str, Label | None]] = {
    "+": Label.CONTENT,
    "-": Label.BOILERPLATE,
    "?": None,
    ".": None,
}
OPEN: Final = "."
SIGN_OF: Final[dict[Label | None, str]] = {
    Label.CONTENT: "+",
    Label.BOILERPLATE: "-",
    None: "?",
}
REMARK: Final = "#"
URL_MARK: Final = "# url: "


class LabelsError(ValueError):
    """Labels that can't be read or don't belong to their page, with the line that shows it."""


@dataclass(frozen=True, slots=True)
class LabelsFile:
    """What a file of labels says: of each line its sign, its text, and its number in the file."""

    signs: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: tuple[int, ...] = ()
    url: str | None = None

    @property
    def signed(self) -> list[str]:
        """Each line of the page with its sign."""
        return [f"{mark} {text}" for mark, text in zip(self.signs, self.texts, strict=True)]

    def __str__(self) -> str:
        """The file's text."""
        head = [f"{URL_MARK}{self.url}"] if self.url else []
        return "".join(f"{line}\n" for line in (*head, *self.signed))


def on_one_line(text: str) -> str:
    r"""A line's text as a file of labels has it: its words one blank apart, nothing invisible.

    >>> on_one_line("  Εφημερίδα\n της\u2028πόλης\x1b")
    'Εφημερίδα της πόλης␛'
    """
    return visible(" ".join(text.split()))


def labels_path(page: Path, folder: Path | None = None) -> Path:
    """Where the labels of a page's file are: beside it, or in a folder of labels.

    >>> labels_path(Path("pages/a.html")).as_posix()
    'pages/a.html.labels'
    """
    return (folder or page.parent) / f"{page.name}{SUFFIX}"


def labels_file(page: Page, signs: Iterable[str], url: str | None = None) -> LabelsFile:
    """The file of a page whose lines, those that are not blank, have these signs."""
    return LabelsFile(
        tuple(signs),
        tuple(on_one_line(page.lines[i].text) for i in page.nonblank),
        url=url and visible(url),
    )


def parse_labels(text: str, name: str = "labels") -> LabelsFile:
    r"""A file of labels, of whatever page it is.

    Raises LabelsError, with ``name`` and a line's number, where a line has no sign.

    >>> parse_labels("# a remark\n- Menü\n? von Anna\n").texts
    ('Menü', 'von Anna')
    """
    signs, texts, numbers = [], [], []
    url = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(URL_MARK):
            url = line.removeprefix(URL_MARK).strip()
        elif line.strip() and not line.startswith(REMARK):
            mark, _, words = line.partition(" ")
            if mark not in SIGNS:
                raise LabelsError(
                    f"{name}: line {number} begins with {mark[:10]!r}, not with +, -, ? or ."
                )
            signs.append(mark)
            texts.append(on_one_line(words))
            numbers.append(number)
    return LabelsFile(tuple(signs), tuple(texts), tuple(numbers), url)


def labels_of(page: Page, file: LabelsFile, name: str = "labels") -> tuple[Label | None, ...]:
    """What a file says of each line of a page, None of the blank ones.

    Blanks don't count when texts are compared. Raises LabelsError, with ``name`` and a line's
    number, where a line is not the page's next one.
    """
    lines = page.nonblank
    labels: list[Label | None] = [None] * len(page.lines)
    for mark, text, number, i in zip(file.signs, file.texts, file.numbers, lines, strict=False):
        if text != on_one_line(page.lines[i].text):
            raise LabelsError(
                f"{name}: line {number} is {text[:60]!r}, where the page has "
                f"{on_one_line(page.lines[i].text)[:60]!r}"
            )
        labels[i] = SIGNS[mark]
    if len(file.texts) != len(lines):
        raise LabelsError(f"{name}: has {len(file.texts)} lines, the page {len(lines)}")
    return tuple(labels)


def read_labels(text: str, page: Page, name: str = "labels") -> tuple[Label | None, ...]:
    r"""The labels of all lines of a page, None where nothing is known; see the module.

    Raises LabelsError as ``parse_labels`` and ``labels_of`` do.

    >>> from boilerplate.page import text_page
    >>> read_labels("- Menü\n? von Anna\n", text_page(["Menü", "", "von Anna"]))
    (<Label.BOILERPLATE: 'boilerplate'>, None, None)
    """
    return labels_of(page, parse_labels(text, name), name)


def write_labels(page: CleanPage) -> str:
    """A page's lines with the labels that were predicted: a draft for a person to correct."""
    return str(draft(page))


def draft(page: CleanPage, url: str | None = None) -> LabelsFile:
    """The file of the labels that were predicted."""
    return labels_file(page.page, (sign(p) for _, p in numbered_predictions(page)), url)


def save_labels(file: LabelsFile, path: Path) -> None:
    """Write a file of labels; one that is there stays whole until the new one is.

    A link that stands in its place is replaced and not followed. OSError where it can't be.
    """
    write_atomically(path, str(file).encode("utf-8"), follow_links=False)
