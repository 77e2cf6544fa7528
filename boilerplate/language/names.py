"""Languages: their names by ISO 639 code, and the scripts that the line features know.

The features have the codes of langdetect, which are ``zh-cn`` and ``zh-tw`` for Chinese.
"""

from __future__ import annotations

from typing import Final

from boilerplate.unicode import Script

LANGUAGES: Final = {
    "aa": "Afar", "ab": "Abkhaz", "af": "Afrikaans", "ak": "Akan", "am": "Amharic", "ar": "Arabic",
    "as": "Assamese", "ay": "Aymara", "az": "Azerbaijani", "ba": "Bashkir", "be": "Belarusian",
    "bg": "Bulgarian", "bho": "Bhojpuri", "bi": "Bislama", "bn": "Bengali", "bo": "Tibetan",
    "br": "Breton", "bs": "Bosnian", "ca": "Catalan", "ceb": "Cebuano", "chr": "Cherokee",
    "co": "Corsican", "crs": "Seychellois Creole", "cs": "Czech", "cy": "Welsh", "da": "Danish",
    "de": "German", "dv": "Dhivehi", "dz": "Dzongkha", "el": "Greek", "en": "English",
    "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fj": "Fijian", "fo": "Faroese", "fr": "French", "fy": "West Frisian",
    "ga": "Irish", "gd": "Scottish Gaelic", "gl": "Galician", "gn": "Guarani", "gu": "Gujarati",
    "gv": "Manx", "ha": "Hausa", "haw": "Hawaiian", "he": "Hebrew", "hi": "Hindi", "hmn": "Hmong",
    "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian",
    "ia": "Interlingua", "id": "Indonesian", "ie": "Interlingue", "ig": "Igbo", "ik": "Inupiaq",
    "is": "Icelandic", "it": "Italian", "iu": "Inuktitut", "ja": "Japanese", "jv": "Javanese",
    "ka": "Georgian", "kha": "Khasi", "kk": "Kazakh", "kl": "Greenlandic", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "ks": "Kashmiri", "ku": "Kurdish", "ky": "Kyrgyz",
    "la": "Latin", "lb": "Luxembourgish", "lg": "Ganda", "lif": "Limbu", "ln": "Lingala",
    "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mfe": "Mauritian Creole", "mg": "Malagasy",
    "mi": "Maori", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "ms": "Malay", "mt": "Maltese", "my": "Burmese", "na": "Nauruan", "ne": "Nepali",
    "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian", "nr": "Southern Ndebele",
    "nso": "Northern Sotho", "ny": "Chichewa", "oc": "Occitan", "om": "Oromo", "or": "Odia",
    "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "qu": "Quechua",
    "rm": "Romansh", "rn": "Kirundi", "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda",
    "sa": "Sanskrit", "sco": "Scots", "sd": "Sindhi", "sg": "Sango", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sm": "Samoan", "sn": "Shona", "so": "Somali",
    "sq": "Albanian", "sr": "Serbian", "ss": "Swati", "st": "Southern Sotho", "su": "Sundanese",
    "sv": "Swedish", "sw": "Swahili", "syr": "Syriac", "ta": "Tamil", "te": "Telugu",
    "tg": "Tajik", "th": "Thai", "ti": "Tigrinya", "tk": "Turkmen", "tl": "Tagalog",
    "tn": "Tswana", "to": "Tongan", "tr": "Turkish", "ts": "Tsonga", "tt": "Tatar", "ug": "Uyghur",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "ve": "Venda", "vi": "Vietnamese",
    "vo": "Volapük", "war": "Waray", "wo": "Wolof", "xh": "Xhosa", "yi": "Yiddish", "yo": "Yoruba",
    "za": "Zhuang", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip

# Scripts in which one of these languages is written.
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
    **dict.fromkeys(("be", "bg", "kk", "ky", "mk", "ru", "sr", "tg", "tt", "uk"), Script.CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ps", "sd", "ug", "ur"), Script.ARABIC),
    **dict.fromkeys(("hi", "mr", "ne"), Script.DEVANAGARI),
    **dict.fromkeys(("ja", "zh-cn", "zh-tw"), Script.HAN),
}


def language_name(code: str) -> str:
    """The English name of a language, or its code where there is none.

    >>> language_name("tr"), language_name("sr-Latn"), language_name("xx")
    ('Turkish', 'Serbian', 'xx')
    """
    return LANGUAGES.get(code.split("-")[0], code)


def language_script(code: str) -> Script:
    """The script in which a language is written, Latin if nothing else is known.

    >>> language_script("uk").name, language_script("ko").name, language_script("tr").name
    ('CYRILLIC', 'HANGUL', 'LATIN')
    """
    return _SCRIPTS.get(code, Script.LATIN)


def same_language(one: str | None, other: str | None) -> bool:
    """Whether two codes name one language; some have several, by their scripts.

    >>> same_language("zh-Hans", "zh-Hant"), same_language("pt", "es"), same_language(None, None)
    (True, False, False)
    """
    return one is not None and other is not None and one.split("-")[0] == other.split("-")[0]
