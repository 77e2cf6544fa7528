"""Serbian, Croatian and Bosnian in Latin letters, told by words that are not the same in them.

The old vowel yat is "e" in Serbian as it is written in Serbia (*pre*, *vreme*) and "je" or "ije" in
the others (*prije*, *vrijeme*); some numbers and small words differ as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SERBIAN: Final = re.compile(
    r"\b(?:pre|gde|negde|ovde|uvek|posle|deo|del(?:a|u|ove|ova)|mest[aou]|vreme\w*|svet[au]?|sredu?"
    r"|nedelj\w+|ponedeljak|predsedni\w+|čovek\w*|reč|reči|odsto|takođe|evr[oae]p?[aeiu]?|bezbed\w+"
    r"|uspe[hšo]\w*|prime[nr]\w+|dve|dvesta|cel[aeiou]\w*|lep[aeiou]\w*|biće|savet\w*|veće|dec[aeu]"
    r"|zahtev\w*|podel\w+|izvešta\w+|mesec\w*|vredn\w+|rešen\w+|razume\w*|promen\w+|hiljad\w+|uopšte"
    r"|opštin\w*|poverenj\w+|smeš\w+|sneg\w*|zvezd\w+|mleko|belo|niko)\b"
)
_WESTERN: Final = re.compile(
    r"\b(?:prije|gdje|negdje|ovdje|uvijek|poslije|dio|dijel\w+|mjest\w+|vrijeme\w*|svijet\w*|srijed\w+"
    r"|nedjelj\w+|ponedjeljak|predsjedni\w+|čovjek\w*|riječ\w*|posto|također|europ\w+|eura?|sigurnos\w+"
    r"|uspje\w+|primjen\w+|primjer\w*|dvije|dvjesto|cijel\w+|lijep\w+|savjet\w*|vijeć\w+|djec\w+|tko"
    r"|zahtjev\w*|podjel\w+|izvješ\w+|izvještaj\w*|mjesec\w*|vrijedn\w+|rješen\w+|razumije\w+|netko"
    r"|promjen\w+|tisuć\w+|uopće|općin\w*|povjerenj\w+|smješ\w+|snijeg\w*|zvijezd\w+|mlijeko|bijel\w+"
    r"|tjed\w+|tijek\w+|milijun\w*|bit će|nitko)\b"
)
_BOTH_WAYS: Final[Mapping[str, Mapping[str, float]]] = {
    "hr": {"hr": 0.84, "bs": 0.13, "sr-Latn": 0.03},
    "bs": {"bs": 0.52, "hr": 0.44, "sr-Latn": 0.04},
    "sr-Latn": {"hr": 0.6, "bs": 0.25, "sr-Latn": 0.15},
}
_IN_SERBIA: Final[Mapping[str, float]] = {"sr-Latn": 0.92, "bs": 0.04, "hr": 0.04}


def shares_by_words(tag: str, text: str) -> Mapping[str, float] | None:
    """How likely a text that was taken for one of the three is in which; None for other languages.

    None as well where no word tells.

    >>> shares_by_words("bs", "Posle podne je vreme bilo lepo")["sr-Latn"]
    0.92
    >>> shares_by_words("sr-Latn", "Poslije podne je vrijeme bilo lijepo")["hr"]
    0.6
    """
    if tag not in _BOTH_WAYS:
        return None
    lower = text.lower()
    serbian, western = len(_SERBIAN.findall(lower)), len(_WESTERN.findall(lower))
    if serbian == western:
        return None
    return _IN_SERBIA if serbian > western else _BOTH_WAYS[tag]
