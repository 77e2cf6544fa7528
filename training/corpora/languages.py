"""Languages of pages, by their script and their ``lang`` attribute."""

from __future__ import annotations

import re
from typing import Final

import turbohtml

# Country codes and other mistakes that pages have as language codes.
_MISNAMED: Final = {
    "cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "in": "id", "iw": "he", "jp": "ja",
    "kr": "ko", "nb": "no", "nn": "no", "se": "sv", "tw": "zh", "ua": "uk", "us": "en",
    "vn": "vi",
}  # fmt: skip
# Scripts of mostly one language: a third of the letters decides, whatever the page declares
# (technical Japanese is half Latin).
_SCRIPTS: Final = {
    "zh": "[\u3400-\u9fff]",
    "ja": "[\u3040-\u30ff]",
    "ko": "[\uac00-\ud7af]",
    "el": "[\u0370-\u03ff]",
    "he": "[\u0590-\u05ff]",
    "th": "[\u0e00-\u0e7f]",
    "ka": "[\u10a0-\u10ff]",
    "hy": "[\u0530-\u058f]",
}


def language_of(document: turbohtml.Document, text: str, otherwise: str = "") -> str:
    """A page's language: by the script of ``text``, by ``<html lang>``, else ``otherwise``.

    A declared language that the script contradicts is ignored.
    """
    declared = declared_language(document)
    if declared in _SCRIPTS:
        declared = ""
    return script_language(text) or declared or otherwise


def declared_language(document: turbohtml.Document) -> str:
    """The two-letter language of a page's ``<html lang>``; "" if there is none."""
    root = document.find("html")
    attributes = root.attrs if root is not None else {}
    for name in ("lang", "xml:lang"):
        claim = str(attributes.get(name) or "").strip().lower().replace("_", "-")
        if found := re.match(r"([a-z]{2})\b", claim):
            return _MISNAMED.get(found[1], found[1])
    return ""


def script_language(text: str) -> str:
    """The language of a text by its script; "" for scripts that many languages share.

    >>> [script_language(t) for t in ("天気はどうですか", "今天天气很好", "καλημέρα", "bonjour")]
    ['ja', 'zh', 'el', '']
    """
    sample = text[:5000]
    letters = sum(character.isalpha() for character in sample)
    counts = {language: len(re.findall(s, sample)) for language, s in _SCRIPTS.items()}
    # Japanese mixes kana with Han; no Chinese text has a tenth of kana.
    if counts["ja"] * 10 > counts["zh"]:
        counts["ja"] += counts["zh"]
    language = max(counts, key=counts.__getitem__)
    return language if letters and counts[language] * 3 > letters else ""
