"""The tools that are compared: each has a name, and a function from a page to the text it keeps.

Other tools are imported when they run, so that one that is not installed only loses its row.
Every tool is called as its documentation says, with its defaults; where there was a choice, what
did better on the ``dev`` split was chosen, for them as for us.
"""

from __future__ import annotations

import importlib
import logging
import re
import socket
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from boilerplate.cleaner import Cleaner
from boilerplate.metrics import words
from boilerplate.page import Kind, Label, Page
from boilerplate.reading.html import html_page
from training.documents.accuracy_tables import OURS_BY_CONVENTION


@dataclass(frozen=True, slots=True)
class Input:
    """What a tool gets: a page as HTML, or its bare lines as ``<p>``; and our lines of it.

    ``language`` is what the corpus says, else what the detector finds; "" if unknown.
    ``left_out`` are roles that the golds of the page's corpus leave out (training/conventions.py).
    """

    markup: str
    page: Page
    url: str | None
    language: str
    left_out: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return self.page.kind


@dataclass(frozen=True, slots=True)
class Output:
    """The text that a tool keeps, and its labels of our lines if it decides line by line."""

    text: str
    labels: list[Label] | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """One row of the tables. ``package`` must be installed; None is our own code."""

    name: str
    run: Callable[[Input], Output]
    package: str | None = None
    module: str = ""
    modes: tuple[Kind, ...] = ("html", "text")


OURS: Final = "boilerplate"


def markup_of(lines: Iterable[str]) -> str:
    r"""Bare lines as HTML, for tools that read HTML: one paragraph each.

    >>> markup_of(["a < b"])
    '<!doctype html><html><body>\n<p>a &lt; b</p>\n</body></html>'
    """
    paragraphs = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<!doctype html><html><body>\n{paragraphs}\n</body></html>"


def ours(cleaner: Cleaner) -> Tool:
    """Our package as one of the tools."""
    return Tool(OURS, lambda given: _cleaned(cleaner, given.page))


def ours_by_convention(cleaner: Cleaner) -> Tool:
    """Our package, told to drop the roles that the golds of the page's corpus leave out."""

    def run(given: Input) -> Output:
        chosen = Cleaner(cleaner.model, plugins=cleaner.plugins, drop=given.left_out)
        return _cleaned(chosen, given.page)

    return Tool(OURS_BY_CONVENTION, run)


def _cleaned(cleaner: Cleaner, page: Page) -> Output:
    cleaned = cleaner.clean(page)
    return Output(cleaned.text, list(cleaned.predictions.labels))


# ----------------------------------------------------------------------- rules on single lines


def kept_by(rule: Callable[[str], bool]) -> Callable[[Input], Output]:
    """A tool that decides on each of our lines alone."""

    def run(given: Input) -> Output:
        texts = [line.text for line in given.page.lines]
        labels = [Label.CONTENT if rule(text) else Label.BOILERPLATE for text in texts]
        kept = (text for text, label in zip(texts, labels, strict=True) if label is Label.CONTENT)
        return Output("\n".join(kept), labels)

    return run


LEAST_WORDS: Final = 5  # C4 (Raffel et al. 2020) drops lines with fewer words
LEAST_CHARS: Final = 30  # FineWeb (Penedo et al. 2024) takes lines with fewer for short ones
# C4 drops lines with these anywhere.
_POLICIES: Final = re.compile(
    r"javascript|lorem ipsum|terms of use|privacy policy|cookie policy|uses? cookies|"
    r"use of cookies",
    re.IGNORECASE,
)
_BULLET: Final = re.compile(r"\s*[•·▪◦‣*\-–—>»]\s")  # Gopher (Rae et al. 2021)
_ELLIPSIS: Final = ("…", "...")  # by which Gopher detects a teaser
_NO_STOPS: Final = re.compile("[\u0e00-\u0eff]$")  # Thai and Lao have no full stop
# Ends of sentences in all scripts, from Unicode's Sentence_Terminal property.
TERMINALS: Final = frozenset(
    "!.?\N{ARMENIAN FULL STOP}\N{ARABIC QUESTION MARK}\N{ARABIC FULL STOP}\N{ARABIC SEMICOLON}"
    "\N{DEVANAGARI DANDA}\N{DEVANAGARI DOUBLE DANDA}\N{MYANMAR SIGN SECTION}"
    "\N{MYANMAR SIGN LITTLE SECTION}\N{ETHIOPIC FULL STOP}\N{ETHIOPIC QUESTION MARK}"
    "\N{KHMER SIGN KHAN}\N{TIBETAN MARK SHAD}\N{MONGOLIAN FULL STOP}\N{DOUBLE EXCLAMATION MARK}"
    "\N{INTERROBANG}\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH EXCLAMATION MARK}"
    "\N{FULLWIDTH FULL STOP}\N{FULLWIDTH QUESTION MARK}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}"
    "\N{GREEK QUESTION MARK}\N{HORIZONTAL ELLIPSIS}"
)


def line_rule(text: str) -> bool:
    """Whether the line filters of C4, Gopher and FineWeb keep a line; all scripts' punctuation.

    >>> line_rule("The council met yesterday evening."), line_rule("Home | News | Sports")
    (True, False)
    >>> line_rule("市議会は新しい路線について議論した。"), line_rule("お問い合わせ")
    (True, False)
    """
    ending = _without_closers(text)
    if ending.endswith(_ELLIPSIS) or _BULLET.match(text) or _POLICIES.search(text):
        return False
    if _NO_STOPS.search(ending):
        return len(text) >= LEAST_CHARS
    return ending[-1:] in TERMINALS and len(words(text)) >= LEAST_WORDS


def _without_closers(text: str) -> str:
    """The text without the closing quotes and brackets at its end."""
    text = text.rstrip()
    while text and (text[-1] in "\"'" or unicodedata.category(text[-1]) in ("Pe", "Pf", "Pi")):
        text = text[:-1].rstrip()
    return text


# --------------------------------------------------------------------------- tools of others


def trafilatura(given: Input, **choices: bool) -> Output:
    """Trafilatura (Barbaresi 2021) without comments, as its own evaluation runs it."""
    extract = _module("trafilatura").extract
    return Output(extract(given.markup, url=given.url, include_comments=False, **choices) or "")


def trafilatura_precision(given: Input) -> Output:
    """Trafilatura in its precision mode."""
    return trafilatura(given, favor_precision=True)


def justext(given: Input) -> Output:
    """JusText (Pomikálek 2011) with the language's stop list, else in its mode without one."""
    module = _module("justext")
    name = STOP_LISTS.get(given.language.split("-")[0])
    if name:
        paragraphs = module.justext(given.markup, module.get_stoplist(name))
    else:  # as its command line does for the language "None"
        paragraphs = module.justext(given.markup, frozenset(), stopwords_low=0, stopwords_high=0)
    return Output("\n".join(each.text for each in paragraphs if not each.is_boilerplate))


def resiliparse(given: Input) -> Output:
    """Resiliparse (Bevendorff et al. 2018) without comments and alternative texts of images."""
    extract = _module("resiliparse.extract.html2text").extract_plain_text
    return Output(extract(given.markup, main_content=True, alt_texts=False, comments=False))


def readability(given: Input) -> Output:
    """Readability-lxml; our reader extracts the text of the HTML that it gives."""
    document = _module("readability").Document(given.markup, url=given.url)
    return Output("\n".join(line.text for line in html_page(document.summary()).lines))


def boilerpy3(given: Input) -> Output:
    """The boilerpy3 package's ArticleExtractor (Boilerpipe, Kohlschütter et al. 2010)."""
    return Output(_module("boilerpy3.extractors").ArticleExtractor().get_content(given.markup))


def newspaper(given: Input) -> Output:
    """The newspaper4k package, with the page's language if it supports it."""
    module = _module("newspaper")
    language = given.language.split("-")[0]
    known = {code for code, _ in _module("newspaper.languages").valid_languages()}
    article = module.Article(
        given.url or "http://example.com/",
        language=language if language in known else "en",
        fetch_images=False,  # by default it downloads the page's images
    )
    article.download(input_html=given.markup)
    article.parse()
    return Output(article.text)


def rs_trafilatura(given: Input) -> Output:
    """The Rust port, written by the authors of WCXB; its package must be compiled."""
    return Output(_module("rs_trafilatura").extract(given.markup, url=given.url).main_content)


PEERS: Final = (
    Tool("trafilatura", trafilatura, "trafilatura", "trafilatura"),
    Tool("trafilatura, precision", trafilatura_precision, "trafilatura", "trafilatura"),
    Tool("rs-trafilatura", rs_trafilatura, "rs-trafilatura", "rs_trafilatura"),
    Tool("resiliparse", resiliparse, "resiliparse", "resiliparse.extract.html2text"),
    Tool("readability-lxml", readability, "readability-lxml", "readability"),
    Tool("newspaper4k", newspaper, "newspaper4k", "newspaper"),
    Tool("jusText", justext, "justext", "justext"),
    Tool("boilerpy3", boilerpy3, "boilerpy3", "boilerpy3.extractors"),
    Tool("line rule", kept_by(line_rule), modes=("text",)),
    Tool("everything", kept_by(bool), modes=("text",)),
)

# jusText's stop lists have English names; Chinese, Japanese and Thai have none.
STOP_LISTS: Final = {
    "af": "Afrikaans", "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ka": "Georgian", "kk": "Kazakh", "kn": "Kannada",
    "ko": "Korean", "lb": "Luxembourgish", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay",
    "nb": "Norwegian_Bokmal", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian_Nynorsk",
    "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
}  # fmt: skip


@cache
def _module(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def installed(tools: Iterable[Tool]) -> tuple[list[Tool], list[str], dict[str, str]]:
    """The tools that can run, the missing packages, and the versions of the installed ones."""
    available, missing, versions = [], [], {}
    for tool in tools:
        if tool.package is None:
            available.append(tool)
            continue
        try:
            versions[tool.package] = version(tool.package)
        except PackageNotFoundError:
            missing.append(tool.package)
            continue
        _module(tool.module)
        available.append(tool)
    return available, list(dict.fromkeys(missing)), versions


def quiet_and_offline() -> None:
    """Silence logging and warnings in this process, and refuse network connections."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    socket.socket.connect = _refused  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _refused  # type: ignore[assignment]


def _refused(*_: Any, **__: Any) -> Any:
    raise OSError("a benchmark must not use the network")
