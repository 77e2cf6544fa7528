"""Title, authors and date of publication, beside trafilatura and htmldate.

``python -m benchmarks.metadata --source FOLDER`` reads the pages of three corpora that say these of
their pages, and prints for how many each tool says the same. ``--write`` puts the tables into
docs/metadata.md; ``--wrong FIELD`` prints what we do not get right.

A title is right if it equals the corpus's but for case, blanks, quotation marks, dashes and other
signs. Authors are right if the sets of names are equal but for the same: both sides are cut at
commas, semicolons, "&" and "and". A date is right if it is the same day, as each side writes it. A
tool is asked for the first publication where it can be asked.
"""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click

from benchmarks.metadata_golds import READERS, KnownPage, known_pages
from boilerplate.cleaner import Cleaner
from boilerplate.metrics import words
from boilerplate.plugins.manager import no_plugins
from training.documents.markdown import markdown_table, write_section
from training.paths import DOCS

DOCUMENT: Final = DOCS / "metadata.md"
OURS: Final = "boilerplate"
FIELDS: Final = ("title", "authors", "published")
_BETWEEN_NAMES: Final = re.compile(r"\s*(?:[;,，、&|]|\band\b)\s*", re.IGNORECASE)
_BY: Final = re.compile(r"^(?:by|von|par|por)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool says of a page; empty where it says nothing. ``fields`` are those it knows."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, and the fields that it can find."""

    name: str
    run: Callable[[KnownPage], Said]
    fields: tuple[str, ...] = FIELDS


@cache
def _cleaner() -> Cleaner:
    return Cleaner(plugins=no_plugins())


def _ours(page: KnownPage) -> Said:
    found = _cleaner().clean(page.html, page.url, "html").metadata
    return Said(found.title or "", found.authors, (found.published or "")[:10])


def _trafilatura(page: KnownPage) -> Said:
    import trafilatura

    found = trafilatura.extract_metadata(page.html, default_url=page.url)
    if found is None:
        return Said()
    return Said(found.title or "", tuple((found.author or "").split("; ")), found.date or "")


def _htmldate(page: KnownPage) -> Said:
    from htmldate import find_date

    return Said(published=find_date(page.html, url=page.url, original_date=True) or "")


def tools() -> list[Tool]:
    """Ours, and the others that are installed."""
    found = [Tool(OURS, _ours)]
    if find_spec("trafilatura"):
        found.append(Tool("trafilatura", _trafilatura))
    if find_spec("htmldate"):
        found.append(Tool("htmldate", _htmldate, ("published",)))
    return found


# ------------------------------------------------------------------------------------ measures


def plain(text: str) -> str:
    """A text without case, blanks and signs.

    >>> plain("“Çay” – 2 cups") == plain('"çay" - 2 Cups')
    True
    """
    return "".join(char for char in html.unescape(text).casefold() if char.isalnum())


def names(values: Iterable[str]) -> set[str]:
    """The names in values that hold authors, as sets are compared.

    >>> sorted(names(["By Ana Lima and Bo Ek", "Bo Ek"]))
    ['analima', 'boek']
    """
    parts = (part for value in values for part in _BETWEEN_NAMES.split(_BY.sub("", value.strip())))
    return {name for part in parts if (name := plain(_BY.sub("", part)))}


def f1(found: Iterable[str], gold: Iterable[str]) -> float:
    """The harmonic mean of precision and recall of two bags of words or sets of names."""
    found, left = list(found), list(gold)
    size = len(found) + len(left)
    hits = 0
    for each in found:
        if each in left:
            left.remove(each)
            hits += 1
    return 2 * hits / size if size else 0.0


@dataclass(slots=True)
class Score:
    """For how many pages a field is right, wrong and missing; ``f1`` is a sum over them.

    ``invented`` counts pages for which only the tool says something, of ``without`` of them.
    """

    right: int = 0
    wrong: int = 0
    missing: int = 0
    f1: float = 0.0
    invented: int = 0
    without: int = 0

    @property
    def pages(self) -> int:
        """The pages for which the corpus has a value."""
        return self.right + self.wrong + self.missing

    def add(self, field: str, said: Said, gold: KnownPage) -> bool:
        """Count a page; whether the field is right, or rightly empty."""
        found, truth = _comparable(field, said), _comparable(field, gold)
        if not truth:
            self.without += 1
            self.invented += bool(found)
            return not found
        if not found:
            self.missing += 1
            return False
        is_right = found == truth
        self.right += is_right
        self.wrong += not is_right
        if field == "title":
            self.f1 += f1(words(said.title), words(gold.title))
        elif field == "authors":
            self.f1 += f1(names(said.authors), names(gold.authors))
        return is_right


def _comparable(field: str, value: Said | KnownPage) -> object:
    if field == "title":
        return plain(value.title)
    return names(value.authors) if field == "authors" else value.published[:10]


Scores = dict[tuple[str, str, str], Score]  # by corpus, field and tool


def measured(pages: Iterable[KnownPage], wrong: Sequence[str] = ()) -> Scores:
    """The scores of all tools; prints where ours is wrong in the fields ``wrong``."""
    scores: Scores = {}
    for page in pages:
        for tool in tools():
            said = tool.run(page)
            for field in tool.fields:
                score = scores.setdefault((page.corpus, field, tool.name), Score())
                if not score.add(field, said, page) and tool.name == OURS and field in wrong:
                    click.echo(f"{page.corpus} {page.id} {page.url}")
                    click.echo(f"  gold {getattr(page, field)!r}\n  ours {getattr(said, field)!r}")
    return scores


def table(scores: Mapping[tuple[str, str, str], Score]) -> str:
    """The scores as a Markdown table."""
    head = ["corpus", "field", "tool", "pages", "right", "wrong", "missing", "F1", "invented"]
    return markdown_table(head, _rows(scores), words=3)


def _rows(scores: Mapping[tuple[str, str, str], Score]) -> Iterator[list[str]]:
    for corpus in READERS:
        for field in FIELDS:
            of_field = {tool: s for (c, f, tool), s in scores.items() if (c, f) == (corpus, field)}
            best = max((score.right for score in of_field.values()), default=0)
            for tool, score in of_field.items():
                if not score.pages:
                    continue
                share = f"{score.right / score.pages:.3f}"
                yield [
                    corpus,
                    field,
                    tool,
                    str(score.pages),
                    f"**{share}**" if score.right == best else share,
                    f"{score.wrong / score.pages:.3f}",
                    f"{score.missing / score.pages:.3f}",
                    f"{score.f1 / score.pages:.3f}" if field != "published" else "",
                    f"{score.invented} of {score.without}",
                ]


@click.command(help=__doc__)
@click.option("--source", type=Path, default=Path("../shared/corpora"))
@click.option("--cache", type=Path, default=Path("build/corpora"), help="Unpacked archives.")
@click.option("--split", type=click.Choice(["train", "dev", "test", "all"]), default="dev")
@click.option("--wrong", type=click.Choice(FIELDS), multiple=True, help="Print what is wrong.")
@click.option("--write", is_flag=True, help="Write the table into docs/metadata.md.")
def main(source: Path, cache: Path, split: str, wrong: tuple[str, ...], write: bool) -> None:
    """Run the benchmark."""
    logging.disable(logging.CRITICAL)
    made = table(measured(known_pages(source, cache, split), wrong))
    click.echo(made)
    if write:
        write_section(DOCUMENT, made, markers(split))


def markers(split: str) -> tuple[str, str]:
    """What the table of a split stands between in the document."""
    command = f"python -m benchmarks.metadata --source FOLDER --split {split} --write"
    return (
        f"<!-- figures of {split}: made by `{command}` -->",
        f"<!-- end of figures of {split} -->",
    )


if __name__ == "__main__":
    main()
