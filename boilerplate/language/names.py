"""Languages: their codes (ISO 639-1, but zh-cn and zh-tw for Chinese), names and scripts."""

from __future__ import annotations

from typing import Final

from boilerplate.unicode import Script

LANGUAGES: Final = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali",
    "bo": "Tibetan", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "dv": "Dhivehi", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "gu": "Gujarati", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ka": "Georgian", "km": "Khmer", "kn": "Kannada",
    "ko": "Korean", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "my": "Burmese", "ne": "Nepali",
    "nl": "Dutch", "no": "Norwegian", "or": "Odia", "pa": "Punjabi", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak",
    "sl": "Slovenian", "so": "Somali", "sq": "Albanian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh-cn": "Chinese", "zh-tw": "Chinese",
}  # fmt: skip

# Scripts in which one of these languages is written. langdetect has no profile for some of the
# languages, and gets short lines in the others wrong.
ONE_LANGUAGE: Final = {
    Script.GREEK: "el", Script.ARMENIAN: "hy", Script.HEBREW: "he", Script.THAANA: "dv",
    Script.BENGALI: "bn", Script.GURMUKHI: "pa", Script.GUJARATI: "gu", Script.ODIA: "or",
    Script.TAMIL: "ta", Script.TELUGU: "te", Script.KANNADA: "kn", Script.MALAYALAM: "ml",
    Script.SINHALA: "si", Script.THAI: "th", Script.LAO: "lo", Script.TIBETAN: "bo",
    Script.MYANMAR: "my", Script.GEORGIAN: "ka", Script.HANGUL: "ko", Script.ETHIOPIC: "am",
    Script.KHMER: "km", Script.MONGOLIAN: "mn",
}  # fmt: skip
_SCRIPTS: Final = {
    **{code: script for script, code in ONE_LANGUAGE.items()},
    **dict.fromkeys(("bg", "mk", "ru", "uk"), Script.CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ur"), Script.ARABIC),
    **dict.fromkeys(("hi", "mr", "ne"), Script.DEVANAGARI),
    **dict.fromkeys(("ja", "zh-cn", "zh-tw"), Script.HAN),
}


def language_name(code: str) -> str:
    """The English name of a language, or its code where there is none.

    >>> language_name("tr"), language_name("zh-tw"), language_name("xx")
    ('Turkish', 'Chinese', 'xx')
    """
    return LANGUAGES.get(code, code)


def language_script(code: str) -> Script:
    """The script in which a language is written, Latin if nothing else is known.

    >>> language_script("uk").name, language_script("ko").name, language_script("tr").name
    ('CYRILLIC', 'HANGUL', 'LATIN')
    """
    return _SCRIPTS.get(code, Script.LATIN)


def same_language(one: str | None, other: str | None) -> bool:
    """Whether two codes name one language; Chinese has two, by its character sets.

    >>> same_language("zh-cn", "zh-tw"), same_language("pt", "es"), same_language(None, None)
    (True, False, False)
    """
    return one is not None and other is not None and one.split("-")[0] == other.split("-")[0]
