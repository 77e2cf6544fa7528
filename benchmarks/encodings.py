"""Undeclared encodings: how many pages come out right, beside other detectors.

``python -m benchmarks.encodings`` encodes pages of made-up sentences in legacy encodings, inside
markup without a declaration, and prints the share that each detector gets right, to the last
character. ``--source`` adds the pages of a folder: files named by their language, ``ja-001.html``,
in UTF-8. ``--write`` puts the table into docs/encodings.md. charset-normalizer is measured where it
is installed.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import click

from boilerplate.reading.encoding import decode
from boilerplate.reading.encoding_names import declared_codec, web_codec
from tests.made_up import SENTENCES
from training.documents.markdown import markdown_table, write_section
from training.documents.results import OURS
from training.paths import DOCS

DOCUMENT: Final = DOCS / "encodings.md"
MARKERS: Final = (
    "<!-- figures: made by `python -m benchmarks.encodings --source FOLDER --chardet FOLDER "
    "--write` -->",
    "<!-- end of figures -->",
)
# The encodings that pages in these languages were written in, by WHATWG's names.
ENCODINGS: Final = {
    "windows-1251": "ru uk bg",
    "koi8-r": "ru",
    "iso-8859-5": "ru",
    "gb18030": "zh-cn zh",
    "big5": "zh-tw",
    "shift_jis": "ja",
    "euc-jp": "ja",
    "euc-kr": "ko",
    "windows-1254": "tr",
    "windows-1256": "ar fa",
    "iso-8859-6": "ar",
    "windows-874": "th",
    "windows-1253": "el",
    "windows-1255": "he",
    "windows-1250": "cs hu pl ro sk",
    "iso-8859-2": "cs hu pl ro sk",
    "windows-1257": "et lt lv",
    "windows-1252": "da de en es fi fr id it nl no pt sv",
}
PYTHON_NAMES: Final = {"windows-874": "cp874"}
PIECE: Final = 8  # characters of a tiny page
KILOBYTES: Final = (0, 4, 40, 150)  # of styles and scripts before the text
STYLES: Final = ".menu li a{color:#333;padding:4px 8px}.story p{line-height:1.5em}\n"
SCRIPT: Final = "function show(id){document.getElementById(id).style.display='block';}\n"
DECLARATION: Final = re.compile(r"<meta[^>]*charset[^>]*>|<\?xml[^>]*>", re.I)
Decode = Callable[[bytes], str]


class LegacyPage(NamedTuple):
    """A page in a legacy encoding, without a declaration, and its text."""

    encoding: str
    data: bytes
    text: str


def made_up_page(sentence: str, kilobytes: int) -> str:
    """A page of one sentence below so many kilobytes of styles and scripts."""
    styles, script = (part * (kilobytes * 512 // len(part)) for part in (STYLES, SCRIPT))
    menu = "".join(f"<li><a href='/news/{i}.html'>{sentence[:i]}</a></li>" for i in (8, 12, 16))
    return (
        f"<html><head><title>{sentence[:40]}</title><style>{styles}</style>"
        f"<script>{script}</script></head><body><ul class=menu>{menu}</ul>"
        f"<div class=story><h1>{sentence[:60]}</h1><p>{sentence}</p></div>"
        "<div id=footer>(c) 2009 The Made-up Herald</div></body></html>"
    )


def texts(source: Path | None) -> Iterator[tuple[str, str]]:
    """The language and the text of each page; those that are not UTF-8 are skipped."""
    for language, sentence in SENTENCES.items():
        for kilobytes in KILOBYTES:
            yield language, made_up_page(sentence, kilobytes)
    for path in sorted(source.glob("*.html")) if source else ():
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        yield path.name.split("-")[0], DECLARATION.sub("", text)


def pieces() -> Iterator[tuple[str, str]]:
    """The language and the text of tiny pages: eight characters of a sentence each."""
    for language, sentence in SENTENCES.items():
        for start in range(0, len(sentence) - PIECE + 1, PIECE):
            yield language, f"<p>{sentence[start : start + PIECE]}</p>"


def legacy_pages(texts: Iterable[tuple[str, str]]) -> Iterator[LegacyPage]:
    """Each page in each encoding of its language; those that are only ASCII are left out."""
    for language, text in texts:
        for encoding, languages in ENCODINGS.items():
            if language in languages.split():
                data = text.encode(PYTHON_NAMES.get(encoding, encoding), "xmlcharrefreplace")
                if not data.isascii():
                    yield LegacyPage(encoding, data, data.decode(web_codec(encoding)))


CHARDET_NAMES: Final = {
    "cp932": "shift_jis", "cp949": "euc-kr", "maccyrillic": "x-mac-cyrillic",
    "macroman": "macintosh", "utf-8-sig": "utf-8",
}  # fmt: skip


def chardet_pages(folder: Path) -> Iterator[LegacyPage]:
    """The files of chardet's tests, in folders named by encodings, such as ``iso-8859-2-czech``.

    Those in EUC-TW, which Python cannot decode, are left out.
    """
    for path in sorted(folder.glob("*/*")):
        name = path.parent.name.lower()
        names = (CHARDET_NAMES.get(each, each) for each in (name, name.rpartition("-")[0]))
        codec = next(filter(None, map(codec_of, names)), None)
        if codec and path.is_file():
            data = path.read_bytes()
            yield LegacyPage("chardet", data, data.decode(codec, "replace").removeprefix("\ufeff"))


def codec_of(name: str) -> str | None:
    """Python's codec of an encoding, as browsers know it if they do."""
    return name if name.lower().startswith(("utf-16", "utf-32")) else declared_codec(name)


def detectors() -> dict[str, Decode]:
    """What decodes a page, by name; charset-normalizer only where it is installed."""
    import chardet
    from turbohtml.detect import detect

    found = {
        OURS: decode,
        "chardet": lambda data: decoded(data, chardet.detect(data)["encoding"]),
        "turbohtml": lambda data: decoded(data, detect(data).encoding),
    }
    if find_spec("charset_normalizer"):
        import charset_normalizer

        found["charset-normalizer"] = lambda data: decoded(
            data, charset_normalizer.detect(data)["encoding"]
        )
    return found


def decoded(data: bytes, guess: str | None) -> str:
    """The text in a guessed encoding, by what its name means to browsers if they know it."""
    try:
        return data.decode(codec_of(guess or "") or guess or "ascii", "replace")
    except LookupError:
        return ""


class Tally(NamedTuple):
    """Pages of each encoding, those that each detector got right, and its seconds."""

    pages: Counter[str]
    right: Counter[tuple[str, str]]
    seconds: Counter[str]


def measure(pages: Iterable[LegacyPage], decoders: Mapping[str, Decode]) -> Tally:
    """Decode every page with every detector."""
    tally = Tally(Counter(), Counter(), Counter())
    for page in pages:
        tally.pages[page.encoding] += 1
        for name, decoder in decoders.items():
            start = time.process_time()
            text = decoder(page.data)
            tally.seconds[name] += time.process_time() - start
            tally.right[page.encoding, name] += text.removeprefix("\ufeff") == page.text
    return tally


def table(tally: Tally, pieces: Tally, files: Tally | None = None) -> str:
    """The shares as Markdown; those of tiny pages, chardet's files and the mean time last."""
    names = list(tally.seconds)

    def row(title: str, part: Tally, encodings: Iterable[str]) -> list[str]:
        number = sum(part.pages[encoding] for encoding in encodings)
        right = (sum(part.right[encoding, name] for encoding in encodings) for name in names)
        return [title, str(number), *(f"{n / number:.1%}" for n in right)]

    rows = [row(e, tally, [e]) for e in ENCODINGS if e in tally.pages]
    rows.append(row("all", tally, ENCODINGS))
    rows.append(row("eight characters", pieces, ENCODINGS))
    if files and files.pages:
        rows.append(row("chardet's test files", files, files.pages))
    times = (f"{tally.seconds[name] / tally.pages.total() * 1000:.1f} ms" for name in names)
    rows.append(["time of a page", "", *times])
    return markdown_table(["encoding", "pages", *names], rows)


@click.command()
@click.option(
    "--source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of pages in UTF-8, named by their language.",
)
@click.option(
    "--chardet",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder tests/ of chardet's sources.",
)
@click.option("--write", is_flag=True, help="Put the table into docs/encodings.md.")
def main(source: Path | None, chardet: Path | None, write: bool) -> None:
    """Print the share of pages that each detector gets right."""
    decoders = detectors()
    section = table(
        measure(legacy_pages(texts(source)), decoders),
        measure(legacy_pages(pieces()), decoders),
        measure(chardet_pages(chardet), decoders) if chardet else None,
    )
    click.echo(section)
    if write:
        write_section(DOCUMENT, section, MARKERS)


if __name__ == "__main__":
    main()
